"""The small quiet row under a figure, a table or an answer. What it offers is made when opened."""

import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import pipeline
from mslt_core.spec.citing import cite_text
from mslt_core.spec.errors import MsltError
from mslt_core.spec.stories import Origin
from pages._shared.browser import current_theme
from pages._shared.context import Context, context
from pages._shared.messages import escape, unescaped
from pages._shared.take.files import Files, files_row, whole_picture
from pages._shared.take.origins import Rests, goes_with, origin_of, rests_now
from pages._shared.take.pinning import pin_box
from pages._shared.take.things import Answer, Figure, Thing

BOX_WIDTH = 420


def tell(place: DeltaGenerator, sentence: str, *, question: str, key: str = "answer") -> None:
    """The answer to the page's question; the next figure is pinned together with it.

    Several in a row, one a set, are one answer.
    """
    goes_with(sentence)
    with place.container(horizontal=True, wrap=False, gap="small"):
        st.markdown(sentence, width="stretch")
        take_along(Answer(question=question, told=unescaped(sentence)), key=key)


def take_along(thing: Thing, *, key: str) -> None:
    """Link, pin, pictures, numbers and citation, behind one word."""
    _row(thing, key, context(), rests_now())


@st.fragment
def _row(thing: Thing, key: str, now: Context, rests: Rests) -> None:
    aside = isinstance(thing, Answer)
    with st.container(
        horizontal=True,
        horizontal_alignment="right",
        width="content" if aside else "stretch",
        key=f"take_{key}",
    ):
        box = st.popover(
            "" if aside else "Take along",
            help="Take the answer along" if aside else None,
            type="tertiary",
            icon=":material/ios_share:",
            key=f"along_{key}",
            on_change="rerun",
        )
    if box.open:  # nothing below costs anything before
        with box, st.container(width=BOX_WIDTH):
            try:
                _offered(thing, key, now, origin_of(now, rests))
            except MsltError as e:
                st.warning(escape(str(e)))


def _offered(thing: Thing, key: str, now: Context, origin: Origin) -> None:
    title = thing.words()["title"]
    pin_box(thing, key, now, origin)
    if isinstance(thing, Figure):
        whole = None
        if thing.narrowed:
            whole = whole_picture(thing.content(), title, current_theme())
        files_row(Files(title=title, csv=thing.csv, pictured=thing.on_page, whole=whole), key)
    address = (st.context.url or "").removesuffix("/").removesuffix(f"/{origin.page}")
    st.caption("Link to this view")
    st.code(pipeline.stories.link_to(origin, address), language=None, wrap_lines=True)
    st.caption("Cite")
    today = datetime.datetime.now(datetime.UTC).isoformat()
    st.code(cite_text(title, origin, today), language=None, wrap_lines=True)
