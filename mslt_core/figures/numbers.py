"""The numbers that a figure draws, as rows."""

import html
import re
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import style

Cell = str | float | None
COLUMNS = ("shown as", "x", "y", "value", "x low", "x high", "y low", "y high", "label")
BESIDE = 0.45
"""Rows are one apart, and sets that share a row stand a little above and below it."""
_TAG = re.compile(r"<[^<>]*>")


def numbers_of(fig: go.Figure) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Names of the columns, and a row for every point, bar or cell that has a value.

    A place on an axis that has a label is told by it. Columns that hold nothing are left out.
    """
    rows = [row for trace in fig.data for row in _rows(fig, trace)]
    kept = [i for i in range(len(COLUMNS)) if any(row[i] not in (None, "") for row in rows)]
    names = {1: _title(fig, "xaxis"), 2: _title(fig, "yaxis")}
    columns = tuple(names.get(i) or COLUMNS[i] for i in kept)
    if len(set(columns)) < len(columns):
        columns = tuple(COLUMNS[i] for i in kept)
    return columns, [tuple(row[i] for i in kept) for row in rows]


def words_of(fig: go.Figure) -> dict[str, str]:
    """Its title, subtitle and alternative text, without markup."""
    title = fig.layout.title
    return {
        "title": plain(title.text or ""),
        "subtitle": plain(title.subtitle.text or ""),
        "alt": style.alt_text(fig),
    }


def _rows(fig: go.Figure, trace: Any) -> Iterator[tuple[Cell, ...]]:
    # a key of the legend has the name, the traces that follow it only its group
    name = plain(trace.name or getattr(trace, "legendgroup", None) or "")
    across, up = _labels(fig, trace, "x"), _labels(fig, trace, "y")
    if trace.type == "heatmap":
        z = _list(trace.z)
        xs = _list(trace.x) or list(range(max(map(len, z), default=0)))
        ys = _list(trace.y) or list(range(len(z)))
        for y, line in zip(ys, z, strict=False):
            for x, value in zip(xs, _list(line), strict=False):
                if _cell(value) is not None:
                    place = (_place(x, across), _place(y, up))
                    yield (name, *place, _cell(value), None, None, None, None, "")
        return
    xs, ys = _list(getattr(trace, "x", None)), _list(getattr(trace, "y", None))
    texts = _list(getattr(trace, "text", None)) if not isinstance(trace.text, str) else []
    for i, (x, y) in enumerate(zip(xs, ys, strict=False)):
        if _cell(x) is None or _cell(y) is None:
            continue  # where a line is cut, or a key of the legend
        label = plain(str(texts[i])) if i < len(texts) and texts[i] is not None else ""
        bounds = (*_bounds(trace, "error_x", x, i), *_bounds(trace, "error_y", y, i))
        yield (name, _place(x, across), _place(y, up), None, *bounds, label)


def _bounds(trace: Any, which: str, value: Any, i: int) -> tuple[Cell, Cell]:
    bars: Any = getattr(trace, which, None)
    plus = _list(bars.array) if bars is not None else []
    if i >= len(plus) or _cell(plus[i]) is None or isinstance(value, str):
        return None, None
    minus = _list(bars.arrayminus) or plus
    return float(value) - float(minus[i]), float(value) + float(plus[i])


def _labels(fig: go.Figure, trace: Any, which: str) -> dict[float, str]:
    """Labels of the places on the trace's axis."""
    name = (getattr(trace, f"{which}axis", None) or which).replace(which, f"{which}axis", 1)
    axis = fig.layout[name]
    values, texts = _list(axis.tickvals), _list(axis.ticktext)
    if not texts or any(isinstance(value, str) for value in values):
        return {}
    return {float(v): plain(str(t)) for v, t in zip(values, texts, strict=False)}


def _place(value: Any, labels: dict[float, str]) -> Cell:
    """The label of a place; of the one that it stands beside, where rows are drawn one by one."""
    cell = _cell(value)
    if isinstance(cell, str | None) or not labels:
        return cell
    nearest = min(labels, key=lambda at: abs(at - cell))
    return labels[nearest] if abs(nearest - cell) < BESIDE else cell


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return plain(value)
    if value is None or not np.isscalar(value):
        return None
    number = float(cast(float, value))
    return number if np.isfinite(number) else None


def _title(fig: go.Figure, axis: str) -> str:
    return plain(fig.layout[axis].title.text or "")


def _list(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def plain(text: str) -> str:
    """Text of a figure without its markup."""
    return html.unescape(_TAG.sub("", text.replace("<br>", " "))).strip()
