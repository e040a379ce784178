"""The stage: a slide that fills the screen, its type large enough for the back of a room."""

import math
import unicodedata

import streamlit as st

from mslt_core.spec.errors import MsltError
from mslt_core.spec.stories import Slide, Story
from mslt_core.store import Store
from pages._shared.messages import escape
from pages._shared.presenting.look import (
    HEADING,
    LINE,
    MARGIN,
    NOTE,
    SUBTITLE,
    TOLD,
    TOLD_LONG,
)
from pages._shared.presenting.presenter import AT, presenter, stage_size
from pages._shared.presenting.slide import Place, answer_part, show_slide

CHARACTER = 0.52
"""Mean width of a character over the size of its type, for the system's sans-serif fonts."""
TABLE_ROWS = 11
EDGES = 0.14
"""Share of the height that the upper and lower edge take, where provenance and place stand, and
the gaps beside them."""


def stage(store: Store, story: Story) -> None:
    """The slide that is on, over everything else."""
    slide = story.slides[min(st.session_state.get(AT, 0), len(story.slides) - 1)]
    with st.container(key="stage"):
        try:
            show_slide(store, slide, _place(store, slide))
        except MsltError as e:
            st.warning(escape(e.hint), title=escape(e.message))
        with st.container(key="stage_bar"):
            presenter(len(story.slides))


def _place(store: Store, slide: Slide) -> Place:
    """What the texts leave of the screen."""
    width, height = stage_size()
    inner = width * (1 - 2 * MARGIN / 100)
    pin = store.stories.pin(slide.pin).pin
    texts = [
        (HEADING, slide.heading or pin.title),
        (TOLD if answer_part(pin.said) == "told" else TOLD_LONG, pin.said),
        (SUBTITLE, pin.subtitle),
        (NOTE, slide.note),
    ]
    taken = sum(_text_height(text, size * height / 100, inner) for size, text in texts if text)
    room = height * (1 - EDGES - 0.01 * len(texts)) - taken
    return Place(
        key="stage", width=int(inner), height=int(max(room, 0.35 * height)), rows=TABLE_ROWS
    )


def _text_height(text: str, size: float, width: float) -> float:
    # a letter of Chinese, Japanese or Korean is as wide as two
    n_columns = len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    lines = math.ceil(n_columns * CHARACTER * size / width)
    return max(lines, 1) * LINE * size
