"""Square grids of cells, language by language or criterion by criterion."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mslt_core.figures import style
from mslt_core.figures.style import Theme

VALUES_UP_TO = 8
"""Cells on one side of a panel; with more, numbers in cells have no room."""

SHORT_FROM = 24
"""Cells side by side; more are too narrow for 0.84 in a small window, and have .84."""

CLICKABLE_UP_TO = 24
"""Cells on one side of a grid that can be clicked: each has an invisible mark, which costs time."""

FLAT_LABELS_UP_TO = 10
OPEN_DOTS_UP_TO = 30

Hover = Callable[[str, str, float], str]

BAR_HEIGHT = 36
"""Pixels under the subtitle that a flat colour bar takes."""


def reordered(
    matrix: npt.NDArray[np.float64], names: Sequence[str], order: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Rows and columns in another order, the diagonal emptied: it says nothing."""
    rows = [names.index(name) for name in order]
    moved = matrix[np.ix_(rows, rows)].astype(np.float64)
    np.fill_diagonal(moved, np.nan)
    return moved


def draw(
    fig: go.Figure,
    matrix: npt.NDArray[np.float64],
    order: Sequence[str],
    hover: Hover,
    *,
    col: int = 1,
) -> None:
    """One panel of cells on the figure's common colour scale; NaN leaves a cell open."""
    hovers = [[hover(a, b, matrix[i, j]) for j, b in enumerate(order)] for i, a in enumerate(order)]
    trace = go.Heatmap(
        z=matrix,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        coloraxis="coloraxis",
        xgap=1,
        ygap=1,
    )
    fig.add_trace(trace, row=1, col=col)


def draw_missing(
    fig: go.Figure, reasons: Mapping[tuple[int, int], str], n: int, theme: Theme
) -> None:
    """Grey cells with a stroke where there is no value, with the reason on hover.

    `reasons` has row and column of every such cell of an n by n grid.
    """
    if not reasons:
        return
    look = style.PALETTES[theme]
    z = np.full((n, n), np.nan)
    hovers = [[""] * n for _ in range(n)]
    for (row, column), reason in reasons.items():
        z[row, column], hovers[row][column] = 0.0, reason
    grey = go.Heatmap(
        z=z,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        colorscale=[look.missing, look.missing],
        showscale=False,
        xgap=1,
        ygap=1,
    )
    strokes = go.Scatter(
        x=[column for _, column in reasons],
        y=[row for row, _ in reasons],
        mode="markers",
        marker={
            "symbol": "line-ne",
            "size": float(np.clip(180 / n, 4, 12)),
            "line": {"width": 1, "color": look.muted},
        },
        hoverinfo="skip",
        showlegend=False,
    )
    fig.add_traces([grey, strokes])


def cross_out(fig: go.Figure, mask: npt.NDArray[np.bool_], theme: Theme, *, col: int = 1) -> None:
    """A cross over the cells of one panel that are True."""
    rows, cols = np.nonzero(mask)
    marks = go.Scatter(
        x=cols,
        y=rows,
        mode="markers",
        marker={
            "symbol": "x-thin",
            "size": float(np.clip(110 / len(mask), 4, 12)),
            "line": {"width": 1.5, "color": style.PALETTES[theme].text},
        },
        hoverinfo="skip",
        showlegend=False,
    )
    fig.add_trace(marks, row=1, col=col)


def make_clickable(fig: go.Figure, order: Sequence[str], *, cell_px: float) -> None:
    """Marks over the cells of the one grid, which take over its hover text.

    Streamlit reports clicks on points and none on cells. A mark's `customdata` is its two
    languages, the codes joined by a comma.
    """
    (grid,) = _scaled(fig)
    if len(order) > CLICKABLE_UP_TO:
        return
    rows, cols = np.nonzero(np.isfinite(grid.z))
    places = list(zip(rows.tolist(), cols.tolist(), strict=True))
    seen = {"marker": {"opacity": 0}}
    marks = go.Scatter(
        x=cols,
        y=rows,
        mode="markers",
        marker={"symbol": "square", "size": round(cell_px / 2), "opacity": 0},
        customdata=[f"{order[row]},{order[col]}" for row, col in places],
        hovertext=[grid.hovertext[row][col] for row, col in places],
        hovertemplate="%{hovertext}<extra></extra>",
        selected=seen,
        unselected=seen,
        showlegend=False,
    )
    grid.update(hovertext=None, hovertemplate=None, hoverinfo="skip")
    fig.add_trace(marks)


def language_axes(
    fig: go.Figure, order: Sequence[str], *, marked: Collection[str], col: int = 1
) -> None:
    """Square cells, the first language top left; codes on the left of the first panel only."""
    n = len(order)
    axis = {
        "tickvals": list(range(n)),
        "tickfont": {"size": 11 if n <= 30 else 10 if n <= 45 else 8},
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
    }
    open_dot = "○" if n <= OPEN_DOTS_UP_TO else ""
    dots = ["●" if lang in marked else open_dot for lang in order]
    wide = n <= FLAT_LABELS_UP_TO
    under = [
        f"{lang}<br>{dot}" if wide else f"{dot} {lang}".strip()
        for dot, lang in zip(dots, order, strict=True)
    ]
    fig.update_xaxes(
        **axis,
        range=[-0.5, n - 0.5],
        ticktext=under,
        tickangle=0 if wide else -90,
        row=1,
        col=col,
    )
    fig.update_yaxes(
        **axis,
        range=[n - 0.5, -0.5],
        ticktext=[f"{dot} {lang}".strip() for dot, lang in zip(dots, order, strict=True)],
        showticklabels=col == 1,
        scaleanchor="x" if col == 1 else f"x{col}",
        constraintoward="top",
        row=1,
        col=col,
    )


def colour_scale(
    fig: go.Figure,
    title: str,
    low: float | None,
    high: float | None,
    theme: Theme,
    *,
    scale: Sequence[str] = (),
) -> None:
    """One scale for all panels, from where the metric starts; `scale` instead of the ramp."""
    look = style.PALETTES[theme]
    values = np.concatenate([np.ravel(trace.z) for trace in _scaled(fig)])
    values = values[np.isfinite(values)]
    fig.update_layout(
        coloraxis={
            "colorscale": list(scale or look.ramp),
            "cmin": low if low is not None else float(values.min(initial=0.0)),
            # never nothing: with all languages alike the scale would have no length
            "cmax": high if high is not None else float(values.max(initial=0.0)) or 0.01,
            "colorbar": {
                "title": {"text": title, "side": "right", "font": {"size": 12}},
                "thickness": 10,
                "outlinewidth": 0,
                "tickfont": {"size": 11, "color": look.muted},
                "len": 0.7,
                "y": 1,
                "yanchor": "top",
                "x": 1.01,
            },
        },
    )


def flat_bar(fig: go.Figure, *, height: int, above: int) -> None:
    """Lay the colour bar over the cells: a grid that stays square leaves its right side empty.

    `height` is the figure's, `above` the pixels over the bar. A name over a flat bar comes to lie
    on it where Plotly makes room for labels: say in the subtitle what it shows.
    """
    fig.update_layout(
        coloraxis_colorbar={
            "orientation": "h",
            "lenmode": "pixels",
            "len": 190,
            "thickness": 8,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "xpad": 14,  # half a label stands out on the left
            "y": 1 - above / height,
            "yref": "container",
            "yanchor": "top",
            "ypad": 0,
            "nticks": 5,
        }
    )


def decimals(largest: float) -> int:
    """Two, or as many more as the largest value needs for two digits that count: 0.0031."""
    return max(2, 1 - math.floor(math.log10(largest))) if largest > 0 else 2


def number(value: float, decimals: int = 2) -> str:
    """With a true minus, and none before a zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def print_values(fig: go.Figure, *, silent: Sequence[npt.NDArray[np.bool_]] = ()) -> None:
    """Numbers in the cells where there is room, black or white, whichever reads better.

    `silent` has a mask for every grid, of cells that get none.

    Plotly's own choice of dark grey or white falls below a contrast of 4.5 in mid-tones.
    """
    scale = fig.layout.coloraxis
    colours = [colour for _, colour in scale.colorscale]
    grids = _scaled(fig)
    if len(grids[0].z) > VALUES_UP_TO:
        return
    n_decimals = decimals(scale.cmax)
    size = 12 if len(grids) * len(grids[0].z) <= 12 and n_decimals == 2 else 10
    told_as = _short if len(grids) * len(grids[0].z) > SHORT_FROM else str
    for place, trace in enumerate(grids):
        told = np.isfinite(trace.z) & ~silent[place] if silent else np.isfinite(trace.z)
        rows, cols = np.nonzero(told)
        values = trace.z[rows, cols]
        places = np.clip((values - scale.cmin) / (scale.cmax - scale.cmin), 0, 1)
        inks = np.array([style.ink_on(fill) for fill in style.sample(colours, list(places))])
        for ink in sorted(set(inks.tolist())):  # a trace each, for a click would fade the numbers
            mine = inks == ink
            fig.add_trace(
                go.Scatter(
                    x=cols[mine],
                    y=rows[mine],
                    xaxis=trace.xaxis,
                    yaxis=trace.yaxis,
                    mode="text",
                    text=[told_as(number(value, n_decimals)) for value in values[mine]],
                    textfont={"color": ink, "size": size},
                    unselected={"textfont": {"color": ink}},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )


def _short(told: str) -> str:
    return told.replace("0.", ".", 1) if told.lstrip("−").startswith("0.") else told


def _scaled(fig: go.Figure) -> list[go.Heatmap]:
    """The grids on the common scale, not those of missing cells."""
    return [trace for trace in fig.data if trace.type == "heatmap" and trace.coloraxis]
