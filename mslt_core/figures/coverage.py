"""The grid of data: a row a language, a column a kind of data, and why something is missing."""

from collections.abc import Mapping
from itertools import groupby

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import cells, style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.coverage import CoverageCell, CoverageResult, Mark

_ROW_HEIGHT, _TOP = 22, 148
_MARKS: tuple[Mark, ...] = ("there", "for scoring", "for training")
_GROUPS: Mapping[str, str] = {
    "task": "rows in the data",
    "parallel": "parallel",
    "pretraining": "pretraining text",
    "typology": "typology",
}


def coverage_grid(result: CoverageResult, *, theme: Theme = "light") -> go.Figure:
    """What every language has; what is missing is grey and struck through, its reason on hover."""
    fig = go.Figure()
    _draw(fig, result, theme)
    missing = {
        (row, column): _told(result, lang, column)
        for row, lang in enumerate(result.langs)
        for column, cell in enumerate(result.cells[lang])
        if cell.mark == "nothing"
    }
    cells.draw_missing(fig, missing, max(len(result.langs), len(result.columns)), theme)
    _axes(fig, result, theme)
    _legend(fig, theme)
    height = _TOP + _ROW_HEIGHT * len(result.langs) + 8
    return style.dress(
        fig,
        title=f"What is there: {text.escape(result.title)}",
        subtitle=f"{text.count(len(result.langs), 'language')}. Grey and struck through: "
        "nothing there; the reason is on hover.",
        alt=_alt(result),
        height=height,
        theme=theme,
    )


def _fills(theme: Theme) -> dict[Mark, str]:
    """A colour a mark: deep for training, brown for scoring, pale for what is just there."""
    look = style.PALETTES[theme]
    places = (0.25, 0.75) if theme == "light" else (0.2, 0.6)
    pale, deep = style.sample(look.ramp, places)
    (brown,) = style.sample(look.diverging, [0.25])
    return {"there": pale, "for scoring": brown, "for training": deep}


def _draw(fig: go.Figure, result: CoverageResult, theme: Theme) -> None:
    fills = _fills(theme)
    grid: list[tuple[int, int, CoverageCell]] = [
        (row, column, cell)
        for row, lang in enumerate(result.langs)
        for column, cell in enumerate(result.cells[lang])
        if cell.mark != "nothing"
    ]
    shape = (len(result.langs), len(result.columns))
    z, hovers = np.full(shape, np.nan), np.full(shape, "", dtype=object)
    for row, column, cell in grid:
        z[row, column] = _MARKS.index(cell.mark)
        hovers[row, column] = _told(result, result.langs[row], column)
    steps = [(edge / 3, fills[mark]) for i, mark in enumerate(_MARKS) for edge in (i, i + 1)]
    fig.add_trace(
        go.Heatmap(
            z=z,
            zmin=-0.5,
            zmax=2.5,
            colorscale=steps,
            showscale=False,
            hovertext=hovers,
            hovertemplate="%{hovertext}<extra></extra>",
            hoverongaps=False,
            xgap=1,
            ygap=1,
        )
    )
    fig.add_trace(_numbers(grid, fills))


def _numbers(grid: list[tuple[int, int, CoverageCell]], fills: Mapping[Mark, str]) -> go.Scatter:
    """What is written into cells, in black or white."""
    return go.Scatter(
        x=[column for _, column, _ in grid],
        y=[row for row, _, _ in grid],
        mode="text",
        text=[text.escape(cell.shown) for _, _, cell in grid],
        textfont={"size": 11, "color": [style.ink_on(fills[cell.mark]) for _, _, cell in grid]},
        hoverinfo="skip",
        showlegend=False,
    )


def _told(result: CoverageResult, lang: str, column: int) -> str:
    cell, head = result.cells[lang][column], result.columns[column]
    return f"{text.language_label(lang)}, {text.escape(head.label)}<br>{text.escape(cell.told)}"


def _axes(fig: go.Figure, result: CoverageResult, theme: Theme) -> None:
    look, n = style.PALETTES[theme], len(result.langs)
    fig.update_xaxes(
        side="top",
        tickvals=list(range(len(result.columns))),
        ticktext=[text.escape(column.label) for column in result.columns],
        tickfont={"color": look.text, "size": 12},
        range=[-0.5, len(result.columns) - 0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    fig.update_yaxes(
        tickvals=list(range(n)),
        ticktext=[text.language_label(lang) for lang in result.langs],
        tickfont={"color": look.text, "size": 12},
        range=[n - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    fig.update_layout(margin={"l": 2, "r": 8, "t": _TOP, "b": 8})
    place = 0
    for group, columns in groupby(column.group for column in result.columns):
        width = len(list(columns))
        fig.add_annotation(
            text=f'<span style="color:{look.muted}">{_GROUPS.get(group, group)}</span>',
            x=place + (width - 1) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=24,
            showarrow=False,
        )
        place += width
        if place < len(result.columns):  # a gap in the page's colour
            fig.add_vline(x=place - 0.5, line={"color": look.background, "width": 8})


def _legend(fig: go.Figure, theme: Theme) -> None:
    fills = _fills(theme)
    for mark in reversed(_MARKS):
        fig.add_trace(style.legend_key(mark, fills[mark]))


def _alt(result: CoverageResult) -> str:
    parts = []
    for place, column in enumerate(result.columns):
        marks = [result.cells[lang][place].mark for lang in result.langs]
        parts.append(f"{column.label} {len(marks) - marks.count('nothing')}")
    n = len(result.langs)
    return f"What is there for {n} languages of {result.title}: {', '.join(parts)}."
