"""Dimensions that dominate the cosine, as the Mingling page lists them."""

import pytest
from streamlit.testing.v1 import AppTest


def shown() -> None:
    import numpy as np
    import streamlit as st

    from mslt_core import pipeline
    from mslt_core.analysis.jackknife import bare
    from mslt_core.pipeline import Measures
    from mslt_core.spec.results import CheckpointRef
    from pages._shared.context import Context
    from pages._shared.cosine_view import dominating_dimensions

    def of(shares, mean, rest):
        return {
            "mean_cosine": bare(np.array(mean)),
            "mean_cosine_rest": bare(np.array(rest)),
            "cosine_shares": bare(np.array([*shares, *[0.001] * 200])),
        }

    refs = tuple(
        CheckpointRef(
            key=name,
            name=name,
            kind="base",
            seen_langs=(),
            path="",
            fingerprint=name,
            n_layers=1,
        )
        for name in ("Base", "SSLT(en)")
    )
    even = of((), 0.2, 0.2)
    some = (even, of((0.07, 0.14, 0.13, 0.12, 0.11, 0.06), 0.903, 0.5))
    st.session_state["context"] = Context(pipeline.open_store(), (), (), ())
    found = ((of((0.3, 0.33), 0.98, 0.41), even), some)
    dominating_dimensions(
        Measures(
            checkpoints=refs,
            layers=((0, 1), (0, 1)),
            found=found if st.session_state["dominated"] else ((even, even),) * 2,
            langs=("de", "en"),
            n=50,
            n_blocks=10,
        )
    )


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path))


def app(*, dominated: bool) -> AppTest:
    app = AppTest.from_function(shown, default_timeout=120)
    app.session_state["dominated"] = dominated
    app.run()
    assert not app.exception
    return app


def test_layers_are_listed_where_a_dimension_dominates():
    (frame,) = app(dominated=True).dataframe
    rows = [tuple(row) for row in frame.value.itertuples(index=False)]
    assert rows == [
        ("Base", 0, "1, 0", "63 %", pytest.approx(0.98), pytest.approx(0.41)),
        ("SSLT(en)", 1, "1, 2, 3, 4, 0 and 1 more", "63 %", pytest.approx(0.9), pytest.approx(0.5)),
    ]


def test_an_even_space_is_said_to_be_one():
    told = app(dominated=False)
    assert not told.dataframe
    assert "No dimension makes up 5 %" in told.markdown[0].value
