"""The way from a slide back to the view that was pinned."""

from pathlib import Path

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.stories import Origin
from mslt_core.store import Store

SIDEBAR = ("store", "experiment", "compare")
"""Parameters whose boxes are on every page."""

PAGES = Path(__file__).resolve().parents[1]


def open_view(store: Store, origin: Origin) -> None:
    """A button to the view as it is now, where the pin names a page of ours."""
    page = PAGES / f"{origin.page}.py"
    # a page's name comes out of a file: only pages of ours are linked
    known = origin.page.isidentifier() and page.is_file()
    if known and st.button(
        "Open its view as it is now",
        type="tertiary",
        icon=":material/open_in_new:",
        key="open_view",
        on_click=_choose,  # a sidebar that is drawn already cannot be changed
        args=(store, origin),
    ):
        query: dict[str, list[str]] = {}
        for name, value in origin.query:
            query.setdefault(name, []).append(value)
        own = {name: values for name, values in query.items() if name not in SIDEBAR}
        st.switch_page(f"pages/{origin.page}.py", query_params=own)


def _choose(store: Store, origin: Origin) -> None:
    """Set the sidebar to what a pin shows, and forget what the view's own boxes held."""
    for name, _ in origin.query:
        if name not in SIDEBAR:
            st.session_state.pop(name, None)
    # what an experiment is called depends on what else lies in a store; what it is does not
    shown = {one.experiment for one in origin.outside}
    imported = pipeline.outside_groups(store) if shown else []
    if here := [group for group in imported if group.imported_under & shown]:
        st.session_state["import_shown"] = here[0].experiment
    if groups := pipeline.stories.groups_here(store, origin):
        names = {value for name, value in origin.query if name == "compare"}
        st.session_state["experiment"] = groups[0].experiment
        if chosen := [g.key for g in groups if g.name in names]:
            st.session_state["compare"] = chosen
