"""Mount the WebGL view on a page."""

from pathlib import Path

import streamlit as st

from pages._shared.scatter.contract import ScatterView
from pages._shared.scatter.described import described
from pages._shared.scatter.packing import digest_of, parts
from pages._shared.scatter.selection import Selection, read_selection

_FOLDER = Path(__file__).parent / "browser"
# One module of several files: Streamlit takes the script as one text. main.js joins the rest.
_SCRIPTS = (
    "parts",
    "shapes",
    "looks",
    "draw",
    "pick",
    "overlay",
    "card",
    "legend",
    "player",
    "search",
    "pointer",
    "selection",
    "main",
)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_SCRIPT = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)
_component = st.components.v2.component(
    "mslt_scatter", html=_read("scatter.html"), css=_read("scatter.css"), js=_SCRIPT
)
# The browser makes one module of equal scripts: what this one receives, the other can read.
_part = st.components.v2.component("mslt_scatter_part", js=_SCRIPT)


def scatter(view: ScatterView, *, key: str) -> Selection:
    """Show a view; what the reader chose in it comes back, after a rerun.

    Put the view in a fragment where the rest of the page need not run again.
    """
    packed = parts(view)
    with st.container(gap=None):
        # each part is a mount of its own: Streamlit sends an element again only when it changes
        for name, part in packed.items():
            _part(key=f"{key}_{name}", data=part)
        told = _component(
            key=key,
            data={
                **described(view),
                "parts": {name: digest_of(part) for name, part in packed.items()},
            },
            on_selection_change=_nothing,
            on_draws_change=_nothing,
        )
    draws = told.get("draws") is not False
    return read_selection(told.get("selection"), view, digest_of(packed["points"]), draws=draws)


def _nothing() -> None:
    """Streamlit hands on only what has a callback."""
