"""Which sets may be the best? A row a set."""

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.evidence import Ranking, Standing
from mslt_core.spec.metrics import METRICS

_ABOVE, _BELOW, _RIGHT = 78, 50, 176


def best_sets(ranking: Ranking, *, top: int = 12, theme: Theme = "light") -> go.Figure:
    """The first sets: how far each is behind the highest mean, and whether it may be the best.

    A dot's `customdata` is its set, the codes joined by commas. Only judged sets are drawn.
    """
    look = style.PALETTES[theme]
    shown = [s for s in ranking.standings if s.behind is not None][:top]
    fig = go.Figure()
    heights = whiskers.rows(fig, [text.escape(standing.name) for standing in shown], theme)
    for tied in (True, False):
        rows = [(s, y) for s, y in zip(shown, heights, strict=True) if s.may_be_best is tied]
        fig.add_trace(_dots(rows, tied, look))
    for standing, y in zip(shown, heights, strict=True):
        _print(fig, standing, y)
    fig.update_xaxes(
        title_text="Mean score minus the highest, points",
        zeroline=True,
        zerolinecolor=look.muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=True)
    n_judged = sum(s.behind is not None for s in ranking.standings)
    return style.dress(
        fig,
        title="Which sets may be the best?",
        subtitle=f"{METRICS[ranking.metric].label}, the first {len(shown)} of {n_judged} sets, "
        f"{text.count(len(ranking.targets), 'target')}, {CARRIED[ranking.carried]}",
        alt=_alt(ranking, n_judged),
        height=_ABOVE + style.ROW_HEIGHT * max(len(shown), 1) + _BELOW,
        theme=theme,
    )


def _dots(rows: list[tuple[Standing, float]], tied: bool, look: style.Palette) -> go.Scatter:
    """Sets that may be the best as accented dots, the others as grey crosses."""
    behind = [s.behind for s, _ in rows if s.behind]
    colour = look.accent if tied else look.muted
    return go.Scatter(
        x=[100 * one.estimate for one in behind],
        y=[y for _, y in rows],
        mode="markers",
        marker={"symbol": "circle" if tied else "x", "size": 10, "color": colour},
        error_x=whiskers.error_bars(behind, colour),
        customdata=[",".join(s.source_langs) for s, _ in rows],
        hovertext=[_hover(s) for s, _ in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        name="may be the best" if tied else "is not",
    )


def _hover(standing: Standing) -> str:
    languages = "<br>".join(map(text.language_label, standing.source_langs))
    return (
        f"<b>{text.points(standing.mean)}</b><br>{languages}<br>"
        f"{text.count(standing.n_targets, 'target')}, {text.count(standing.n_seeds, 'seed')}"
    )


def _print(fig: go.Figure, standing: Standing, y: float) -> None:
    """Mean score, and the distance to the highest with its interval."""
    at = {"x": 1, "xref": "paper", "y": y, "showarrow": False, "xanchor": "left"}
    fig.add_annotation(text=f"<b>{text.points(standing.mean)}</b>", xshift=8, **at)
    behind = standing.behind
    if behind is not None and behind.estimate != 0:
        told = f"{text.signed_points(behind.estimate)} {text.interval(behind.low, behind.high)}"
        fig.add_annotation(text=told, xshift=54, font={"size": 12}, **at)


def _alt(ranking: Ranking, n_judged: int) -> str:
    if not n_judged:
        return "No set has enough seeds to be judged."
    first = ranking.standings[0]
    return (
        f"{len(ranking.tied)} of {n_judged} sets may be the best; the highest mean is "
        f"{text.points(first.mean)}, of {first.name}."
    )
