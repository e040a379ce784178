"""What was measured in another space says so, and words are shown like every measure of pairs."""

import json

import pytest
from streamlit.testing.v1 import AppTest


def drawn() -> None:
    import numpy as np
    import streamlit as st

    from mslt_core import pipeline
    from mslt_core.analysis.jackknife import jackknifed
    from mslt_core.pipeline import EXAMPLE_CORPUS, Measures
    from mslt_core.spec.measuring import MeasureSpec
    from mslt_core.spec.results import CheckpointRef
    from pages._shared.context import Context
    from pages._shared.layers_view import by_layer, by_pair
    from pages._shared.on_demand import Looked

    noise = np.random.default_rng(0).uniform(size=(40, 3, 3))
    found = jackknifed(lambda kept: noise[kept].mean(axis=0), np.arange(40) % 8)
    names = ("linear_cka", "alignment_error", "relative_alignment_error", "pos_transfer")
    base = CheckpointRef(
        key="base",
        name="Base",
        kind="base",
        seen_langs=(),
        path="",
        fingerprint="0" * 16,
        n_layers=1,
    )
    measures = Measures(
        checkpoints=(base,), layers=((0, 1),), found=((dict.fromkeys(names, found),) * 2,),
        langs=("ar", "de", "en"), n=40, n_blocks=8, space="centred_by_language",
    )  # fmt: skip
    asked = MeasureSpec(checkpoints=("base",), corpus=EXAMPLE_CORPUS, langs=measures.langs)
    now = st.session_state["context"] = Context(pipeline.open_store(), (), (), ())
    looked = Looked(now, asked, measures, {})
    by_layer(looked)
    by_pair(looked, "family")


@pytest.mark.parametrize(
    ("measure", "spaced"),
    [("linear_cka", False), ("relative_alignment_error", True), ("pos_transfer", False)],
)
def test_titles_name_the_space_where_it_counts(measure, spaced):
    app = AppTest.from_function(drawn, default_timeout=120)
    app.session_state["layers_measure"] = app.session_state["pairs_measure"] = measure
    app.run()
    assert not app.exception
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert len(charts) == 2
    for chart in charts:
        told = json.dumps(chart, ensure_ascii=False)
        assert ("space without each language's mean" in told) == spaced


def offered() -> None:
    import numpy as np
    import streamlit as st

    from mslt_core import pipeline
    from mslt_core.analysis.jackknife import bare
    from mslt_core.pipeline import EXAMPLE_CORPUS, Measures
    from mslt_core.spec.measuring import MeasureSpec
    from mslt_core.spec.results import CheckpointRef
    from pages._shared.context import Context
    from pages._shared.layers_view import by_layer, by_pair
    from pages._shared.on_demand import Looked

    base = CheckpointRef(
        key="base",
        name="Base",
        kind="base",
        seen_langs=(),
        path="",
        fingerprint="0" * 16,
        n_layers=1,
    )
    found = {"linear_cka": bare(np.eye(3)), "effective_rank": bare(np.array(7.0))}
    measures = Measures(
        checkpoints=(base,), layers=((0, 1),), found=((found,) * 2,),
        langs=("ar", "de", "en"), n=40, n_blocks=8, k=49,
    )  # fmt: skip
    asked = MeasureSpec(checkpoints=("base",), corpus=EXAMPLE_CORPUS, langs=measures.langs, k=49)
    now = st.session_state["context"] = Context(pipeline.open_store(), (), (), ())
    looked = Looked(now, asked, measures, {})
    by_layer(looked)
    by_pair(looked, "family")


def ask_for(monkeypatch, tmp_path, **chosen):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path))
    app = AppTest.from_function(offered, default_timeout=120)
    for key, value in chosen.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def test_what_is_missing_twice_is_offered_once_a_view(monkeypatch, tmp_path):
    views = ("layers", "pairs")
    chosen = {f"{view}_measure": "rbf_cka" for view in views}
    app = ask_for(monkeypatch, tmp_path, **chosen, **{f"{view}_chance": True for view in views})
    assert [button.label for button in app.button].count("Measure it") == 2
    assert not app.get("plotly_chart")


def test_intervals_of_the_rank_are_measured_on_demand(monkeypatch, tmp_path):
    app = ask_for(monkeypatch, tmp_path, layers_measure="effective_rank")
    assert len(app.get("plotly_chart")) == 2
    assert "With intervals" in [toggle.label for toggle in app.toggle]
    app = ask_for(monkeypatch, tmp_path, layers_measure="effective_rank", layers_intervals=True)
    assert len(app.get("plotly_chart")) == 1
    assert any("How sure effective rank" in told.value for told in app.markdown)
