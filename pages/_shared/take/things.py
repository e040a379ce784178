"""A figure, a table or an answer, with what is needed to keep it and to cite it."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from mslt_core import figures, pipeline
from mslt_core.figures import Theme
from mslt_core.spec.stories import (
    FigureContent,
    NumberContent,
    Origin,
    Pin,
    PinContent,
    PinKind,
    TableContent,
)
from mslt_core.store import content_fingerprint

FIRST_ROWS = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what draws it in a theme."""

    draw: Callable[[Theme], go.Figure]
    told: str = ""
    on_page: bool = True
    """Whether it stands on the page as it is drawn, so that the browser has its picture."""
    narrowed: bool = False
    """Whether the page shows it in a form for a narrow place."""
    kind: PinKind = "figure"

    def words(self) -> dict[str, str]:
        """Title, answer, subtitle and alternative text."""
        return {"told": self.told, **figures.words_of(self.draw("light"))}

    def content(self) -> FigureContent:
        """The figure in both themes."""
        return FigureContent(light=_as_json(self.draw("light")), dark=_as_json(self.draw("dark")))

    def csv(self) -> str:
        """The numbers that it draws."""
        return pipeline.rows_as_csv(*figures.numbers_of(self.draw("light")))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """A table, whole; its first rows are what a pin keeps."""

    frame: pd.DataFrame
    title: str
    kind: PinKind = "table"

    def words(self) -> dict[str, str]:
        """Its name, and how many rows of how many are kept."""
        n = len(self.frame)
        part = f"The first {FIRST_ROWS:,} of {n:,} rows" if n > FIRST_ROWS else ""
        return {"title": self.title[:1].upper() + self.title[1:], "subtitle": part}

    def content(self) -> PinContent:
        """Its cells as text and numbers."""
        shown = self.frame.head(FIRST_ROWS)
        rows = (tuple(map(_cell, row)) for row in shown.itertuples(index=False, name=None))
        return TableContent(columns=tuple(map(str, shown.columns)), rows=tuple(rows))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """The sentence under a page's title."""

    question: str
    told: str
    kind: PinKind = "number"

    def words(self) -> dict[str, str]:
        """The page's question."""
        return {"title": self.question}

    def content(self) -> PinContent:
        """The sentence."""
        return NumberContent(value=self.told)


Thing = Figure | Table | Answer


def pin_of(thing: Thing, origin: Origin) -> tuple[Pin, PinContent]:
    """The thing as a pin keeps it."""
    content = thing.content()
    fingerprint = content_fingerprint(content)
    return Pin(kind=thing.kind, origin=origin, content=fingerprint, **thing.words()), content


def _as_json(fig: go.Figure) -> dict[str, Any]:
    drawn: dict[str, Any] = json.loads(fig.to_json())
    return {"data": drawn["data"], "layout": drawn["layout"]}


def _cell(value: Any) -> str | float | None:
    """A cell of a frame; NumPy's numbers become Python's, other things their text."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - only NaN is not itself
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
