"""A dot plot with many rows as two columns of half as many, for places that are wider than high."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from mslt_core.figures import given, room

MANY_ROWS = 14
PLOT_WIDTH = 210
"""Pixels of a column's dots, before they are magnified."""
WIDEST = 1600
OF_ROWS = frozenset({"scatter", "scattergl", "bar"})


@dataclasses.dataclass(frozen=True)
class _Rows:
    """Where rows stand, and their names."""

    axis: Mapping[str, Any]
    places: list[float]
    names: list[Any]
    low: float
    high: float


def in_two_columns(figure: Mapping[str, Any]) -> dict[str, Any] | None:
    """The figure with its rows in two columns of one pitch and one scale.

    None where it has few rows, more panels than one, or rows that cannot be told apart.
    """
    rows, layout = _rows(figure), given.mapping(figure.get("layout"))
    if rows is None:
        return None
    label = max(room.text_width(name, given.font_size(rows.axis)) for name in rows.names) + 12
    if rows.axis.get("automargin") is False:
        label = max(label, given.margin(layout, "l"))
    right = given.margin(layout, "r")
    width = max(2 * (label + PLOT_WIDTH + right), room.READABLE_WIDTH)
    if width > WIDEST:
        return None
    gap = (label + right) / (width - label - right)
    border = _border(rows)
    upper, lower = (border, rows.high), (2 * border - rows.high, border)
    across = given.mapping(layout.get("xaxis"))
    made = dict(layout) | {
        "xaxis": {**across, "domain": [0.0, (1 - gap) / 2], "anchor": "y"},
        "xaxis2": {**across, "domain": [(1 + gap) / 2, 1.0], "anchor": "y2", "matches": "x"},
        "yaxis": {**rows.axis, "range": list(upper), "anchor": "x"},
        "yaxis2": {**rows.axis, "range": list(lower), "anchor": "x2"},
        "annotations": _split(layout.get("annotations"), upper, lower),
        "shapes": _split(layout.get("shapes"), upper, lower),
        "height": _height(figure, (rows.high - border) / (rows.high - rows.low)),
        "meta": {**given.mapping(layout.get("meta")), "readable_width": width},
    }
    return {**figure, "data": _twice(figure["data"]), "layout": made}


def _rows(figure: Mapping[str, Any]) -> _Rows | None:
    layout = given.mapping(figure.get("layout"))
    axis = given.mapping(layout.get("yaxis"))
    kinds = {trace.get("type", "scatter") for trace in given.mappings(figure.get("data"))}
    panels = {name for name in layout if name.startswith(("xaxis", "yaxis"))}
    ends = given.numbers(axis.get("range"))
    places, names = given.numbers(axis.get("tickvals")), given.listed(axis.get("ticktext"))
    if panels != {"xaxis", "yaxis"} or kinds - OF_ROWS or axis.get("type", "linear") != "linear":
        return None
    if len(names) != len(places) or len(set(places)) < MANY_ROWS:
        return None
    return _Rows(axis, places, names, *ends) if len(ends) == 2 and ends[0] < ends[1] else None


def _border(rows: _Rows) -> float:
    """Between two rows, so that the upper column is as high as the lower, or a row higher."""
    ordered = sorted(rows.places, reverse=True)
    between = [(a + b) / 2 for a, b in itertools.pairwise(ordered)]
    return next((y for y in between if rows.high - y >= y - rows.low), between[-1])


def _height(figure: Mapping[str, Any], share: float) -> float:
    layout = figure["layout"]
    around = given.margin(layout, "t") + given.margin(layout, "b")
    return around + share * max(room.own_height(figure) - around, 100)


def _twice(traces: Sequence[Any]) -> list[dict[str, Any]]:
    """Every trace in both columns, each of which shows its rows alone; told once in the legend."""
    first = [
        # bars are cut at the plot's edge anyway, and know no such word
        {**trace, **({} if trace.get("type") == "bar" else {"cliponaxis": True})}
        for trace in given.mappings(traces)
    ]
    second = [{**trace, "xaxis": "x2", "yaxis": "y2", "showlegend": False} for trace in first]
    return [*first, *second]


def _split(
    drawn: Any, upper: tuple[float, float], lower: tuple[float, float]
) -> list[dict[str, Any]]:
    """Annotations and shapes in the column of their rows; those of no row over both."""
    made = []
    for one in given.mappings(drawn):
        ends = [y for name in ("y", "y0", "y1") if given.number(y := one.get(name))]
        if one.get("yref", "y") != "y" or not ends:
            made += [{**one, **_refs(one, "")}, {**one, **_refs(one, "2")}]
        elif min(ends) > upper[1]:  # the name of a column of numbers
            down = {"y": ends[0] - upper[1] + lower[1]} if "y" in one else {}
            made += [{**one, **_refs(one, "")}, {**one, **down, **_refs(one, "2")}]
        else:
            made += [{**one, **_refs(one, "")}] * (max(ends) >= upper[0])
            made += [{**one, **_refs(one, "2")}] * (min(ends) < lower[1])
    return made


def _refs(one: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The axes of one column, where the whole plot was meant before."""
    x, y = one.get("xref", "x"), one.get("yref", "y")
    return {
        "xref": f"x{number} domain" if x in {"paper", "x domain"} else f"x{number}",
        "yref": y if y == "paper" else f"y{number} domain" if y == "y domain" else f"y{number}",
    }
