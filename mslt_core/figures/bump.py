"""Do the criteria agree on a set? Its place under each, as a line from criterion to criterion."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import sets as ranking
from mslt_core.figures import style, text
from mslt_core.figures.notes import apart
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import CriteriaResult, RankedSet, ScoredSets
from mslt_core.spec.selecting import Criterion

ALL_UP_TO = 200
"""Sets, up to which all are drawn, faintly; with more, ranks are on a logarithmic scale."""

BEST_UP_TO = 5
"""Sets that share a first place and are all drawn; of more, none stands out."""

_HEIGHT, _ABOVE, _LABEL = 380, 62, 15
"""Pixels: the plot, over it, one label at the right."""

FLAT_NAMES_UP_TO = 4
"""Criteria whose names stand side by side; of more they slant."""

_TOP, _FOOT = 0.04, 0.03
"""Room over rank 1 and under the last, as shares of the axis."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Look:
    colour: str
    width: float
    size: float
    dash: str = "solid"


def criteria_bump(
    result: CriteriaResult,
    *,
    chosen: Sequence[str] = (),
    highlights: Sequence[Sequence[str]] = (),
    theme: Theme = "light",
) -> go.Figure:
    """Rank of sets under every criterion, 1 at the top; tied sets meet, undefined ranks are gaps.

    Drawn are the best sets of each criterion, `highlights` in colours, and the chosen one; where
    there are few sets, the others too, faintly. A point's `customdata` is its set, the codes
    joined by commas.
    """
    by_criterion = result.by_criterion
    n_sets = max((len(sets) for sets in by_criterion.values()), default=0)
    lines = _lines(by_criterion, chosen, highlights, theme)
    fig = go.Figure()
    if 0 < n_sets <= ALL_UP_TO:
        faint = _Look(colour=style.PALETTES[theme].muted, width=1, size=4)
        others = [i for i in range(n_sets) if i not in lines]
        fig.add_trace(_draw(by_criterion, others, faint).update(opacity=0.22))
    for i, look in sorted(lines.items(), key=lambda line: line[1].width):
        fig.add_trace(_draw(by_criterion, [i], look))
    _axes(fig, by_criterion, n_sets)
    _label(fig, by_criterion, lines, n_sets)
    subtitle = text.wrapped(_subtitle(result, n_sets, bool(highlights)))
    above = _ABOVE + 15 * subtitle.count("<br>")
    below = 36 if len(by_criterion) <= FLAT_NAMES_UP_TO else 112
    fig.update_layout(margin={"l": 2, "t": above, "b": below}, showlegend=False)
    return style.dress(
        fig,
        title="Where do the criteria disagree?",
        subtitle=subtitle,
        alt=_alt(result, chosen),
        height=above + _HEIGHT + below,
        theme=theme,
    )


def _lines(
    by_criterion: Mapping[Criterion, ScoredSets],
    chosen: Sequence[str],
    highlights: Sequence[Sequence[str]],
    theme: Theme,
) -> dict[int, _Look]:
    """The sets that stand out, by their place in `members`, the most important first."""
    if not by_criterion:
        return {}
    look, any_sets = style.PALETTES[theme], next(iter(by_criterion.values()))
    lines: dict[int, _Look] = {}
    if (mine := any_sets.find(chosen)) is not None:
        lines[mine] = _Look(colour=look.accent, width=3.5, size=9)
    for number, langs in enumerate(highlights):
        colours = style.FURTHER_SETS
        dash = "solid" if number < len(colours) else "dash"
        if (i := any_sets.find(langs)) is not None:
            colour = colours[number % len(colours)]
            lines.setdefault(i, _Look(colour=colour, width=2.5, size=8, dash=dash))
    for sets in by_criterion.values():
        best = _best(sets)
        for i in best if len(best) <= BEST_UP_TO else []:
            lines.setdefault(i, _Look(colour=look.muted, width=1.5, size=6))
    return lines


def _best(sets: ScoredSets) -> list[int]:
    """Places of the sets that share the first rank."""
    return [int(i) for i in np.flatnonzero(sets.ranks == 1)]


def _draw(
    by_criterion: Mapping[Criterion, ScoredSets], places: Sequence[int], look: _Look
) -> go.Scatter:
    """One trace for all `places`, a gap between sets and where a rank is undefined."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    names: list[str | None] = []
    hovers: list[str] = []
    for i in places:
        for x, (criterion, sets) in enumerate(by_criterion.items()):
            ranked = sets.ranked(i)
            xs.append(x)
            ys.append(ranked.rank)
            names.append(",".join(ranked.source_langs))
            hovers.append(_hover(criterion, sets, ranked))
        xs.append(None)
        ys.append(None)
        names.append(None)
        hovers.append("")
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines+markers",
        line={"color": look.colour, "width": look.width, "dash": look.dash},
        marker={"color": look.colour, "size": look.size},
        customdata=names,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        connectgaps=False,
        cliponaxis=False,
        unselected={"marker": {"opacity": 1}},
    )


def _hover(criterion: Criterion, sets: ScoredSets, ranked: RankedSet) -> str:
    head = f"<b>{text.listed(ranked.source_langs)}</b><br>{text.escape(CRITERIA[criterion].label)}"
    place = text.place(ranked, sets.n_ranked)
    if ranked.score is None:
        return f"{head}: {place}"
    unit = text.escape(sets.unit)
    return f"{head}: {place}<br>{unit} {text.score(ranked.score, criterion)}"


def _axes(fig: go.Figure, by_criterion: Mapping[Criterion, ScoredSets], n_sets: int) -> None:
    """Criteria from left to right, ranks from the top; a logarithm where sets are many."""
    n, last = len(by_criterion), max(n_sets, 2)
    log = n_sets > ALL_UP_TO
    few = n <= FLAT_NAMES_UP_TO
    names = [text.escape(CRITERIA[name].label) for name in by_criterion]
    fig.update_xaxes(
        tickvals=list(range(n)),
        ticktext=names,
        tickangle=0 if few else 38,
        range=[-0.3 if few else -0.5, n - 1 + _lead(n)],
        zeroline=False,
        automargin=False,
    )
    ticks = [1, *_round_ranks(last, log=log)]
    length = np.log10(last) if log else last - 1
    top, foot = -_TOP * length, (1 + _FOOT) * length
    fig.update_yaxes(
        type="log" if log else "linear",
        title_text="Rank, on a logarithmic scale" if log else "Rank",
        range=[foot, top] if log else [1 + foot, 1 + top],
        tickvals=ticks,
        ticktext=[f"{tick:,}" for tick in ticks],
        showgrid=False,
        zeroline=False,
    )


def _lead(n: int) -> float:
    """Width, in criteria, of the strip that leads from the last rank to its label."""
    return max(0.15, 0.05 * (n - 1))


def _round_ranks(last: int, *, log: bool) -> list[int]:
    if log:
        return [10**power for power in range(1, len(str(last)))]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if last / step <= 7)
    return [tick for tick in range(step, last + 1, step) if tick > 1]


def _label(
    fig: go.Figure,
    by_criterion: Mapping[Criterion, ScoredSets],
    lines: Mapping[int, _Look],
    n_sets: int,
) -> None:
    """The sets' codes at the right, as many as there is room for, led to from their last rank."""
    log = n_sets > ALL_UP_TO
    ends = []
    for i, look in list(lines.items())[: _HEIGHT // _LABEL]:
        ranks = [int(sets.ranks[i]) for sets in by_criterion.values()]
        if defined := [x for x, rank in enumerate(ranks) if rank]:
            ends.append((_height(ranks[defined[-1]], n_sets, log=log), defined[-1], i, look))
    ends.sort(key=lambda end: (-end[0], -end[3].width, end[2]))
    placed = _spread([height for height, *_ in ends])
    right = len(by_criterion) - 1 + _lead(len(by_criterion))
    names = {i: text.listed(next(iter(by_criterion.values())).langs(i)) for _, _, i, _ in ends}
    for (height, x, i, look), y in zip(ends, placed, strict=True):
        fig.add_shape(
            type="line",
            x0=x,
            x1=right,
            y0=height,
            y1=y,
            yref="paper",
            line={"color": look.colour, "width": 1, "dash": "dot"},
        )
        fig.add_annotation(
            text=f"<b>{names[i]}</b>" if look.width > 2 else names[i],
            x=1,
            xref="paper",
            xanchor="left",
            xshift=4,
            y=y,
            yref="paper",
            yanchor="middle",
            showarrow=False,
            font={"size": 12},
        )
    fig.update_layout(margin_r=12 + 7 * max(map(len, names.values()), default=0))


def _height(rank: int, n_sets: int, *, log: bool) -> float:
    """Where a rank lies on the axis: 0 at the foot, 1 at the top of the plot."""
    last = max(n_sets, 2)
    down = np.log10(rank) / np.log10(last) if log else (rank - 1) / (last - 1)
    return float((1 + _FOOT - down) / (1 + _FOOT + _TOP))


def _spread(heights: Sequence[float]) -> list[float]:
    """Falling heights moved apart, so that labels do not cover one another."""
    return apart(heights, _LABEL / _HEIGHT, floor=0.0, ceiling=1.0)


def _subtitle(result: CriteriaResult, n_sets: int, highlighted: bool) -> str:
    drawn = "Best sets of each criterion" + " and the highlighted" * highlighted
    said = [f"{drawn}, of {n_sets:,}"]
    if n_sets <= ALL_UP_TO:
        said.append("all others faint")
    for criterion, sets in result.by_criterion.items():
        if (n := len(_best(sets))) > BEST_UP_TO:
            said.append(f"{text.criterion(criterion)}: {n:,} share first place")
    lowest = [text.criterion(name) for name, sets in result.by_criterion.items() if sets.minimise]
    if lowest:
        all_of_them = len(lowest) == len(result.by_criterion)
        said.append("lowest first" + ("" if all_of_them else f" in {', '.join(lowest)}"))
    if any(sets.heuristic for sets in result.by_criterion.values()):
        said.append("heuristic: not all possible sets")
    if result.missing:
        said.append(f"without {', '.join(map(text.criterion, result.missing))}")
    return "; ".join(said)


def _alt(result: CriteriaResult, chosen: Sequence[str]) -> str:
    """First set of each criterion, and the chosen set's places."""
    said, places = [], []
    for criterion, sets in result.by_criterion.items():
        if sets.n_ranked:
            first = text.listed(sets.langs(int(sets.order[0])))
            others = len(_best(sets)) - 1
            tied = f" and {others:,} tied" if others else ""
            said.append(f"{text.criterion(criterion)}: {first}{tied}")
        if mine := ranking.find(sets, chosen):
            places.append(f"{text.criterion(criterion)} {text.place(mine, sets.n_ranked)}")
    words = f"Ranks of sets under {text.count(len(result.by_criterion), 'criterion', 'criteria')}."
    if said:
        words += f" First by {'; '.join(said)}."
    return (
        f"{words} Chosen {text.listed(sorted(chosen))}: {', '.join(places)}." if places else words
    )
