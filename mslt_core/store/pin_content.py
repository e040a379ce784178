"""What a pin shows, as JSON: checked before it is kept and whenever it is read.

A pin may come from elsewhere, and what it holds is drawn in a browser. So a figure may only hold
traces that are drawn from their own numbers, and no text may hold markup that a browser runs or
that fetches anything.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mslt_core.spec.errors import StoreError
from mslt_core.spec.stories import FigureContent, NumberContent, PinContent, PinKind, TableContent

MAX_BYTES = 16_000_000
"""Both themes of a figure of 60,000 points with text on hover are about half of it."""
MAX_DEPTH = 24  # Plotly's template nests twelve deep
MAX_CELLS = 500_000
MAX_TEXT = 100_000  # characters of one text

TRACES = frozenset(
    {
        *("bar", "barpolar", "box", "contour", "heatmap", "histogram", "histogram2d"),
        *("histogram2dcontour", "parcoords", "sankey", "scatter", "scatter3d", "scattergl"),
        *("scatterpolar", "splom", "surface", "table", "violin", "waterfall"),
    }
)
"""Kinds that are drawn from their numbers alone: images and maps may fetch what they show."""

_RUNS = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|applet|svg|math|img|image|video|audio|link|style|meta"
    r"|base|form|input|a)\b|<[^<>]*\son\w+\s*=|javascript:|vbscript:|data:text/html",
    re.IGNORECASE,
)
_FETCHES = re.compile(r"image|href|url$|^source$", re.IGNORECASE)
_PRESSED = frozenset({"updatemenus", "sliders"})
"""Buttons of a figure that set any part of it to anything; no figure here has some."""


def kind_of(content: PinContent) -> PinKind:
    """What a pin with this content is called."""
    if isinstance(content, FigureContent):
        return "figure"
    return "table" if isinstance(content, TableContent) else "number"


def content_fingerprint(content: PinContent) -> str:
    """16 hexadecimal digits that name a content, as `Pin.content` holds them."""
    return hashlib.sha256(_canonical(_as_json(content))).hexdigest()[:16]


def content_to_bytes(content: PinContent) -> bytes:
    """The content as JSON; StoreError where it holds what may not be kept."""
    fields = _as_json(content)
    data = _canonical(fields)
    try:
        _checked(fields, "what is to be pinned")
    except ValueError as e:
        raise StoreError(f"this cannot be pinned: {e}") from e
    if len(data) > MAX_BYTES:
        raise StoreError(
            f"what is to be pinned has {len(data) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB "
            "can be kept",
            hint="Choose fewer points or rows, and pin it again.",
        )
    return data


def read_content(path: Path) -> PinContent:
    """What `content_to_bytes` gave, from a file; StoreError unless it is whole and harmless."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _damaged(path, f"it has {size / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:.0f}")
        fields = json.loads(path.read_bytes(), parse_constant=_no_number)
        _checked(fields, str(path))
        return _of_json(fields)
    except FileNotFoundError:
        raise _damaged(path, "it is missing") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as e:
        raise _damaged(path, str(e) or type(e).__name__) from e


def refuse_markup(text: str, where: str) -> None:
    """StoreError where a browser would run or fetch something for this text."""
    if len(text) > MAX_TEXT:
        raise StoreError(f"{where} holds a text of {len(text):,} characters, at most {MAX_TEXT:,}")
    if found := _RUNS.search(text):
        raise StoreError(
            f"{where} holds markup that a browser would act on: {found.group()!r}",
            hint="It was not made here as it is. Delete it, or take that text out.",
        )


def _as_json(content: PinContent) -> dict[str, Any]:
    """Kind and fields; tuples become lists."""
    if isinstance(content, FigureContent):
        return {"kind": "figure", "light": dict(content.light), "dark": dict(content.dark)}
    if isinstance(content, TableContent):
        rows = [list(row) for row in content.rows]
        return {"kind": "table", "columns": list(content.columns), "rows": rows}
    return {"kind": "number", "value": content.value, "below": content.below}


def _canonical(fields: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(
            fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        return text.encode()
    except (ValueError, TypeError, RecursionError) as e:
        raise StoreError(f"what is to be pinned cannot be written as JSON: {e}") from e


def _of_json(fields: dict[str, Any]) -> PinContent:
    if fields["kind"] == "figure":
        return FigureContent(light=fields["light"], dark=fields["dark"])
    if fields["kind"] == "table":
        rows = tuple(tuple(row) for row in fields["rows"])
        return TableContent(columns=tuple(fields["columns"]), rows=rows)
    return NumberContent(value=fields["value"], below=fields["below"])


def _checked(fields: Any, where: str) -> None:
    """Refuse, as StoreError or ValueError, all but one of the three kinds with sound fields."""
    _require(isinstance(fields, dict), "it is no JSON object")
    kind = fields.get("kind")
    if kind == "figure":
        _require(set(fields) == {"kind", "light", "dark"}, f"fields {sorted(fields)} of a figure")
        for theme in ("light", "dark"):
            _figure(fields[theme], where)
    elif kind == "table":
        _require(set(fields) == {"kind", "columns", "rows"}, f"fields {sorted(fields)} of a table")
        _table(fields["columns"], fields["rows"], where)
    elif kind == "number":
        _require(set(fields) == {"kind", "value", "below"}, f"fields {sorted(fields)} of a number")
        for text in (fields["value"], fields["below"]):
            _require(isinstance(text, str), f"a number's text is {type(text).__name__}")
            refuse_markup(text, where)
    else:
        raise ValueError(f"it is no figure, table or number but {str(kind)[:40]!r}")


def _figure(figure: Any, where: str) -> None:
    _require(isinstance(figure, Mapping), f"a figure is {type(figure).__name__}, no object")
    _require(set(figure) <= {"data", "layout"}, f"a figure with {sorted(map(str, figure))[:6]}")
    traces, layout = figure.get("data"), figure.get("layout")
    _require(isinstance(traces, list | tuple) and isinstance(layout, Mapping), "no traces, layout")
    for trace in traces:
        _require(isinstance(trace, Mapping), f"a trace is {type(trace).__name__}, no object")
        kind = trace.get("type", "scatter")
        _require(isinstance(kind, str) and kind in TRACES, f"a trace of the kind {str(kind)[:40]}")
    for key, value in _walk(figure):
        if isinstance(value, str) and key != "bdata":
            refuse_markup(value, where)
        if value and isinstance(value, str | list | tuple) and _FETCHES.search(key):
            raise StoreError(f"{where} holds a figure that fetches something: {key[:40]!r}")
        if value and key in _PRESSED:
            raise StoreError(f"{where} holds a figure with buttons: {key!r}")


def _table(columns: Any, rows: Any, where: str) -> None:
    _require(isinstance(columns, list) and isinstance(rows, list), "columns and rows are lists")
    _require(len(columns) * len(rows) <= MAX_CELLS, f"more than {MAX_CELLS:,} cells")
    _require(bool(columns), "it has no column")
    for column in columns:
        _require(isinstance(column, str), f"a column's name is {type(column).__name__}")
        refuse_markup(column, where)
    _require(len(set(columns)) == len(columns), "two columns have the same name")
    for row in rows:
        _require(isinstance(row, list), f"a row is {type(row).__name__}")
        _require(len(row) == len(columns), f"a row of {len(row)} cells, {len(columns)} columns")
        for cell in row:
            sound = cell is None or isinstance(cell, str | int | float)
            _require(sound and not isinstance(cell, bool), f"a cell is {type(cell).__name__}")
            _require(not isinstance(cell, float) or math.isfinite(cell), "a cell is no number")
            _require(not isinstance(cell, int) or abs(cell) < 2**63, "a cell beyond whole numbers")
            if isinstance(cell, str):
                refuse_markup(cell, where)


def _walk(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every value with the name of the nearest field that it is in."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    yield key, value
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _require(isinstance(name, str), f"a field is named by {type(name).__name__}")
            yield from _walk(inner, name, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner, key, depth + 1)


def _require(sound: bool, otherwise: str) -> None:
    if not sound:
        raise ValueError(otherwise)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"{path} is damaged: {why}", hint="Delete this pin and pin the finding again."
    )
