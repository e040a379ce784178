"""What the browser says of how it shows the page."""

import streamlit as st

from mslt_core.figures import Theme


def current_theme() -> Theme:
    """Light or dark, as the browser shows the page; light before the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"
