"""How sentences are measured: under More on the Mingling page, and in captions."""

from typing import NamedTuple, get_args

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.corpora import Original
from mslt_core.spec.languages import label
from mslt_core.spec.measuring import MeasureSpec, Space
from mslt_core.spec.specs import MingleSpec

SPACES: dict[Space, str] = {
    "raw": "as the model gives it",
    "centred": "without the common mean",
    "centred_by_language": "without each language's mean",
    "whitened": "whitened",
}
REMOVES: dict[Space, str] = {
    "raw": "Nothing is taken off.",
    "centred": "Takes off what all sentences of all languages share.",
    "centred_by_language": "Takes off where each language lies too, so that translations can be "
    "near each other although the languages are apart.",
    "whitened": "Takes off the common mean and evens out all directions, so that a few large "
    "dimensions no longer dominate.",
}
SEEN_MEANS = (
    "Seen: trained on by one of the checkpoints that are compared. The same pairs are taken in all "
    "of them, the base included."
)
CHANCE_MEANS = (
    "CKA is told from chance where fewer than 5 % of all ways to pair the sentences of two "
    "languages at random give as much (Holm's procedure over the pairs of a checkpoint and layer)."
)
SPREAD = frozenset({"effective_rank", "language_silhouette", "linear_cka_biased"})
"""Measures whose intervals cost as much as many others and so are asked for."""
WITH_K = frozenset({"mingling", "neighbour_overlap", "checkpoint_neighbours"})
"""Measures that look at k neighbours."""

DEBIASED = frozenset({"linear_cka", "rbf_cka", "checkpoint_cka"})
"""CKA by the estimator that few sentences do not push towards 1."""


class How(NamedTuple):
    """How sentences are measured, beside what maps share."""

    space: Space
    k: int
    original: Original


def how_measured() -> How:
    """The space, the neighbours and the original language."""
    space: Space = st.selectbox(
        "Space of retrieval and alignment",
        list(SPACES),
        format_func=lambda name: SPACES[name],
        key="space",
        bind="query-params",
        help="CKA is the same without any of these means. Mingling and language identity ask "
        "where languages lie, so they keep the model's own space.",
    )
    st.caption(REMOVES[space])
    k = st.number_input(
        "Neighbours of a sentence (k)",
        min_value=2,
        max_value=50,
        value=15,
        key="k",
        bind="query-params",
        help="Of the mingling score and of mutual neighbours. Scores of different k or n do not "
        "compare.",
    )
    original: Original = st.selectbox(
        "Sentences first written in",
        get_args(Original),
        format_func=lambda code: "any language" if code == "any" else label(code),
        key="original",
        bind="query-params",
        help="PUD tells it. Translated text may mix more easily than text as it was written.",
    )
    return How(space, int(k), original)


def measures_of(look: MingleSpec, how: How) -> MeasureSpec:
    """The same checkpoints, sentences and languages, measured at every layer."""
    return MeasureSpec(
        checkpoints=look.checkpoints,
        corpus=look.corpus,
        langs=look.langs,
        pooling=look.pooling,
        space=how.space,
        k=how.k,
        original=how.original,
        parts=pipeline.MEASURED,
    )


def conditions(measures: Measures, name: str) -> str:
    """What a figure's caption adds: whose sentences, as which vectors, and which were taken."""
    told = ["debiased"] if name in DEBIASED else []
    if (space := measures.space_of(name)) != "raw":
        told.append(f"space {SPACES[space]}")
    if name in WITH_K:
        told.append(f"k = {measures.k}")
    if name.startswith("gromov"):
        told.append(f"{measures.points} sentences of them, drawn at random")
    return figures.taken(measures.pooling, measures.original, *told, corpus=measures.corpus)


def layers_at(measures: Measures, place: int) -> str:
    """layer 4; layers 12 and 4 where checkpoints differ in depth."""
    return figures.layers(of_one[place] for of_one in measures.layers)
