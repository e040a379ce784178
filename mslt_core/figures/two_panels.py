"""Many slopes as two panels of half as many names, for places that are wider than high."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from mslt_core.figures import given

MANY_NAMES = 16
WIDTH = 800.0
"""Pixels of both panels, before they are magnified."""
RANGE = (-0.25, 2.85)
"""Of a panel, in distances between the two ends of a line: the names take the larger part."""
GAP = 0.03


def in_two_panels(figure: Mapping[str, Any]) -> dict[str, Any] | None:
    """The slopes that end high in one panel, the others in a second, on one scale.

    None where the figure has few names at the ends of its lines, or is none of slopes.
    """
    layout = given.mapping(figure.get("layout"))
    names = given.mappings(layout.get("annotations"))
    leads = given.mappings(layout.get("shapes"))
    lines = given.mappings(figure.get("data"))
    ends = [end for lead in leads if given.number(end := lead.get("y0"))]
    if not MANY_NAMES <= len(names) == len(ends) == len(lines):
        return None
    if any(len(given.numbers(line.get("y"))) != 2 for line in lines):
        return None
    border = statistics.median_low(ends)
    halves = ["2" if end < border else "" for end in ends]
    across, up = given.mapping(layout.get("xaxis")), given.mapping(layout.get("yaxis"))
    right = {**up, "anchor": "x2", "matches": "y"}
    right.pop("title", None)
    made = dict(layout) | {
        "xaxis": {**across, "range": list(RANGE), "domain": [0.0, 0.5 - GAP], "anchor": "y"},
        "xaxis2": {**across, "range": list(RANGE), "domain": [0.5 + GAP, 1.0], "anchor": "y2"},
        "yaxis": {**up, "anchor": "x"},
        "yaxis2": right,
        "annotations": _on(names, halves),
        "margin": {**given.mapping(layout.get("margin")), "r": 8},  # names lie inside the panels
        "shapes": _on(leads, halves),
        "meta": {**given.mapping(layout.get("meta")), "readable_width": WIDTH},
    }
    data = [
        {**line, "xaxis": "x2", "yaxis": "y2"} if line["y"][1] < border else line for line in lines
    ]
    return {**figure, "data": data, "layout": made}


def _on(drawn: Sequence[Mapping[str, Any]], halves: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {**one, "xref": f"x{half}", "yref": f"y{half}"}
        for one, half in zip(drawn, halves, strict=True)
    ]
