"""Which way of choosing would have found the good sets?"""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.pipeline import Swept
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.criteria_view import offer_vectors
from pages._shared.judged_basis import left_out, noise_told
from pages._shared.judged_controls import question
from pages._shared.judged_table import table
from pages._shared.judged_told import answer
from pages._shared.learnt_told import warn_of_nothing_learnt
from pages._shared.lost_told import lost_told
from pages._shared.marks import mark
from pages._shared.messages import empty_state, explain_errors
from pages._shared.proposals import train_next
from pages._shared.search_view import few_runs
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Which way of choosing would have found the good sets?"


def shown(context: Context, sweeps: tuple[Swept, ...]) -> None:
    """The picks among all sets, then searches with few runs."""
    lead = st.container()
    mark(context)
    judged = question(context, sweeps)
    whole = {tuple(sorted(judged.pool))} if judged.everything else set()
    asked = {tuple(sorted(langs)) for langs in judged.sets} | whole
    groups = [g for g in context.groups if g.plain and tuple(sorted(g.source_langs)) in asked]
    rest_on(groups)
    tell(lead, answer(judged), question=QUESTION)
    warn_of_nothing_learnt(context, groups)
    show_figure(lambda theme: figures.criteria_picks(judged, theme=theme), key="picks")
    st.caption(noise_told(judged))
    for told in left_out(judged):
        st.caption(told)
    offer_vectors(context, judged.asked, judged.missing)
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
