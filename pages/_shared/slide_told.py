"""What stands under a slide: whether there are newer results, its view, heading and note."""

from typing import Literal

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.citing import cite_text, day
from mslt_core.spec.stories import Pinned, Slide, Story
from mslt_core.store import Store
from pages._shared.browser import current_theme
from pages._shared.messages import escape, explain_errors
from pages._shared.slide_view import open_view
from pages._shared.take import files_of_pin, files_row


def under_slide(store: Store, story_id: str, story: Story, at: int, pinned: Pinned) -> None:
    """News, the link back, the words that go with it."""
    for news in pipeline.stories.newer_than(store, pinned):
        st.info(escape(f"{news} This slide still shows what was pinned."), icon=":material/update:")
    if came := pinned.imported:
        st.caption(f"Imported on {day(came.imported_utc)}, from a bundle of {day(came.made_utc)}.")
    origin = pinned.pin.origin
    with st.container(horizontal=True, vertical_alignment="center"):
        open_view(store, origin)
        with st.popover("Cite", type="tertiary", icon=":material/format_quote:"):
            cited = cite_text(pinned.pin.title, origin, pinned.created_utc)
            st.code(cited, language=None, wrap_lines=True)
        _take_along(store, story.slides[at].heading or pinned.pin.title, pinned)
    if not store.read_only:
        _words(store, story_id, story.slides[at], pinned)


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


def _words(store: Store, story_id: str, slide: Slide, pinned: Pinned) -> None:
    one, other = st.columns(2)
    with one:
        _word(store, story_id, slide, "heading", max_chars=200, placeholder=pinned.pin.title)
    with other:
        said = "What do you say to it?"
        _word(store, story_id, slide, "note", max_chars=2000, placeholder=said)


def _word(
    store: Store,
    story_id: str,
    slide: Slide,
    field: Literal["heading", "note"],
    *,
    max_chars: int,
    placeholder: str,
) -> None:
    """A field that shows what the story says now, and is saved only where it is typed into."""
    key, said = f"{field}_{story_id}_{slide.pin}", getattr(slide, field)
    if st.session_state.get(key) != said:  # first shown, or another tab has changed it
        st.session_state[key] = said
    st.text_input(
        field.capitalize(),
        key=key,
        max_chars=max_chars,
        placeholder=placeholder,
        on_change=lambda: _say(store, story_id, slide.pin, {field: st.session_state[key].strip()}),
    )


def _say(store: Store, story_id: str, pin: str, words: dict[str, str]) -> None:
    with explain_errors():
        store.stories.change_story(
            story_id,
            lambda now: now.but(
                slides=tuple(s.but(**words) if s.pin == pin else s for s in now.slides)
            ),
        )
