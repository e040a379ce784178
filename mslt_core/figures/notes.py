"""Labels in a column beside the ends of lines, kept apart from one another."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mslt_core.figures import given

Notes = list[tuple[int, Mapping[str, Any]]]
"""Annotations with their places in the layout."""


def apart(
    wanted: Sequence[float], step: float, *, floor: float, ceiling: float = math.inf
) -> list[float]:
    """Falling heights at least `step` apart, each as near its own as the others leave room."""
    placed: list[float] = []
    for height in wanted:
        placed.append(min(height, placed[-1] - step if placed else ceiling - step / 2))
    # what was pushed below the axis goes up again, and what stands above it with it
    least = floor + step / 2
    for i in reversed(range(len(placed))):
        placed[i] = max(placed[i], least)
        least = placed[i] + step
    return placed


def columns_of_notes(layout: Mapping[str, Any]) -> list[Notes]:
    """Labels that begin at the same x, three at least, from the top."""
    columns: dict[tuple[object, ...], Notes] = {}
    for place, note in enumerate(given.mappings(layout.get("annotations"))):
        if note.get("xanchor") == "left" and given.number(note.get("y")):
            key = tuple(str(note.get(name)) for name in ("x", "xref", "xshift", "yref"))
            columns.setdefault(key, []).append((place, note))
    many = [notes for notes in columns.values() if len(notes) >= 3]
    return [sorted(notes, key=lambda note: -note[1]["y"]) for notes in many]


def height_of(layout: Mapping[str, Any], notes: Notes) -> float:
    """The plot's height in the unit in which these labels stand: its own, or shares of it."""
    if notes[0][1].get("yref") == "paper":
        return 1.0
    return given.span(given.mapping(layout.get("yaxis")))


def note_line(notes: Notes) -> float:
    """Pixels from one of these labels to the next."""
    sizes = [given.mapping(note.get("font")).get("size") for _, note in notes]
    return 1.25 * max((size for size in sizes if given.number(size)), default=13.0)


def moved(layout: Mapping[str, Any], notes: Notes, plot: float) -> dict[float, float]:
    """Where labels stand now, and where in a plot so many pixels high."""
    height = height_of(layout, notes)
    rows = given.numbers(given.mapping(layout.get("yaxis")).get("range"))
    floor = 0.0 if notes[0][1].get("yref") == "paper" else min(rows, default=0.0)
    old = [note["y"] for _, note in notes]
    ends = {
        shape["y1"]: shape["y0"]
        for shape in given.mappings(layout.get("shapes"))
        if _leads(shape, notes[0][1]) and given.number(shape.get("y0"))
    }
    wanted = [ends.get(y, y) for y in old]
    step = note_line(notes) * height / plot
    return dict(zip(old, apart(wanted, step, floor=floor, ceiling=floor + height), strict=True))


def with_notes_at(
    layout: Mapping[str, Any], notes: Notes, to: Mapping[float, float]
) -> dict[str, Any]:
    """The layout with these labels, and the lines that lead to them, at other heights."""
    places = {place for place, _ in notes}
    annotations = [
        {**note, "y": to[note["y"]]} if place in places else note
        for place, note in enumerate(given.mappings(layout.get("annotations")))
    ]
    shapes = [
        {**shape, "y1": to.get(shape["y1"], shape["y1"])} if _leads(shape, notes[0][1]) else shape
        for shape in given.mappings(layout.get("shapes"))
    ]
    return {**layout, "annotations": annotations, "shapes": shapes}


def _leads(shape: Mapping[str, Any], note: Mapping[str, Any]) -> bool:
    """Whether a line could lead to one of these labels."""
    kinds = (shape.get("type"), shape.get("yref", "y"))
    return kinds == ("line", note.get("yref", "y")) and given.number(shape.get("y1"))
