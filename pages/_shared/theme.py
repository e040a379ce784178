"""How pages show figures: in the browser's theme, with alternative text, nothing to distract."""

from collections.abc import Callable
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from mslt_core import figures
from mslt_core.figures import Theme
from pages._shared.take import Figure, answer_before, take_along

_CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "scrollZoom": False,
}

_SMALL_WINDOWS = """
@media (max-width: 1150px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1.5rem; padding-right: 1.5rem; }
  [data-testid="stSidebar"][data-collapsed="false"] {
    width: 270px !important; min-width: 270px !important;
  }
}
"""

_WHOLE_WORDS = """
[data-testid="stPageLink-NavLink"] :is(span, p) {
  white-space: normal; overflow: visible; line-height: 1.3; }
input { text-overflow: ellipsis; }
"""
"""Links take a second line in a narrow column; what a box cuts off ends in dots."""

_FOCUS = """
.stApp a:focus-visible {{ outline: 2px solid {accent}; outline-offset: 2px; }}
"""
"""Links say where the keyboard is, as buttons do."""

_CHOSEN = """
:is(.stApp, [data-testid="stPopoverBody"]) :is(
  [data-variant="segmented_control"][data-selected="true"],
  [data-variant="pills"][data-selected="true"],
  button[role="radio"][aria-checked="true"],
  [data-testid="stSliderThumbValue"],
  [role="tab"][aria-selected="true"] p,
  button[kind="tertiary"]:is(:hover, :focus-visible, :active, [aria-expanded="true"])
) { color: %s !important; }
"""
"""What is chosen must carry white text too, so its own colour is too dim for words in the dark."""

_NOTIFIER = """
.plotly-notifier .notifier-note {{
  background: {surface} !important; color: {text} !important; opacity: 1 !important;
  border: 1px solid {grid} !important; border-radius: 0.4rem; font-size: 0.8rem !important;
}}
.plotly-notifier .notifier-close {{ color: {muted} !important; }}
"""
"""What Plotly says while it makes a picture, in the colours of the page."""


def current_theme() -> Theme:
    """Light or dark, as the browser shows the page; light before the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def amend_styles() -> None:
    """Give the space of wide margins to figures in small windows, and make what is chosen legible.

    Streamlit has no setting for its side margins, nor for the text of what is chosen.
    """
    look = figures.PALETTES[current_theme()]
    chosen = _CHOSEN % look.accent if current_theme() == "dark" else ""
    notifier = _NOTIFIER.format(
        surface=look.surface, text=look.text, grid=look.grid, muted=look.muted
    )
    focus = _FOCUS.format(accent=look.accent)
    st.html(f"<style>{_SMALL_WINDOWS}{_WHOLE_WORDS}{focus}{chosen}{notifier}</style>")


@st.fragment(run_every=2)
def follow_theme() -> None:
    """Draw the page again when the reader switches between light and dark.

    Streamlit tells no one of the switch, and figures are drawn for one theme. Call it once on
    every full run.
    """
    drawn = st.session_state.setdefault("drawn_theme", current_theme())
    if current_theme() != drawn:
        st.session_state["drawn_theme"] = current_theme()
        st.rerun()


def show_figure(
    draw: Callable[[Theme], go.Figure],
    *,
    key: str,
    on_select: Literal["ignore", "rerun"] | Callable[..., None] = "ignore",
) -> Any:
    """A figure as wide as its place. With `on_select` clicks come back as points' customdata.

    `draw` draws it in a theme: it is drawn again, in both, when somebody pins it.
    """
    drawn = draw(current_theme())
    chosen = st.plotly_chart(
        drawn,
        key=key,
        theme=None,
        alt=figures.alt_text(drawn),
        on_select=on_select,
        selection_mode="points",
        config={**_CONFIG, "toImageButtonOptions": {"format": "svg", "filename": key}},
    )
    take_along(Figure(draw=draw, told=answer_before()), key=key)
    return chosen
