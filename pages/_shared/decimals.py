"""As many decimals in every cell of a column, 71.0 under 66.6; and probabilities never nought."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mslt_core import figures
from mslt_core.spec import decimals as of_values

PROBABILITY = re.compile(r"(.*, )?p( \(Holm\))?")
"""Names of columns that hold probabilities."""


def decimals_of(column: pd.Series) -> int:
    """The decimals that its longest fraction needs, four at most, as many as Streamlit shows."""
    return of_values.decimals_of(column.dropna().astype(float))


def table_points(ratio: float | None) -> float | None:
    """In points, with two decimals; None where there is no ratio."""
    return None if ratio is None else round(100 * ratio, 2)


def rounded(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """The frame with so many decimals, but for probabilities, of which that would leave nought."""
    names = {*frame.columns} - {*_probabilities(frame)}
    told = frame.round(dict.fromkeys(names, decimals))
    fractions = told.select_dtypes("floating").columns
    return told.assign(**{name: told[name] + 0.0 for name in fractions})  # no minus before nought


def show_frame(frame: pd.DataFrame, decimals: int | None = None, **how: Any) -> None:
    """`st.dataframe` of numbers that are written so, and a dash where there is none."""
    st.dataframe(
        never_nought(frame, decimals),
        hide_index=True,
        placeholder="–",
        column_config=with_decimals(frame, decimals),
        **how,
    )


def with_decimals(frame: pd.DataFrame, decimals: int | None = None) -> dict[str, Any]:
    """Columns of fractions with one number of decimals each, as `st.dataframe` takes them."""
    return {
        name: st.column_config.NumberColumn(format=f"%.{n}f")
        for name, n in _needed(frame, decimals).items()
        if not PROBABILITY.fullmatch(name)
    }


def never_nought(frame: pd.DataFrame, decimals: int | None = None) -> Any:
    """The frame with its probabilities as papers write them; they are still sorted as numbers."""
    told = dict.fromkeys(_probabilities(frame), _p_told)
    if not told:
        return frame
    # whoever formats one column formats all: the others as they would be shown without
    fractions = {name: _fraction(n) for name, n in _needed(frame, decimals).items()}
    plain = dict.fromkeys(frame.columns, str)
    return frame.style.format({**plain, **fractions, **told}, na_rep="–")


def probabilities_told(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its probabilities in words, for what leaves the page as it is read."""
    told = {name: frame[name].map(_p_told, na_action="ignore") for name in _probabilities(frame)}
    return frame.assign(**told)


def _needed(frame: pd.DataFrame, decimals: int | None) -> dict[str, int]:
    columns = frame.select_dtypes("floating").items()
    return {str(k): decimals_of(v) if decimals is None else decimals for k, v in columns}


def _probabilities(frame: pd.DataFrame) -> list[str]:
    return [name for name in map(str, frame.columns) if PROBABILITY.fullmatch(name)]


def _p_told(p: float) -> str:
    return figures.p_value(p).replace("< ", "<\u00a0")


def _fraction(decimals: int) -> Callable[[float], str]:
    return lambda value: f"{round(value, decimals) + 0.0:.{decimals}f}"  # no minus before nought
