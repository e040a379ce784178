"""Tables that can be taken along: as CSV and as LaTeX."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from pages._shared.take import Table, take_along

PROBABILITY = re.compile(r"(.*, )?p( \(Holm\))?")
"""Names of columns that hold probabilities."""
DECIMALS = 4
"""Of a fraction at most, as Streamlit shows it."""


def show_table(
    frame: pd.DataFrame,
    *,
    name: str,
    on_row: Callable[[int], None] | None = None,
    decimals: int | None = None,
) -> None:
    """A table with its two downloads; `on_row` gets the place of a row that is chosen.

    With `decimals` every fraction is rounded to so many, and shows all of them. A small p is below
    a limit and never nought; the CSV file has it in full.
    """
    if decimals is not None:
        frame = frame.round(decimals)
    whole = frame.convert_dtypes()  # a rank stays a whole number where another one is missing
    if on_row is None:
        st.dataframe(
            never_nought(whole),
            hide_index=True,
            width="stretch",
            placeholder="–",
            column_config=_fractions(frame, decimals),
        )
    else:
        _choosable(whole, name, on_row)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            lambda: pipeline.as_csv(whole),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"csv_{name}",
        )
        st.download_button(
            "LaTeX",
            lambda: pipeline.as_latex(_probabilities_told(whole)),
            file_name=f"{name}.tex",
            mime="text/x-tex",
            on_click="ignore",
            key=f"tex_{name}",
        )
        take_along(Table(frame=_probabilities_told(whole), title=name), key=f"table_of_{name}")


def never_nought(frame: pd.DataFrame) -> Any:
    """The frame with its probabilities as papers write them; they are still sorted as numbers."""
    told = dict.fromkeys(_probabilities(frame), _p_told)
    if not told:
        return frame
    # whoever formats one column formats all: the others as they would be shown without
    plain = dict.fromkeys(frame.columns.difference(list(told)), _plain)
    return frame.style.format({**plain, **told}, na_rep="–")


def _probabilities(frame: pd.DataFrame) -> list[str]:
    return [name for name in map(str, frame.columns) if PROBABILITY.fullmatch(name)]


def _probabilities_told(frame: pd.DataFrame) -> pd.DataFrame:
    told = {name: frame[name].map(_p_told, na_action="ignore") for name in _probabilities(frame)}
    return frame.assign(**told)


def _p_told(p: float) -> str:
    return figures.p_value(p).replace("< ", "<\u00a0")


def _plain(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _fractions(frame: pd.DataFrame, decimals: int | None) -> dict[str, Any] | None:
    if decimals is None:
        return None
    shown = st.column_config.NumberColumn(format=f"%.{decimals}f")
    return {str(name): shown for name in frame.select_dtypes("floating").columns}


def _choosable(frame: pd.DataFrame, name: str, on_row: Callable[[int], None]) -> None:
    key = f"table_{name}"

    def chosen() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            on_row(rows[0])

    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        placeholder="–",
        key=key,
        on_select=chosen,
        selection_mode="single-row",
    )
