"""One finding as it was pinned: heading, answer, what was shown, note, and where it comes from."""

import dataclasses
import functools

import pandas as pd
import streamlit as st

from mslt_core import figures
from mslt_core.spec.citing import provenance
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    PinContent,
    Pinned,
    Slide,
    TableContent,
)
from mslt_core.store import Store
from pages._shared.browser import current_theme
from pages._shared.decimals import decimals_of, show_frame
from pages._shared.messages import escape

LONG = 200
MANY_COLUMNS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a slide is shown: its room in pixels, and how many rows of a table can be read."""

    key: str
    width: int
    height: int
    rows: int | None = None
    """None: all, in a table that scrolls."""


def show_slide(store: Store, slide: Slide, place: Place) -> Pinned:
    """A slide from what is stored; nothing is computed again."""
    pinned = store.stories.pin(slide.pin)
    pin = pinned.pin
    content = store.stories.content(slide.pin)
    _text("heading", slide.heading or pin.title, place)
    if pin.said:
        _text(answer_part(pin.said), pin.said, place)
    if pin.subtitle:
        _text("subtitle", pin.subtitle, place)
    _content(content, pin.alt, place)
    if slide.note:
        _text("note", slide.note, place)
    _text("provenance", provenance(pinned), place)
    return pinned


def answer_part(told: str) -> str:
    """An answer of more than two lines on the stage is set smaller."""
    return "told" if len(told) <= LONG else "told_long"


def _text(part: str, text: str, place: Place) -> None:
    with st.container(key=f"{place.key}_{part}"):
        st.markdown(escape(text))


def _content(content: PinContent, alt: str, place: Place) -> None:
    if isinstance(content, FigureContent):
        theme = current_theme()
        kept = content.dark if theme == "dark" else content.light
        drawn = figures.enlarged(kept, width=place.width, height=place.height)
        st.plotly_chart(
            drawn,
            key=f"{place.key}_figure",
            theme=None,
            alt=alt,
            config={"displaylogo": False, "scrollZoom": False},  # its bar is hidden by style
        )
    elif isinstance(content, TableContent):
        _table(content, place)
    elif isinstance(content, NumberContent):
        _text("number", content.value, place)
        if content.below:
            _text("below", content.below, place)


def _table(content: TableContent, place: Place) -> None:
    frame = pd.DataFrame(content.rows, columns=list(content.columns)).convert_dtypes()
    if place.rows is None:
        show_frame(frame)
        return
    is_wide = len(frame.columns) > MANY_COLUMNS
    n_rows = place.rows - is_wide  # their cells are higher
    shown = frame.head(n_rows).rename(columns=escape)
    with st.container(key=f"{place.key}_table{'_wide' if is_wide else ''}"):
        told = shown.apply(_cells)
        st.table(told.set_index(told.columns[0]))
    if len(frame) > n_rows:
        st.caption(f"The first {n_rows} of {len(frame):,} rows.")


def _cells(column: pd.Series) -> pd.Series:
    fractions = column[[isinstance(value, float) for value in column]]
    return column.map(functools.partial(_cell, decimals=decimals_of(fractions)))


def _cell(value: object, decimals: int) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, str):
        return escape(value)
    told = f"{value:,.{decimals}f}" if isinstance(value, float) else f"{value}"
    return told.replace("-", "−")
