"""Item by item on the Results page: what is said, what is shown, and that text stays text."""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import pipeline
from mslt_core.pipeline import PROJECT, compare_items, run_groups
from mslt_core.store import Store
from pages._shared.item_cards import card
from pages._shared.item_marks import joined
from tests.pages.test_results_views import TIMEOUT_S, words
from tests.pipeline.made import AS_GOLD, HOSTILE, finish, ner_folder, own_folder

COLOURS = {"SSLT(en)": "#E69F00", "MSLT(de, en)": "#0072B2"}


@pytest.fixture
def open_items(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))

    def run(**chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        app.switch_page("pages/results.py").run()
        for key, value in {"results_view": "items", **chosen}.items():
            app.session_state[key] = value
            app.run()
        assert not app.exception
        assert not app.error
        return app

    return run


def cards(app: AppTest) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    return next(body for body in bodies if "<article>" in body)


def test_the_example_is_looked_at_item_by_item(open_items):
    app = open_items(item_target="tr")
    text = words(app)
    assert re.search(r"\*\*MSLT\(ar, en, zh\)\*\* gets \*\*\d+\*\* of 150 sentences wholly", text)
    assert re.search(r"\(seed 0; mid-p McNemar, p < 0\.001\)\. With other seeds: \d+ against", text)
    assert cards(app).count("<article>") == 10
    assert 'lang="tr" dir="ltr"' in cards(app)
    first = cards(app)
    app.session_state["items_page"] = 2
    app.run()
    assert cards(app) != first
    app.session_state["items_text"] = "nothing has this text"
    app.run()
    assert "No item is like that" in words(app)
    assert len(app.get("plotly_chart")) == 1
    (table,) = app.dataframe
    assert list(table.value["label"]) == ["DATE", "DUR", "LANG", "LOC", "MON", "QTY"]


@pytest.fixture
def compared(tmp_path):
    store = Store(tmp_path / "store")

    def of(folder, a, b, lang="tr"):
        finish(store, folder, ("en",), a, lang=lang)
        finish(store, folder, ("de", "en"), b, lang=lang)
        return compare_items(store, *run_groups(store), lang)

    return of


def test_text_from_data_stays_text(compared, tmp_path, open_items):
    folder = ner_folder(tmp_path / "data")
    found = compared(folder, [*AS_GOLD[:2], (0, 0), AS_GOLD[3]], AS_GOLD)
    shown = card(found, 2, COLOURS)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img_src=x" in shown
    app = open_items()
    assert "&lt;script&gt;" in cards(app)
    assert not any("<script" in e.proto.body or "<img" in e.proto.body for e in app.get("html"))


def test_hostile_classes_and_answers_stay_text(compared, tmp_path):
    told = f"kind: classification\ntitle: x\nlabels: ['a', '{HOSTILE}']\n"
    rows = [{"text": HOSTILE, "label": "a"}, {"text": "b", "label": "a"}]
    found = compared(own_folder(tmp_path / "data", told, rows), [1, 0], [0, 0])
    shown = card(found, 0, COLOURS)
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 2


def test_marks_say_what_is_right_wrong_and_missed(compared, tmp_path):
    found = compared(ner_folder(tmp_path / "data"), [(0, 0, 0, 1), *AS_GOLD[1:]], AS_GOLD)
    shown = card(found, 0, COLOURS)
    # gold and the run that is right
    assert shown.count('<mark class="">Paris<b class="tag" dir="ltr">LOC</b></mark>') == 2
    assert '<mark class="wrong">Paris<b class="tag" dir="ltr">PER ✗</b></mark>' in shown
    assert '<span class="missed">Ada Lovelace<b class="tag" dir="ltr">no PER</b></span>' in shown


def test_right_to_left_text_runs_its_way(compared, tmp_path):
    found = compared(
        ner_folder(tmp_path / "data", "ar"), [(0, 0, 0, 0), *AS_GOLD[1:]], AS_GOLD, lang="ar"
    )
    assert 'class="text" lang="ar" dir="rtl"' in card(found, 0, COLOURS)


def test_words_are_joined_as_the_language_writes_them():
    assert joined(("東", "京", "C", "H", "F"), spaced=False) == "東京CHF"
    assert joined(("Apple", "Inc", "の"), spaced=False) == "Apple Incの"
    assert joined(("Ada", "saw"), spaced=True) == "Ada saw"


def test_data_that_is_gone_is_said(open_items, tmp_path):
    folder = ner_folder(tmp_path / "data")
    store = Store(tmp_path / "store")
    finish(store, folder, ("en",), AS_GOLD)
    finish(store, folder, ("de", "en"), [(0, 0, 0, 0), *AS_GOLD[1:]])
    folder.rename(tmp_path / "moved")
    app = open_items()
    assert "The text cannot be shown: there is no folder" in words(app)
    assert "3 of 4 words" not in cards(app)
    app.session_state["item_data"] = str(tmp_path / "moved")
    app.run()
    assert "Lovelace" in cards(app)


def test_ten_thousand_items_are_ten_cards(open_items, tmp_path):
    folder = tmp_path / "data"
    rows = [{"text": f"text {i}", "label": "a"} for i in range(10_000)]
    told = "kind: classification\ntitle: x\nlabels: [a, b]\n"
    own_folder(folder, told, rows)
    store = pipeline.open_store(tmp_path / "store")
    finish(store, folder, ("en",), [1] * 10_000)
    finish(store, folder, ("de", "en"), [0] * 10_000)
    app = open_items()
    assert "gets **10,000** of 10,000 items right" in words(app)
    assert cards(app).count("<article>") == 10


def test_two_that_answer_alike_everywhere_are_told_so(compared, tmp_path, open_items):
    compared(ner_folder(tmp_path / "data"), AS_GOLD, AS_GOLD)
    told = words(open_items())
    assert "They answer alike on every item here." in told
    assert "Choose another kind" not in told


def test_two_that_are_told_by_counts_get_equally_much_right(open_items, tmp_path):
    store, folder = Store(tmp_path / "store"), ner_folder(tmp_path / "data")
    for sources in (("en",), ("de", "en")):
        run = finish(store, folder, sources, AS_GOLD)
        store.runs.pack(run, tmp_path / run)
        shutil.rmtree(store.root / "runs" / run)
        shutil.copytree(tmp_path / run, store.root / "runs" / run)
    told = words(open_items())
    assert "They get equally much of every item right." in told
    assert "Items of which both get equally much right count as alike." in told
