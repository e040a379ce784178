"""The maps of parallel sentences: panels side by side, or one that moves; and what is chosen."""

from typing import Literal

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Grouping
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from pages._shared.messages import escape
from pages._shared.scatter import Panel, ScatterView, Selection, language_looks, rows_of, scatter
from pages._shared.tables import show_table
from pages._shared.theme import current_theme, show_figure

Arrangement = Literal["side", "moving"]
ARRANGEMENTS: dict[Arrangement, str] = {
    "side": "Side by side",
    "moving": "One map, moving",
}
N_ROWS_SHOWN = 500


def maps(result: MingleResult, group: Grouping, colours: dict[str, str]) -> None:
    """The WebGL view, or its Plotly twin where the browser draws no WebGL; what is chosen below."""
    arrangements: list[Arrangement] = list(ARRANGEMENTS)
    one = len(result.maps) == 1
    arrangement: Arrangement = "side"
    if not one:
        arrangement = st.segmented_control(
            "Arrangement",
            arrangements,
            default="side",
            required=True,
            format_func=lambda name: ARRANGEMENTS[name],
            key="arrangement",
            bind="query-params",
            label_visibility="collapsed",
        )
    view = view_of(result, group, colours, arrangement)
    chosen = scatter(view, key=f"maps_{arrangement}")
    if not chosen.draws:
        drawn = figures.language_maps(result, group=group, colours=colours, theme=current_theme())
        show_figure(drawn, key="maps_still")
    _told_of(result, chosen)


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


def _told_of(result: MingleResult, chosen: Selection) -> None:
    """The chosen sentence in every language, or the chosen points, as a table to take along."""
    first = result.maps[0]
    if chosen.sentence_id is not None:
        place = first.ids.index(chosen.sentence_id)
        st.markdown(f"**Sentence {escape(chosen.sentence_id)}** in {len(first.langs)} languages")
        rows = [(label(lang), result.texts[lang][place]) for lang in first.langs]
        show_table(pd.DataFrame(rows, columns=["language", "sentence"]), name="translations")
    elif len(chosen.rows):
        n = len(first.ids)
        st.markdown(f"**{len(chosen.rows):,} sentences** are chosen")
        points = [
            (
                first.ids[row % n],
                first.langs[row // n],
                result.texts[first.langs[row // n]][row % n],
            )
            for row in chosen.rows[:N_ROWS_SHOWN].tolist()
        ]
        frame = pd.DataFrame(points, columns=["sentence id", "language", "sentence"])
        show_table(frame, name="chosen sentences")
        if len(chosen.rows) > N_ROWS_SHOWN:
            st.caption(f"The first {N_ROWS_SHOWN} are shown.")


def trust(result: MingleResult) -> None:
    """How far each map may be believed, and a plain warning where it may not."""
    rows = []
    for ref, drawn in zip(result.checkpoints, result.maps, strict=True):
        said = pipeline.map_verdict(drawn)
        if said:
            st.warning(escape(said), title=escape(ref.name))
        rows.append(
            {
                "checkpoint": ref.name,
                **{METRICS[name].label: round(value, 3) for name, value in drawn.quality.items()},
                METRICS["disparity"].label: drawn.disparity and round(drawn.disparity, 3),
            }
        )
    show_table(pd.DataFrame(rows), name="trust in the maps")
    told = " ".join(
        f"**{METRICS[name].label}**: {METRICS[name].meaning}"
        for name in ("trustworthiness", "continuity", "neighbourhood_preservation")
    )
    st.caption(told)
    st.caption(
        "The first map stands for itself; each other one starts from it and is then shifted, "
        "turned and scaled onto it. So places can be compared, at a price: a warm start favours "
        "the first map. One joint fit of all checkpoints would treat them alike, but draws each "
        "checkpoint as an island of its own where they differ as wholes."
    )
