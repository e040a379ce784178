"""A story as files."""

import threading
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from mslt_core import pipeline
from mslt_core.spec.errors import MsltError
from mslt_core.spec.stories import Story
from mslt_core.store import Store, told_size
from pages._shared.messages import escape

FORMS = {
    "html": ("One file for every browser, offline too; its figures stay alive", "text/html"),
    "pptx": (
        "A slide a finding; tables and words can be edited",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "pdf": ("A page a finding, to print and to send", "application/pdf"),
}
"""What each is good for, and its MIME type."""
_KEPT = "exported"


class Made(NamedTuple):
    """A file that waits to be saved, and what to know of it."""

    data: bytes
    notes: tuple[str, ...]


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
        help="Order, headings and notes. The pins themselves stay in the store.",
    )


def _files(store: Store, story_id: str, story: Story) -> None:
    kept = _kept(store, story)
    asked = None
    with st.container(horizontal=True, gap="small"):
        for form, (good_for, mime) in FORMS.items():
            name = form.upper()
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
            kept[asked] = _made(store, story, asked)
        except MsltError as e:
            st.warning(escape(e.hint), title=escape(f"{e.message[:1].upper()}{e.message[1:]}."))
        else:
            st.rerun()


def _kept(store: Store, story: Story) -> dict[str, Made]:
    """The files of this story as it is now; those of another are dropped."""
    of, kept = st.session_state.get(_KEPT, (None, {}))
    now = (str(store.root), story.digest())
    files: dict[str, Made] = kept if of == now else {}
    st.session_state[_KEPT] = (now, files)
    return files


def _made(store: Store, story: Story, form: str) -> Made:
    from mslt_core import exports as ex  # not before somebody asks: pages start without it

    write: dict[str, Callable[..., bytes]] = {
        "html": ex.story_html,
        "pptx": ex.story_pptx,
        "pdf": ex.story_pdf,
    }
    text = f"Writing {form.upper()}"
    bar = st.progress(0.0, text=text)
    try:
        slides = [(store.stories.pin(s.pin), store.stories.content(s.pin)) for s in story.slides]
        theme = "auto" if form == "html" else "light"
        data = write[form](story, slides, theme=theme, report=_told_by(bar.progress, text))
        words = ex.words_of(story, ex.shown_slides(story, slides))
        return Made(data, ex.missing_fonts(words) if form != "html" else ())
    finally:
        bar.empty()


def _told_by(progress: Callable[..., object], text: str) -> Callable[[int, int], None]:
    """A report that may come from the thread that draws: it speaks for this session there."""
    session = get_script_run_ctx()

    def report(done: int, n: int) -> None:
        add_script_run_ctx(threading.current_thread(), session)
        progress(min(done / max(n, 1), 1.0), text=f"{text}, {done} of {n}")

    return report
