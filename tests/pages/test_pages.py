"""Every page with an empty store, with the example, and with a damaged one; the main answers."""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs
from mslt_core.pipeline import EXAMPLE, PROJECT, places

PAGES = ["overview", "languages", "train", "mingling", "results"]
TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def open_page(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))

    def run(name: str, **chosen: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        if name != "overview":
            app.switch_page(f"pages/{name}.py").run()
        for key, value in chosen.items():  # one after the other: a control may bring up the next
            app.session_state[key] = value
            app.run()
        return app

    return run


@pytest.fixture
def no_example(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")


def words(app: AppTest) -> str:
    """All that the page says, without the backslashes that keep Markdown from reading it."""
    kinds = (app.title, app.markdown, app.caption, app.info, app.warning, app.error)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def assert_sound(app: AppTest) -> None:
    assert not app.exception
    assert not app.error, words(app)


@pytest.mark.parametrize("page", PAGES)
def test_shows_the_example(page, open_page):
    app = open_page(page)
    assert_sound(app)
    assert app.title[0].value.endswith("?")
    assert app.get("plotly_chart"), "a page with results has a picture"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("no_example")
def test_an_empty_store_is_no_error(page, open_page):
    assert_sound(open_page(page))


@pytest.mark.usefixtures("no_example")
def test_an_empty_store_says_what_to_do(open_page):
    assert [b.label for b in open_page("overview").button] == ["Train the first set"]
    assert [b.label for b in open_page("results").button] == ["Train the first set"]


@pytest.mark.parametrize("page", PAGES)
def test_a_damaged_run_costs_only_itself(page, open_page, tmp_path):
    runs = tmp_path / "store" / "runs"
    whole = next(path for path in (EXAMPLE / "runs").iterdir())
    for name in ("scores.json", "spec.json"):
        broken = runs / whole.name
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(whole, broken)
        (broken / name).write_text('{"half')
        assert_sound(open_page(page))


def test_results_say_where_and_how_sure(open_page):
    text = words(open_page("results"))
    assert re.search(r"scores higher than SSLT\(en\) on \*\*\d+ of \d+\*\* unseen languages", text)
    assert re.search(r"by \*\*[+-]\d+\.\d \[-?\d+\.\d, -?\d+\.\d\]\*\* points, 3 seeds", text)
    assert "Means are over the 19 languages that no set here trained on" in text


def test_languages_answer_follows_the_slider(open_page):
    app = open_page("languages")
    assert "MSLT(ar, de, zh)** is the most diverse of 35 sets of 3" in words(app)
    app.slider[0].set_value(2).run()
    assert "MSLT(ar, zh)** is the most diverse of 21 sets of 2" in words(app)


def test_ties_are_called_ties(open_page):
    assert "5 sets tie** for the most diverse of 35" in words(
        open_page("languages", criterion="family")
    )


def test_train_hands_every_run_to_a_worker(open_page, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _store, spec, _where: started.append(spec) or "x")
    app = open_page("train")
    app.button(key="start").click().run()
    assert_sound(app)
    assert [spec.name for spec in started] == ["SSLT(en)", "MSLT(de, en, es)"]
    assert {spec.seed for spec in started} == {3}, "seeds 0 to 2 are shipped"
    assert {(spec.budget, spec.steps) for spec in started} == {(1000, 125)}


def test_train_says_what_is_wrong_with_a_folder(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    outside = open_page("train", task="wikiann", data="/etc")
    assert "Start the dashboard with MSLT_ROOTS set" in words(outside)
    missing = open_page("train", task="wikiann", data=str(tmp_path / "no"))
    assert "Check the path" in words(missing)


def test_mingling_names_estimator_layer_and_n(open_page):
    text = words(open_page("mingling"))
    assert "Mean CKA between 8 languages (debiased, n = 1,000 sentences, layer 4)" in text


def test_mingling_offers_to_compute_what_is_not_stored(open_page):
    app = open_page("mingling", langs=["ar", "de"])
    assert_sound(app)
    assert "Train them again" in [b.label for b in app.button], "MSLT(ar, en, zh) has no weights"


def test_a_read_only_store_cannot_start_runs(open_page, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(EXAMPLE))
    assert open_page("train").button(key="start").disabled
