"""A figure as SVG or PNG, made by Plotly in the browser from what stands on the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

Whole = Mapping[str, Any]
"""Data and layout of a figure, width and height of its picture, and the file's name."""

_FOLDER = Path(__file__).parent / "browser"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "mslt_pictures",
    html=_read("pictures.html"),
    css=_read("pictures.css"),
    js=_read("pictures.js"),
)


def pictures(figure: str, whole: Whole | None = None) -> None:
    """Two buttons for the figure with this key on the page, or for `whole` in its place."""
    _component(key=f"pictures_{figure}", data={"figure": figure, "whole": whole}, width="content")
