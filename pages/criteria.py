"""Which way of choosing would have found the good sets?"""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.pipeline import Average, Swept
from mslt_core.spec.judging import Judged
from mslt_core.spec.metrics import METRICS
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.judged_basis import left_out, noise_told
from pages._shared.judged_table import table
from pages._shared.judged_told import AVERAGES, answer
from pages._shared.lost_told import lost_told
from pages._shared.marks import mark
from pages._shared.messages import empty_state, explain_errors
from pages._shared.search_view import few_runs, train_next
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Which way of choosing would have found the good sets?"


def question(context: Context, sweeps: tuple[Swept, ...]) -> Judged:
    """Which sets, with English or not, by which score and which mean."""
    one, other, third, fourth = st.columns([3, 4, 4, 5], vertical_alignment="bottom")
    by_size = {sweep.k: sweep for sweep in sorted(sweeps, key=lambda sweep: sweep.k)}
    k = one.selectbox(
        "Languages in a set",
        list(by_size),
        index=list(by_size).index(3 if 3 in by_size else sweeps[0].k),
        format_func=lambda k: f"{k}: {len(by_size[k].groups)} sets",
        key="k",
        bind="query-params",
    )
    sweep = by_size[k]
    fixed = other.selectbox(
        "Only sets with",
        (None, *sweep.pool),
        format_func=lambda lang: lang or "any language",
        key="with",
        bind="query-params",
        help="The paper's Table 2 fixes English.",
    )
    metrics = sweep.groups[0].metrics
    metric = third.selectbox(
        "Score",
        metrics,
        format_func=lambda name: METRICS[name].label,
        key="metric",
        bind="query-params",
    )
    averages: list[Average] = ["shared", "paper"]
    average = fourth.selectbox(
        "Mean over targets",
        averages,
        format_func=lambda name: AVERAGES[name],
        key="average",
        bind="query-params",
    )
    with st.spinner("Asking every criterion", show_time=True):
        return cached.judged(context.root, sweep, fixed=fixed, metric=metric, average=average)


def shown(context: Context, sweeps: tuple[Swept, ...]) -> None:
    """The picks among all sets, then searches with few runs."""
    lead = st.container()
    mark(context)
    judged = question(context, sweeps)
    whole = {tuple(sorted(judged.pool))} if judged.everything else set()
    asked = {tuple(sorted(langs)) for langs in judged.sets} | whole
    rest_on([g for g in context.groups if g.plain and tuple(sorted(g.source_langs)) in asked])
    tell(lead, answer(judged), question=QUESTION)
    show_figure(lambda theme: figures.criteria_picks(judged, theme=theme), key="picks")
    st.caption(noise_told(judged))
    for told in left_out(judged):
        st.caption(told)
    with st.expander("The numbers"):
        show_table(table(judged), name=f"criteria, sets of {judged.k}")
    st.subheader("A good set with few runs")
    few_runs(judged)


st.title(QUESTION)
context = sidebar_context()
with explain_errors():
    if sweeps := pipeline.swept(context.groups):
        shown(context, sweeps)
    elif empty_state(
        "Criteria are judged by results: this needs every set of a size to be trained.",
        button="Plan such a sweep",
    ):
        st.switch_page("pages/train.py", query_params={"extent": "A whole sweep"})
if lost := lost_told(context):
    st.caption(lost)
if context.groups:
    with explain_errors():
        train_next(context)
