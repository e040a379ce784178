"""The maps of parallel sentences: side by side, moving, or still; and what is chosen on them."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from mslt_core.figures import Grouping
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec
from pages._shared.context import Context
from pages._shared.frames_view import layer_frames, through_layers
from pages._shared.map_colours import CHOICES, ColourBy, Colouring, colouring
from pages._shared.map_filter import hidden_languages
from pages._shared.map_panels import side_by_side, through_checkpoints
from pages._shared.maps_still import still
from pages._shared.maps_told import apart_told, drawn_told, told_of
from pages._shared.scatter import ScatterView, scatter

Arrangement = Literal["side", "moving", "layers", "still"]
ARRANGEMENTS: dict[Arrangement, str] = {
    "side": "Side by side",
    "moving": "Over checkpoints",
    "layers": "Over layers",
    "still": "Still",
}
HOW_TO_READ = (
    "Every point is one sentence; the same sentences in every panel. Filled: the language was "
    "trained on; outlined: it was not. Point at one for its text, click it for its translations; "
    "the wheel zooms, drag moves, shift and drag selects, double click resets. Distances on a map "
    "are not distances in the model: those are measured below. Above each panel: the mingling "
    "score of these sentences in the model and on the map, and the mean CKA. The answer "
    "is about more sentences, and fewer ones mix more by this score: compare panel with panel."
)


def maps(context: Context, look: MingleSpec, result: MingleResult) -> Grouping:
    """The WebGL view, or its Plotly twin; what is chosen below. What languages are coloured by."""
    by, arrangement, hidden = _asked(result)
    look_of = colouring(context, look, result, by)
    colours = context.colours()
    if arrangement == "still":
        still(result, look_of, colours, hidden)
        st.caption(look_of.told or STILL)
        st.caption(drawn_told(look, result, hidden))
        apart_told(result)
        return look_of.group
    view = _view(context, look, result, arrangement)
    if view is None:
        return look_of.group
    chosen = scatter(view(look_of, colours, hidden), key=f"maps_{arrangement}")
    if arrangement != "layers" or not chosen.draws:  # the twin shows one layer
        still(result, look_of, colours, hidden, shown=not chosen.draws)
    if look_of.told:
        st.caption(look_of.told)
    st.caption(drawn_told(look, result, hidden))
    st.caption(HOW_TO_READ)
    apart_told(result)
    told_of(result, chosen)
    return look_of.group


def _asked(result: MingleResult) -> tuple[ColourBy, Arrangement, frozenset[str]]:
    arrangements = [a for a in ARRANGEMENTS if a != "moving" or len(result.maps) > 1]
    row = st.container(horizontal=True, vertical_alignment="bottom", wrap=False)
    by: ColourBy = row.selectbox(
        "Colour by",
        list(CHOICES),
        format_func=lambda name: CHOICES[name],
        key="colour",
        bind="query-params",
        width=130,
    )
    arrangement: Arrangement = row.segmented_control(
        "Arrangement",
        arrangements,
        default="side",
        required=True,
        format_func=lambda name: ARRANGEMENTS[name],
        key="arrangement",
        bind="query-params",
        label_visibility="collapsed",
    )
    with row.container(width="stretch"):
        return by, arrangement, hidden_languages(result)


STILL = "The same points as a picture that the camera above it saves. A group hides by its legend."

Viewed = Callable[[Colouring, dict[str, str], frozenset[str]], ScatterView]


def _view(
    context: Context, look: MingleSpec, result: MingleResult, arrangement: Arrangement
) -> Viewed | None:
    if arrangement == "side":
        return lambda *given: side_by_side(result, *given)
    if arrangement == "moving":
        return lambda *given: through_checkpoints(result, *given)
    frames = layer_frames(context, look)
    return None if frames is None else lambda *given: through_layers(frames, *given)
