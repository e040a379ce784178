"""Imported results against each other and against own runs, target by target."""

import functools
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.pipeline import OutsideGroup
from mslt_core.pipeline.outside import results_paired
from mslt_core.spec.results import GainResult, RunGroup
from pages._shared.context import Context
from pages._shared.gains_table import table
from pages._shared.gains_told import answer, averaged_over
from pages._shared.imported_told import unpaired
from pages._shared.intervals_told import intervals_told
from pages._shared.messages import escape
from pages._shared.tables import show_table
from pages._shared.take import chosen_here, rest_on, tell
from pages._shared.theme import show_figure

MAX_COMPARED = 3
QUESTION = "How much higher do these results score, by language?"


def against(
    context: Context,
    groups: Sequence[OutsideGroup | RunGroup],
    metric: str,
    lead: DeltaGenerator,
    place: DeltaGenerator,
    *,
    fresh: bool = False,
) -> None:
    """The chosen ones minus the baseline, target by target; `fresh` forgets what was chosen."""
    scored = [group for group in groups if metric in group.metrics]
    by_name = {pipeline.shown_name(group): group for group in scored}
    base, chosen = _picked(by_name, place, fresh=fresh)
    if not chosen:
        lead.markdown("Choose a result to compare.")
        return
    picked = [by_name[name] for name in (base, *chosen)]
    shared = pipeline.shared_targets(context.store, picked, metric)
    own = [group for group in groups if isinstance(group, RunGroup)]
    ask = functools.partial(pipeline.outside_gains, context.store, picked[0], metric=metric)
    results = tuple(ask(group, mean_over=shared, pool=own) for group in picked[1:])
    rest_on(results_paired(picked[0], picked[1:]))
    chosen_here([("imported_against", base), *(("imported_results", name) for name in chosen)])
    for result in results:
        tell(lead, answer(result), question=QUESTION, key=f"answer_{result.name_b}")
    _drawn(results, figures.set_colours([base, *chosen]))
    st.caption(f"{averaged_over(results)} {intervals_told(results)} {unpaired(picked, results)}")
    for result in results:
        with st.expander(f"The numbers: {escape(result.name_b)} minus {escape(result.name_a)}"):
            name = f"{result.name_b} minus {result.name_a}, {metric}"
            show_table(table(result), name=name, decimals=1)


def _picked(
    by_name: Mapping[str, OutsideGroup | RunGroup], place: DeltaGenerator, *, fresh: bool
) -> tuple[str, list[str]]:
    """The baseline, English alone where it is there, and what is compared with it."""
    start = baseline_of(by_name)
    if fresh:
        st.session_state["imported_against"] = start
        st.session_state["imported_results"] = _first([n for n in by_name if n != start])
    base = place.selectbox(
        "Measured against",
        list(by_name),
        index=list(by_name).index(start),
        key="imported_against",
        bind="query-params",
    )
    rest = [name for name in by_name if name != base]
    chosen = st.multiselect(
        "Results",
        rest,
        default=_first(rest),
        max_selections=MAX_COMPARED,
        key="imported_results",
        bind="query-params",
    )
    return base, chosen


def baseline_of(by_name: Mapping[str, OutsideGroup | RunGroup]) -> str:
    """English alone by its sources, else by its name, since files need not state sources."""
    stated = [name for name, group in by_name.items() if group.source_langs == ("en",)]
    named = [name for name in by_name if name.startswith("SSLT(en)")]
    return next(iter((*stated, *named, *by_name)))


def _first(names: list[str]) -> list[str]:
    return names[:MAX_COMPARED]


def _drawn(results: Sequence[GainResult], colours: dict[str, str]) -> None:
    # the names are at the axis and in the legend, and with their marks too long for a title
    title = {"text": QUESTION}

    def draw(theme: figures.Theme) -> go.Figure:
        fig = figures.target_gains(results, colours=colours, theme=theme)
        return fig.update_layout(title=title)

    show_figure(draw, key="imported")
