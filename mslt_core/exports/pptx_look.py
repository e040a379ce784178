"""How slides look in PowerPoint: the figures' colours, words where the words of pages are."""

import dataclasses
import io
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

from mslt_core.exports.pptx_rows import Grid
from mslt_core.figures.style import PALETTES, Theme

WIDTH, HEIGHT = 13.333, 7.5
"""Inches: 16 : 9."""
MARGIN = 0.6
DOTS = 220.0
"""Of pictures, for an inch: more than twice what a projector shows, four times a plain screen."""
FONT = "Segoe UI"
"""The first of the figures' fonts that Office has; it takes another one where this is absent."""

Colour = Literal["background", "surface", "text", "muted", "grid", "accent"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Style:
    """Of a text."""

    size: int
    """Points."""
    colour: Colour
    bold: bool = False
    right: bool = False
    spacing: int = 0
    """Points after each line."""
    hanging: float = 0.0
    """Inches that further lines, and what a tab leads to, stand in."""


def new_presentation(title: str, theme: Theme) -> Any:
    """An empty presentation of 16 : 9 whose layouts have this theme's background."""
    from pptx import Presentation
    from pptx.util import Inches

    made = Presentation()
    made.slide_width, made.slide_height = Inches(WIDTH), Inches(HEIGHT)
    made.core_properties.title = title
    made.core_properties.author = "MSLT Lab"
    fill = made.slide_master.background.fill
    fill.solid()
    fill.fore_color.rgb = _rgb(PALETTES[theme].background)
    _widen(made)
    return made


def _widen(presentation: Any) -> None:
    """Stretch what layouts place from the template's 10 inches to ours."""
    factor = WIDTH / 10
    for holder in (presentation.slide_master, *presentation.slide_layouts):
        for shape in holder.placeholders:
            shape.left, shape.width = int(shape.left * factor), int(shape.width * factor)


@dataclasses.dataclass(frozen=True)
class Look:
    """Puts things on slides, in inches."""

    presentation: Any
    theme: Theme

    def new_slide(self, title: str, *, top: float, size: int, height: float) -> Any:
        """A slide with a title that PowerPoint knows as such, in its outline too."""
        from pptx.util import Inches

        layout = self.presentation.slide_layouts.get_by_name("Title Only")
        slide = self.presentation.slides.add_slide(layout)
        shape = slide.shapes.title
        shape.left, shape.top = Inches(MARGIN), Inches(top)
        shape.width, shape.height = Inches(WIDTH - 2 * MARGIN), Inches(height)
        self._write(shape.text_frame, title, Style(size=size, colour="text", bold=True))
        return slide

    def text(
        self,
        slide: Any,
        words: str,
        style: Style,
        *,
        top: float,
        height: float,
        left: float = MARGIN,
        width: float = WIDTH - 2 * MARGIN,
    ) -> None:
        """A box of text."""
        from pptx.util import Inches

        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
        self._write(box.text_frame, words, style)

    def picture(self, slide: Any, png: bytes, *, top: float, alt: str) -> None:
        """A picture that was drawn for the place under the words, with its text in words."""
        from pptx.util import Inches

        shape = slide.shapes.add_picture(
            io.BytesIO(png), Inches(MARGIN), Inches(top), width=Inches(WIDTH - 2 * MARGIN)
        )
        _describe(shape, alt)

    def table(
        self,
        slide: Any,
        cells: Sequence[Sequence[str]],
        grid: Grid,
        right: Sequence[bool],
        *,
        top: float,
        alt: str,
    ) -> None:
        """A table of PowerPoint's own, plain: a line under each row, numbers to the right.

        `cells` are its rows, names of columns first; `grid` has the heights of these rows.
        """
        from pptx.util import Inches

        place = (Inches(MARGIN), Inches(top), Inches(sum(grid.widths)), Inches(sum(grid.heights)))
        shape = slide.shapes.add_table(len(cells), len(grid.widths), *place)
        _describe(shape, alt)
        _without_style(shape.table)
        for column, width in zip(shape.table.columns, grid.widths, strict=True):
            column.width = Inches(width)
        for y, (row, height) in enumerate(zip(cells, grid.heights, strict=True)):
            shape.table.rows[y].height = Inches(height)
            style = Style(
                size=grid.size if y else max(grid.size - 1, 7),
                colour="text" if y else "muted",
                bold=not y,
            )
            for x, words in enumerate(row):
                aligned = dataclasses.replace(style, right=right[x])
                self._cell(shape.table.cell(y, x), words, aligned)

    def _cell(self, cell: Any, words: str, style: Style) -> None:
        from pptx.util import Inches

        cell.margin_left, cell.margin_right = Inches(0.04), Inches(0.16)
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        self._write(cell.text_frame, words, style)
        _line_below(cell, PALETTES[self.theme].grid)

    def _write(self, frame: Any, words: str, style: Style) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches, Pt

        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for i, line in enumerate(words.split("\n")):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = line
            run.font.size, run.font.bold, run.font.name = Pt(style.size), style.bold, FONT
            run.font.color.rgb = _rgb(getattr(PALETTES[self.theme], style.colour))
            paragraph.space_after = Pt(style.spacing)
            paragraph.alignment = PP_ALIGN.RIGHT if style.right else PP_ALIGN.LEFT
            if style.hanging:
                paragraph._p.get_or_add_pPr().set("marL", str(Inches(style.hanging)))
                paragraph._p.get_or_add_pPr().set("indent", str(-Inches(style.hanging)))
            if is_right_to_left(line):
                # with rtl, "l" still means the left side, so such a line says where it begins
                paragraph.alignment = PP_ALIGN.RIGHT
                paragraph._p.get_or_add_pPr().set("rtl", "1")


def is_right_to_left(words: str) -> bool:
    """By the first letter that has a direction, as browsers judge it."""
    strong = (unicodedata.bidirectional(char) for char in words)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def _describe(shape: Any, alt: str) -> None:
    """Give a shape its text in words: python-pptx has no name for it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", alt)


def _without_style(table: Any) -> None:
    """Take off the template's blue bands."""
    table.first_row = True  # read out as a header
    table.horz_banding = False
    style_id = table._tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    )
    style_id.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # No Style, No Grid


def _line_below(cell: Any, colour: str) -> None:
    from lxml import etree

    names = "http://schemas.openxmlformats.org/drawingml/2006/main"
    line = etree.SubElement(cell._tc.get_or_add_tcPr(), f"{{{names}}}lnB", w="9525")
    fill = etree.SubElement(line, f"{{{names}}}solidFill")
    etree.SubElement(fill, f"{{{names}}}srgbClr", val=colour.removeprefix("#"))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.removeprefix("#"))
