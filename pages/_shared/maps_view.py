"""The maps of parallel sentences: panels side by side, or one that moves; and what is chosen."""

from typing import Literal

import streamlit as st

from mslt_core import figures
from mslt_core.figures import Grouping
from mslt_core.spec.results import MingleResult
from pages._shared.maps_told import told_of
from pages._shared.scatter import Panel, ScatterView, language_looks, rows_of, scatter
from pages._shared.theme import current_theme, show_figure

Arrangement = Literal["side", "moving"]
ARRANGEMENTS: dict[Arrangement, str] = {
    "side": "Side by side",
    "moving": "One map, moving",
}
HOW_TO_READ = (
    "Every point is one sentence; the same sentences in every panel. Filled: the language was "
    "trained on; outlined: it was not. Point at one for its text, click it for its translations; "
    "the wheel zooms, drag moves, shift and drag selects, double click resets. Distances on a map "
    "are not distances in the model: those are measured below."
)


def maps(result: MingleResult, colours: dict[str, str]) -> Grouping:
    """The WebGL view, or its Plotly twin where the browser draws no WebGL; what is chosen below.

    Returns by what languages are coloured.
    """
    group, arrangement = _asked(moves=len(result.maps) > 1)
    view = view_of(result, group, colours, arrangement)
    chosen = scatter(view, key=f"maps_{arrangement}")
    if not chosen.draws:
        drawn = figures.language_maps(result, group=group, colours=colours, theme=current_theme())
        show_figure(drawn, key="maps_still")
    st.caption(HOW_TO_READ)
    told_of(result, chosen)
    return group


def _asked(*, moves: bool) -> tuple[Grouping, Arrangement]:
    groupings: list[Grouping] = ["family", "script"]
    arrangements: list[Arrangement] = list(ARRANGEMENTS)
    with st.container(horizontal=True):
        group = st.segmented_control(
            "Colour by",
            groupings,
            default="family",
            required=True,
            key="colour",
            bind="query-params",
            label_visibility="collapsed",
            format_func=lambda name: f"Colour by {name}",
        )
        if not moves:
            return group, "side"
        return group, st.segmented_control(
            "Arrangement",
            arrangements,
            default="side",
            required=True,
            format_func=lambda name: ARRANGEMENTS[name],
            key="arrangement",
            bind="query-params",
            label_visibility="collapsed",
        )


def view_of(
    result: MingleResult, group: Grouping, colours: dict[str, str], arrangement: Arrangement
) -> ScatterView:
    """What the view is given: a panel a checkpoint, or a frame a checkpoint in one panel."""
    first = result.maps[0]
    langs, sentences = rows_of(len(first.langs), len(first.ids))
    panels = _panels(result, figures.set_colours((ref.name for ref in result.checkpoints), colours))
    moving = arrangement == "moving"
    return ScatterView(
        panels=(_one_after_the_other(panels),) if moving else panels,
        frames=tuple(panel.name for panel in panels) if moving else ("",),
        frame_noun="Checkpoint",
        ids=first.ids,
        languages=language_looks(first.langs, group),
        legend=tuple(figures.language_order(first.langs, group)),
        lang_index=langs,
        sentence_index=sentences,
        texts=result.texts,
        alt=figures.maps_told(result),
    )


def _panels(result: MingleResult, colours: dict[str, str]) -> tuple[Panel, ...]:
    return tuple(
        Panel(
            name=ref.name,
            coords=(drawn.coords,),
            colour=colours[ref.name],
            below=(f"mean CKA {cka.mean_off_diagonal():.2f}",),
            seen=(frozenset(ref.source_langs),),
            neighbours=() if drawn.neighbours is None else (drawn.neighbours,),
        )
        for ref, drawn, cka in zip(result.checkpoints, result.maps, result.ckas, strict=True)
    )


def _one_after_the_other(panels: tuple[Panel, ...]) -> Panel:
    """One panel whose frames are the others."""
    near = tuple(panel.neighbours[0] for panel in panels if panel.neighbours)
    return Panel(
        name="All checkpoints",
        coords=tuple(panel.coords[0] for panel in panels),
        below=tuple(f"{panel.name}, {panel.below[0]}" for panel in panels),
        seen=tuple(panel.seen[0] for panel in panels),
        neighbours=near if len(near) == len(panels) else (),
    )
