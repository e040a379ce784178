"""How pages show figures: in the browser's theme, with alternative text, nothing to distract."""

from collections.abc import Callable
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from mslt_core import figures
from mslt_core.figures import Theme
from pages._shared import styles
from pages._shared.browser import current_theme
from pages._shared.take import Figure, answer_before, take_along

_CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "scrollZoom": False,
}


def amend_styles() -> None:
    """Give the space of wide margins to figures in small windows, and make what is chosen legible.

    Streamlit has no setting for its side margins, nor for the text of what is chosen.
    """
    st.html(f"<style>{styles.sheet(current_theme())}</style>")


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
    narrowed: Callable[[go.Figure], go.Figure] | None = None,
) -> Any:
    """A figure as wide as its place. With `on_select` clicks come back as points' customdata.

    `draw` draws it in a theme: it is drawn again, in both, when somebody pins it. `narrowed` makes
    it fit a narrow place on the page; what is taken along is the whole.
    """
    drawn = draw(current_theme())
    if narrowed:
        drawn = narrowed(drawn)
    chosen = st.plotly_chart(
        drawn,
        key=key,
        theme=None,
        alt=figures.alt_text(drawn),
        on_select=on_select,
        selection_mode="points",
        config={**_CONFIG, "toImageButtonOptions": {"format": "svg", "filename": key}},
    )
    take_along(Figure(draw=draw, told=answer_before(), narrowed=narrowed is not None), key=key)
    return chosen
