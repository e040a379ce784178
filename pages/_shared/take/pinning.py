"""Pin a finding and put it into a story."""

import datetime

import streamlit as st

from mslt_core.spec.errors import StoreError
from mslt_core.spec.stories import Origin, Slide, Story
from mslt_core.store import Store
from pages._shared.context import Context
from pages._shared.messages import escape
from pages._shared.take.things import Thing, pin_of

FIRST_STORY = "Our findings"


def pin_box(thing: Thing, key: str, now: Context, origin: Origin) -> None:
    """Story, caption and the button."""
    if now.store.read_only:
        st.caption("This store is read-only: choose your own in the sidebar to pin things.")
        return
    stories = titles(now.store)
    story = None
    if stories:
        story = st.selectbox(
            "Story",
            list(stories),
            index=_last(stories),
            format_func=lambda name: stories[name],
            key=f"into_{key}",
        )
    caption = st.text_input(
        "Caption", key=f"caption_{key}", max_chars=500, placeholder="What do you say to it?"
    )
    if st.button("Pin to the story", key=f"pin_{key}", type="primary", width="stretch"):
        digest = pinned(thing, now.store, origin)
        story = story or now.store.stories.new_story(FIRST_STORY)
        st.session_state["last_story"] = story
        added = put_into(now.store, story, digest, caption)
        title = escape(now.store.stories.story(story).title)
        st.caption(f"Pinned to {title}." if added else f"It is in {title} already.")
        st.page_link("pages/present.py", label="Present it")


def pinned(thing: Thing, store: Store, origin: Origin) -> str:
    """Keep it as it is now; its pin's digest."""
    pin, content = pin_of(thing, origin)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    return store.stories.put_pin(pin, content, now)


def put_into(store: Store, story_id: str, digest: str, caption: str = "") -> bool:
    """Add a slide at the end; False where the story has this pin already."""
    if any(slide.pin == digest for slide in store.stories.story(story_id).slides):
        return False
    slide = Slide(pin=digest, note=caption.strip())
    store.stories.change_story(story_id, lambda now: now.but(slides=(*now.slides, slide)))
    return True


def titles(store: Store) -> dict[str, str]:
    """Stories that can be read, by id."""
    found: dict[str, str] = {}
    for story_id in store.stories.story_ids():
        try:
            story: Story = store.stories.story(story_id)
        except StoreError:
            continue  # Present tells of it
        found[story_id] = story.title
    return found


def _last(stories: dict[str, str]) -> int:
    last = st.session_state.get("last_story")
    return list(stories).index(last) if last in stories else 0
