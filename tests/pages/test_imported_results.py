"""Results made elsewhere on the Results page: read before they are kept, marked, compared."""

import itertools
import json
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.pipeline import (
    PROJECT,
    import_uploaded,
    outside,
    outside_groups,
    places,
    read_uploaded,
    run_groups,
)
from mslt_core.store import Store
from pages._shared.imported_gains import baseline_of
from tests.pages.test_results_views import TIMEOUT_S, words

HEADER = "source_langs,seed,target_lang,metric,score,n_items\n"


def table(*rows):
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


@pytest.fixture
def open_imported(tmp_path, monkeypatch):
    """The view, in a store without runs, and so without the rest of the page."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")

    def run() -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        return app.switch_page("pages/results.py").run()

    return run


def upload(app, name, content):
    app.file_uploader[0].upload(name, content).run()
    assert not app.exception
    assert not app.error
    return app


def label(app, text):
    return next(button for button in app.button if text in button.label)


def warned(app):
    return "\n".join(f"{w.title} {w.value}" for w in app.warning).replace("\\", "")


def test_a_table_is_shown_then_kept_then_compared(open_imported, tmp_path):
    app = open_imported()
    rows = [f"en,{s},sw,accuracy,{70 + s},200" for s in range(3)]
    rows += [f"de+en,{s},sw,accuracy,{74 + 2 * s},200" for s in range(3)]
    upload(app, "mine.csv", table(*rows))
    assert "Still needed: task and experiment" in words(app)
    assert label(app, "Import 6 results").disabled
    assert app.dataframe[0].value["result"][0] == "SSLT(en) (imported)"
    store = Store(tmp_path / "store")
    assert not outside_groups(store), "nothing is kept before it was looked at"
    app.text_input(key="import_experiment").set_value("XLM-R, 3k")
    app.text_input(key="import_task").set_value("wikiann").run()
    label(app, "Import 6 results").click().run()
    assert not app.exception
    assert len(outside_groups(store)) == 2
    assert "6 imported under XLM-R, 3k." in [s.value.replace("\\", "") for s in app.success]
    app.run()
    assert "**MSLT(de, en) (imported)** scores higher than SSLT(en) (imported)" in words(app)
    assert "on average **+5.0 [2.5, 7.5]** points, 3 seeds" in words(app)
    assert len(app.get("plotly_chart")) == 1
    assert not app.file_uploader[0].value, "the files are forgotten"


def imported(store, experiment, sources="de+en"):
    """English and another set with two seeds, as if they were imported through the form."""
    rows = [f"{langs},{s},sw,accuracy,{70 + s},200" for langs in ("en", sources) for s in (0, 1)]
    files = {"mine.csv": table(*rows)}
    results = read_uploaded(files, "csv", unit="points")
    import_uploaded(store, results, files, "csv", task="xnli", experiment=experiment)


@pytest.fixture
def clock(monkeypatch):
    """Every import comes in a second after the one before."""
    times = (f"2026-01-01T00:00:{second:02}.000+00:00" for second in itertools.count())
    monkeypatch.setattr(outside, "utc_now", lambda: next(times))


@pytest.mark.usefixtures("clock")
def test_what_came_in_last_is_open_at_first(open_imported, tmp_path):
    store = Store(tmp_path / "store")
    for name in ("b", "c", "a", "d"):
        imported(store, name)
    assert len(outside_groups(store)) == 8
    imported(store, "c", "es+en")  # of which English is here already
    app = open_imported()
    assert app.selectbox(key="imported_experiment").value == "c"
    assert app.query_params["imported_experiment"] == "c", "a link to it stays one"
    app.selectbox(key="imported_experiment").set_value("b").run()
    app.query_params["imported_experiment"] = "b"  # as a browser writes it
    app.switch_page("pages/overview.py").run()
    imported(store, "e")
    app.switch_page("pages/results.py").run()
    assert app.selectbox(key="imported_experiment").value == "b", "it was chosen"
    app.selectbox(key="imported_experiment").set_value(None).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="imported_experiment").value == "e"
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("linked", "shown"), [("a", "a"), ("gone", "b")])
def test_a_link_names_the_experiment(open_imported, tmp_path, linked, shown):
    for name in ("c", "a", "b"):
        imported(Store(tmp_path / "store"), name)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/results.py")
    app.query_params["imported_experiment"] = linked
    app.run()
    assert not app.exception
    assert app.selectbox(key="imported_experiment").value == shown


@pytest.mark.usefixtures("clock")
def test_what_was_just_imported_is_open_whatever_was_chosen(open_imported, tmp_path):
    for name in ("a", "z"):
        imported(Store(tmp_path / "store"), name)
    app = open_imported()
    app.selectbox(key="imported_experiment").set_value("a").run()
    upload(app, "mine.csv", table("en,0,sw,accuracy,70,200"))
    app.text_input(key="import_experiment").set_value("mine")
    app.text_input(key="import_task").set_value("xnli").run()
    label(app, "Import 1 result").click().run()
    assert app.selectbox(key="imported_experiment").value == "mine"


def test_another_experiment_is_compared_at_once(open_imported, tmp_path):
    """What was chosen of the one before is none of its results."""
    for i, sources in enumerate(("de+en", "es+en")):
        imported(Store(tmp_path / "store"), f"number {i}", sources)
    app = open_imported()
    for number in ("number 1", "number 0", "number 1"):
        app.selectbox(key="imported_experiment").set_value(number).run()
        assert not app.exception
        (chosen,) = app.multiselect(key="imported_results").value
        assert chosen == {"0": "MSLT(de, en)", "1": "MSLT(en, es)"}[number[-1]] + " (imported)"
        assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("en,0,qq,accuracy,70,200", "In mine.csv, line 2: unknown language"),
        ("en,0,sw,accuracy,170,200", "In mine.csv, line 2: score must be from 0 to 100, got 170"),
        ("en,0,sw,accuracy,70,200\nen,0,sw,accuracy,71,200", "line 3: accuracy of SSLT(en) on sw"),
    ],
)
def test_bad_rows_reach_the_page_with_their_line(open_imported, row, message):
    app = upload(open_imported(), "mine.csv", table(row))
    assert message in warned(app)
    assert not [button for button in app.button if "Import" in button.label]


def test_predictions_need_a_name(open_imported):
    app = open_imported()
    app.session_state["import_form"] = "trainer"
    app.run()
    line = json.dumps({"lang": "sw", "id": 1, "gold": "a", "predicted": "<b>"}) + "\n"
    upload(app, "p.jsonl", line.encode())
    assert "does not say what was trained" in warned(app)
    app.text_input(key="import_name").set_value("<b>bold</b> ![x](http://x)").run()
    assert not app.exception
    assert app.dataframe[0].value["result"][0].startswith("<b>bold</b>")


@pytest.mark.slow
def test_beside_own_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/results.py").run()
    app.session_state["results_view"] = "imported"
    app.run()
    assert "No results from elsewhere are in this store yet." in words(app)
    experiment = run_groups(Store(tmp_path / "store", example=places.EXAMPLE))[0].experiment
    app.session_state["import_with"] = experiment
    app.run()
    rows = [f"ar+de,{s},tr,accuracy,{70 + s},150" for s in range(3)]
    upload(app, "mine.csv", table(*rows))
    label(app, "Import 3 results").click().run()
    app.run()
    text = words(app)
    assert "**MSLT(ar, de) (imported)** scores" in text
    assert "higher than SSLT(en) on" in text
    assert "trained and tested alike is what you said" in text
    assert "test items are not paired" not in text, "there is no outcome of single items"
    assert not app.exception


def test_english_alone_is_the_baseline_also_where_sources_are_not_stated():
    unstated, english = SimpleNamespace(source_langs=()), SimpleNamespace(source_langs=("en",))
    named = {"MSLT(en, es) (imported)": unstated, "SSLT(en) (imported)": unstated}
    assert baseline_of(named) == "SSLT(en) (imported)"
    assert baseline_of({**named, "mine": english}) == "mine"
    assert baseline_of({"B": unstated, "A": unstated}) == "B"
