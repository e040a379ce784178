"""MSLT Lab: the frame around the pages. Start it with ``make app``."""

import streamlit as st

from pages._shared.controls import sidebar
from pages._shared.messages import explain_errors
from pages._shared.take import begin
from pages._shared.theme import amend_styles, follow_theme

PAGES = {
    "overview": "Overview",
    "languages": "Languages",
    "train": "Train",
    "mingling": "Mingling",
    "results": "Results",
    "criteria": "Criteria",
    "present": "Present",
}

SIDEBAR_WIDTH = 310  # pixels; the name of an experiment fits


def main() -> None:
    """One page list, one frame; an error that a page does not explain itself is explained here."""
    st.set_page_config(
        page_title="MSLT Lab",
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
        menu_items={"About": __doc__},
    )
    pages = [
        st.Page(f"pages/{name}.py", title=title, url_path=name, default=name == "overview")
        for name, title in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    amend_styles()
    with explain_errors():
        st.session_state["context"] = sidebar()
        begin(page.url_path or "overview")
        page.run()
    follow_theme()


main()
