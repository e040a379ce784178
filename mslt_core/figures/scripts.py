"""Do sets with more writing systems score higher? A row a number of scripts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.style import Theme
from mslt_core.spec.evidence import Difference
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.views import ScriptMean

_ABOVE, _BELOW, _RIGHT = 78, 50, 230


def scores_by_scripts(
    found: Sequence[ScriptMean], metric: str, *, k: int, theme: Theme = "light"
) -> go.Figure:
    """The mean of all sets with one script, with two and so on, and the gains over the fewest."""
    look = style.PALETTES[theme]
    fig = go.Figure()
    names = [
        f"{text.count(one.n_scripts, 'script')} ({text.count(one.n_sets, 'set')})" for one in found
    ]
    heights = whiskers.rows(fig, names, theme)
    means = [one.mean for one in found]
    fig.add_trace(_diamonds(names, means, heights, look.accent))
    told = [whiskers.in_points(mean, signed=False) for mean in means]
    whiskers.column(fig, told, heights, at=10, title="mean", theme=theme)
    gains = ["" if one.gain is None else whiskers.in_points(one.gain) for one in found]
    whiskers.column(fig, gains, heights, at=128, title="over the fewest", theme=theme)
    info = METRICS[metric]
    fig.update_xaxes(
        range=whiskers.span(means, *(100 * mean.estimate for mean in means)),
        title_text=f"{info.label} ({info.unit})",
        zeroline=False,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title=f"Do sets of {k} with more writing systems score higher?",
        subtitle=f"{info.label}, {text.count(sum(one.n_sets for one in found), 'set')}, "
        f"{text.count(found[0].n_targets, 'unseen target')}, "
        f"{text.count(means[0].n_seeds, 'seed')} a set, {_carried(means)}",
        alt="Mean by number of scripts: "
        + ", ".join(f"{text.points(o.mean.estimate)} with {o.n_scripts}" for o in found)
        + ".",
        height=_ABOVE + 38 * len(found) + _BELOW,
        theme=theme,
    )


def _carried(means: Sequence[Difference]) -> str:
    known = any(mean.low is not None for mean in means)
    return "95 % intervals" if known else "no interval"


def _diamonds(
    names: Sequence[str], means: Sequence[Difference], heights: Sequence[float], colour: str
) -> go.Scatter:
    return go.Scatter(
        x=[100 * mean.estimate for mean in means],
        y=list(heights),
        mode="markers",
        marker={"symbol": "diamond", "size": 12, "color": colour},
        error_x=whiskers.error_bars(means, colour),
        hovertext=[
            f"{name}<br><b>{whiskers.in_points(mean, signed=False)}</b>"
            for name, mean in zip(names, means, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name="mean",
    )
