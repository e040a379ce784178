"""The sidebar: what it offers and what it keeps."""

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core.commands.experiments import experiment_of
from mslt_core.pipeline import open_store, run_groups


def _sidebar():
    from pages._shared.controls import sidebar

    sidebar()


@pytest.fixture
def two_experiments(tmp_path, monkeypatch):
    """The shipped one, and one of the user's own with two sets."""
    monkeypatch.setenv("MSLT_STORE", str(tmp_path))
    _finish(tmp_path, ("de",), ("de", "en"), budget=77)


def _finish(tmp_path, *sets, budget):
    """Runs of the user's own, with the numbers of a shipped one."""
    store = open_store(tmp_path)
    shipped = store.runs.list()[0]
    outcome = store.runs.outcome(shipped.run)
    fields = {name: outcome[name] for name in ("scores", "tokens_seen", "device")}
    for langs in sets:
        spec = shipped.spec.but(budget=budget, source_langs=langs)
        run = spec.digest()
        store.runs.create(spec, shipped.where)
        with store.runs.claim(run):
            store.runs.set_state(run, "running")
            store.runs.write_outcome(
                run,
                **fields,
                predictions={},
                sampled={lang: ["1"] for lang in langs},
                weights="a" * 16,
                n_layers=4,
            )
            store.runs.set_state(run, "done")


@pytest.mark.usefixtures("two_experiments")
def test_another_experiment_comes_with_sets_of_its_own():
    """What was compared in the first experiment is none of the second one's sets."""
    app = AppTest.from_function(_sidebar, default_timeout=60).run()
    assert "77" in app.selectbox(key="experiment").options[0]
    assert len(app.multiselect(key="compare").value) == 2
    for place, n_compared in ((1, 3), (0, 2)):
        app.selectbox(key="experiment").select_index(place).run()
        assert not app.exception
        assert len(app.multiselect(key="compare").value) == n_compared


@pytest.mark.usefixtures("two_experiments")
def test_a_run_that_was_tried_out_turns_no_page_to_another_experiment(tmp_path):
    """Nor another one than the commands take."""
    _finish(tmp_path, ("es",), budget=55)
    app = AppTest.from_function(_sidebar, default_timeout=60).run()
    box = app.selectbox(key="experiment")
    assert box.value == experiment_of(run_groups(open_store(tmp_path)), None)
    told = [next(n for n in ("77", "55", "1,000") if f"{n} in" in one) for one in box.options]
    assert told == ["77", "55", "1,000"]


def test_at_first_several_sources_stand_beside_a_single_one(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path))
    _finish(tmp_path, ("de",), ("en",), ("zh",), ("de", "en"), ("de", "zh"), budget=77)
    app = AppTest.from_function(_sidebar, default_timeout=60).run()
    box = app.multiselect(key="compare")
    names = {group.key: group.name for group in run_groups(open_store(tmp_path))}
    assert [names[key] for key in box.value] == ["SSLT(en)", "MSLT(de, en)", "MSLT(de, zh)"]


@pytest.mark.usefixtures("two_experiments")
def test_what_is_compared_stays_as_it_was_chosen():
    app = AppTest.from_function(_sidebar, default_timeout=60).run()
    first = app.multiselect(key="compare").value[0]
    app.multiselect(key="compare").set_value([first]).run()
    assert app.multiselect(key="compare").value == [first]
    app.multiselect(key="compare").set_value([]).run()
    assert app.multiselect(key="compare").value == []


@pytest.mark.usefixtures("two_experiments")
@pytest.mark.parametrize("known", [True, False])
def test_a_link_to_an_experiment_that_is_not_here_says_so(known):
    """Or its view would be another experiment's, as if it were the one that was meant."""
    app = AppTest.from_function(_sidebar, default_timeout=60)
    named = AppTest.from_function(_sidebar, default_timeout=60).run()
    second = named.selectbox(key="experiment").options[1]
    app.query_params["experiment"] = second if known else "xnli, mini, 5 in 1 steps"
    app.run()
    told = [warning.value for warning in app.warning]
    assert told == [] if known else "not in this store by that name" in told[0]
    if known:
        assert app.selectbox(key="experiment").index == 1
