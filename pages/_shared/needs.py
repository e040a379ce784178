"""What a criterion needs besides the pool: figures, targets, weights, a model and its text."""

from typing import Any, get_args

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.criteria import CRITERIA, PRETRAINING_OF
from mslt_core.spec.selecting import (
    Criterion,
    FeatureSet,
    Normalisation,
    PretrainingFigures,
)
from pages._shared.language_box import language_box

NORMALISATIONS = {
    "rank": "ranks",
    "zscore": "z-scores",
    "rrf": "reciprocal ranks, equal weights",
}


def needed_by(criterion: Criterion) -> dict[str, Any]:
    """What the criterion cannot do without."""
    if criterion == "targets":
        return targets()
    if criterion == "pretraining_size":
        return pretraining_figures()
    if criterion == "blend":
        return _weights()
    return {}


def pretraining_figures() -> dict[str, Any]:
    """Whose pretraining data is counted."""
    figures: tuple[PretrainingFigures, ...] = get_args(PretrainingFigures)
    chosen = st.selectbox(
        "Pretraining data of",
        figures,
        format_func=lambda name: PRETRAINING_OF[name],
        key="pretraining",
        bind="query-params",
    )
    return {"pretraining": chosen}


def text_and_layer() -> dict[str, Any]:
    """The text of vocabulary and embeddings, and the layer of these."""
    corpus = st.text_input(
        "Text",
        pipeline.EXAMPLE_CORPUS,
        key="text",
        bind="query-params",
        help="cldr-parallel, or a folder of PUD treebanks; for the vocabulary also cldr-ner or "
        "wikiann: and a folder.",
    )
    layer = st.number_input(
        "Layer",
        min_value=-1,
        value=-1,
        key="vector_layer",
        bind="query-params",
        help="Of embeddings; -1 is the last.",
    )
    return {"corpus": corpus, "layer": int(layer)}


def targets() -> dict[str, Any]:
    """The languages to be close to, and in what."""
    chosen = language_box("Close to these targets", pipeline.selectable_langs(), key="targets")
    by: tuple[FeatureSet, ...] = get_args(FeatureSet)
    target_by = st.selectbox(
        "Similar in",
        by,
        format_func=lambda name: CRITERIA[name].label,
        key="target_by",
        bind="query-params",
    )
    return {"targets": chosen, "target_by": target_by}


def _weights() -> dict[str, Any]:
    """A slider for each part of a blend, from -1 (less is better) to 1."""
    parts = st.multiselect(
        "Parts",
        [name for name in get_args(Criterion) if name != "blend"],
        default=["syntax", "script"],
        format_func=lambda name: CRITERIA[name].label,
        key="parts",
        bind="query-params",
        wrap=True,
    )
    weights = tuple(
        (
            name,
            st.slider(
                f"Weight of {CRITERIA[name].name}",
                *(-1.0, 1.0, 1.0, 0.25),
                key=f"weight_{name}",
                bind="query-params",
            ),
        )
        for name in parts
    )
    ways: tuple[Normalisation, ...] = get_args(Normalisation)
    normalise = st.selectbox(
        "Added up as",
        ways,
        format_func=lambda name: NORMALISATIONS[name],
        key="normalise",
        bind="query-params",
        help="Ranks and z-scores are weighted; reciprocal ranks count every part alike. "
        "A weight below 0 means that less is better.",
    )
    needed = {"weights": weights, "normalise": normalise}
    if "pretraining_size" in parts:
        needed |= pretraining_figures()
    return needed | (targets() if "targets" in parts else {})
