"""The label names of one's own data: typed, or taken from the files."""

from pathlib import Path

import streamlit as st

from mslt_core.pipeline import own_task
from mslt_core.pipeline.own_task import OwnFile
from mslt_core.spec.sentences import TaskKind
from pages._shared.messages import explain_errors

LABELLED: dict[TaskKind, str] = {"classification": "label", "tagging": "tags"}
"""Kinds whose labels have names, and our field that holds them."""
KEY = "own_labels"


def own_labels(folder: Path, looked: OwnFile, kind: TaskKind) -> str:
    """The names, joined by commas."""
    typed = st.container()
    # first, since a widget's value is set before it is drawn
    if st.button("Take them from the files", key="own_take"):
        # words with their tags have no columns
        key = f"own_{kind}_{LABELLED[kind]}"
        column = st.session_state.get(key) if looked.columns else None
        with explain_errors():
            found = own_task.labels_in(folder, column, kind)
            st.session_state[KEY] = ", ".join(found)
    labels: str = typed.text_input(
        "Labels, joined by commas",
        key=KEY,
        placeholder="O, B-PER, I-PER" if kind == "tagging" else "negative, positive",
        help="In the order of their numbers, if the files have numbers; O first.",
    )
    return labels
