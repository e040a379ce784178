"""The slides of a story in their order, and the pins that may come into it."""

import streamlit as st

from mslt_core.spec.citing import day
from mslt_core.spec.errors import StoreError
from mslt_core.spec.stories import Pinned, Slide, Story
from mslt_core.store import Store
from pages._shared.messages import escape
from pages._shared.presenting.presenter import AT
from pages._shared.take.pinning import put_into


def order(store: Store, story_id: str, story: Story) -> int:
    """The list of slides; the place of the one that is shown."""
    at = max(min(st.session_state.get(AT, 0), len(story.slides) - 1), 0)
    with st.container(key="slides"):
        for place, slide in enumerate(story.slides):
            if st.button(
                f"{place + 1}. {escape(_heading(store, slide))}",
                key=f"slide_{place}",
                type="secondary" if place == at else "tertiary",
                width="stretch",
                wrap=True,
            ):
                st.session_state[AT] = place
                st.rerun()
    if story.slides and not store.read_only:
        _moves(store, story_id, story, at)
    _add(store, story_id, story)
    return at


def _moves(store: Store, story_id: str, story: Story, at: int) -> None:
    pin, last = story.slides[at].pin, len(story.slides) - 1
    with st.container(horizontal=True, gap="small"):
        for name, icon, to, off in (
            ("Move up", "arrow_upward", at - 1, at == 0),
            ("Move down", "arrow_downward", at + 1, at == last),
        ):
            pressed = st.button(
                "", icon=f":material/{icon}:", key=f"{icon}_slide", help=name, disabled=off
            )
            if pressed:
                _move(store, story_id, pin, to)
        if st.button("", icon=":material/close:", key="remove_slide", help="Take it out"):
            _move(store, story_id, pin, None)


def _move(store: Store, story_id: str, pin: str, to: int | None) -> None:
    """Put a slide at another place and show it there, or take it out."""

    def moved(now: Story) -> Story:
        slides = [slide for slide in now.slides if slide.pin != pin]
        if to is not None:
            slides[to:to] = [slide for slide in now.slides if slide.pin == pin]
        return now.but(slides=tuple(slides))

    store.stories.change_story(story_id, moved)
    if to is not None:
        st.session_state[AT] = to
    st.rerun()


def _add(store: Store, story_id: str, story: Story) -> None:
    """Pins that are not in it, the newest first."""
    mine = {slide.pin for slide in story.slides}
    left = [pinned for pinned in store.stories.pins() if pinned.digest not in mine]
    if not left or store.read_only:
        return
    with st.expander(f"Other pins ({len(left)})", expanded=not story.slides):
        for pinned in left:
            _pin(store, story_id, pinned)


def _pin(store: Store, story_id: str, pinned: Pinned) -> None:
    st.markdown(escape(pinned.pin.title or pinned.pin.kind))
    st.caption(f"{pinned.pin.origin.page.capitalize()}, {day(pinned.created_utc)}")
    with st.container(horizontal=True, gap="small"):
        if st.button("Add", key=f"add_{pinned.digest}"):
            put_into(store, story_id, pinned.digest)
            st.rerun()
        if st.button("Delete", key=f"delete_{pinned.digest}", type="tertiary"):
            store.stories.delete_pin(pinned.digest)
            st.rerun()


def _heading(store: Store, slide: Slide) -> str:
    if slide.heading:
        return slide.heading
    try:
        return store.stories.pin(slide.pin).pin.title or "Untitled"
    except StoreError:
        return "A pin that cannot be read"
