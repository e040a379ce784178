"""What stands under a slide: whether there are newer results, its view, heading and note."""

from pathlib import Path

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.citing import cite_text, day
from mslt_core.spec.stories import Origin, Pinned, Story
from mslt_core.store import Store
from pages._shared.messages import escape, explain_errors
from pages._shared.take import files_of_pin, files_row
from pages._shared.theme import current_theme

SIDEBAR = ("store", "experiment", "compare")
"""Parameters whose boxes are on every page."""

PAGES = Path(__file__).resolve().parents[1]


def under_slide(store: Store, story_id: str, story: Story, at: int, pinned: Pinned) -> None:
    """News, the link back, the words that go with it."""
    for news in pipeline.stories.newer_than(store, pinned):
        st.info(escape(f"{news} This slide still shows what was pinned."), icon=":material/update:")
    if came := pinned.imported:
        st.caption(f"Imported on {day(came.imported_utc)}, from a bundle of {day(came.made_utc)}.")
    origin = pinned.pin.origin
    page = PAGES / f"{origin.page}.py"
    with st.container(horizontal=True, vertical_alignment="center"):
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
        with st.popover("Cite", type="tertiary", icon=":material/format_quote:"):
            cited = cite_text(pinned.pin.title, origin, pinned.created_utc)
            st.code(cited, language=None, wrap_lines=True)
        _take_along(store, story.slides[at].heading or pinned.pin.title, pinned)
    if not store.read_only:
        _words(store, story_id, story, at, pinned)


def _choose(store: Store, origin: Origin) -> None:
    """Set the sidebar to what a pin shows, and forget what the view's own boxes held."""
    for name, _ in origin.query:
        if name not in SIDEBAR:
            st.session_state.pop(name, None)
    if groups := pipeline.stories.groups_here(store, origin):
        names = {value for name, value in origin.query if name == "compare"}
        st.session_state["experiment"] = groups[0].experiment
        if chosen := [g.key for g in groups if g.name in names]:
            st.session_state["compare"] = chosen


def _take_along(store: Store, title: str, pinned: Pinned) -> None:
    """What was pinned as files, under the word that stands under things on other pages."""
    if pinned.pin.kind == "number":
        return
    box = st.popover(
        "Take along",
        type="tertiary",
        icon=":material/ios_share:",
        key="along_slide",
        on_change="rerun",
    )
    if box.open:
        with box, explain_errors():
            files = files_of_pin(store.stories.content(pinned.digest), title, current_theme())
            if files:
                files_row(files, "slide_figure")


def _words(store: Store, story_id: str, story: Story, at: int, pinned: Pinned) -> None:
    slide = story.slides[at]
    key = f"{story_id}_{slide.pin}"
    one, other = st.columns(2)
    heading = one.text_input(
        "Heading",
        slide.heading,
        key=f"heading_{key}",
        max_chars=200,
        placeholder=pinned.pin.title,
    ).strip()
    note = other.text_input(
        "Note", slide.note, key=f"note_{key}", max_chars=2000, placeholder="What do you say to it?"
    ).strip()
    if (heading, note) != (slide.heading, slide.note):
        slides = list(story.slides)
        slides[at] = slide.but(heading=heading, note=note)
        store.stories.save_story(story_id, story.but(slides=tuple(slides)))
        st.rerun()
