"""A story as a PowerPoint file: titles, words and tables to edit, figures as sharp pictures."""

import dataclasses
import io
import math
from collections.abc import Sequence
from typing import Any

from mslt_core.exports.browser import draw
from mslt_core.exports.pictures import fitted_picture
from mslt_core.exports.pptx_look import (
    DOTS,
    HEIGHT,
    MARGIN,
    WIDTH,
    Look,
    Style,
    new_presentation,
)
from mslt_core.exports.pptx_rows import grid, lines_of, shared_out
from mslt_core.exports.safe import plain
from mslt_core.exports.slides import (
    Report,
    ShownSlide,
    number_columns,
    quiet,
    shown_rows,
    shown_slides,
)
from mslt_core.figures.style import Theme
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    PinContent,
    Pinned,
    Story,
    TableContent,
)

HEADING = 28
"""Points."""
TOLD = {200: (17, 0.3), 10**9: (14, 0.25)}
"""How many letters an answer may have to be set in so many points, in lines of so many inches:
what a long one takes, the figure below lacks."""
VALUE_SIZES = {16: 80, 28: 54, 60: 36, 10**9: 26}
"""How many letters a headline may have to be written in so many points."""
COVER_SIZES = (18, 16, 14, 12, 10, 9)
"""Points of the list of findings: the largest that keeps it above the slide's edge."""
NUMBER_WIDTH = 0.45
"""Inches of their numbers."""
MAX_TABLE_SLIDES = 6
"""Further rows are counted, and left to the CSV."""


def story_pptx(
    story: Story,
    slides: Sequence[tuple[Pinned, PinContent]],
    *,
    theme: Theme = "light",
    report: Report = quiet,
) -> bytes:
    """The story as a .pptx of 16 : 9. Needs Chromium or Chrome if a figure is in it (ExportError).

    `slides` are its pins with their contents, in its order.
    """
    shown = shown_slides(story, slides)
    look = Look(new_presentation(plain(story.title), theme), theme)
    _cover(look, plain(story.title), shown)
    tops = {slide.number: _words_end(slide) for slide in shown}
    pictures = {
        slide.number: fitted_picture(
            slide.figure(theme),
            width=96 * (WIDTH - 2 * MARGIN),
            height=96 * (HEIGHT - 0.55 - tops[slide.number]),
            dots=DOTS / 96,
        )
        for slide in shown
        if isinstance(slide.content, FigureContent)
    }
    # pictures take the time: the rest is one step more
    drawn = draw(list(pictures.values()), lambda done, n: report(done, n + 1))
    by_number = dict(zip(pictures, drawn, strict=True))
    for slide in shown:
        _add(look, slide, tops[slide.number], by_number.get(slide.number))
    file = io.BytesIO()
    look.presentation.save(file)
    report(len(pictures) + 1, len(pictures) + 1)
    return file.getvalue()


def _cover(look: Look, title: str, slides: Sequence[ShownSlide]) -> None:
    slide = look.new_slide(title, top=1.2, size=40, height=1.5)
    per_column = max(math.ceil(len(slides) / 2), 6)
    columns = [slides[at : at + per_column] for at in range(0, len(slides), per_column)]
    width, height = 5.9, 4.0
    told = ["\n".join(f"{one.number}\t{one.heading}" for one in some) for some in columns]
    fitting = (
        s
        for s in COVER_SIZES
        if max(_list_height(t, s, width - NUMBER_WIDTH) for t in told) <= height
    )
    size = next(fitting, COVER_SIZES[-1])
    style = Style(size=size, colour="text", spacing=size // 3, hanging=NUMBER_WIDTH)
    for column, words in enumerate(told):
        left = MARGIN + column * 6.1
        look.text(slide, words, style, left=left, top=2.9, width=width, height=height)


def _list_height(entries: str, size: int, width: float) -> float:
    """Inches of a list in so many points, a third of them between its entries."""
    lines = [lines_of(one.partition("\t")[2], size, width) for one in entries.splitlines()]
    return sum(n * 1.25 * size + size // 3 for n in lines) / 72


def _words_end(slide: ShownSlide) -> float:
    """Where a slide's words end, in inches from its top, by the width of letters on average."""
    top = 0.45 + 0.5 * _heading_lines(slide.heading)
    for words, style, height in _words(slide):
        top += height * _lines(words, style) + 0.05
    return top + 0.1


def _words(slide: ShownSlide) -> list[tuple[str, Style, float]]:
    """What stands under the heading: text, style, inches of a line."""
    size, height = next(told for most, told in TOLD.items() if len(slide.told) <= most)
    small = Style(size=12, colour="muted")
    words = [
        (slide.told, Style(size=size, colour="text"), height),
        (slide.asks, small, 0.22),
        (slide.subtitle, small, 0.22),
    ]
    return [one for one in words if one[0]]


def _lines(words: str, style: Style) -> int:
    return lines_of(words, style.size, WIDTH - 2 * MARGIN)


def _heading_lines(heading: str) -> int:
    return lines_of(heading, HEADING, WIDTH - 2 * MARGIN, bold=True)


def _add(look: Look, shown: ShownSlide, top: float, picture: bytes | None) -> None:
    match shown.content:
        case FigureContent():
            assert picture is not None
            look.picture(_frame(look, shown), picture, top=top, alt=shown.alt)
        case NumberContent():
            _number(look, _frame(look, shown), shown.content, top)
        case TableContent():
            _tables(look, shown, shown.content, top)


def _number(look: Look, slide: Any, number: NumberContent, top: float) -> None:
    """As large as its length allows; a page's whole answer stays a sentence."""
    value, below = plain(number.value), plain(number.below)
    size = next(points for most, points in VALUE_SIZES.items() if len(value) <= most)
    is_sentence = size == min(VALUE_SIZES.values())
    style = Style(size=size, colour="text" if is_sentence else "accent", bold=not is_sentence)
    lines = lines_of(value, size, WIDTH - 2 * MARGIN, bold=style.bold)
    height = lines * 1.25 * size / 72
    top = max(top + 0.3, 3.3 - height / 2)
    look.text(slide, value, style, top=top, height=height)
    if below:
        muted = Style(size=20, colour="muted")
        look.text(slide, below, muted, top=top + height + 0.15, height=0.8)


def _tables(look: Look, shown: ShownSlide, table: TableContent, top: float) -> None:
    """The rows on as many slides as they need."""
    names = list(map(plain, table.columns))
    rows = shown_rows(table)
    measures = grid(names, rows, WIDTH - 2 * MARGIN)
    header, *heights = measures.heights
    parts = shared_out(measures.heights, HEIGHT - 0.75 - top)
    right = number_columns(table)
    for page, part in enumerate(parts[:MAX_TABLE_SLIDES], 1):
        slide = _frame(look, shown, f" ({page} of {len(parts)})" if len(parts) > 1 else "")
        some = dataclasses.replace(measures, heights=[header, *(heights[i] for i in part)])
        cells = [names, *(rows[i] for i in part)]
        look.table(slide, cells, some, right, top=top, alt=shown.alt)
    left_out = sum(map(len, parts[MAX_TABLE_SLIDES:]))
    if left_out > 0:
        told = f"{left_out:,} further rows are in the table's CSV."
        look.text(slide, told, Style(size=11, colour="muted"), top=HEIGHT - 0.72, height=0.25)


def _frame(look: Look, shown: ShownSlide, part: str = "") -> Any:
    """A slide with everything but its content: title, words, provenance, notes."""
    lines = _heading_lines(shown.heading)
    slide = look.new_slide(shown.heading + part, top=0.4, size=HEADING, height=0.5 * lines + 0.05)
    top = 0.45 + 0.5 * lines
    for words, style, height in _words(shown):
        lines = _lines(words, style)
        look.text(slide, words, style, top=top, height=height * lines + 0.05)
        top += height * lines + 0.05
    small = Style(size=9, colour="muted")
    look.text(slide, shown.provenance, small, top=HEIGHT - 0.42, width=11.0, height=0.25)
    number = Style(size=9, colour="muted", right=True)
    look.text(
        slide,
        str(shown.number),
        number,
        left=WIDTH - MARGIN - 1,
        top=HEIGHT - 0.42,
        width=1,
        height=0.25,
    )
    told = [shown.note, shown.cite] if shown.note else [shown.cite]
    slide.notes_slide.notes_text_frame.text = "\n\n".join(told)
    return slide
