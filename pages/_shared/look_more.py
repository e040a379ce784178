"""Corpus, runs, layer, pooling: what a look at the Mingling page leaves under More."""

from typing import Any, get_args

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import Estimator
from pages._shared.context import Context

POOLINGS = {
    "mean": "mean of all tokens, as in the paper",
    "mean_no_special": "mean without special tokens",
    "first": "first token",
    "max": "largest value of each feature",
}


def more_of(context: Context) -> dict[str, Any]:
    """Corpus, seed of the runs, and what is embedded."""
    corpus = st.text_input(
        "Parallel sentences",
        pipeline.EXAMPLE_CORPUS,
        key="corpus",
        bind="query-params",
        help="cldr-parallel, or a folder that holds UD_English-PUD and its sisters.",
    )
    of_each = [{info.spec.seed for info in group.runs} for group in context.chosen]
    common = sorted(set.intersection(*of_each)) if of_each else [0]
    seed = st.selectbox(
        "Seed of the runs",
        common or sorted(set.union(*of_each)),
        key="run_seed",
        bind="query-params",
        help="" if common else "No seed is common to the sets: one that lacks it shows its first.",
    )
    return {"corpus": corpus, "seed": seed, **_embedded()}


def _embedded() -> dict[str, Any]:
    """Layer, pooling and estimator."""
    layer = st.number_input(
        "Layer",
        min_value=-1,
        value=-1,
        key="layer",
        help="-1 is the last, 0 the embeddings.",
        bind="query-params",
    )
    pooling = st.selectbox(
        "Pooling",
        list(POOLINGS),
        format_func=lambda name: POOLINGS[name],
        key="pooling",
        bind="query-params",
    )
    estimator = st.selectbox(
        "CKA estimator",
        get_args(Estimator),
        key="estimator",
        help=METRICS["linear_cka"].meaning,
        bind="query-params",
    )
    return {"layer": int(layer), "pooling": pooling, "estimator": estimator}
