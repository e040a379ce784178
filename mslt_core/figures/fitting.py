"""A figure for a slide: its title left to the slide, as wide and high as its place.

Whatever shows slides asks here how far a figure is magnified and how high it is drawn: the stage of
the dashboard by larger type (`enlarged`), pictures and pages by magnifying all of it.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

READABLE_WIDTH = 740
"""Pixels, before they are magnified, that no figure here needs more of to keep its labels apart."""
LARGEST = 2.2
LOWEST, HIGHEST = 0.56, 2.0
"""How far a figure may be squeezed or stretched. Rows of a dot plot are 25 pixels apart; at 14
labels of 13 pixels still stand clear. story.js holds the same numbers."""
LOWEST_OF_CELLS = 0.9
"""Of a heatmap: its cells are square, so that they would shrink in both directions."""
TITLE_HEIGHT = 44
"""Pixels that the title and the subtitle of `dress` take."""
LEFT_ABOVE = 16
"""Pixels that stay above the drawing where the title was."""
USUAL_HEIGHT = 450


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
    own = own_height(figure)
    cells = any(trace.get("type") == "heatmap" for trace in figure.get("data", ()))
    lowest = (LOWEST_OF_CELLS if cells else LOWEST) * own
    scale = max(min(height / lowest, width / READABLE_WIDTH, LARGEST), smallest)
    return Fit(
        scale=scale,
        width=width / scale,
        height=min(max(height / scale, lowest), HIGHEST * own),
    )


def own_height(figure: Mapping[str, Any]) -> float:
    """The height in pixels that a figure was made for."""
    height = _mapping(figure.get("layout")).get("height")
    return float(height) if _number(height) and 50 <= height <= 20_000 else USUAL_HEIGHT


def untitled(figure: Mapping[str, Any]) -> dict[str, Any]:
    """The figure without title and subtitle, and without the room that they took."""
    layout = dict(figure["layout"])
    layout.pop("title", None)
    height, margin = layout.get("height"), _mapping(layout.get("margin"))
    top = margin.get("t")
    if not _number(height) or not _number(top) or height < 2 * TITLE_HEIGHT:
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
        if _mapping(box).get("yref") != "container" or not _number(box.get("y")):
            return box
        return {**box, "y": moved(box["y"])}

    changed = dict(layout)
    for name, box in layout.items():
        if name.startswith("legend"):
            changed[name] = at(box)
        elif name.startswith("coloraxis") and "colorbar" in _mapping(box):
            changed[name] = {**box, "colorbar": at(box["colorbar"])}
    return changed


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
