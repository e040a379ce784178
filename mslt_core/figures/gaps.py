"""What does each set lose on the way to unseen languages? A row a set."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.set_views import SetGapJudged

_ABOVE, _BELOW, _RIGHT = 84, 50, 244


def transfer_gaps(
    gaps: Sequence[SetGapJudged],
    metric: str,
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Mean score on a set's own sources minus that on languages it never saw, with its interval.

    Sets whose gap is undefined have no row. Sets without a colour are drawn in the accent's.
    """
    look = style.PALETTES[theme]
    shown = [one for one in gaps if one.gap is not None]
    fig = go.Figure()
    heights = whiskers.rows(fig, [text.escape(one.name) for one in shown], theme)
    for one, y in zip(shown, heights, strict=True):
        colour = colours.get(one.name, look.accent)
        fig.add_trace(_dot(one, y, colour))
    found = [one.gap for one in shown]
    columns = (
        (10, "gap", [whiskers.in_points(gap, signed=False) for gap in found]),
        (136, "sources", [text.points(one.on_sources or 0.0) for one in shown]),
        (194, "unseen", [text.points(one.on_unseen or 0.0) for one in shown]),
    )
    for at, title, told in columns:
        whiskers.column(fig, told, heights, at=at, title=title, theme=theme)
    info = METRICS["transfer_gap"]
    fig.update_xaxes(
        range=whiskers.span(found, 0.0),
        title_text=f"{info.label}, {info.unit}",
        zeroline=True,
        zerolinecolor=look.muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title="How much is lost on the way from the sources to unseen languages?",
        subtitle=f"{METRICS[metric].label}, {text.count(len(shown), 'set')}, {_seeds(shown)}, "
        f"{_carried(shown)}; each set has its own languages on both sides",
        alt=_alt(shown),
        height=_ABOVE + style.ROW_HEIGHT * max(len(shown), 1) + _BELOW,
        theme=theme,
    )


def _carried(shown: Sequence[SetGapJudged]) -> str:
    known = any(one.gap is not None and one.gap.low is not None for one in shown)
    return "95 % intervals" if known else "no interval"


def _dot(one: SetGapJudged, y: float, colour: str) -> go.Scatter:
    assert one.gap is not None
    return go.Scatter(
        x=[100 * one.gap.estimate],
        y=[y],
        mode="markers",
        marker={"size": 10, "color": colour},
        error_x=whiskers.error_bars([one.gap], colour),
        customdata=[",".join(one.source_langs)],
        hovertext=[
            f"<b>{text.escape(one.name)}</b><br>{whiskers.in_points(one.gap, signed=False)}<br>"
            f"on its sources ({text.listed(one.sources)}) {text.points(one.on_sources or 0.0)}, "
            f"on {len(one.unseen)} unseen {text.points(one.on_unseen or 0.0)}<br>"
            f"{text.count(one.gap.n_items, 'test item')}, {text.count(one.gap.n_seeds, 'seed')}"
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name=one.name,
    )


def _seeds(shown: Sequence[SetGapJudged]) -> str:
    """A single run each; two runs each; 1 to 3 seeds."""
    n = sorted({one.gap.n_seeds for one in shown if one.gap})
    if len(n) > 1:
        return f"{n[0]} to {n[-1]} seeds"
    words = {1: "a single run each", 2: "two runs each"}
    return words.get(n[0], f"{n[0]} seeds") if n else "no seed"


def _alt(shown: Sequence[SetGapJudged]) -> str:
    if not shown:
        return "No set has a transfer gap."
    ends = [one for one in (shown[0], shown[-1]) if one.gap]
    told = " to ".join(f"{text.points(one.gap.estimate)} of {one.name}" for one in ends if one.gap)
    return f"Transfer gap in points, from {told}."
