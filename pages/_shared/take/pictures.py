"""A figure as SVG or PNG, made by Plotly in the browser from what stands on the page."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent / "browser"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "mslt_pictures",
    html=_read("pictures.html"),
    css=_read("pictures.css"),
    js=_read("pictures.js"),
)


def pictures(figure: str) -> None:
    """Two buttons for the figure with this key on the page."""
    _component(key=f"pictures_{figure}", data={"figure": figure}, width="content")
