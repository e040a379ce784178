"""Of how many test items does only one of two runs get all right?"""

from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.items import ItemsCompared, SeedCells
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS

_ABOVE, _BELOW, _ROW = 102, 8, 34
WIDE_ENOUGH = 0.04
"""Share of the bar in which a number can be read."""


def item_agreement(
    found: ItemsCompared,
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """One bar a seed: items right in the second run alone, in both, in neither, in the first alone.

    The two ends are what differs. Numbers are on the bars, and on hover where they are too narrow.
    """
    look = style.PALETTES[theme]
    colours = style.set_colours((found.name_a, found.name_b), colours)
    cells = sorted(found.cells, key=lambda c: (c.seed_a, c.seed_b))
    fig = go.Figure()
    parts = (
        (f"{found.name_b} alone right", [c.only_b for c in cells], colours[found.name_b], ""),
        ("both right", [c.both for c in cells], look.grid, ""),
        ("neither", [c.neither for c in cells], look.missing, "/"),
        (f"{found.name_a} alone right", [c.only_a for c in cells], colours[found.name_a], ""),
    )
    for name, counts, fill, pattern in parts:
        rows = [_row(c) for c in cells]
        fig.add_trace(_part(name, counts, rows, fill=fill, pattern=pattern, n=found.n, theme=theme))
    fig.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": look.text})
    fig.update_xaxes(range=[0, found.n], visible=False)
    fig.update_layout(
        barmode="stack",
        bargap=0.3,
        margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW},
        legend={"traceorder": "normal"},
    )
    pair = f"{text.escape(found.name_b)} and {text.escape(found.name_a)}"
    return style.dress(
        fig,
        title=f"How often is only one of the two right, in {text.language_label(found.lang)}?",
        subtitle=f"{pair}, {text.count(found.n, 'test item')}, a bar a seed.<br>"
        f"All of an item right, by {METRICS[found.metric].in_sentence}",
        alt=_alt(found),
        height=_ABOVE + _ROW * len(cells) + _BELOW,
        theme=theme,
        lines=2,
    )


def _row(cells: SeedCells) -> str:
    if cells.seed_a == cells.seed_b:
        return f"Seed {cells.seed_a} "
    return f"Seeds {cells.seed_b} and {cells.seed_a} "


def _part(
    name: str,
    counts: list[int],
    rows: list[str],
    *,
    fill: str,
    pattern: str,
    n: int,
    theme: Theme,
) -> go.Bar:
    """One segment of every bar; what neither gets right is hatched."""
    look = style.PALETTES[theme]
    dark = fill.startswith("#") and fill not in (look.grid, look.missing)
    return go.Bar(
        x=counts,
        y=rows,
        orientation="h",
        name=text.escape(name),
        text=[f"{c:,}" if c >= WIDE_ENOUGH * n else "" for c in counts],
        textposition="inside",
        textangle=0,
        insidetextanchor="middle",
        textfont={"color": _ink(fill) if dark else look.text, "size": 13},
        hovertext=[f"{text.escape(name)}: <b>{c:,}</b> of {n:,}" for c in counts],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": fill,
            "line": {"color": look.background, "width": 1},
            "pattern": {"shape": pattern, "fgcolor": look.muted, "solidity": 0.12, "size": 6},
        },
    )


def _ink(fill: str) -> str:
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return style.ink_on(f"rgb({red}, {green}, {blue})")


def _alt(found: ItemsCompared) -> str:
    one = found.chosen
    return (
        f"{label(found.lang)}, {found.n} test items, seed {one.seed_b}: {found.name_b} alone gets "
        f"{one.only_b} right, {found.name_a} alone {one.only_a}, both {one.both}, neither "
        f"{one.neither}."
    )
