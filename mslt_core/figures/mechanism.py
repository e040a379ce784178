"""Does more mingling go with better transfer? A mark a set and target, centred."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.mechanism import Association, Cells, Mechanism
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import set_name

_ABOVE, _BELOW, _PLOT = 84, 56, 330
_KINDS = {"SSLT": "diamond", "MSLT": "circle"}
_NEARER = {"others": "other languages", "sources": "its sources"}
_TOWARDS = {"others": "all other languages", "sources": "the set's own sources"}


def closeness_against_score(result: Mechanism, *, theme: Theme = "light") -> go.Figure:
    """What is left of both changes within targets and sizes, and the line through it.

    A mark's `customdata` is its set, the codes joined by commas, and its target.
    """
    look = style.PALETTES[theme]
    fig = go.Figure()
    if isinstance(result.adjusted, Association):
        _add_line(fig, result.adjusted, result.cells.closer_within, look)
    for kind, symbol in _KINDS.items():
        _add_kind(fig, result, kind, symbol, look)
    measure, score = METRICS[result.asked.measure], METRICS[result.metric]
    fig.update_xaxes(
        title_text=f"{measure.label} with {_TOWARDS[result.asked.partners]}: more or less than "
        "sets of as many sources on the same target",
        zeroline=True,
        zerolinecolor=look.muted,
    )
    fig.update_yaxes(
        title_text=f"{score.label}: likewise (points)", zeroline=True, zerolinecolor=look.muted
    )
    fig.update_layout(margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW})
    return style.dress(
        fig,
        title=f"Do targets that a set brings nearer to {_NEARER[result.asked.partners]} score "
        "higher with it?",
        subtitle=_subtitle(result),
        alt=_alt(result),
        height=_ABOVE + _PLOT + _BELOW,
        theme=theme,
    )


def _add_kind(
    fig: go.Figure, result: Mechanism, kind: str, symbol: str, look: style.Palette
) -> None:
    cells = result.cells
    single = np.array([len(langs) == 1 for langs in cells.sets])[cells.set_of]
    rows = np.flatnonzero(single == (kind == "SSLT")).tolist()
    if not rows:
        return
    fig.add_scatter(
        x=cells.closer_within[rows],
        y=100 * cells.better_within[rows],
        mode="markers",
        name=kind,
        marker={
            "symbol": symbol,
            "size": 7,
            "color": style.FIRST_OF_KIND[kind],
            "opacity": 0.6,
            "line": {"width": 0.5, "color": look.background},
        },
        customdata=[[",".join(cells.sets[cells.set_of[i]]), cells.targets[i]] for i in rows],
        hovertext=[_hover(cells, i, moved=result.base_change is not None) for i in rows],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(cells: Cells, i: int, *, moved: bool) -> str:
    """Without a measured base closeness is as it is, and no change."""
    told = "from the base" if moved else "closeness"
    return (
        f"{text.escape(set_name(cells.sets[cells.set_of[i]]))} on "
        f"{text.language_label(cells.targets[i])}<br>"
        f"{told} <b>{text.measured(float(cells.closer[i]))}</b>, "
        f"<b>{text.signed_points(float(cells.better[i]))}</b> points on the reference<br>"
        f"{text.count(int(cells.n_seeds[i]), 'seed')}"
    )


def _add_line(
    fig: go.Figure, found: Association, x: npt.NDArray[np.float64], look: style.Palette
) -> None:
    """All lines through the centre whose slope the interval holds, and the one that fits best."""
    ends = np.array([x.min(), 0.0, x.max()])
    low, high = 100 * found.low * ends, 100 * found.high * ends
    fig.add_scatter(
        x=[*ends, *ends[::-1]],
        y=[*np.maximum(low, high), *np.minimum(low, high)[::-1]],
        fill="toself",
        fillcolor=look.grid,
        opacity=0.8,
        line={"width": 0},
        mode="lines",
        name="95 % interval of the slope",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=ends,
        y=100 * found.slope * ends,
        mode="lines",
        line={"color": look.text, "width": 2},
        name="best fit",
        hoverinfo="skip",
    )


def _subtitle(result: Mechanism) -> str:
    n_targets = len(set(result.cells.targets))
    seeds = sorted({int(n) for n in result.cells.n_seeds})
    span = "1 seed" if seeds == [1] else f"{'–'.join(map(str, (seeds[0], seeds[-1])))} seeds a set"
    if len(seeds) == 1 and seeds != [1]:
        span = f"{seeds[0]} seeds a set"
    return (
        f"{text.count(len(result.cells.sets), 'set')} on {text.count(n_targets, 'target')}, "
        f"{span}, layer {result.layer}; means of each target and set size are taken off both"
    )


def _alt(result: Mechanism) -> str:
    found = result.adjusted
    told = "no slope can be told"
    if isinstance(found, Association):
        told = f"correlation {found.correlation:.2f}, slope {10 * found.slope:.1f} points for 0.1"
    return (
        f"{METRICS[result.asked.measure].label} against {METRICS[result.metric].in_sentence} of "
        f"{len(result.cells.targets)} sets and targets, centred: {told}."
    )
