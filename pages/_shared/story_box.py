"""Which story is told, and how stories are made, renamed and deleted."""

import streamlit as st

from mslt_core.spec.errors import StoreError
from mslt_core.spec.stories import Story
from mslt_core.store import Store
from pages._shared.messages import escape
from pages._shared.present_bundles import bundle_box, tell_what_came

KEY = "story"
_NEXT = "next_story"


def story_box(store: Store) -> str | None:
    """The id of the story that is chosen; None where there is none yet."""
    names = _names(store)
    if _NEXT in st.session_state:
        st.session_state[KEY] = st.session_state.pop(_NEXT)
    if st.session_state.get(KEY) not in names:
        st.session_state.pop(KEY, None)
    last = st.session_state.get("last_story")
    chosen = None
    if names:
        chosen = st.selectbox(
            "Story",
            list(names),
            index=list(names).index(last) if last in names else 0,
            format_func=lambda name: names.get(name, name),
            key=KEY,
            bind="query-params",
        )
    if not store.read_only:
        with st.container(horizontal=True, gap="small"):
            _new(store)
            if chosen:
                _edit(store, chosen)
            if came := bundle_box(store):
                go_to(came)
        tell_what_came()
    return chosen


def go_to(story_id: str) -> None:
    """Show this story, its first slide first."""
    st.session_state.update({_NEXT: story_id, "last_story": story_id, "slide": 0})
    st.rerun()


def _names(store: Store) -> dict[str, str]:
    """Titles by id; an id in brackets where two stories have one title, or it cannot be read."""
    found: dict[str, str] = {}
    for story_id in store.stories.story_ids():
        try:
            title = store.stories.story(story_id).title
        except StoreError:
            title = f"{story_id} (damaged)"
        found[story_id] = f"{title} ({story_id})" if title in found.values() else title
    return found


def _new(store: Store) -> None:
    with st.popover("New", type="tertiary", icon=":material/add:"):
        title = st.text_input("Title", key="new_story", max_chars=200, placeholder="For whom?")
        if st.button("Make it", key="make_story", type="primary") and title.strip():
            go_to(store.stories.new_story(title))


def _edit(store: Store, story_id: str) -> None:
    with st.popover("Edit", type="tertiary", icon=":material/edit:"):
        try:
            story: Story | None = store.stories.story(story_id)
        except StoreError as e:
            st.warning(escape(e.hint), title=escape(e.message))
            story = None
        if story:
            title = st.text_input(
                "Title", story.title, key=f"title_{story_id}", max_chars=200
            ).strip()
            if st.button("Rename", key="rename_story") and title:
                store.stories.change_story(story_id, lambda now: now.but(title=title))
                st.rerun()
        st.caption("Deleting a story leaves its pins.")
        if st.button("Delete the story", key="delete_story"):
            store.stories.delete_story(story_id)
            st.rerun()
