"""What is said of where imported results are from: in a pin, in its citation and in its link."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.exports.slides import shown_slides
from mslt_core.pipeline import (
    PROJECT,
    import_uploaded,
    outside_groups,
    places,
    read_uploaded,
    run_groups,
)
from mslt_core.spec.outside import OutsideScores
from mslt_core.spec.stories import Slide, Story
from mslt_core.store import Store
from pages._shared.imported_told import scores_table
from tests.pages.test_imported_results import table
from tests.pages.test_results_views import TIMEOUT_S
from tests.store.bundles import finished, run_spec
from tests.store.hostile_outside import NOTE, result_of

THREE = [(langs, seed) for langs in ("en", "de+en", "es+en") for seed in range(3)]


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Without the example's runs."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(places, "EXAMPLE", tmp_path / "nothing")
    return Store(tmp_path / "store")


def take(store, sets, experiment="XLM-R, 3k", lang="sw", file="mine.csv", n_items=200):
    rows = [f"{langs},{n},{lang},accuracy,{60 + n + len(langs)},{n_items}" for langs, n in sets]
    files = {file: table(*rows)}
    results = read_uploaded(files, "csv", unit="points")
    import_uploaded(store, results, files, "csv", task="xnli", experiment=experiment)


def shown(**chosen):
    """The view, with the row under the figure open."""
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/results.py")
    for key, value in {"results_view": "imported", "along_imported": True, **chosen}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def pinned(app, store, key="imported"):
    """The slide that was made of what has this key."""
    app.button(key=f"pin_{key}").click().run()
    assert not app.exception
    last = store.stories.story("our-findings").slides[-1].pin
    pair = store.stories.pin(last), store.stories.content(last)
    (slide,) = shown_slides(Story(title="x", slides=(Slide(pin=last),)), [pair])
    return slide, pair[0].pin.origin


def test_imported_results_alone_are_named_everywhere(store):
    take(store, THREE)
    app = shown()
    _, cite = (code.value for code in app.code)
    sha = store.outside.list()[0].imported.sha256
    for part in (
        "Task: xnli.",
        "SSLT(en), MSLT(de, en), MSLT(en, es); seeds 0, 1 and 2; 9 results of the experiment "
        "XLM-R, 3k.",
        f"file 'mine.csv' (SHA-256 {sha}), imported on",
        "is what their importer stated",
        "Size: 1 language scored, 200 items.",
    ):
        assert part in cite
    assert "No training run" not in cite
    slide, origin = pinned(app, store)
    assert slide.cite == cite
    assert slide.provenance.startswith(
        "xnli, imported as XLM-R, 3k: SSLT(en), MSLT(de, en), MSLT(en, es) "
        f"(file 'mine.csv', {sha[:8]}), seeds 0, 1 and 2, 1 language scored, 200 items, MSLT Lab"
    )
    facts = dict(slide.facts)
    assert facts["Imported as"] == "xnli, XLM-R, 3k, seeds 0, 1 and 2"
    assert {one.result for one in origin.outside} == set(store.outside.digests())


def test_the_link_and_the_pin_name_what_is_compared_also_by_default(store):
    take(store, THREE[:6])
    app = shown()
    _, origin = pinned(app, store)
    assert sorted(origin.query) == [
        ("imported_against", "SSLT(en) (imported)"),
        ("imported_experiment", "XLM-R, 3k"),
        ("imported_results", "MSLT(de, en) (imported)"),
        ("imported_score", "Token accuracy"),
        ("results_view", "Imported"),
    ]
    assert "imported_results=MSLT(de,+en)+(imported)" in app.code[0].value


def test_what_was_imported_is_listed_as_what_it_is(store):
    """The list shows all results of the experiment, also those that are compared with nothing."""
    take(store, [*THREE, ("fr+en", 0), ("fr+en", 7), ("sw+en", 0)])
    key = "table_of_imported results"
    app = shown(**{f"along_{key}": True})
    _, compared = pinned(app, store)
    _, listed = pinned(app, store, key)
    # three sets at most are compared, on the seeds alone that English has too
    assert (len(compared.outside), len(listed.outside)) == (10, 12)
    assert all(one.seed < 3 for one in compared.outside)


def test_beside_runs_both_are_cited(store):
    for seed in (0, 1):
        finished(store, run_spec(seed=seed))
    (group,) = run_groups(store)
    take(store, THREE[3:5], experiment=group.experiment, lang="ar", n_items=2)
    slide, origin = pinned(shown(), store)
    assert len(origin.runs) == len(origin.outside) == 2
    assert "Sets: SSLT(en); seeds 0 and 1; 2 runs." in slide.cite
    assert "Imported beside them: MSLT(de, en); seeds 0 and 1; 2 results." in slide.cite
    assert "seeds 0 and 1, imported: MSLT(de, en) (file 'mine.csv', " in slide.provenance
    listed = "table_of_imported results"
    alone, origin = pinned(shown(**{f"along_{listed}": True}), store, listed)
    assert not origin.runs
    assert alone.provenance.startswith("imported with runs of wikiann, base, 100 in 10 steps: MSLT")
    assert group.experiment not in alone.cite


def test_a_pin_opens_its_own_comparison_whatever_was_looked_at_last(store):
    take(store, THREE)
    app = shown(imported_results=["MSLT(en, es) (imported)"])
    _, origin = pinned(app, store)
    take(store, [("en", 0), ("fr+en", 0)], experiment="later", file="later.csv")
    app.session_state["import_shown"] = "later"
    app.run()
    assert app.multiselect(key="imported_results").value == ["MSLT(en, fr) (imported)"]
    # as "Open its view" on Present does: AppTest shows no page that an app switches to by itself
    app.switch_page("pages/overview.py").run()
    app.switch_page("pages/results.py")
    for name, value in origin.query:
        if name in app.session_state:
            del app.session_state[name]
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.selectbox(key="imported_experiment").value == "XLM-R, 3k"
    assert app.multiselect(key="imported_results").value == ["MSLT(en, es) (imported)"]


def test_the_numbers_are_pinned_with_one_decimal_and_probabilities_in_words(store):
    rows = [(langs, n) for langs in ("en", "de+en") for n in (0, 1, 4)]
    take(store, rows)
    name = "MSLT(de, en) (imported) minus SSLT(en) (imported), accuracy"
    key = f"table_of_{name}"
    pinned(shown(**{f"along_{key}": True}), store, key)
    (slide,) = store.stories.story("our-findings").slides
    content = store.stories.content(slide.pin)
    cells = dict(zip(content.columns, content.rows[0], strict=True))
    assert cells["SSLT(en) (imported)"] == 63.7, "(62 + 63 + 66) / 3"
    assert cells["MSLT(de, en) (imported)"] == 66.7
    assert (cells["difference"], cells["items"], cells["seeds"]) == (3, 200, 3)


def test_imported_scores_are_taken_along_in_full(store):
    """The page rounds them; who saves them as CSV gets what came in."""
    score = OutsideScores(scores={"accuracy": 0.61537}, n_items=None)
    store.outside.put_all([result_of(targets={"ar": score}, outcomes={})], NOTE)
    (cell,) = scores_table(outside_groups(store), "accuracy").iloc[:, -1]
    assert cell == pytest.approx(61.537)


def test_its_view_is_of_its_own_experiment_whatever_that_is_called_here(store):
    """Own runs name an experiment, and their labels depend on what else lies in a store."""
    take(store, THREE[:6])
    _, origin = pinned(shown(), store)
    pin = store.stories.pin(store.stories.story("our-findings").slides[0].pin)
    renamed = [
        (k, "called otherwise" if k == "imported_experiment" else v) for k, v in origin.query
    ]
    other = pin.pin.but(origin=origin.but(query=tuple(renamed)))
    digest = store.stories.put_pin(other, store.stories.content(pin.digest), pin.created_utc)
    store.stories.add_story("other", Story(title="Other", slides=(Slide(pin=digest),)))
    store.stories.delete_story("our-findings")
    take(store, [("en", 0), ("fr+en", 0)], experiment="later", file="later.csv")
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/present.py").run()
    app.button(key="open_view").click().run()
    app.switch_page("pages/results.py").run()
    assert not app.exception
    assert app.selectbox(key="imported_experiment").value == "XLM-R, 3k"
