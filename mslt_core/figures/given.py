"""Parts of a figure that was kept as Plotly's JSON: it may be damaged, or made by hand."""

from collections.abc import Mapping
from typing import Any, TypeGuard

TICK_SIZE = 12
"""Pixels of an axis's labels where it says nothing, as in the template of `style`."""


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, or nothing where it is no mapping."""
    return value if isinstance(value, Mapping) else {}


def number(value: Any) -> TypeGuard[float]:
    """Whether it is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def listed(value: Any) -> list[Any]:
    """What a list holds; nothing where it is none."""
    return list(value) if isinstance(value, list | tuple) else []


def numbers(value: Any) -> list[float]:
    """The numbers of a list; nothing where it holds anything else."""
    held = listed(value)
    return held if all(map(number, held)) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list."""
    return [one for one in listed(value) if isinstance(one, Mapping)]


def axes(layout: Mapping[str, Any], letter: str) -> list[Mapping[str, Any]]:
    """The axes of a letter, x or y, in the layout's order."""
    return [mapping(axis) for name, axis in layout.items() if name.startswith(f"{letter}axis")]


def span(axis: Mapping[str, Any]) -> float:
    """Length of an axis's range, in its own units; 0 where none is given."""
    ends = numbers(axis.get("range"))
    return abs(ends[1] - ends[0]) if len(ends) == 2 else 0.0


def share(axis: Mapping[str, Any]) -> float:
    """Share of the plot that an axis takes."""
    ends = numbers(axis.get("domain"))
    return ends[1] - ends[0] if len(ends) == 2 and ends[1] > ends[0] else 1.0


def font_size(axis: Mapping[str, Any]) -> float:
    """Of an axis's labels, in pixels."""
    size = mapping(axis.get("tickfont")).get("size")
    return float(size) if number(size) and 1 <= size <= 100 else TICK_SIZE


def margin(layout: Mapping[str, Any], side: str) -> float:
    """Pixels beside the plot."""
    given = mapping(layout.get("margin")).get(side)
    return float(given) if number(given) and 0 <= given <= 2000 else 0.0
