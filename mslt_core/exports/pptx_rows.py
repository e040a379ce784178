"""How wide a table's columns are on a slide, how high its rows, and which rows share a slide."""

import dataclasses
import math
import unicodedata
from collections.abc import Sequence

LETTER, PADDING = 0.098, 0.3
"""Inches of a letter of 12 points, wider fonts than usual included, and of a cell's two edges."""
WIDEST = 6.0
SIZES = (12, 11, 10, 9, 8, 7)
"""Points: the largest in which no word is broken."""
ROW_HEIGHT, FURTHER_LINE = 0.33, 0.2
"""Inches of a row of one line, and of each further line, at 12 points."""
SPACE, BOLD = 0.26, 1.055
EMS = {
    "ijl.,:;'|!": 0.27,
    "()[]-I": 0.33,
    "frt/": 0.39,
    "acekszvxy?": 0.53,
    "mwMW%@—": 0.9,
}
"""Widths of letters over their size, and how much bold ones are wider: of Noto Sans, which is
wider than the font of the slides."""

Rows = Sequence[Sequence[str]]


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table's measures: inches of its columns, points of its letters, inches of its rows."""

    widths: list[float]
    size: int
    heights: list[float]
    """The header's first."""


def grid(columns: Sequence[str], rows: Rows, room: float) -> Grid:
    """The measures in which a table fits `room` inches, broken between words alone if it can be."""
    cells = [list(column) for column in zip(columns, *rows, strict=True)]
    size = SIZES[-1]
    for size in SIZES:
        letter = LETTER * size / SIZES[0]
        needed = [max(_longest_word(cell) for cell in column) for column in cells]
        least = [letter * n + PADDING for n in needed]
        if sum(least) <= room:
            break
    whole = [min(letter * max(map(columns_of, column)) + PADDING, WIDEST) for column in cells]
    wanted = [max(pair) for pair in zip(least, whole, strict=True)]
    widths = _shared(least, wanted, room)
    heights = [_height(row, widths, letter, size) for row in (columns, *rows)]
    return Grid(widths, size, heights)


def _shared(least: Sequence[float], wanted: Sequence[float], room: float) -> list[float]:
    """What is wanted, or what is needed and of the rest of the room in proportion."""
    if sum(wanted) <= room:
        return list(wanted)
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    part = (room - sum(least)) / (sum(wanted) - sum(least))
    return [low + part * (high - low) for low, high in zip(least, wanted, strict=True)]


def _height(row: Sequence[str], widths: Sequence[float], letter: float, size: int) -> float:
    """By the cell with most lines."""
    lines = max(
        _lines(cell, int((width - PADDING) / letter + 1e-6))
        for cell, width in zip(row, widths, strict=True)
    )
    return ROW_HEIGHT + (lines - 1) * FURTHER_LINE * size / SIZES[0]


def _lines(cell: str, per_line: int) -> int:
    """Lines of a cell that is broken between its words, or inside of those that are too long."""
    lines, used = 1, 0
    for word in cell.split():
        n = columns_of(word)
        if used and used + 1 + n > per_line:
            lines, used = lines + 1, 0
        lines += max(math.ceil(n / max(per_line, 1)) - 1, 0)
        used += n + bool(used)
    return lines


def shared_out(heights: Sequence[float], room: float) -> list[range]:
    """Which rows go on each slide of `room` inches; `heights` as in `Grid`, its header on all."""
    header, *rows = heights
    parts, start, used = [], 0, header
    for place, height in enumerate(rows):
        if place > start and used + height > room:
            parts.append(range(start, place))
            start, used = place, header
        used += height
    return [*parts, range(start, len(rows))]


def columns_of(text: str) -> int:
    """Its length, letters of Chinese, Japanese and Korean counted twice: they are twice as wide."""
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def lines_of(words: str, points: float, room: float, *, bold: bool = False) -> int:
    """Lines of a text of so many points in `room` inches, broken between its words."""
    per_line = 72 * room / (points * (BOLD if bold else 1.0))
    lines, used = 1, 0.0
    for word in words.split():
        width = sum(map(_em, word))
        if used and used + width > per_line:
            lines, used = lines + 1, 0.0
        # a word longer than a line, and scripts without spaces, are broken anywhere
        lines += max(math.ceil(width / per_line) - 1, 0)
        used += width % per_line + SPACE
    return lines


def _em(char: str) -> float:
    """Width of a letter over its size."""
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return next(
        (em for chars, em in EMS.items() if char in chars), 0.67 if char.isupper() else 0.61
    )


def _longest_word(cell: str) -> int:
    # these scripts are broken between any two letters
    return max(
        (min(columns_of(word), 2 if _is_wide(word) else 99) for word in cell.split()), default=1
    )


def _is_wide(word: str) -> bool:
    return any(unicodedata.east_asian_width(char) in "WF" for char in word)
