"""Does one set beat another, where, and by how much? A row a target language."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS, WITH_MAJORITY
from mslt_core.spec.results import GainResult, TargetGain

_ABOVE, _BELOW = 84, 50
_MEAN_AT = -0.2
"""Height of the row of means; languages are at 1, 2, ... from the bottom."""
_MEANS_APART = 0.6
"""Of several means: so far that none hides another's interval where a slide has low rows."""

CARRIED = {
    "both": "95 % intervals over test items and seeds",
    "seeds": "95 % intervals over seeds",
    "items": "95 % intervals over test items",
    "none": "no interval",
}


def target_gains(
    results: Sequence[GainResult],
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Difference of two sets' scores per target, in points, with its interval.

    Rows go from the largest difference of the first comparison down.
    One comparison has its numbers printed; several share the rows, with numbers on hover.
    """
    rows = _by_difference(results)
    names = [name for result in results for name in (result.name_a, result.name_b)]
    colours = style.set_colours(names, colours)
    fig, means = go.Figure(), _mean_heights(len(results))
    for i, result in enumerate(results):
        shift = 0.6 * ((len(results) - 1) / 2 - i) / len(results)
        gains = [gain for gain in result.gains if gain.lang in rows]
        heights = [len(rows) - rows.index(gain.lang) + shift for gain in gains]
        if result.mean:
            gains, heights = [*gains, result.mean], [*heights, means[i]]
        fig.add_trace(style.legend_key(result.name_b, colours[result.name_b]))
        fig.add_trace(_gain_dots(result, gains, heights, colours[result.name_b], theme))
        if len(results) > 1:  # an interval may be as short as a diamond is wide
            fig.data[-1].marker.size = [10 if gain.lang else 7 for gain in gains]
        if len(results) == 1:
            _print_numbers(fig, gains, heights)
    with_mean = any(result.mean for result in results)
    below = {"Mean, zero-shot": (means[0] + means[-1]) / 2} if with_mean else {}
    style.language_rows(fig, rows, theme, below=below)
    if with_mean:
        fig.update_yaxes(range=[means[-1] - 0.6, len(rows) + 0.6])
    _gain_axis(fig, results, theme)
    row_height = round(style.ROW_HEIGHT * (1 + 0.3 * (len(results) - 1)))
    return style.dress(
        fig,
        title=_gain_title(results),
        subtitle=_gain_subtitle(results),
        alt=" ".join(map(_gain_alt, results)),
        height=_ABOVE
        + round(row_height * (len(rows) + with_mean * (2 + means[0] - means[-1])))
        + _BELOW,
        theme=theme,
    )


def _mean_heights(n: int) -> list[float]:
    """Of the means of `n` comparisons, one below the other."""
    return [_MEAN_AT + 0.1 * (n > 1) - _MEANS_APART * i for i in range(n)]


def _by_difference(results: Sequence[GainResult]) -> list[str]:
    """Languages from the largest difference down; those of later comparisons follow."""
    ordered = [
        gain.lang
        for result in results
        for gain in sorted(result.gains, key=lambda gain: (-gain.difference, gain.lang))
    ]
    return list(dict.fromkeys(ordered))


def _gain_dots(
    result: GainResult,
    gains: Sequence[TargetGain],
    heights: Sequence[float],
    colour: str,
    theme: Theme,
) -> go.Scatter:
    """Filled where a language was trained on, outlined where not; a diamond for the mean."""
    look = style.PALETTES[theme]
    return go.Scatter(
        x=[100 * gain.difference for gain in gains],
        y=list(heights),
        mode="markers",
        legendgroup=result.name_b,
        showlegend=False,
        customdata=[gain.lang for gain in gains],
        hovertext=[_gain_hover(result, gain) for gain in gains],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "opacity": 1,  # plotly fades markers whose sizes differ
            "symbol": ["circle" if gain.lang else "diamond" for gain in gains],
            "size": [10 if gain.lang else 12 for gain in gains],
            "color": [colour if gain.trained_on else look.background for gain in gains],
            "line": {"width": 2, "color": colour},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_points_apart(gain.difference, gain.high) for gain in gains],
            "arrayminus": [_points_apart(gain.low, gain.difference) for gain in gains],
            "color": colour,
            "thickness": 1.5,
            "width": 0,
        },
    )


def _points_apart(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else 100 * (high - low)


def _gain_hover(result: GainResult, gain: TargetGain) -> str:
    """Difference, both scores, what they rest on, and what no learning at all would get."""
    unit = METRICS[result.metric].unit
    head = text.language_label(gain.lang) if gain.lang else "Mean of the zero-shot targets"
    trained = "trained on by one of the two" if gain.trained_on else "zero-shot"
    difference = f"{text.signed_points(gain.difference)} {text.interval(gain.low, gain.high)}"
    parts = [
        f"{name} ±{text.points(half)}"
        for name, half in (("test items", gain.half_items), ("seeds", gain.half_seeds))
        if half is not None
    ]
    lines = [
        f"<b>{head}</b> · {trained}",
        f"<b>{difference.strip()}</b> {unit}",
        f"{text.escape(result.name_b)} {text.points(gain.score_b)}, "
        f"{text.escape(result.name_a)} {text.points(gain.score_a)}",
        f"{text.count(gain.n_items, 'test item')}, {text.count(gain.n_seeds, 'seed')}",
    ]
    if parts:
        lines.insert(2, ", ".join(parts))
    if gain.p_holm is not None:
        lines.append(f"{text.p_told(gain.p_holm)} after Holm")
    if result.metric in WITH_MAJORITY and gain.majority_accuracy is not None:
        lines.append(f"majority accuracy {text.points(gain.majority_accuracy)}")
    return "<br>".join(lines)


def _print_numbers(fig: go.Figure, gains: Sequence[TargetGain], heights: Sequence[float]) -> None:
    """Differences in a column at the right; bold where they are called a difference."""
    for gain, y in zip(gains, heights, strict=True):
        number = text.signed_points(gain.difference)
        fig.add_annotation(
            text=f"<b>{number}</b>" if gain.beyond_noise else number,
            x=1,
            xref="paper",
            xanchor="right",
            xshift=48,
            y=y,
            showarrow=False,
        )
        fig.add_annotation(
            text=text.interval(gain.low, gain.high),
            x=1,
            xref="paper",
            xanchor="left",
            xshift=56,
            y=y,
            showarrow=False,
            font={"size": 12},
        )


def _gain_axis(fig: go.Figure, results: Sequence[GainResult], theme: Theme) -> None:
    """Points, zero always in view and drawn as the line between the two sets."""
    edges = [0.0]
    for result in results:
        for gain in [*result.gains, *([result.mean] if result.mean else [])]:
            edges += [e for e in (gain.difference, gain.low, gain.high) if e is not None]
    low, high = 100 * min(edges), 100 * max(edges)
    margin = 0.06 * (high - low) or 1.0
    only = results[0] if len(results) == 1 else None
    ours = f"{text.escape(only.name_b)} " if only else ""
    fig.update_xaxes(
        range=[low - margin, high + margin],
        title_text=f"{ours}minus {_baseline(results)}, {METRICS['gain'].unit}",
        zeroline=True,
        zerolinecolor=style.PALETTES[theme].muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(
        margin={"l": 2, "r": 150 if only else 8, "t": _ABOVE if not only else 60, "b": _BELOW},
        showlegend=only is None,
    )


def _gain_title(results: Sequence[GainResult]) -> str:
    """Which sets against which: MSLT(...) against SSLT(en), each set against SSLT(en)."""
    ours = text.escape(results[0].name_b) if len(results) == 1 else "each set"
    return f"How much higher does {ours} score than {_baseline(results)}, by language?"


def _baseline(results: Sequence[GainResult]) -> str:
    """What all of them are measured against."""
    names = {text.escape(result.name_a) for result in results}
    return names.pop() if len(names) == 1 else "its baseline"


def _gain_subtitle(results: Sequence[GainResult]) -> str:
    first = results[0]
    seeds = sorted({gain.n_seeds for result in results for gain in result.gains})
    spread = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else text.count(seeds[0], "seed")
    carried = dict.fromkeys(CARRIED[result.interval] for result in results)
    kinds = " or ".join(carried)
    return f"{METRICS[first.metric].label}, {spread}, {kinds}. {style.SEEN_KEY}"


def _gain_alt(result: GainResult) -> str:
    """How many targets gain, and the two ends."""
    unseen = [gain for gain in result.gains if not gain.trained_on]
    higher = sum(gain.difference > 0 for gain in unseen)
    ordered = sorted(result.gains, key=lambda gain: gain.difference)
    ends = " to ".join(
        f"{text.signed_points(gain.difference)} on {label(gain.lang)}"
        for gain in (ordered[0], ordered[-1])
    )
    return (
        f"{result.name_b} minus {result.name_a}: higher on {higher} of {len(unseen)} zero-shot "
        f"languages; from {ends}, in points of {METRICS[result.metric].label.lower()}."
    )
