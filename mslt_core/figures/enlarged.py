"""A figure as the stage shows it: everything on it larger, as wide and high as its place."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures.fitting import as_high_as, fit, for_slide, untitled
from mslt_core.spec.errors import SpecError

MIN_FACTOR = 0.85
"""Where it does not suffice, the screen scrolls."""
_IN_PIXELS = frozenset(
    {
        "standoff",
        "xshift",
        "yshift",
        "entrywidth",
        "xpad",
        "ypad",
        "itemwidth",
        "tracegroupgap",
        "arrowsize",
    }
)
_BOXES = frozenset({"margin", "pad"})
_FONT_SIZE = re.compile(r"font-size: ?(\d+(?:\.\d+)?)px")


def enlarged(figure: Mapping[str, Any], *, width: int, height: int) -> go.Figure:
    """The figure of `figure`, Plotly's JSON, for a place of `width` by `height` pixels.

    Text, markers and lines grow with the place, by one factor, so that the figure stays what it
    was. The title is left out: a slide has a heading of its own. A figure with parts that Plotly
    does not know, as one from elsewhere may have, is a SpecError.
    """
    try:
        return _enlarged(figure, width, height)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as e:
        raise SpecError(
            "this figure holds what cannot be drawn here",
            hint="It was made by another version, or by hand. Take it out of the story.",
        ) from e


def _enlarged(figure: Mapping[str, Any], width: int, height: int) -> go.Figure:
    kept = untitled({"data": list(figure.get("data", [])), "layout": figure.get("layout", {})})
    kept = for_slide(kept, width=width, height=height)
    place = fit(kept, width=width, height=height, smallest=MIN_FACTOR)
    grown = _grown(as_high_as(kept, place.height), place.scale)
    grown["layout"] |= {"height": round(place.height * place.scale), "width": None}
    return go.Figure(grown)


def _grown(value: Any, factor: float, key: str = "", parent: str = "") -> Any:
    """Everything that is a length on the screen, times `factor`."""
    if key == "ticklabelstandoff":  # in whole pixels
        return round(value * factor)
    if _is_length(key, parent) and not _is_box(value):
        return _times(value, factor)
    if isinstance(value, Mapping):
        if value.get("lenmode") == "pixels":
            value = {**value, "len": value["len"] * factor}
        return {name: _grown(inner, factor, name, key) for name, inner in value.items()}
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return [_grown(inner, factor, key, parent) for inner in value]
    if isinstance(value, str):
        return _FONT_SIZE.sub(lambda m: f"font-size: {float(m[1]) * factor:.0f}px", value)
    return value


def _is_box(value: Any) -> bool:
    """Whether lengths lie inside of it; numbers that came as bytes are no box."""
    return isinstance(value, Mapping) and "bdata" not in value


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        return round(value * factor, 1)
    if isinstance(value, Mapping):
        value = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"])).tolist()
    return [size * factor for size in value]


def _is_length(key: str, parent: str) -> bool:
    if key == "size":
        return parent == "marker" or parent.endswith("font")
    if key == "width":  # of lines and error bars; a bar's or a violin's own is in units of data
        return parent == "line"
    if key == "thickness":
        return parent in {"error_x", "error_y", "colorbar"}
    return key in _IN_PIXELS or parent in _BOXES
