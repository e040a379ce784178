"""On which targets is most gained? A row a group of targets."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.views import ByGroup, TargetGroup

_ABOVE, _BELOW, _RIGHT, _ROW = 78, 50, 150, 34


def group_gains(result: ByGroup, *, colour: str, theme: Theme = "light") -> go.Figure:
    """Mean gain of each group with its interval, and its targets as faint rings.

    A ring's `customdata` is its language.
    """
    look = style.PALETTES[theme]
    fig = go.Figure()
    heights = whiskers.rows(fig, [_label(group) for group in result.groups], theme)
    fig.add_trace(_targets(result.groups, heights, look.muted))
    fig.add_trace(_means(result, heights, colour, look))
    for group, y in zip(result.groups, heights, strict=True):
        _print(fig, group, y)
    gains = [100 * gain for group in result.groups for gain in group.gains]
    fig.update_xaxes(
        range=whiskers.span([group.mean for group in result.groups], 0.0, *gains),
        title_text=f"{text.escape(result.name_b)} minus {text.escape(result.name_a)}, points",
        zeroline=True,
        zerolinecolor=look.muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    n = sum(len(group.langs) for group in result.groups)
    away = f"by distance from {result.away_from}, " if result.by_distance else ""
    return style.dress(
        fig,
        title=f"On which languages does {text.escape(result.name_b)} gain most?",
        subtitle=f"{METRICS[result.metric].label}, {text.count(n, 'unseen target')}, {away}"
        f"{text.count(result.n_seeds, 'seed')}, {CARRIED[result.carried]}.<br>◆ mean  ○ one target",
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
        error_x=whiskers.error_bars(means, colour),
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


def _alt(result: ByGroup) -> str:
    told = "; ".join(
        f"{group.name} {text.signed_points(group.mean.estimate)}" for group in result.groups
    )
    return f"{result.name_b} minus {result.name_a}, mean gain in points by group: {told}."
