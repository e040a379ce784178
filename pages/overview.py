"""What is here, and what do we know so far?"""

import streamlit as st

from mslt_core import pipeline
from pages._shared.cards import best_set, gain, mixed
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.data_view import data_section
from pages._shared.decimals import with_decimals
from pages._shared.known import trained
from pages._shared.marks import mark
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.next_step import next_step
from pages._shared.story_so_far import further


def known(context: Context) -> None:
    """The findings, each with its picture; what is missing; what was run; then the details."""
    mark(context)
    looked = False
    one, other, third = st.columns(3, gap="medium")
    with one, explain_errors():
        best_set(context)
    with other, explain_errors():
        gain(context)
    with third, explain_errors():
        looked = mixed(context)
    sweeps = pipeline.swept(context.groups)
    with explain_errors():
        next_step(context, sweeps, looked=looked)
    further(context, sweeps)
    st.subheader("What has been run")
    st.caption(escape(pipeline.experiment_label(context.groups[0].runs[0])))
    runs = trained(context).round(1)
    st.dataframe(runs, hide_index=True, width="stretch", column_config=with_decimals(runs, 1))


st.title("What do we know so far?")
context = sidebar_context()
# a view that was left open before would win over the one that a link here asks for
st.session_state.pop("results_view", None)
with explain_errors():
    if context.groups:
        known(context)
    elif empty_state("Nothing has been trained here yet.", button="Train the first set"):
        st.switch_page("pages/train.py")
data_section(context)
