"""A story as files."""

import streamlit as st

from mslt_core import pipeline
from mslt_core.figures import Theme
from mslt_core.spec.errors import MsltError
from mslt_core.spec.stories import Story
from mslt_core.store import Store, told_size
from pages._shared.messages import escape
from pages._shared.story_files import Made, made_file

FORMS = {
    "html": (
        "HTML",
        "One file for every browser, offline too; its figures stay alive",
        "text/html",
    ),
    "pptx": (
        "PPTX",
        "A slide a finding; tables and words can be edited",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "pdf": ("PDF", "A page a finding, to print and to send", "application/pdf"),
    "zip": (
        "Bundle",
        "The story with its pins and the runs behind them, to be opened in another MSLT Lab",
        "application/zip",
    ),
}
"""Its name, what it is good for, and its MIME type."""
_KEPT = "exported"


def exports(root: str, story_id: str) -> None:
    """The downloads of a story: made when asked for, and kept until the story changes."""
    store = pipeline.open_store(root)
    story = store.stories.story(story_id)
    st.markdown("**Hand it on**")
    if story.slides:
        _files(store, story_id, story)
    st.download_button(
        "Story as JSON",
        story.model_dump_json(indent=1),
        file_name=f"{story_id}.json",
        mime="application/json",
        type="tertiary",
        on_click="ignore",
        key="story_json",
        help="Order, headings and notes alone. A bundle takes the pins along.",
    )


def _files(store: Store, story_id: str, story: Story) -> None:
    theme = _theme()
    kept = _kept(store, story, theme)
    asked = None
    with st.container(horizontal=True, gap="small"):
        for form, (name, good_for, mime) in FORMS.items():
            if made := kept.get(form):
                st.download_button(
                    f"Save {name}",
                    made.data,
                    f"{story_id}.{form}",
                    mime,
                    key=f"save_{form}",
                    help=f"{good_for}. {told_size(len(made.data))}.",
                    on_click="ignore",
                )
            elif st.button(name, key=f"export_{form}", help=f"{good_for}."):
                asked = form
    for note in dict.fromkeys(note for made in kept.values() for note in made.notes):
        st.caption(escape(f"{note[:1].upper()}{note[1:]}."))
    if asked:
        try:
            kept[asked] = made_file(store, story_id, story, asked, theme)
        except MsltError as e:
            st.warning(escape(e.hint), title=escape(f"{e.message[:1].upper()}{e.message[1:]}."))
        else:
            st.rerun()


def _theme() -> Theme:
    """The colours of files that cannot change them; HTML has a switch of its own."""
    chosen: Theme = st.segmented_control(
        "PPTX and PDF are",
        ["light", "dark"],
        default="light",
        required=True,
        format_func=str.capitalize,
        key="export_theme",
        help="HTML follows the reader's system and has a switch.",
    )
    return chosen


def _kept(store: Store, story: Story, theme: Theme) -> dict[str, Made]:
    """The files of this story as it is now, in these colours; others are dropped."""
    of, kept = st.session_state.get(_KEPT, (None, {}))
    now = (str(store.root), story.digest(), theme)
    files: dict[str, Made] = kept if of == now else {}
    st.session_state[_KEPT] = (now, files)
    return files
