"""As many decimals in every cell of a column: 71.0 under 66.6, not 71."""

from typing import Any

import pandas as pd
import streamlit as st

MOST = 4
"""Decimals that Streamlit shows of a fraction; trailing noughts it leaves out."""


def decimals_of(column: pd.Series) -> int:
    """The decimals that its longest fraction needs, four at most."""
    values = column.dropna().astype(float).round(MOST)
    return max(
        (len(f"{value:.{MOST}f}".rstrip("0").partition(".")[2]) for value in values), default=0
    )


def with_decimals(frame: pd.DataFrame, decimals: int | None = None) -> dict[str, Any]:
    """Columns of fractions with one number of decimals each, as `st.dataframe` takes them."""
    return {
        str(name): st.column_config.NumberColumn(
            format=f"%.{decimals_of(column) if decimals is None else decimals}f"
        )
        for name, column in frame.select_dtypes("floating").items()
    }
