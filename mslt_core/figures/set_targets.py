"""Every set on every target at once: a grid of scores, or of differences from the baseline."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.markers import Grouping, language_order
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult, TargetGain

Values = npt.NDArray[np.float64]

_ABOVE, _BELOW = 84, 40
VALUES_UP_TO = 24
"""Rows; with more, numbers in cells are too small to read."""
SCALE_FROM = 6
"""Rows; beside fewer, the colour scale is too low for its ticks, and numbers say it anyway."""


@dataclasses.dataclass(frozen=True)
class _Row:
    """One set: what is known of it on each target."""

    name: str
    seen_langs: tuple[str, ...]
    gains: dict[str, TargetGain]


def set_target_grid(
    results: Sequence[GainResult],
    seen_langs: Sequence[tuple[str, ...]],
    *,
    differences: bool,
    group: Grouping = "family",
    theme: Theme = "light",
) -> go.Figure:
    """A row a set, in the order given, a column a target, relatives side by side.

    With `differences` the baseline is taken off, on a scale centred on no difference; else scores,
    the baseline's above them. `seen_langs` has what each set was trained on. Targets that a set was
    not scored on are hatched. A cell's `customdata` is set and target.
    """
    first = results[0]
    rows = [
        _Row(result.name_b, langs, {gain.lang: gain for gain in result.gains})
        for result, langs in zip(results, seen_langs, strict=True)
    ]
    order = language_order(list({gain.lang for result in results for gain in result.gains}), group)
    values = np.array([[_value(row, lang, differences) for lang in order] for row in rows])
    names = [row.name for row in rows]
    hovers = [[_hover(row, lang, first.name_a) for lang in order] for row in rows]
    if not differences:
        values, names, hovers = _with_baseline(first, rows, order, (values, names, hovers))
    fig = go.Figure(_cells(values, hovers, theme, differences=differences))
    _hatch(fig, values, theme)
    _dots(fig, rows, order, theme, shift=len(names) - len(rows))
    if len(rows) <= VALUES_UP_TO:
        told = [[_number(row.gains.get(lang)) for lang in order] for row in rows]
        _numbers(fig, told if differences else [[_whole(v) for v in row] for row in values])
    _axes(fig, order, names, theme)
    return _dressed(
        fig, results, (values, names), differences=differences, group=group, theme=theme
    )


def _dressed(
    fig: go.Figure,
    results: Sequence[GainResult],
    grid: tuple[Values, Sequence[str]],
    *,
    differences: bool,
    group: Grouping,
    theme: Theme,
) -> go.Figure:
    values, names = grid
    info = METRICS[results[0].metric]
    what = f"minus {text.escape(results[0].name_a)}" if differences else "scores"
    bold = "; bold: beyond noise after Holm" * (differences and len(names) <= VALUES_UP_TO)
    height = max(16, min(28, 900 // len(names)))
    return style.dress(
        fig,
        title="Which sets do well on which languages?",
        subtitle=f"{info.label} ({info.unit}), {what}, {text.count(len(results), 'set')}, "
        f"{_seeds(results)}; languages by {group}.<br>● trained on{bold}",
        alt=f"{len(names)} sets by {values.shape[1]} target languages, {info.label.lower()} "
        f"{what}, from {np.nanmin(values):.1f} to {np.nanmax(values):.1f}.",
        height=_ABOVE + height * len(names) + _BELOW,
        theme=theme,
    )


def _with_baseline(
    first: GainResult,
    rows: Sequence[_Row],
    order: Sequence[str],
    grid: tuple[Values, list[str], list[list[str]]],
) -> tuple[Values, list[str], list[list[str]]]:
    """The grid with the baseline's scores as the first row."""
    values, names, hovers = grid
    base = [next((r.gains[lang] for r in rows if lang in r.gains), None) for lang in order]
    above = [100 * gain.score_a if gain else np.nan for gain in base]
    name = text.escape(first.name_a)
    told = [
        f"<b>{name}</b><br>{text.language_label(lang)}<br>{score:.1f}"
        for lang, score in zip(order, above, strict=True)
    ]
    return np.vstack([above, values]), [first.name_a, *names], [told, *hovers]


def _value(row: _Row, lang: str, differences: bool) -> float:
    gain = row.gains.get(lang)
    if gain is None:
        return np.nan
    return 100 * (gain.estimate if differences else gain.score_b)


def _hover(row: _Row, lang: str, baseline: str) -> str:
    gain = row.gains.get(lang)
    head = f"<b>{text.escape(row.name)}</b><br>{text.language_label(lang)}"
    if gain is None:
        return f"{head}<br>not scored by all of its runs and the baseline's"
    return (
        f"{head}{' · trained on by one of the two' if gain.trained_on else ''}<br>"
        f"{text.points(gain.score_b)}, minus {text.escape(baseline)} {whiskers.in_points(gain)}"
        f"<br>{text.count(gain.n_items, 'test item')}, {text.count(gain.n_seeds, 'seed')}"
    )


def _cells(
    values: Values,
    hovers: list[list[str]],
    theme: Theme,
    *,
    differences: bool,
) -> go.Heatmap:
    look = style.PALETTES[theme]
    edge = float(np.nanmax(np.abs(values))) or 1.0
    low, high = (-edge, edge) if differences else (float(np.nanmin(values)), edge)
    return go.Heatmap(
        z=values,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        colorscale=list(look.diverging if differences else look.ramp),
        zmin=low,
        zmax=high,
        xgap=1,
        ygap=1,
        showscale=len(values) >= SCALE_FROM,
        colorbar={
            "title": {"text": "points", "side": "right", "font": {"size": 12}},
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"size": 11, "color": look.muted},
            "len": 0.9,
            "x": 1.01,
        },
    )


def _hatch(fig: go.Figure, values: Values, theme: Theme) -> None:
    """A stroke on grey where there is no score."""
    missing = np.argwhere(np.isnan(values))
    if not len(missing):
        return
    look = style.PALETTES[theme]
    grey = go.Heatmap(
        z=np.where(np.isnan(values), 0.0, np.nan),
        colorscale=[look.missing, look.missing],
        showscale=False,
        hoverinfo="skip",
        xgap=1,
        ygap=1,
    )
    strokes = go.Scatter(
        x=missing[:, 1],
        y=missing[:, 0],
        mode="markers",
        marker={"symbol": "line-ne", "size": 10, "line": {"width": 1, "color": look.muted}},
        hovertext=["not scored by all runs"] * len(missing),
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
        name="missing",
    )
    fig.add_traces([grey, strokes])


def _dots(
    fig: go.Figure,
    rows: Sequence[_Row],
    order: Sequence[str],
    theme: Theme,
    *,
    shift: int,
) -> None:
    """A dot in the corner of cells that a set was trained on."""
    seen = [
        (order.index(lang), i + shift)
        for i, row in enumerate(rows)
        for lang in row.seen_langs
        if lang in order
    ]
    look = style.PALETTES[theme]
    fig.add_trace(
        go.Scatter(
            x=[x + 0.4 for x, _ in seen],  # clear of the number
            y=[y - 0.36 for _, y in seen],
            mode="markers",
            marker={
                "size": 5,
                "color": look.text,
                "line": {"width": 1, "color": look.background},
            },
            hoverinfo="skip",
            showlegend=False,
            name="trained on",
        )
    )


def _numbers(fig: go.Figure, told: Sequence[Sequence[str]]) -> None:
    """In every cell its number, black or white: Plotly's own grey is too faint on mid-tones."""
    cells = fig.data[0]
    rows, cols = np.nonzero(np.isfinite(cells.z))
    places = (cells.z[rows, cols] - cells.zmin) / (cells.zmax - cells.zmin or 1.0)
    fills = style.sample([colour for _, colour in cells.colorscale], list(np.clip(places, 0, 1)))
    inks = np.array([style.ink_on(fill) for fill in fills])
    for ink in np.unique(inks):
        mine = np.flatnonzero(inks == ink)
        fig.add_trace(
            go.Scatter(
                x=cols[mine],
                y=rows[mine],
                mode="text",
                text=[told[rows[i]][cols[i]] for i in mine],
                textfont={"color": str(ink), "size": 11},
                hoverinfo="skip",
                showlegend=False,
                name="numbers",
            )
        )


def _whole(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.0f}"


def _number(gain: TargetGain | None) -> str:
    if gain is None:
        return ""
    number = f"{round(100 * gain.estimate) or 0:+d}".replace("-", "−").replace("+0", "0")
    return f"<b>{number}</b>" if gain.beyond_noise else number


def _axes(fig: go.Figure, order: Sequence[str], names: Sequence[str], theme: Theme) -> None:
    look = style.PALETTES[theme]
    quiet = {"showgrid": False, "zeroline": False}
    fig.update_xaxes(
        tickvals=list(range(len(order))),
        ticktext=list(order),
        range=[-0.5, len(order) - 0.5],
        side="bottom",
        **quiet,
    )
    fig.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[text.escape(name) for name in names],
        range=[len(names) - 0.5, -0.5],
        tickfont={"color": look.text, "size": 12 if len(names) <= 40 else 9},
        **quiet,
    )
    right = 70 if len(names) >= SCALE_FROM else 8
    fig.update_layout(margin={"l": 2, "r": right, "t": _ABOVE, "b": _BELOW}, showlegend=False)


def _seeds(results: Sequence[GainResult]) -> str:
    n = sorted({gain.n_seeds for result in results for gain in result.gains})
    if len(n) > 1:
        return f"{n[0]} to {n[-1]} seeds"
    return {1: "single runs", 2: "two runs a set"}.get(n[0], f"{n[0]} seeds")
