"""Language by language: how alike inside a checkpoint, how far apart in typology."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import markers, style, text
from mslt_core.figures.markers import Grouping
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import CheckpointRef, CkaResult, MingleResult, SelectionResult

VALUES_UP_TO = 8
"""Languages on one side of a panel; with more, numbers in cells have no room."""

FLAT_LABELS_UP_TO = 10

# Plot height by number of panels, so that panels are square in a page of about 1,100 px.
_PANEL_HEIGHT = {1: 360, 2: 380, 3: 310, 4: 230}
_ABOVE, _BELOW = 112, 44

Hover = Callable[[str, str, float], str]


def cka_heatmaps(
    result: MingleResult,
    *,
    group: Grouping = "family",
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """CKA between every two languages, one panel a checkpoint, one colour scale for all."""
    n_panels = len(result.checkpoints)
    fig = make_subplots(rows=1, cols=n_panels, horizontal_spacing=0.03)
    colours = style.set_colours((ref.name for ref in result.checkpoints), colours)
    panels = list(zip(result.checkpoints, result.ckas, strict=True))
    for col, (ref, cka) in enumerate(panels, start=1):
        order = markers.language_order(cka.langs, group)
        matrix = _reordered(cka.matrix, cka.langs, order)
        _draw(fig, matrix, order, _cka_hover(ref, cka), marked=ref.source_langs, col=col)
        mean = f"mean over pairs {cka.mean_off_diagonal():.2f}"
        style.panel_title(
            fig, col, name=ref.name, below=mean, colour=colours[ref.name], theme=theme
        )
    info, cka = METRICS["linear_cka"], result.ckas[0]
    means = ", ".join(f"{ref.name} {cka.mean_off_diagonal():.2f}" for ref, cka in panels)
    _colour_scale(fig, info.label, info.low, info.high, theme)
    _print_values(fig, theme)
    fig.update_layout(margin={"l": 2, "r": 2, "t": _ABOVE, "b": _BELOW})
    return style.dress(
        fig,
        title="How alike are two languages inside each checkpoint?",
        subtitle=f"{info.label} ({cka.estimator}), n = {cka.n:,} sentences, "
        f"{text.layers(found.layer for found in result.ckas)}. "
        f"{style.SEEN_KEY}",
        alt=f"{info.label} between {len(cka.langs)} languages. Mean over pairs: {means}.",
        height=_ABOVE + _PANEL_HEIGHT.get(n_panels, 220) + _BELOW,
        theme=theme,
    )


def distance_heatmap(
    result: SelectionResult,
    *,
    chosen: Collection[str] = (),
    group: Grouping = "family",
    theme: Theme = "light",
) -> go.Figure:
    """Typological distance of every two languages of the pool; the chosen ones marked."""
    fig = make_subplots(rows=1, cols=1)
    order = markers.language_order(result.pool, group)
    matrix = _reordered(result.distances, result.pool, order)

    def hover(a: str, b: str, distance: float) -> str:
        return (
            f"{text.language_label(a)} and {text.language_label(b)}<br>"
            f"<b>{distance:.3f}</b> apart in {result.criterion}"
        )

    _draw(fig, matrix, order, hover, marked=chosen, col=1)
    _colour_scale(fig, "1 − cosine", METRICS["mean_pair_distance"].low, None, theme)
    _print_values(fig, theme)
    i, j = np.unravel_index(np.nanargmax(matrix), matrix.shape)
    farthest = f"{label(order[i])} and {label(order[j])}, {matrix[i, j]:.2f}"
    fig.update_layout(margin={"l": 2, "r": 2, "t": 60, "b": _BELOW})
    return style.dress(
        fig,
        title=f"How far apart are they in {result.criterion}?",
        subtitle="1 − cosine of lang2vec vectors" + ("; ● chosen" if chosen else ""),
        alt=f"Distances in {result.criterion} between {len(order)} languages. "
        f"Farthest apart: {farthest}.",
        height=60 + _PANEL_HEIGHT[1] + _BELOW,
        theme=theme,
    )


def _reordered(
    matrix: npt.NDArray[np.float64], langs: Sequence[str], order: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Rows and columns in another order, the diagonal emptied: it says nothing."""
    rows = [langs.index(lang) for lang in order]
    moved = matrix[np.ix_(rows, rows)].astype(np.float64)
    np.fill_diagonal(moved, np.nan)
    return moved


def _draw(
    fig: go.Figure,
    matrix: npt.NDArray[np.float64],
    order: Sequence[str],
    hover: Hover,
    *,
    marked: Collection[str],
    col: int,
) -> None:
    """One panel of cells, with codes on both axes and a filled dot where `marked`."""
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
    _language_axes(fig, order, marked=marked, col=col)


def _language_axes(
    fig: go.Figure, order: Sequence[str], *, marked: Collection[str], col: int
) -> None:
    """Square cells, the first language top left; codes on the left of the first panel only."""
    n = len(order)
    axis = {
        "tickvals": list(range(n)),
        "tickfont": {"size": 11},
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
    }
    dots = ["●" if lang in marked else "○" for lang in order]
    wide = n <= FLAT_LABELS_UP_TO
    under = [
        f"{lang}<br>{dot}" if wide else f"{dot} {lang}"
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
        ticktext=[f"{dot} {lang}" for dot, lang in zip(dots, order, strict=True)],
        showticklabels=col == 1,
        scaleanchor="x" if col == 1 else f"x{col}",
        constraintoward="top",
        row=1,
        col=col,
    )


def _colour_scale(
    fig: go.Figure, title: str, low: float | None, high: float | None, theme: Theme
) -> None:
    """One scale for all panels, from where the metric starts; empty cells are grey."""
    look = style.PALETTES[theme]
    values = np.concatenate([np.ravel(trace.z) for trace in fig.data])
    fig.update_layout(
        plot_bgcolor=look.grid,
        coloraxis={
            "colorscale": list(look.ramp),
            "cmin": low if low is not None else float(np.nanmin(values)),
            # never nothing: with all languages alike the scale would have no length
            "cmax": high if high is not None else max(float(np.nanmax(values)), 0.01),
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


def _print_values(fig: go.Figure, theme: Theme) -> None:
    """Two decimals in every cell where there is room, black or white, whichever reads better.

    Plotly's own choice of dark grey or white falls below a contrast of 4.5 in mid-tones.
    """
    scale = fig.layout.coloraxis
    cells = list(fig.data)
    if len(cells[0].z) > VALUES_UP_TO:
        return
    for trace in cells:
        rows, cols = np.nonzero(np.isfinite(trace.z))
        values = trace.z[rows, cols]
        places = np.clip((values - scale.cmin) / (scale.cmax - scale.cmin), 0, 1)
        fills = style.sample_ramp(theme, list(places))
        fig.add_trace(
            go.Scatter(
                x=cols,
                y=rows,
                xaxis=trace.xaxis,
                yaxis=trace.yaxis,
                mode="text",
                text=[f"{value:.2f}" for value in values],
                textfont={
                    "color": [style.ink_on(fill) for fill in fills],
                    "size": 12 if len(cells) * len(trace.z) <= 12 else 10,
                },
                hoverinfo="skip",
                showlegend=False,
            )
        )


def _cka_hover(ref: CheckpointRef, cka: CkaResult) -> Hover:
    def said(lang: str) -> str:
        seen = "trained on" if lang in ref.source_langs else "not trained on"
        return f"{text.language_label(lang)}, {seen}"

    def hover(a: str, b: str, value: float) -> str:
        where = f"in {text.escape(ref.name)}, n = {cka.n:,} sentences"
        return f"{said(a)}<br>{said(b)}<br>CKA <b>{value:.3f}</b> {where}"

    return hover
