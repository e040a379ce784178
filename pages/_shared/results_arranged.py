"""Targets one by one: as dots, as slopes from the baseline, or as a grid of sets and targets."""

import itertools
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.figures import Grouping
from mslt_core.pipeline.oracles import oracle_runs
from mslt_core.spec.results import GainResult, RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.gains_told import answer
from pages._shared.one_of import one_of
from pages._shared.sets_controls import which_groups
from pages._shared.take import answer_before, goes_with, rest_on
from pages._shared.theme import show_figure

ARRANGEMENTS = {"dots": "Dots", "slope": "Slopes", "grid": "Grid of sets"}
SHOWN = {"differences": "Differences", "scores": "Scores"}
BY: tuple[Grouping, ...] = ("family", "script")


def arranged(context: Context, baseline: RunGroup, results: Sequence[GainResult]) -> None:
    """The comparison in the arrangement that is chosen."""
    one, other = st.columns([3, 4], vertical_alignment="center")
    how = one_of("Drawn as", ARRANGEMENTS, key="drawn_as", place=one, label_visibility="collapsed")
    if how == "slope":
        _slopes(context, baseline, results, other)
    elif how == "grid":
        _grid(context, baseline, results[0])
    else:
        _dots(context, baseline, results)


def _dots(context: Context, baseline: RunGroup, results: Sequence[GainResult]) -> None:
    """Differences with their intervals, and below the scores themselves."""
    colours, metric = context.colours(), results[0].metric
    show_figure(
        lambda theme: figures.target_gains(results, colours=colours, theme=theme), key="gains"
    )
    names = {baseline.name, *(result.name_b for result in results)}
    groups = [group for group in (baseline, *context.chosen) if group.name in names]
    unique = {group.key: group for group in groups}.values()
    runs = [r for group in unique for r in cached.run_results(context.root, group)]
    oracles = cached.oracle_scores(context.root, context.runs, baseline, metric)
    own = itertools.chain(*oracle_runs(context.runs, baseline).values())
    rest_on(runs=[*(info for group in unique for info in group.runs), *own])
    show_figure(
        lambda theme: figures.target_scores(
            runs, metric=metric, oracles=oracles, colours=colours, theme=theme
        ),
        key="scores",
    )


def _slopes(
    context: Context, baseline: RunGroup, results: Sequence[GainResult], place: DeltaGenerator
) -> None:
    """From the baseline to one of the sets."""
    by_name = {result.name_b: result for result in results}
    name = results[0].name_b
    if len(results) > 1:
        name = place.selectbox(
            "To which set",
            list(by_name),
            key="slope_to",
            bind="query-params",
            label_visibility="collapsed",
        )
    shown = [group for group in context.chosen if group.name == name]
    rest_on(pipeline.paired(baseline, shown))
    answer_before()  # of all sets; the figure shows one
    goes_with(answer(by_name[name]))
    colour = context.colours()[name]
    show_figure(
        lambda theme: figures.target_slopes(by_name[name], colour=colour, theme=theme),
        key="slopes",
    )


def _grid(context: Context, baseline: RunGroup, first: GainResult) -> None:
    """Sets by targets, relatives side by side."""
    one, other, third = st.columns(3, vertical_alignment="bottom")
    groups = [group for group in which_groups(context, one) if group.key != baseline.key]
    shown = other.selectbox(
        "Cells", list(SHOWN), format_func=lambda n: SHOWN[n], key="cells", bind="query-params"
    )
    group = third.selectbox("Languages by", BY, key="languages_by", bind="query-params")
    if not groups:
        st.info("The baseline is the only set of this size: choose others.")
        return
    results = cached.gains(context.root, baseline, tuple(groups), first.metric, pool=context.groups)
    rest_on(pipeline.paired(baseline, groups))
    sets = [one.seen_langs for one in groups]
    show_figure(
        lambda theme: figures.set_target_grid(
            results, sets, differences=shown == "differences", group=group, theme=theme
        ),
        key="set_grid",
    )
