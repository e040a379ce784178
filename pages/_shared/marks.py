"""What a reader must know of an experiment beside every answer from its scores."""

import streamlit as st

from pages._shared.context import Context
from pages._shared.learning_view import UPPER_BOUND
from pages._shared.messages import escape


def mark(context: Context) -> None:
    """Say where another data set is scored, and where test items chose the weights."""
    spec = context.spec
    if spec is None:
        return
    if spec.eval_task:
        st.badge(f"Domain shift: {escape(spec.task_told)}", color="blue")
    if spec.select == "target":
        st.badge(f"Weights {UPPER_BOUND}", color="orange")
