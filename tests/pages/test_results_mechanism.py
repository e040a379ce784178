"""The Mechanism view: an honest nothing without geometry, the finding with it."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs, pipeline
from mslt_core.pipeline import PROJECT
from mslt_core.pipeline.outcomes import scores_of
from mslt_core.spec.mechanism import Association, GeometrySpec
from pages._shared import mechanism_table, mechanism_told
from pages._shared.mechanism_told import step_of
from pages._shared.take import row

TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MSLT_ROOTS", str(tmp_path))
    return pipeline.open_store()


def opened(**chosen: object) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/results.py").run()
    for key, value in chosen.items():
        app.session_state[key] = value
    app.session_state["results_view"] = "mechanism"
    app.run()
    assert not app.exception
    assert not app.error
    return app


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return re.sub(r"\\(.)", r"\1", "\n".join(str(e.value) for kind in kinds for e in kind))


def test_the_example_has_no_geometry_and_says_so(store, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start", lambda _, work, *__: started.append(work))
    app = opened()
    text = words(app)
    assert "**None of 381 runs is measured here yet**" in text
    assert "2 others have weights and 379 would have to be trained again" in text
    assert not app.get("plotly_chart")
    app.button(key="measure_weights").click().run()
    app.button(key="measure_again").click().run()
    weights, again = started
    assert isinstance(weights, GeometrySpec)
    assert (len(weights.look.checkpoints), len(again.look.checkpoints)) == (3, 1 + 125)
    assert weights.look.checkpoints[0] == "base"


def test_the_finding_with_its_interval(store, planted_geometry, monkeypatch):
    groups = [g for g in pipeline.run_groups(store) if len(g.source_langs) == 1]
    rng = np.random.default_rng(0)

    def along(info):
        scores = scores_of(store, info)
        found = [scores[lang].accuracy for lang in info.spec.target_langs]
        return np.array(found) + rng.normal(scale=0.005, size=24)

    asked = planted_geometry(store, groups, along, base=np.full(24, 0.5))
    chosen = {"closeness": asked.measure, "mechanism_corpus": asked.corpus}
    shown = {}
    monkeypatch.setattr(row, "_row", lambda _thing, key, _now, rests: shown.update({key: rests}))
    app = opened(**chosen)
    assert {"answer", "mechanism", "table_of_mechanism"} <= set(shown)
    assert {info.run for info in shown["mechanism"].infos} == {
        info.run for group in groups for info in group.runs
    }
    text = words(app)
    assert "**More mingling goes with better transfer here**" in text
    assert re.search(
        r"goes with \*\*\+\d+\.\d \[\d+\.\d, \d+\.\d\]\*\* points; r = \+[01]\.\d\d", text
    )
    assert "7 sets (3 seeds) on 17 targets" in text
    assert "Going together is no cause" in text
    assert re.search(r"By exchanging the source languages' names it is p [<=] 0\.0", text)
    assert "From base to run it changed by " in text
    assert len(app.get("plotly_chart")) == 1
    table, cells = (frame.value for frame in app.dataframe)
    assert list(table["sets"]) == [7, 7, 7, 7]
    assert len(cells) == 7 * 17
    app.selectbox(key="mechanism_targets").select("seen").run()
    assert not app.exception
    assert "**Not enough to tell**" in words(app)


def associated(**other: float) -> Association:
    known = {
        "slope": 1.0,
        "low": 0.5,
        "high": 1.5,
        "correlation": 0.5,
        "correlation_low": 0.1,
        "correlation_high": 0.8,
        "p": 0.01,
        "spread": 0.2,
    }
    return Association(**(known | other), df=5, n=20, n_sets=6, n_targets=5)


@pytest.mark.parametrize(("spread", "step"), [(0.2, 0.1), (0.013, 0.02), (1e-5, 0.001)])
def test_steps_are_no_larger_than_what_there_is(spread, step):
    assert step_of(associated(spread=spread)) == step


def test_a_bound_that_rounds_to_zero_has_no_sign():
    # -0.003 in slope, for a step of 0.1 and in points: -0.03
    one = associated(low=-0.003, correlation_low=-0.001)
    assert mechanism_told._points(one, 0.1) == r"+10.0 \[0.0, 15.0\]"
    assert mechanism_told._r(one) == r"+0.50 \[0.00, 0.80\]"
    shown = str(mechanism_table._row("", associated(low=-0.0003, correlation_low=-0.001), 0.1))
    assert "-0.0" not in shown
    assert "'low': 0.0" in shown
