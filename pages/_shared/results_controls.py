"""What the views of the Results page ask for: which view, which score, against whom."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mslt_core.pipeline import Average
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared.context import Context
from pages._shared.judged_told import AVERAGES
from pages._shared.messages import escape
from pages._shared.one_of import one_of
from pages._shared.train_link import TRAIN, train_link

VIEWS = {
    "targets": "Target by target",
    "sizes": "Number of sources",
    "groups": "By group of targets",
    "ties": "Which sets",
    "mechanism": "Mechanism",
    "items": "Item by item",
    "imported": "Imported",
}


def view() -> str:
    """Which view of the results; links to what a view was once called open it too."""
    if st.query_params.get("results_view") in {"ties", "Ties for the best"}:
        del st.query_params["results_view"]
        st.session_state["results_view"] = "ties"
    return one_of("View", VIEWS, key="results_view", label_visibility="collapsed", wrap=True)


def which_set(others: Sequence[RunGroup], place: Any, *, key: str) -> RunGroup:
    """The one of several sets that is looked at."""
    names = {group.key: group for group in others}
    chosen = place.selectbox(
        "Set",
        list(names),
        format_func=lambda key: names[key].name if key in names else key,
        key=key,
        bind="query-params",
    )
    return names[chosen]


def measured_against(context: Context, place: Any = st) -> RunGroup:
    """The group that is subtracted: English alone, where it is there."""
    names = {group.key: group for group in context.groups}
    start = context.baseline
    key = place.selectbox(
        "Measured against",
        list(names),
        index=list(names).index(start.key) if start else 0,
        format_func=lambda key: names[key].name if key in names else key,
        key="against",
        bind="query-params",
    )
    return names[key]


def ask_for_another(context: Context, baseline: RunGroup) -> None:
    """Say where a set to compare with comes from: the sidebar, or Train where there is none."""
    name = escape(baseline.name)
    if len(context.groups) > 1:
        st.info(f"Choose a set beside {name} under Compare, in the sidebar.")
        return
    st.info(f"{name} is the only set of this experiment yet: nothing to compare it with.")
    if st.button("Train another set", type="primary", key="train_another"):
        asked = train_link(context, ())
        del asked["sets"]
        st.switch_page(TRAIN, query_params=asked)


def score(context: Context, place: Any = st) -> str:
    """The metric, by default the task's main one."""
    metrics = context.groups[0].metrics
    chosen: str = place.segmented_control(
        "Score",
        metrics,
        default=metrics[0],
        required=True,
        format_func=lambda name: METRICS[name].label,
        key="metric",
        bind="query-params",
        wrap=True,
        help=" ".join(METRICS[name].meaning for name in metrics),
    )
    return chosen


def averaged(place: Any = st) -> Average:
    """Over which targets a mean is: the same for all sets, or the paper's."""
    chosen: Average = place.selectbox(
        "Mean over targets",
        list(AVERAGES),
        format_func=lambda name: AVERAGES[name],
        key="mean_over",
        bind="query-params",
        help="The paper averages each set over all targets that it was not trained on: other "
        "languages for other sets.",
    )
    return chosen
