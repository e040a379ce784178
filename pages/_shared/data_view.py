"""The Overview page's last section: what there is for each language."""

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.coverage import CoverageResult
from mslt_core.spec.languages import label
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.messages import explain_errors
from pages._shared.take import rest_on
from pages._shared.theme import show_figure


def data_section(context: Context) -> None:
    """Folded, and nothing is read before it is opened: counting goes over every file."""
    section = st.expander(
        "Data: what is there for which language", on_change="rerun", key="grid", bind="query-params"
    )
    if not section.open:
        return
    with section, explain_errors():
        task, data = _asked(context)
        with st.spinner("Counting rows"):
            result = cached.data_coverage(task, data)
        rest_on()
        show_figure(lambda theme: figures.coverage_grid(result, theme=theme), key="coverage")
        st.download_button(
            "CSV",
            pipeline.as_csv(as_table(result)),
            file_name=f"data of {task}.csv",
            mime="text/csv",
            on_click="ignore",
            key="csv_coverage",
        )
        st.caption(" ".join(f"**{c.label}**: {c.meaning}" for c in result.columns[3:]))


def _asked(context: Context) -> tuple[str, str | None]:
    """The task and its folder: at first those of the sidebar's experiment."""
    titles, spec = pipeline.task_titles(), context.spec
    start = spec.task if spec and spec.task in titles else next(iter(titles))
    one, other = st.columns(2)
    task = one.selectbox(
        "Task",
        list(titles),
        index=list(titles).index(start),
        format_func=lambda name: titles[name],
        key=f"grid_task_{start}",
        bind="query-params",
    )
    if not pipeline.needs_folder(task):
        return task, None
    where = context.groups[0].runs[0].where if context.groups else None
    data = other.text_input(
        "Folder with the data",
        value=((where and where.data) or "") if task == start else "",
        key=f"grid_data_{task}",
        bind="query-params",
        help=pipeline.data_help(task),
    )
    return task, data or None


def as_table(result: CoverageResult) -> pd.DataFrame:
    """One row a language; beside the task's columns what they are used for."""
    rows = []
    for lang in result.langs:
        row: dict[str, str] = {"lang": lang, "language": label(lang)}
        for column, cell in zip(result.columns, result.cells[lang], strict=True):
            row[column.label] = cell.shown
            if column.group == "task":
                row[f"{column.label} is"] = "" if cell.mark == "nothing" else cell.mark
        rows.append(row)
    return pd.DataFrame(rows)
