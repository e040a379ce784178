"""Small figures beside a sentence: one finding each, nothing to look up."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.evidence import Ranking, TargetGain
from mslt_core.spec.findings import SpaceChange
from mslt_core.spec.languages import label
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult

_HEIGHT = 210
_NAMED = 12
"""Languages that can be named side by side in a card."""
_MARGIN = {"l": 4, "r": 8, "t": 58, "b": 36}


def spark_sets(ranking: Ranking, *, theme: Theme = "light") -> go.Figure:
    """Every set by its mean score, the highest first; those that may be the best stand out."""
    look = style.PALETTES[theme]
    fig = go.Figure()
    for tied in (False, True):
        places = [i for i, s in enumerate(ranking.standings) if bool(s.may_be_best) is tied]
        some = [ranking.standings[i] for i in places]
        fig.add_scatter(
            x=[i + 1 for i in places],
            y=[100 * s.mean for s in some],
            mode="markers",
            marker={
                "symbol": "circle" if tied else "line-ns-open",
                "size": 9 if tied else 8,
                "color": look.accent if tied else look.muted,
            },
            hovertext=[f"{text.escape(s.name)}<br><b>{text.points(s.mean)}</b>" for s in some],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    n, tied_sets = len(ranking.standings), ranking.tied
    metric = METRICS[ranking.metric].in_sentence
    told = f"{len(tied_sets)} of {n} may be" if tied_sets else f"{n} sets, too few seeds to say"
    whole = 1 if n <= 8 else None
    fig.update_xaxes(title_text="rank", range=[1 - n / 25, n * 1.04], dtick=whole, showgrid=False)
    return _finished(
        fig,
        title="Which sets are the best?",
        subtitle=f"{metric}, {text.count(len(ranking.targets), 'unseen target')}",
        alt=f"Sets by their mean {metric}, from {text.points(ranking.standings[0].mean)} down to "
        f"{text.points(ranking.standings[-1].mean)}: {told} the best.",
        theme=theme,
    )


def spark_gain(
    result: GainResult,
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """The gain on every unseen target with its interval, the largest first; filled beyond noise."""
    look = style.PALETTES[theme]
    rows = sorted(
        (row for row in result.gains if row.lang in result.zero_shot), key=lambda row: -row.estimate
    )
    colour = colours.get(result.name_b, style.FIRST_OF_KIND["MSLT"])
    fig = go.Figure(
        go.Scatter(
            x=list(range(1, len(rows) + 1)),
            y=[100 * row.estimate for row in rows],
            mode="markers",
            marker={
                "size": 8,
                "color": [colour if row.beyond_noise else look.background for row in rows],
                "line": {"width": 1.5, "color": colour},
            },
            error_y=_bars([(r.estimate, r.low, r.high) for r in rows], colour, 100),
            hovertext=[_gain_hover(row) for row in rows],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    fig.add_hline(y=0, line={"color": look.muted, "width": 1})
    fig.update_xaxes(
        tickvals=list(range(1, len(rows) + 1)),
        ticktext=[row.lang for row in rows],
        autotickangles=[0, 90],
        showgrid=False,
        tickfont={"size": 10},
    )
    up = sum(row.estimate > 0 for row in rows)
    return _finished(
        fig,
        title="What do sources add?",
        subtitle="points; ● beyond noise  ○ not",
        alt=f"{result.name_b} minus {result.name_a} on {len(rows)} unseen targets: above zero on "
        f"{up}.",
        theme=theme,
    )


def fewer_named(fig: go.Figure) -> go.Figure:
    """This figure with as many languages named below it as a card has room for."""
    n = len(fig.layout.xaxis.tickvals)
    every = 1 if n <= _NAMED else 2 if n <= 2 * _NAMED else 4
    return fig.update_xaxes(
        tickvals=fig.layout.xaxis.tickvals[::every],
        ticktext=fig.layout.xaxis.ticktext[::every],
        tickangle=0,
    )


def spark_mixing(
    change: SpaceChange,
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Mingling of the base, a single source and several, with intervals over documents."""
    names = [ref.name for ref in change.checkpoints]
    known = {**style.set_colours(names), **colours}
    fig = go.Figure()
    for place, (name, point) in enumerate(zip(names, change.mingling, strict=True), start=1):
        fig.add_scatter(
            x=[place],
            y=[point.value],
            mode="markers",
            marker={"size": 11, "color": known[name], "symbol": _SHAPES[(place - 1) % 4]},
            error_y=_bars([(point.value, point.low, point.high)], known[name], 1),
            hovertext=[f"{text.escape(name)}<br><b>{_interval(point)}</b>"],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    fig.update_xaxes(
        tickvals=list(range(1, len(names) + 1)),
        # two lines, so that three names stand side by side in a small window
        ticktext=[text.escape(name).replace("(", "<br>(") for name in names],
        tickangle=0,
        range=[0.5, len(names) + 0.5],
        showgrid=False,
    )
    fig.update_yaxes(rangemode="tozero")
    told = ", ".join(
        f"{point.value:.2f} in {n}" for n, point in zip(names, change.mingling, strict=True)
    )
    return _finished(
        fig,
        title="Do languages mix more?",
        subtitle=f"mingling, {len(change.langs)} × {change.n:,} sentences",
        alt=f"Mingling at the last layer: {told}.",
        theme=theme,
    )


_SHAPES = ("circle", "diamond", "square", "triangle-up")


def _bars(
    points: Sequence[tuple[float, float | None, float | None]], colour: str, scale: float
) -> dict[str, object]:
    """Intervals as error bars; none where there is none."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [0.0 if h is None else scale * (h - v) for v, _, h in points],
        "arrayminus": [0.0 if lo is None else scale * (v - lo) for v, lo, _ in points],
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def _gain_hover(row: TargetGain) -> str:
    told = text.signed_points(row.estimate)
    return f"{text.escape(label(row.lang))}<br><b>{told}</b> {text.interval(row.low, row.high)}"


def _interval(point: LayerPoint) -> str:
    if point.low is None or point.high is None:
        return f"{point.value:.2f}"
    return f"{point.value:.2f} [{point.low:.2f}, {point.high:.2f}]"


def _finished(fig: go.Figure, *, title: str, subtitle: str, alt: str, theme: Theme) -> go.Figure:
    fig.update_layout(showlegend=False, margin=_MARGIN)
    fig.update_yaxes(nticks=4)
    return style.dress(fig, title=title, subtitle=subtitle, alt=alt, height=_HEIGHT, theme=theme)
