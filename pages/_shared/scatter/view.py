"""Mount the WebGL view on a page."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from mslt_core.spec.errors import SpecError
from pages._shared.scatter.contract import ScatterView
from pages._shared.scatter.described import described
from pages._shared.scatter.packing import bitmap, digest_of, parts
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


def scatter(
    view: ScatterView,
    *,
    key: str,
    selected_id: str | None = None,
    selected_rows: Sequence[int] | npt.NDArray[np.integer] | None = None,
    on_change: Callable[[], None] | None = None,
) -> Selection:
    """Show a view; what the reader chose in it comes back, after a rerun.

    `selected_id` or `selected_rows` chooses for the reader, once each time that it changes; what
    the reader chooses afterwards stands. Give it only what comes from elsewhere on the page (a
    link, a table), not this function's own answer. Put the view in a fragment where the rest of
    the page need not run again.
    """
    if selected_id is not None and selected_id not in view.ids:
        raise SpecError(f"no sentence {selected_id!r} in this view")
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
                "chosen": _chosen(view, selected_id, selected_rows),
            },
            on_selection_change=on_change or _nothing,
            on_draws_change=_nothing,
        )
    draws = told.get("draws") is not False
    return read_selection(told.get("selection"), view, digest_of(packed["points"]), draws=draws)


def _chosen(
    view: ScatterView,
    selected_id: str | None,
    selected_rows: Sequence[int] | npt.NDArray[np.integer] | None,
) -> dict[str, int | str] | None:
    if selected_id is not None:
        return {"sentence": view.ids.index(selected_id)}
    if selected_rows is None or not len(selected_rows):
        return None
    rows = np.asarray(selected_rows, dtype=np.int64)
    if rows.min() < 0 or rows.max() >= view.n_points:
        raise SpecError(
            f"selected rows must be from 0 to {view.n_points - 1}, got {rows.min()} to {rows.max()}"
        )
    return {"rows": bitmap(rows, view.n_points)}


def _nothing() -> None:
    """Streamlit hands on only what has a callback."""
