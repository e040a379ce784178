"""On which targets is most gained? A row a group of targets."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.views import ByGroup, TargetGroup

_ABOVE, _BELOW, _RIGHT, _ROW = 62, 50, 150, 34


def group_gains(result: ByGroup, *, colour: str, theme: Theme = "light") -> go.Figure:
    """Mean gain of each group with its interval, and its targets as faint rings.

    A ring's `customdata` is its language.
    """
    look = style.PALETTES[theme]
    heights = [float(len(result.groups) - i) for i in range(len(result.groups))]
    fig = go.Figure(
        [_targets(result.groups, heights, look.muted), _means(result, heights, colour, look)]
    )
    for group, y in zip(result.groups, heights, strict=True):
        _print(fig, group, y)
    fig.update_yaxes(
        tickvals=heights,
        ticktext=[_label(group) for group in result.groups],
        range=[0.4, len(result.groups) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": look.text, "size": 13},
    )
    fig.update_xaxes(
        range=_range(result.groups),
        title_text=f"{text.escape(result.name_b)} minus {text.escape(result.name_a)}, points",
        zeroline=True,
        zerolinecolor=look.muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    n = sum(len(group.langs) for group in result.groups)
    return style.dress(
        fig,
        title=f"On which languages does {text.escape(result.name_b)} gain most?",
        subtitle=f"{METRICS[result.metric].label}, {text.count(n, 'unseen target')}, "
        f"{text.count(result.n_seeds, 'seed')}, {CARRIED[result.carried]}. ◆ mean  ○ one target",
        alt=_alt(result),
        height=_ABOVE + _ROW * max(len(result.groups), 1) + _BELOW,
        theme=theme,
    )


def _label(group: TargetGroup) -> str:
    """Close, 0.07 to 0.21 (8); Distant, 0.49 (1); Uralic (2)."""
    if group.nearest is None or group.farthest is None:
        return f"{text.escape(group.name)} ({len(group.langs)})"
    ends = dict.fromkeys(f"{end:.2f}" for end in (group.nearest, group.farthest))
    return f"{group.name}, {' to '.join(ends)} ({len(group.langs)})"


def _targets(groups: Sequence[TargetGroup], heights: Sequence[float], colour: str) -> go.Scatter:
    rows = [
        (lang, gain, y, group)
        for group, y in zip(groups, heights, strict=True)
        for lang, gain in zip(group.langs, group.gains, strict=True)
    ]
    return go.Scatter(
        x=[100 * gain for _, gain, _, _ in rows],
        y=[y for _, _, y, _ in rows],
        mode="markers",
        marker={"symbol": "circle-open", "size": 8, "color": colour, "line": {"width": 1.2}},
        customdata=[lang for lang, _, _, _ in rows],
        hovertext=[
            f"{text.language_label(lang)}<br><b>{text.signed_points(gain)}</b>"
            for lang, gain, _, _ in rows
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name="targets",
    )


def _means(
    result: ByGroup, heights: Sequence[float], colour: str, look: style.Palette
) -> go.Scatter:
    means = [group.mean for group in result.groups]
    whiskers = [
        (0.0, 0.0) if m.low is None or m.high is None else (m.estimate - m.low, m.high - m.estimate)
        for m in means
    ]
    return go.Scatter(
        x=[100 * mean.estimate for mean in means],
        y=list(heights),
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 12,
            "color": colour,
            "line": {"width": 1.5, "color": look.background},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * above for _, above in whiskers],
            "arrayminus": [100 * below for below, _ in whiskers],
            "color": colour,
            "thickness": 1.5,
            "width": 0,
        },
        hovertext=[
            f"<b>{text.escape(group.name)}</b><br>"
            f"{'<br>'.join(map(text.language_label, group.langs))}"
            for group in result.groups
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name="mean",
    )


def _print(fig: go.Figure, group: TargetGroup, y: float) -> None:
    """Mean and interval in columns at the right."""
    at = {"x": 1, "xref": "paper", "y": y, "showarrow": False}
    number = text.signed_points(group.mean.estimate)
    fig.add_annotation(text=f"<b>{number}</b>", xanchor="right", xshift=48, **at)
    interval = text.interval(group.mean.low, group.mean.high)
    fig.add_annotation(text=interval, xanchor="left", xshift=56, font={"size": 12}, **at)


def _range(groups: Sequence[TargetGroup]) -> list[float]:
    edges = [0.0, *(100 * gain for group in groups for gain in group.gains)]
    for group in groups:
        edges += [100 * end for end in (group.mean.low, group.mean.high) if end is not None]
    margin = 0.06 * (max(edges) - min(edges)) or 1.0
    return [min(edges) - margin, max(edges) + margin]


def _alt(result: ByGroup) -> str:
    told = "; ".join(
        f"{group.name} {text.signed_points(group.mean.estimate)}" for group in result.groups
    )
    return f"{result.name_b} minus {result.name_a}, mean gain in points by group: {told}."
