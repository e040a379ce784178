"""How do I show this to my team?"""

import streamlit as st

from mslt_core.spec.errors import MsltError
from mslt_core.spec.stories import Story
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.present_exports import exports
from pages._shared.presenting import is_on, presenter, show_slide, stage, style_slides
from pages._shared.presenting.slide import Place
from pages._shared.slide_told import under_slide
from pages._shared.story_box import go_to, story_box
from pages._shared.story_order import order
from pages._shared.take.pinning import FIRST_STORY

SLIDE = Place(key="slide", width=700, height=440)


def told(context: Context, story_id: str, story: Story, at: int) -> None:
    """The slide that is shown, and what belongs to it."""
    store = context.store
    head, button = st.columns([3, 1], vertical_alignment="center")
    head.caption(f"Slide {at + 1} of {len(story.slides)}")
    with button, st.container(horizontal_alignment="right"):
        presenter(len(story.slides))
    try:
        with st.container(border=True, key="slide"):
            pinned = show_slide(store, story.slides[at], SLIDE)
    except MsltError as e:
        st.warning(escape(e.hint), title=escape(e.message))
    else:
        under_slide(store, story_id, story, at, pinned)


def nothing_yet(context: Context) -> None:
    """No story: what to do."""
    n_pins = len(context.store.stories.pins())
    if n_pins and not context.store.read_only:
        pins = "1 pin" if n_pins == 1 else f"{n_pins:,} pins"
        if empty_state(f"{pins}, and no story yet.", button="Make a story of them"):
            go_to(context.store.stories.new_story(FIRST_STORY))
    elif empty_state(
        "Nothing is pinned yet. Under every figure, table and answer stands “Take along”: it pins "
        "what you see, with its data, seeds and date, and here it becomes a slide.",
        button="Find something to show",
    ):
        st.switch_page("pages/results.py")


def page(context: Context) -> None:
    """Slides at the left, the one that is shown at the right."""
    style_slides()
    left, right = st.columns([2, 5], gap="large")
    with left:
        story_id = story_box(context.store)
    if story_id is None:
        nothing_yet(context)
        return
    story = context.store.stories.story(story_id)
    if is_on() and story.slides:
        stage(context.store, story)
        return
    with left:
        at = order(context.store, story_id, story)
        st.divider()
        exports(context.root, story_id)
    with right:
        if story.slides:
            told(context, story_id, story, at)
        else:
            st.info("Add a pin at the left, or pin something with “Take along” on another page.")


st.title("How do I show this to my team?")
with explain_errors():
    page(sidebar_context())
