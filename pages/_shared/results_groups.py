"""The gain by group of targets: are the distant ones those that gain most?"""

from typing import Literal, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.selecting import FeatureSet
from mslt_core.spec.views import AWAY_FROM, GroupBy
from pages._shared import cached_sweeps
from pages._shared.context import Context
from pages._shared.groups_told import basis, most, table, trend_told
from pages._shared.results_controls import ask_for_another, measured_against, score, which_set
from pages._shared.results_text import by_text
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Which groups of target languages gain most?"

BY: dict[GroupBy, str] = {
    "english": "Distance from English",
    "nearest": "Distance from the nearest source",
    "family": "Family",
    "script": "Script",
}
CHOICES: list[GroupBy | Literal["pretraining"]] = [*BY, "pretraining"]
"""The last is a scale and no groups: how much of a language the base model saw."""


def groups(context: Context, lead: DeltaGenerator) -> None:
    """The finding, the figure, and every target in a table."""
    one, other, third, fourth = st.columns([4, 5, 7, 4], vertical_alignment="bottom")
    baseline = measured_against(context, one)
    others = [group for group in context.chosen if group.key != baseline.key]
    if not others:
        ask_for_another(context, baseline)
        return
    ours = which_set(others, other, key="gaining_set")
    by = third.selectbox(
        "Targets by",
        CHOICES,
        format_func=lambda by: "Pretraining text" if by == "pretraining" else BY[by],
        key="targets_by",
        bind="query-params",
    )
    if by == "pretraining":
        by_text(context, lead, (baseline, ours), fourth)
        return
    features = _features(by, fourth)
    metric = score(context)
    found = cached_sweeps.gains_by_group(
        context.root, baseline, ours, metric, by=by, features=features, pool=context.groups
    )
    if not found.groups:
        lead.markdown("No target here is zero-shot and has a distance: nothing to group.")
        return
    rest_on(pipeline.paired(baseline, (ours,)))
    tell(lead, f"{most(found)} {trend_told(found)}", question=QUESTION)
    colour = context.colours()[ours.name]
    show_figure(
        lambda theme: figures.group_gains(found, colour=colour, theme=theme), key="group_gains"
    )
    slope, tau = METRICS["distance_slope"], METRICS["tau"]
    told = f"{slope.label}: {slope.meaning} {tau.label}: {tau.meaning}"
    st.caption(basis(found), help=told if found.trend else None)
    with st.expander("The numbers"):
        show_table(table(found), name=f"gains by {BY[by][0].lower()}{BY[by][1:]}")


def _features(by: GroupBy, place: DeltaGenerator) -> FeatureSet:
    """What distances are in, where they are asked for."""
    if by not in AWAY_FROM:
        return "syntax"
    return place.selectbox(
        "Distance in",
        list(get_args(FeatureSet)),
        format_func=lambda name: CRITERIA[name].label,
        key="distance_in",
        bind="query-params",
        help="1 - cosine of the languages' vectors in lang2vec (URIEL).",
    )
