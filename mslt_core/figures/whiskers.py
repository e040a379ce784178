"""Rows of dots with intervals, and their numbers in columns beside them."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.evidence import Difference
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.set_views import SetsAsked


def error_bars(found: Sequence[Difference | None], colour: str) -> dict[str, Any]:
    """The intervals of what is drawn, for ``error_x`` or ``error_y``; nothing where there is
    none."""
    whiskers = [
        (0.0, 0.0)
        if one is None or one.low is None or one.high is None
        else (one.estimate - one.low, one.high - one.estimate)
        for one in found
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * above for _, above in whiskers],
        "arrayminus": [100 * below for below, _ in whiskers],
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def span(found: Sequence[Difference | None], *more: float) -> list[float]:
    """An axis range in points that holds all intervals, and `more`."""
    edges = list(more)
    for one in found:
        if one is not None:
            ends = (one.estimate, one.low, one.high)
            edges += [100 * end for end in ends if end is not None]
    margin = 0.06 * (max(edges, default=1.0) - min(edges, default=0.0)) or 1.0
    return [min(edges, default=0.0) - margin, max(edges, default=1.0) + margin]


def rows(fig: go.Figure, names: Sequence[str], theme: Theme) -> list[float]:
    """One row a name, the first on top; gives their heights. Names are escaped already."""
    heights = [float(len(names) - i) for i in range(len(names))]
    fig.update_yaxes(
        tickvals=heights,
        ticktext=list(names),
        range=[0.4, len(names) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": style.PALETTES[theme].text, "size": 13},
    )
    return heights


def column(
    fig: go.Figure,
    told: Sequence[str],
    heights: Sequence[float],
    *,
    at: int,
    title: str,
    theme: Theme,
) -> None:
    """Text in a column `at` pixels right of the axes, under its title."""
    look = style.PALETTES[theme]
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": at, "showarrow": False}
    fig.add_annotation(
        text=title,
        y=1,
        yref="paper",
        yanchor="bottom",
        align="left",
        font={"size": 11, "color": look.muted},
        **place,
    )
    for words, y in zip(told, heights, strict=True):
        fig.add_annotation(text=words, y=y, font={"size": 12, "color": look.text}, **place)


def in_points(found: Difference | None, *, signed: bool = True) -> str:
    """+2.1 [1.4, 2.9], bold where it is called a difference."""
    if found is None:
        return "–"
    number = (text.signed_points if signed else text.points)(found.estimate)
    if signed and found.beyond_noise:
        number = f"<b>{number}</b>"
    return f"{number} {text.interval(found.low, found.high)}".strip()


def basis(asked: SetsAsked, carried: str = "") -> str:
    """What a figure of sets rests on."""
    n = len(asked.seeds)
    seeds = {1: "single runs", 2: "two runs a set"}.get(n, f"{n} seeds")
    targets = text.count(len(asked.targets), "unseen target")
    sets = f"{text.count(asked.n_sets, 'set')} of {asked.k}"
    return (
        f"{METRICS[asked.metric].label}, {sets}, {targets}, {seeds}, "
        f"{carried or CARRIED[asked.carried]}"
    )
