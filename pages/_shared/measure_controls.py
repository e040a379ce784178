"""What is measured beside the usual, and in which space: under More on the Mingling page."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.errors import SpecError
from mslt_core.spec.measuring import MeasureSpec, Part, Space
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import MingleSpec

MAX_CHECKPOINTS = 4
"""Panels that can be read side by side."""

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


def measured_too(corpus: str) -> tuple[Space, tuple[Part, ...]]:
    """The space of retrieval and alignment, and parts beside those that are always measured."""
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
    parts: list[Part] = []
    if st.checkbox(
        "Alignment error too",
        key="alignment",
        bind="query-params",
        help=METRICS["relative_alignment_error"].meaning,
    ):
        parts.append("alignment")
    if pipeline.has_words(corpus, roots=pipeline.allowed_roots()) and st.checkbox(
        "Part-of-speech transfer too",
        key="words",
        bind="query-params",
        help=METRICS["pos_transfer"].meaning,
    ):
        parts.append("words")
    return space, tuple(parts)


def further_checkpoints(taken: Sequence[str]) -> tuple[str, ...]:
    """Checkpoints beside the sidebar's: other runs, a run on its way, folders."""
    text = st.text_input(
        "Further checkpoints",
        key="further",
        bind="query-params",
        help="Runs by their digest, RUN@STEP for weights that were kept on the way (to see mixing "
        "over training), or folders; joined by commas.",
    )
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for key in keys:
        if "/" in key and not key.startswith(("/", "~")):
            raise SpecError(
                f"further checkpoints are runs or folders, got {key!r}",
                hint="A folder begins with / or ~; a model of the hub is given by its folder.",
            )
    if len({*taken, *keys}) > MAX_CHECKPOINTS:
        raise SpecError(
            f"at most {MAX_CHECKPOINTS} checkpoints are shown side by side, "
            f"got {len({*taken, *keys})}",
            hint="Take some out under Compare, in the sidebar.",
        )
    return tuple(key for key in keys if key not in taken)


def measures_of(look: MingleSpec, space: Space, too: tuple[Part, ...]) -> MeasureSpec:
    """The same checkpoints, sentences and languages, measured at every layer."""
    return MeasureSpec(
        checkpoints=look.checkpoints,
        corpus=look.corpus,
        langs=look.langs,
        pooling=look.pooling,
        space=space,
        parts=(*pipeline.MEASURED, *too),
    )


def space_told(measures: Measures, name: str) -> str:
    """What a figure's caption adds where a measure is not of the model's own space."""
    space = measures.space_of(name)
    return "" if space == "raw" else f", space {SPACES[space]}"


def layers_at(measures: Measures, place: int) -> str:
    """layer 4; layers 12 and 4 where checkpoints differ in depth."""
    return figures.layers(of_one[place] for of_one in measures.layers)
