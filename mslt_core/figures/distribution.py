"""How do the scores of all sets spread, and where do the chosen set and chance lie among them?"""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mslt_core.figures import sets as ranking
from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import RankedSet, ScoredSets, SelectionResult

FEW_VALUES = 12
"""Different scores, up to which each has a bar of its own."""

_ABOVE, _BELOW = 100, 50
_STRIP = 0.08
"""Height of the strip of marks under the bars, as a share of the highest bar."""


def set_distribution(
    result: SelectionResult,
    *,
    chosen: Sequence[str] = (),
    random: Sequence[Sequence[str]] = (),
    theme: Theme = "light",
) -> go.Figure:
    """How many sets have which score; below, the chosen set and sets picked at random.

    A mark's `customdata` is its set, the codes joined by commas. Sets without a score are
    counted in the subtitle.
    """
    sets = result.sets
    scores = sets.scores[sets.ranks > 0]
    bars = _bars(scores, sets, theme)
    fig = go.Figure(bars)
    mine = ranking.find(sets, chosen)
    picks = [pick for langs in random if (pick := ranking.find(sets, langs)) and pick.rank]
    below = -_STRIP * max(bars.y, default=1)
    fig.add_trace(_marks(sets, picks, below, style.PALETTES[theme], chosen=False))
    if mine and mine.score is not None:
        fig.add_trace(_marks(sets, [mine], below, style.PALETTES[theme], chosen=True))
        _point_out(fig, sets, mine, scores, theme)
    fig.update_xaxes(title_text=ranking.axis_title(sets), showgrid=False, zeroline=False)
    if _is_few(bars) and len(bars.x):
        fig.update_xaxes(tickvals=bars.x, ticktext=[text.score(x, sets.criterion) for x in bars.x])
    fig.update_yaxes(
        title_text="Sets", range=[2 * below, 1.04 * max(bars.y, default=1)], nticks=5, tick0=0
    )
    fig.update_layout(
        margin={"l": 2, "r": 12, "t": _ABOVE, "b": _BELOW}, bargap=0, showlegend=False
    )
    return style.dress(
        fig,
        title="Where does the chosen set lie?" if mine else "How do the scores spread?",
        subtitle=_subtitle(sets, len(picks)),
        alt=_alt(sets, mine, picks),
        height=320,
        theme=theme,
    )


def _bars(scores: npt.NDArray[np.float64], sets: ScoredSets, theme: Theme) -> go.Bar:
    """One bar a value where there are few, else bars over equal ranges."""
    values, counts = np.unique(_tidied(scores, sets), return_counts=True)
    if _own_bars(values, len(scores), sets):
        gap = float(np.diff(values).min()) if len(values) > 1 else 1.0
        at, widths = values, np.full(len(values), 0.7 * gap)
        spans = [f"at {text.score(value, sets.criterion)}" for value in values]
    else:
        counts, edges = np.histogram(scores, bins=int(np.clip(len(scores) // 4, 5, 40)))
        at, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges) * 0.94
        ends = [text.score(edge, sets.criterion) for edge in edges]
        spans = [f"from {low} to {high}" for low, high in itertools.pairwise(ends)]
    return go.Bar(
        x=at,
        y=counts,
        width=widths,
        marker={"color": style.PALETTES[theme].ramp[2], "line": {"width": 0}},
        hovertext=[f"{text.count(int(n), 'set')} {s}" for n, s in zip(counts, spans, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        meta=len(values) if at is values else None,
    )


def _tidied(scores: npt.NDArray[np.float64], sets: ScoredSets) -> npt.NDArray[np.float64]:
    """Sums that are equal in truth made equal: they differ by about 1e-15."""
    return np.round(scores, CRITERIA[sets.criterion].decimals + 5)


def _own_bars(values: npt.NDArray[np.float64], n_scores: int, sets: ScoredSets) -> bool:
    """Whether each value gets a bar: few values, far enough apart to see every bar."""
    if len(values) <= 1:
        return True
    whole = CRITERIA[sets.criterion].decimals == 0
    few = len(values) <= FEW_VALUES and 3 * len(values) <= n_scores
    return (whole or few) and np.ptp(values) <= 40 * np.diff(values).min()


def _is_few(bars: go.Bar) -> bool:
    return bars.meta is not None and bars.meta <= FEW_VALUES


def _marks(
    sets: ScoredSets, places: Sequence[RankedSet], y: float, look: style.Palette, *, chosen: bool
) -> go.Scatter:
    return go.Scatter(
        x=[place.score for place in places],
        y=[y] * len(places),
        mode="markers",
        customdata=[",".join(place.source_langs) for place in places],
        hovertext=[
            ("" if chosen else "picked at random<br>") + ranking.hover(sets, place)
            for place in places
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "symbol": "circle" if chosen else "circle-open",
            "size": 12 if chosen else 8,
            "color": look.accent if chosen else look.muted,
            "line": {"width": 1.5},
        },
        unselected={"marker": {"opacity": 1}},
    )


def _point_out(
    fig: go.Figure,
    sets: ScoredSets,
    mine: RankedSet,
    scores: npt.NDArray[np.float64],
    theme: Theme,
) -> None:
    """A line through the bars at the chosen set, its name and place above."""
    middle = (scores.min() + scores.max()) / 2
    fig.add_vline(
        x=mine.score,
        line={"color": style.PALETTES[theme].accent, "width": 2},
        annotation={
            "text": f"<b>{text.listed(mine.source_langs)}</b><br>{text.place(mine, sets.n_ranked)}",
            "y": 1,
            "yanchor": "bottom",
            "xanchor": "right" if (mine.score or 0.0) > middle else "left",
            "align": "right" if (mine.score or 0.0) > middle else "left",
        },
    )


def _subtitle(sets: ScoredSets, n_picks: int) -> str:
    said = [f"All {sets.n_ranked:,} sets of {sets.k}"]
    if sets.heuristic:
        said = [f"{sets.n_ranked:,} sets of {sets.k}, not all possible ones (heuristic)"]
    if sets.n_ranked < len(sets):
        said.append(f"{len(sets) - sets.n_ranked:,} without a score left out")
    if n_picks:
        said.append(f"○ picked at random ({n_picks})")
    return "; ".join(said)


def _alt(sets: ScoredSets, mine: RankedSet | None, picks: Sequence[RankedSet]) -> str:
    said = ranking.told(sets, mine)
    if not picks:
        return said
    mean = text.score(sum(pick.score or 0.0 for pick in picks) / len(picks), sets.criterion)
    return f"{said} {text.count(len(picks), 'random pick')}: {mean} on average."
