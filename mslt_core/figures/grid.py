"""How far is a sweep? One cell a run: sets of source languages by seeds and recipes."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.sweeps import CellState, SweepCell, columns

Langs = tuple[str, ...]

ROWS_PER_BLOCK = 18
"""Sets under each other, as long as there is room for another block beside."""

MAX_BLOCKS = 4
NARROW = 370
"""Pixels that the figure has in a small window."""

LETTER_WIDTH = 6
WORD_WIDTH = 42
"""Pixels of "seed 0" and of the gap to the next one."""

_ABOVE, _BELOW = 112, 14
_ROW_HEIGHT, _LOW_ROW = 20, 15

STATES: tuple[CellState, ...] = ("done", "running", "waiting", "failed", "stopped")
MARKS: Mapping[CellState, str] = MappingProxyType(
    {"done": "✓", "running": "▸", "waiting": "", "failed": "✕", "stopped": "‖"}
)
"""Beside its colour, so that no state hangs on colour alone."""

_FAILED: Mapping[Theme, str] = MappingProxyType({"light": "#B3261E", "dark": "#E5716A"})


def sweep_grid(cells: Sequence[SweepCell], *, theme: Theme = "light") -> go.Figure:
    """Every run of a sweep, filling in."""
    sets = list(dict.fromkeys(cell.source_langs for cell in cells))
    across = columns(cells)
    label_width = LETTER_WIDTH * max(len(_label(langs)) for langs in sets)
    room = min(MAX_BLOCKS, max(1, NARROW // (2 * label_width)))
    n_blocks = min(math.ceil(len(sets) / ROWS_PER_BLOCK), room)
    n_rows = math.ceil(len(sets) / n_blocks)
    spacing = min(1.25 * label_width / NARROW, 0.9 / n_blocks)
    with_words = NARROW / n_blocks - label_width >= WORD_WIDTH * len(across)
    fig = make_subplots(rows=1, cols=n_blocks, horizontal_spacing=spacing)
    for block in range(n_blocks):
        shown = sets[block * n_rows : (block + 1) * n_rows]
        _draw(fig, block + 1, shown, cells, theme)
        _seeds_above(fig, block + 1, across, with_words=with_words)
        _sets_beside(fig, block + 1, shown, n_rows)
    counts = {state: sum(cell.state == state for cell in cells) for state in STATES}
    for state, n in counts.items():
        if n:
            name = f"{MARKS[state]} {n:,} {state}".strip()
            fig.add_trace(style.legend_key(name, _colours(theme)[state]), row=1, col=1)
    several = len({recipe for recipe, _ in across}) > 1
    above = _ABOVE + (70 if several else 0)
    fig.update_layout(margin={"l": 2, "r": 8, "t": above, "b": _BELOW})
    told = ", ".join(f"{n:,} {state}" for state, n in counts.items() if n)
    return style.dress(
        fig,
        title="How far is the sweep?",
        subtitle=f"Sets by {'recipe and seed' if several else 'seed'}. Point at a cell for more.",
        alt=f"Grid of {len(sets)} sets of source languages by {len(across)} seeds and recipes: "
        f"{told}.",
        height=above + max(n_rows, 3) * (_ROW_HEIGHT if n_rows <= 24 else _LOW_ROW) + _BELOW,
        theme=theme,
    )


def _draw(
    fig: go.Figure, col: int, sets: Sequence[Langs], cells: Sequence[SweepCell], theme: Theme
) -> None:
    """The cells of some sets, each with its mark."""
    rows = {langs: i for i, langs in enumerate(sets)}
    across = {column: j for j, column in enumerate(columns(cells))}
    z = np.full((len(rows), len(across)), np.nan)
    hovers = [[""] * len(across) for _ in rows]
    marks = [[""] * len(across) for _ in rows]
    for cell in (cell for cell in cells if cell.source_langs in rows):
        i, j = rows[cell.source_langs], across[cell.column, cell.seed]
        z[i, j] = STATES.index(cell.state)
        marks[i][j] = MARKS[cell.state]
        hovers[i][j] = f"{text.escape(cell.about)}<br><b>{cell.state}</b>: {text.escape(cell.told)}"
    colours = _colours(theme)
    trace = go.Heatmap(
        z=z,
        zmin=-0.5,
        zmax=len(STATES) - 0.5,
        colorscale=_steps([colours[state] for state in STATES]),
        showscale=False,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
    )
    fig.add_trace(trace, row=1, col=col)
    places = [(i, j) for i in range(len(rows)) for j in range(len(across)) if marks[i][j]]
    inks = [_ink(colours[STATES[int(z[place])]]) for place in places]
    fig.add_trace(
        go.Scatter(
            x=[j for _, j in places],
            y=[i for i, _ in places],
            mode="text",
            text=[marks[i][j] for i, j in places],
            textfont={"size": 11, "color": inks},
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=col,
    )


def _seeds_above(
    fig: go.Figure, col: int, across: Sequence[tuple[str, int]], *, with_words: bool
) -> None:
    """Seeds, as numbers alone where there is no room; with their recipes if there are several."""
    recipes, seeds = {recipe for recipe, _ in across}, {seed for _, seed in across}
    if len(recipes) == 1:
        ticks = [f"seed {seed}" if with_words else str(seed) for _, seed in across]
    else:
        # beside oracles, the sets themselves have no recipe to name
        named = [(recipe or "sets", seed) for recipe, seed in across]
        ticks = [f"{r}, seed {s}" if len(seeds) > 1 else r for r, s in named]
    fig.update_xaxes(
        tickvals=list(range(len(across))),
        ticktext=[text.escape(tick) for tick in ticks],
        tickangle=0 if len(recipes) == 1 else -60,
        tickfont={"size": 11},
        side="top",
        range=[-0.5, len(across) - 0.5],
        showgrid=False,
        zeroline=False,
        row=1,
        col=col,
    )


def _sets_beside(fig: go.Figure, col: int, sets: Sequence[Langs], n_rows: int) -> None:
    fig.update_yaxes(
        tickvals=list(range(len(sets))),
        ticktext=[_label(langs) for langs in sets],
        tickfont={"size": 11},
        range=[max(n_rows, 3) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        row=1,
        col=col,
    )


def _label(langs: Langs) -> str:
    """The languages alone: de, en, es."""
    return ", ".join(langs)


def _colours(theme: Theme) -> Mapping[CellState, str]:
    look = style.PALETTES[theme]
    return {
        "done": look.ramp[3],
        "running": look.ramp[1],
        "waiting": look.grid,
        "failed": _FAILED[theme],
        "stopped": look.muted,
    }


def _ink(fill: str) -> str:
    """Black or white on a fill given as #RRGGBB."""
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return style.ink_on(f"rgb({red}, {green}, {blue})")


def _steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    """A scale of flat steps, one colour each."""
    n = len(colours)
    return [(place / n, colour) for i, colour in enumerate(colours) for place in (i, i + 1)]
