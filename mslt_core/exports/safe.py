"""What makes text and figures harmless: pins may come from a bundle that somebody made by hand."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from mslt_core.spec.errors import SpecError

DRAWN = frozenset(
    {
        *("bar", "barpolar", "box", "contour", "heatmap", "histogram", "histogram2d"),
        *("histogram2dcontour", "sankey", "scatter", "scattergl", "scatterpolar", "table"),
        *("violin", "waterfall"),
    }
)
"""Kinds of traces that are shown: none of them asks the network, as maps of the world do, and
none of them needs WebGL."""

FROM_OUTSIDE = ("geo", "map", "images", "updatemenus", "sliders", "scene", "smith")
"""How parts of a layout begin that load pictures or map tiles, or press buttons."""

_TAG = re.compile(
    r"<(?!/?(?:b|i|em|strong|u|s|sub|sup|span|extra)>"
    r"|br\s*/?>"
    r"|span style=(?:\"[\w\s:;#%.,()-]*\"|'[\w\s:;#%.,()-]*')>)"
)
"""The beginning of all that is none of the tags of our figures; links are none of them."""
_LOADS = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)

_MARKS = re.compile(r"\*\*|\\(?=[^\w\s])")
"""Markdown that pages put into sentences: bold, and backslashes before signs."""


def plain(text: str, *, lines: bool = False) -> str:
    """Text alone: no control characters, no marks that turn the direction, no Markdown.

    With `lines` line breaks stay.
    """
    words = _MARKS.sub("", _without_controls(text))
    if lines:
        return "\n".join(" ".join(line.split()) for line in words.splitlines()).strip()
    return " ".join(words.split())


def cell_text(text: str) -> str:
    """A table's cell: as it is, but for what is no character to be shown."""
    return " ".join(_without_controls(text).split())


def _without_controls(text: str) -> str:
    # Cc: controls. Cs: halves of characters, which no file can hold. Cf: marks of direction, but
    # joiners are Cf too, and Persian, Hindi and emoji need them
    return "".join(
        char
        for char in text
        if char in "\t\n\r\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cs", "Cf"}
    )


def safe_figure(drawn: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The figure's data and layout, with no link, picture or map tile in it.

    Raises
    ------
    SpecError
        If it is no figure, or holds a kind of trace that none of our figures has.
    """
    data, layout = drawn.get("data"), drawn.get("layout", {})
    if not isinstance(data, list | tuple) or not isinstance(layout, Mapping):
        raise SpecError(f"the figure of {where} is damaged", hint="Take it out of the story.")
    for trace in data:
        kind = trace.get("type", "scatter") if isinstance(trace, Mapping) else None
        if kind not in DRAWN:
            raise SpecError(
                f"the figure of {where} holds a trace of type {kind!r}; allowed are "
                f"{', '.join(sorted(DRAWN))}",
                hint="Take it out of the story.",
            )
    kept = {key: value for key, value in layout.items() if not key.startswith(FROM_OUTSIDE)}
    return {"data": [_as_drawing(_safe(trace)) for trace in data], "layout": _safe(kept)}


def _as_drawing(trace: dict[str, Any]) -> dict[str, Any]:
    """WebGL needs code that is made on the way, which the policy of our files forbids, and prints
    as a coarse picture; the same points as a drawing are sharp at any size."""
    return trace | {"type": "scatter"} if trace.get("type") == "scattergl" else trace


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return _safe_text(value)
    if isinstance(value, Mapping):
        return {str(key): _safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(inner) for inner in value]
    return value


def _safe_text(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("&lt;", text)
    # a style or a colour that loads something; plotly reads colours in any text. A space for each:
    # with nothing in its place, what is left of "ururl(l(" would load
    text = _LOADS.sub(" ", text)
    return text.encode("utf-8", "replace").decode()
