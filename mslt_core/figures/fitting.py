"""A figure for a slide: its title left to the slide, as wide and high as its place.

Whatever shows slides asks here how a figure is drawn on one, how far it is magnified and how high
it becomes: the stage of the dashboard by larger type (`enlarged`), pictures and pages by magnifying
all of it.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from mslt_core.figures import given
from mslt_core.figures.notes import (
    Notes,
    columns_of_notes,
    height_of,
    moved,
    note_line,
    with_notes_at,
)
from mslt_core.figures.room import lowest_height, own_height, readable_width
from mslt_core.figures.two_columns import in_two_columns
from mslt_core.figures.two_panels import in_two_panels

LARGEST = 2.2
HIGHEST = 2.0
"""How far a figure may be magnified, and stretched. story.js holds the same numbers."""
TITLE_HEIGHT = 44
"""Pixels that the title and the subtitle of `dress` take."""
LEFT_ABOVE = 16
"""Pixels that stay above the drawing where the title was."""
PLACE = (1165.0, 480.0)
"""Width and height that a slide of 1280 by 720 leaves under a heading and an answer of a line."""
WORTH_IT = 1.1
"""How much larger letters have to become before rows go into two columns."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fit:
    """A figure of `width` by `height` pixels, magnified by `scale`, fills its place."""

    scale: float
    width: float
    height: float


def fit(figure: Mapping[str, Any], *, width: float, height: float, smallest: float = 0.0) -> Fit:
    """How a figure fills a place.

    It may become lower than its place; higher only where letters would shrink below `smallest`.
    """
    lowest = lowest_height(figure)
    scale = max(min(height / lowest, width / readable_width(figure), LARGEST), smallest)
    return Fit(
        scale=scale,
        width=width / scale,
        height=min(max(height / scale, lowest), HIGHEST * own_height(figure)),
    )


def for_slide(
    figure: Mapping[str, Any], *, width: float = PLACE[0], height: float = PLACE[1]
) -> dict[str, Any]:
    """The figure as it is drawn on a slide, where about `width` by `height` pixels are its place.

    Cells stand in the middle; many rows or slopes go into two columns, where that makes letters
    larger;
    labels beside the ends of lines are moved as near as they may stand.
    """
    one = labels_near(in_the_middle(figure))
    slopes = in_two_panels(figure)
    if two := labels_near(slopes) if slopes else in_two_columns(one):
        scales = [fit(drawn, width=width, height=height).scale for drawn in (one, two)]
        if scales[1] > WORTH_IT * scales[0]:
            return two
    return one


def in_the_middle(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A square grid that stands at the left of a page, and its bar of colour, in the middle."""
    layout = given.mapping(figure.get("layout"))
    if given.mapping(layout.get("xaxis")).get("constraintoward") != "left":
        return dict(figure)
    made = dict(layout) | {"xaxis": {**layout["xaxis"], "constraintoward": "center"}}
    colours = given.mapping(layout.get("coloraxis"))
    bar = given.mapping(colours.get("colorbar"))
    if bar.get("orientation") == "h":
        moved = {**bar, "xref": "paper", "x": 0.5, "xanchor": "center", "xpad": 0}
        made["coloraxis"] = {**colours, "colorbar": moved}
    return {**figure, "layout": made}


def labels_near(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Labels beside the ends of lines a line apart, in a figure as low as all else lets it be.

    They keep clear of one another when it is drawn higher. Numbers beside rows stay with them.
    """
    layout = given.mapping(figure.get("layout"))
    rows = {*given.numbers(given.mapping(layout.get("yaxis")).get("tickvals"))}
    columns = [
        notes
        for notes in columns_of_notes(layout)
        if not _beside_rows(notes, rows) and height_of(layout, notes)
    ]
    around = given.margin(layout, "t") + given.margin(layout, "b")
    bare = lowest_height({**figure, "layout": {**layout, "annotations": []}}) - around
    plot = max([bare, *(len(notes) * note_line(notes) for notes in columns)])
    for notes in columns:
        layout = with_notes_at(layout, notes, moved(layout, notes, plot))
    return {**figure, "layout": layout}


def _beside_rows(notes: Notes, rows: set[float]) -> bool:
    """Whether labels are numbers of rows, under a name of their own perhaps."""
    places = {note["y"] for _, note in notes}
    return notes[0][1].get("yref") != "paper" and 2 * len(places & rows) >= len(places)


def untitled(figure: Mapping[str, Any]) -> dict[str, Any]:
    """The figure without title and subtitle, and without the room that they took."""
    layout = dict(figure["layout"])
    layout.pop("title", None)
    height, margin = layout.get("height"), given.mapping(layout.get("margin"))
    top = margin.get("t")
    if not given.number(height) or not given.number(top) or height < 2 * TITLE_HEIGHT:
        return {**figure, "layout": layout}
    taken = max(0, min(TITLE_HEIGHT, top - LEFT_ABOVE))

    def moved(y: float) -> float:
        if y < 0.5:
            return y * height / (height - taken)
        return 1 - max((1 - y) * height - taken, 4) / (height - taken)

    layout = _with_keys(layout, moved)
    layout |= {"height": height - taken, "margin": {**margin, "t": top - taken}}
    return {**figure, "layout": layout}


def as_high_as(figure: Mapping[str, Any], height: float) -> dict[str, Any]:
    """The figure `height` pixels high: keys stay as far from the edge that they stand at."""
    ratio = own_height(figure) / height
    layout = _with_keys(figure["layout"], lambda y: y * ratio if y < 0.5 else 1 - (1 - y) * ratio)
    return {**figure, "layout": {**layout, "height": height}}


def _with_keys(layout: Mapping[str, Any], moved: Callable[[float], float]) -> dict[str, Any]:
    """Legends and bars of colour at another place, where theirs is a share of the height."""

    def at(box: Any) -> Any:
        if given.mapping(box).get("yref") != "container" or not given.number(box.get("y")):
            return box
        return {**box, "y": moved(box["y"])}

    changed = dict(layout)
    for name, box in layout.items():
        if name.startswith("legend"):
            changed[name] = at(box)
        elif name.startswith("coloraxis") and "colorbar" in given.mapping(box):
            changed[name] = {**box, "colorbar": at(box["colorbar"])}
    return changed
