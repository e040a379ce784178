"""Tables that can be taken along: as CSV and as LaTeX."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from pages._shared.decimals import probabilities_told, rounded, show_frame
from pages._shared.take import Table, take_along


def show_table(
    frame: pd.DataFrame,
    *,
    name: str,
    on_row: Callable[[int], None] | None = None,
    decimals: int | None = None,
) -> None:
    """A table with its two downloads; `on_row` gets the place of a row that is chosen.

    With `decimals` every fraction is rounded to so many; else a column shows as many as its longest
    fraction needs. A small p is below a limit and never nought. The CSV file has all in full.
    """
    full = frame.convert_dtypes()  # a rank stays a whole number where another one is missing
    whole = full if decimals is None else rounded(frame, decimals).convert_dtypes()
    if on_row is None:
        show_frame(whole, decimals)
    else:
        _choosable(whole, name, on_row)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            lambda: pipeline.as_csv(full),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"csv_{name}",
        )
        st.download_button(
            "LaTeX",
            lambda: pipeline.as_latex(probabilities_told(whole)),
            file_name=f"{name}.tex",
            mime="text/x-tex",
            on_click="ignore",
            key=f"tex_{name}",
        )
        take_along(Table(frame=probabilities_told(whole), title=name), key=f"table_of_{name}")


def _choosable(frame: pd.DataFrame, name: str, on_row: Callable[[int], None]) -> None:
    key = f"table_{name}"

    def chosen() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            on_row(rows[0])

    show_frame(frame, key=key, on_select=chosen, selection_mode="single-row")
