"""The files that a story becomes, made when they are asked for."""

import threading
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from mslt_core.figures import Theme
from mslt_core.pipeline import bundles
from mslt_core.spec.stories import Story
from mslt_core.store import Store
from pages._shared.bundle_told import held


class Made(NamedTuple):
    """A file that waits to be saved, and what to know of it."""

    data: bytes
    notes: tuple[str, ...]


def made_file(store: Store, story_id: str, story: Story, form: str, theme: Theme) -> Made:
    """The story in this form."""
    if form == "zip":
        with st.spinner("Writing the bundle"):
            data, made = bundles.story_bundle(store, story_id)
        return Made(data, held(made))
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
        of_file = "auto" if form == "html" else theme
        data = write[form](story, slides, theme=of_file, report=_told_by(bar.progress, text))
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
