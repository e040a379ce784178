"""Saying what a folder of one's own data holds, by a form instead of a file."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import own_task
from mslt_core.pipeline.own_task import OwnCheck
from mslt_core.spec.languages import label
from pages._shared.labels import joined
from pages._shared.messages import escape, explain_errors
from pages._shared.own_fields import own_fields

NONE = {"dev": None, "test": None}
"""Splits whose counts stand behind what is trained on and scored."""

WIDTH = 56
"""Pixels of a column of counts: what is trained on and scored fits on a small screen."""


def own_form(task: str, data: str | None) -> None:
    """Below the folder of the user's own data; open where nobody has said it yet."""
    if task != "own" or not data:
        return
    folder = own_task.own_folder(data, roots=pipeline.allowed_roots())
    if folder is None:
        return
    there = own_task.own_task_text(folder)
    with st.expander("What the folder holds", expanded=there is None), explain_errors():
        names = own_task.own_files(folder)
        if not names:
            st.caption("No .tsv, .csv, .jsonl, .parquet, .conll, .iob2 or .txt file lies here.")
            return
        name = st.selectbox("Look into", names, key="own_file")
        looked = own_task.look_into(folder, name)
        # a table's cells stay apart that way, and nothing in them is read as markup
        st.code("\n".join(looked.lines).replace("\t", " → "), language=None, wrap_lines=True)
        fields = own_fields(folder, looked)
        if st.button("Check", key="own_check", help="Reads every row of the folder."):
            with st.spinner("Reading every row"):
                st.session_state["own_checked"] = own_task.check_own_task(folder, fields)
        _result(folder, there, st.session_state.get("own_checked"), fields)


def _told(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:,.0f}"


def _result(
    folder: Path, there: str | None, check: OwnCheck | None, fields: dict[str, Any]
) -> None:
    """What was counted, and the button that keeps the description."""
    if check is None or check.folder != folder or check.text != own_task.own_yaml(fields):
        return  # of another description
    counted = [
        {"language": label(lang), "train": None, "scored": check.scored.get(lang), **NONE, **of}
        for lang, of in check.rows.items()
    ]
    counts = pd.DataFrame(counted).map(_told, "ignore")
    st.dataframe(
        counts.fillna(""),
        hide_index=True,
        key="own_counts",
        column_config={name: st.column_config.Column(width=WIDTH) for name in counts.columns[1:]},
    )
    for sentence in check.not_scored:
        st.caption(escape(sentence))
    if check.unread:
        told = f"Not read, by their names: {joined([*check.unread])}."
        st.caption(escape(f"{told} A name tells split and language, as train-en.tsv does."))
    if there is not None and own_task.says_the_same(folder, there, check.text):
        st.caption(escape(f"task.yaml in {folder} says so."))
        return
    asked = "Replace the task.yaml that is there"
    replace = there is not None and st.checkbox(asked, key="own_replace")
    barred = there is not None and not replace
    if st.button("Write task.yaml", type="primary", key="own_write", disabled=barred):
        own_task.keep_own_task(folder, check.text, replace=replace)
        st.rerun()
