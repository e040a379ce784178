"""What each set loses from its own sources to languages that it never saw."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.metrics import METRICS
from pages._shared.context import Context
from pages._shared.ends_told import gaps_answer, gaps_table
from pages._shared.messages import escape
from pages._shared.sets_controls import which_groups
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "How much does each set lose from its own sources to unseen languages?"


def gaps(context: Context, lead: DeltaGenerator, place: DeltaGenerator, metric: str) -> None:
    """The finding, a row a set, and the numbers."""
    groups = which_groups(context, place)
    if not groups:
        st.info("Choose sets under Compare, in the sidebar, or all of a size.")
        return
    found = pipeline.set_gaps(pipeline.open_store(context.root), groups, metric)
    rest_on(groups)
    tell(lead, gaps_answer(found), question=QUESTION)
    if any(one.gap for one in found):
        colours = context.colours() if groups == context.chosen else {}
        show_figure(
            lambda theme: figures.transfer_gaps(found, metric, colours=colours, theme=theme),
            key="transfer_gaps",
        )
    undefined = "; ".join(f"{escape(one.name)}, {one.reason}" for one in found if one.reason)
    if undefined:
        st.caption(f"Undefined: {undefined}.")
    st.caption(
        "Each set has its own languages on both sides, and what learned nothing has no gap either: "
        "read it beside the scores. Intervals are each set's own (Student's t, 95 %): test items "
        "and, from three seeds on, seeds.",
        help=METRICS["transfer_gap"].meaning,
    )
    with st.expander("The numbers"):
        show_table(gaps_table(found), name="transfer gaps")
