"""The WebGL view: panels of the same sentences, linked, moving smoothly between frames.

Streamlit's Plotly cannot move 21,000 points in each of three panels; `figures.language_maps` is
the still twin of this view, from the same coordinates.
"""

from mslt_core.figures import Category
from pages._shared.scatter.contract import LanguageLook, Panel, ScatterView
from pages._shared.scatter.looks import language_looks, rows_of
from pages._shared.scatter.selection import Selection
from pages._shared.scatter.view import scatter

__all__ = [
    "Category",
    "LanguageLook",
    "Panel",
    "ScatterView",
    "Selection",
    "language_looks",
    "rows_of",
    "scatter",
]
