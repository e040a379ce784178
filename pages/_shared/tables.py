"""Tables that can be taken along: as CSV and as LaTeX."""

import pandas as pd
import streamlit as st


def show_table(frame: pd.DataFrame, *, name: str) -> None:
    """A table with its two downloads."""
    st.dataframe(frame, hide_index=True, width="stretch")
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            frame.to_csv(index=False),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"csv_{name}",
        )
        st.download_button(
            "LaTeX",
            as_latex(frame),
            file_name=f"{name}.tex",
            mime="text/x-tex",
            on_click="ignore",
            key=f"tex_{name}",
        )


def as_latex(frame: pd.DataFrame) -> str:
    """The table in the style of booktabs."""
    styled = frame.style.format(na_rep="--", precision=3, escape="latex").hide(axis="index")
    styled = styled.format_index(escape="latex", axis="columns")
    return str(styled.to_latex(hrules=True))
