"""What was measured in another space says so, and words are shown like every measure of pairs."""

import json

import pytest
from streamlit.testing.v1 import AppTest


def drawn() -> None:
    import numpy as np

    from mslt_core.analysis.jackknife import jackknifed
    from mslt_core.pipeline import EXAMPLE_CORPUS, Measures
    from mslt_core.spec.measuring import MeasureSpec
    from mslt_core.spec.results import CheckpointRef
    from pages._shared.layers_view import by_layer, by_pair
    from pages._shared.on_demand import Looked

    noise = np.random.default_rng(0).uniform(size=(40, 3, 3))
    found = jackknifed(lambda kept: noise[kept].mean(axis=0), np.arange(40) % 8)
    names = ("linear_cka", "alignment_error", "relative_alignment_error", "pos_transfer")
    base = CheckpointRef(
        key="base",
        name="Base",
        kind="base",
        source_langs=(),
        path="",
        fingerprint="0" * 16,
        n_layers=1,
    )
    measures = Measures(
        checkpoints=(base,), layers=((0, 1),), found=((dict.fromkeys(names, found),) * 2,),
        langs=("ar", "de", "en"), n=40, n_blocks=8, space="centred_by_language",
    )  # fmt: skip
    asked = MeasureSpec(checkpoints=("base",), corpus=EXAMPLE_CORPUS, langs=measures.langs)
    looked = Looked(None, asked, measures, {})  # type: ignore[arg-type]  # nothing is asked of it
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
