"""How low and how narrow a figure may become before its letters meet."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from mslt_core.figures import given
from mslt_core.figures.notes import columns_of_notes, height_of, note_line

READABLE_WIDTH = 740
"""Pixels, before they are magnified, that hardly a figure here needs more of."""
LOWEST = 0.56
"""The least share of its own height."""
NICE = 0.75
"""The share that names of axes, and labels near the foot, may ask for: what is said in them is said
elsewhere too, and all letters would be smaller."""
LINE = 1.3
"""Height of a line of letters over their size."""
LETTER = 0.56
"""Mean width of a letter over its size."""
UPRIGHT = 0.85
"""Share of the width told by `LETTER` that an axis's name takes: it has few wide letters."""
USUAL_HEIGHT = 450

_TAG = re.compile(r"<[^<>]*>")


def own_height(figure: Mapping[str, Any]) -> float:
    """The height in pixels that a figure was made for."""
    height = given.mapping(figure.get("layout")).get("height")
    return float(height) if given.number(height) and 50 <= height <= 20_000 else USUAL_HEIGHT


def lowest_height(figure: Mapping[str, Any]) -> float:
    """Pixels down to which labels, cells and panels keep their distance; never above its own."""
    own, layout = own_height(figure), given.mapping(figure.get("layout"))
    around = given.margin(layout, "t") + max(given.margin(layout, "b"), _under(layout))
    cells = _cells(figure) * _cells_down(figure)
    plot = max(_rows(layout), cells, _panels(layout), _notes(layout))
    nice = min(max(_titles(layout), _above_foot(layout)) + around, NICE * own)
    return min(own, max(LOWEST * own, nice, plot + around if plot else 0.0))


def readable_width(figure: Mapping[str, Any]) -> float:
    """Pixels that labels and numbers need side by side."""
    layout = given.mapping(figure.get("layout"))
    told = given.mapping(layout.get("meta")).get("readable_width")
    if given.number(told) and READABLE_WIDTH <= told <= 3000:
        return float(told)
    across = [given.span(axis) / given.share(axis) for axis in given.axes(layout, "x")]
    cells = _cells(figure) * max(across, default=0.0)
    scale = 90 if "coloraxis" in layout else 0
    return min(max(READABLE_WIDTH, cells + scale + 40 if cells else 0.0), 2 * READABLE_WIDTH)


def text_width(text: object, size: float) -> float:
    """Pixels of the longest line of a text of Plotly's."""
    lines = re.split(r"<br\s*/?>", text if isinstance(text, str) else "")
    return max(len(_TAG.sub("", line)) for line in lines) * LETTER * size


def _rows(layout: Mapping[str, Any]) -> float:
    """Pixels of the plot in which labels at its side stand clear of one another."""
    return max((_clear(axis) for axis in given.axes(layout, "y")), default=0.0)


def _clear(axis: Mapping[str, Any]) -> float:
    places = sorted(given.numbers(axis.get("tickvals")))
    gaps = [b - a for a, b in itertools.pairwise(places) if b > a]
    if not gaps or axis.get("type", "linear") != "linear":
        return 0.0
    return LINE * given.font_size(axis) * given.span(axis) / min(gaps) / given.share(axis)


def _cells(figure: Mapping[str, Any]) -> float:
    """Pixels of a square cell with a number in it; 0 where there are none."""
    traces = given.mappings(figure.get("data"))
    if not any(trace.get("type") == "heatmap" for trace in traces):
        return 0.0
    wide = [
        text_width(text, size) + 4
        for trace in traces
        if trace.get("mode") == "text"
        for size in [_size(trace)]
        for text in given.listed(trace.get("text"))
    ]
    return max(wide, default=0.0)


def _size(trace: Mapping[str, Any]) -> float:
    size = given.mapping(trace.get("textfont")).get("size")
    return float(size) if given.number(size) and 1 <= size <= 100 else given.TICK_SIZE


def _cells_down(figure: Mapping[str, Any]) -> float:
    """Cells from top to bottom, of grids whose cells stay square."""
    axes = given.axes(given.mapping(figure.get("layout")), "y")
    return max((given.span(axis) for axis in axes if "scaleanchor" in axis), default=0.0)


def _panels(layout: Mapping[str, Any]) -> float:
    """Height of square panels side by side, as wide as the narrowest page lets them be."""
    ups = [axis for axis in given.axes(layout, "y") if axis.get("constrain") == "domain"]
    if len(ups) < 2:
        return 0.0
    acrosses = [given.share(axis) for axis in given.axes(layout, "x")]
    return min(acrosses, default=0.0) * READABLE_WIDTH


def _titles(layout: Mapping[str, Any]) -> float:
    """Names of axes of panels that stand over one another."""
    stacked = [axis for axis in given.axes(layout, "y") if given.share(axis) < 1]
    return max(
        (
            UPRIGHT
            * text_width(given.mapping(axis.get("title")).get("text"), given.TICK_SIZE)
            / given.share(axis)
            for axis in stacked
        ),
        default=0.0,
    )


def _notes(layout: Mapping[str, Any]) -> float:
    """Pixels of the plot in which labels in a column, beside the lines' ends, stand clear."""
    needed = 0.0
    for notes in columns_of_notes(layout):
        places = sorted(note["y"] for _, note in notes)
        gaps = [b - a for a, b in itertools.pairwise(places) if b > a]
        if gaps:
            # what was set a line apart shall not ask for more by a rounding
            needed = max(needed, (note_line(notes) - 0.1) * height_of(layout, notes) / min(gaps))
    return needed


def _above_foot(layout: Mapping[str, Any]) -> float:
    """Pixels of the plot in which labels below a mark do not cross the axis."""
    rows = given.mapping(layout.get("yaxis"))
    floor, needed = min(given.numbers(rows.get("range")), default=0.0), 0.0
    for note in given.mappings(layout.get("annotations")):
        y, shift = note.get("y"), note.get("yshift")
        below = note.get("yanchor") == "top" and note.get("yref", "y") == "y"
        if below and given.number(y) and given.number(shift) and y > floor and given.span(rows):
            size = given.mapping(note.get("font")).get("size")
            taken = abs(shift) + LINE * (size if given.number(size) else given.TICK_SIZE)
            needed = max(needed, taken * given.span(rows) / (y - floor))
    return needed


def _under(layout: Mapping[str, Any]) -> float:
    """Pixels that names on end take under the plot, where Plotly makes room for them."""
    return max(
        (
            8 + text_width(text, given.font_size(axis))
            for axis in given.axes(layout, "x")
            if axis.get("tickangle") in {90, -90} and axis.get("automargin", True)
            for text in given.listed(axis.get("ticktext"))
        ),
        default=0.0,
    )
