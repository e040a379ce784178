"""Which sets of source languages come first, and where does the chosen one stand?"""

import collections
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import RankedSet, ScoredSets, SelectionResult

_BELOW, _TITLE, _LINE = 50, 46, 15
"""Pixels: under the rows, for a title over them, for each line of the subtitle."""

_GAP = 16
"""Pixels: from a set's rank to its name, and from there to the dots."""

Heights = Mapping[tuple[str, ...], float]


def ranked_sets(
    result: SelectionResult,
    *,
    top: int = 12,
    chosen: Sequence[str] = (),
    theme: Theme = "light",
) -> go.Figure:
    """The first `top` sets by score, tied ones joined by a line, and always the chosen one.

    A dot's `customdata` is its set, the codes joined by commas. A chosen set without a score
    has its row, and no dot.
    """
    sets = result.sets
    shown = [ranked for ranked in sets.best(top) if ranked.rank is not None]
    n_first, mine = len(shown), find(sets, chosen)
    if mine and mine not in shown:
        shown.append(mine)
    heights = {ranked.source_langs: float(len(shown) - i) for i, ranked in enumerate(shown)}
    fig = go.Figure([_tie_lines(shown, heights, theme), _dots(sets, shown, heights, mine, theme)])
    _print_columns(fig, sets, shown, heights, mine)
    if len(shown) > n_first > 0:
        fig.add_hline(y=1.5, line={"color": style.PALETTES[theme].grid, "width": 1})
    _set_axes(fig, sets, shown, mine, theme)
    subtitle = text.wrapped(_subtitle(sets, n_first))
    above = _TITLE + _LINE * (1 + subtitle.count("<br>"))
    fig.update_layout(margin={"t": above, "b": _BELOW})
    return style.dress(
        fig,
        title=f"Which sets of {sets.k} come first?",
        subtitle=subtitle,
        alt=told(sets, mine),
        height=above + style.ROW_HEIGHT * max(len(shown), 1) + _BELOW,
        theme=theme,
    )


def find(sets: ScoredSets, chosen: Sequence[str]) -> RankedSet | None:
    """The chosen set with its place; None where it is not among these."""
    i = sets.find(chosen)
    return None if i is None else sets.ranked(i)


def told(sets: ScoredSets, mine: RankedSet | None) -> str:
    """In words: how many sets, which comes first, and where the chosen one stands."""
    name, n = text.criterion(sets.criterion), sets.n_ranked
    first = "lowest" if sets.minimise else "highest"
    said = [f"{text.count(len(sets), 'set')} of {sets.k} by {name}, {first} first."]
    if sets.heuristic:
        said.append("Heuristic: not all possible sets were looked at.")
    if not n:
        said.append("None has a score.")
    else:
        best = sets.ranked(int(sets.order[0]))
        said.append(f"First: {text.listed(best.source_langs)} with {_score(sets, best)}.")
    if mine:
        score = "" if mine.score is None else f" with {_score(sets, mine)}"
        said.append(f"Chosen: {text.listed(mine.source_langs)}{score}, {text.place(mine, n)}.")
    return " ".join(said)


def hover(sets: ScoredSets, ranked: RankedSet) -> str:
    """The languages in full, the place, the score."""
    unit = text.escape(sets.unit)
    lines = [
        f"<b>{'<br>'.join(map(text.language_label, ranked.source_langs))}</b>",
        text.place(ranked, sets.n_ranked),
    ]
    if ranked.score is not None:
        lines.append(f"{unit}: {_score(sets, ranked)}")
    if ranked.mean_pair is not None:
        lines.append(f"mean over pairs: {text.score(ranked.mean_pair, sets.criterion)}")
    return "<br>".join(lines)


def axis_title(sets: ScoredSets) -> str:
    """What the scores are, which end is best: "Syntax: sum of 1 − cosine, higher ranks first"."""
    info = CRITERIA[sets.criterion]
    return f"{info.label}: {sets.unit}, {'lower' if sets.minimise else 'higher'} ranks first"


def _score(sets: ScoredSets, ranked: RankedSet) -> str:
    return "no score" if ranked.score is None else text.score(ranked.score, sets.criterion)


def _subtitle(sets: ScoredSets, n_first: int) -> str:
    name, n = text.criterion(sets.criterion), sets.n_ranked
    way = "lowest first" if sets.minimise else "highest first"
    said = [f"By {name}, {way}: {n_first} of {n:,}; = marks ties"]
    if not n:
        said = [f"By {name}: no set has a score"]
    if 0 < n < len(sets):
        said.append(f"{len(sets) - n:,} without a score")
    if sets.heuristic:
        said.append("heuristic: not all possible sets were looked at")
    return ". ".join(part[0].upper() + part[1:] for part in said)


def _bold(words: str, wanted: bool) -> str:
    return f"<b>{words}</b>" if wanted else words


def _tie_lines(shown: Sequence[RankedSet], heights: Heights, theme: Theme) -> go.Scatter:
    """An upright line through the dots of each tie: they have one score."""
    tied = collections.defaultdict(list)
    for ranked in shown:
        if ranked.rank is not None:
            tied[ranked.rank].append(ranked)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for members in tied.values():
        if len(members) > 1:
            xs += [members[0].score, members[-1].score, None]
            ys += [heights[members[0].source_langs], heights[members[-1].source_langs], None]
    line = {"color": style.PALETTES[theme].muted, "width": 1.3}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _dots(
    sets: ScoredSets,
    shown: Sequence[RankedSet],
    heights: Heights,
    mine: RankedSet | None,
    theme: Theme,
) -> go.Scatter:
    look = style.PALETTES[theme]
    scored = [ranked for ranked in shown if ranked.score is not None]
    return go.Scatter(
        x=[ranked.score for ranked in scored],
        y=[heights[ranked.source_langs] for ranked in scored],
        mode="markers",
        customdata=[",".join(ranked.source_langs) for ranked in scored],
        hovertext=[hover(sets, ranked) for ranked in scored],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "opacity": 1,  # plotly fades markers whose sizes differ
            "size": [13 if ranked == mine else 9 for ranked in scored],
            "color": [look.accent if ranked == mine else look.muted for ranked in scored],
        },
        # a click picks a set; the page answers by `chosen`, not by fading the others
        unselected={"marker": {"opacity": 1}},
        showlegend=False,
    )


def _print_columns(
    fig: go.Figure,
    sets: ScoredSets,
    shown: Sequence[RankedSet],
    heights: Heights,
    mine: RankedSet | None,
) -> None:
    """Columns of ranks on the left and scores on the right, with margins as wide as the longest."""
    numbers = [_score(sets, ranked) for ranked in shown]
    names = max((_width(text.listed(ranked.source_langs)) for ranked in shown), default=0)
    places = [text.rank(ranked) for ranked in shown]

    def column(words: Sequence[str], **where: Any) -> list[dict[str, Any]]:
        return [
            {
                "text": _bold(word, ranked == mine),
                "xref": "paper",
                "y": heights[ranked.source_langs],
                "showarrow": False,
                **where,
            }
            for ranked, word in zip(shown, words, strict=True)
        ]

    # a column of its own: names differ in width, and ranks beside them would not stand in line
    ranks = column(places, x=0, xanchor="right", xshift=-(_GAP + round(names)))
    scores = column(numbers, x=1, xanchor="left", xshift=10)
    # all at once: one by one they take longer than the rest of the figure
    fig.update_layout(
        annotations=[*scores, *ranks],
        margin_l=12 + _GAP + names + max(map(_width, places), default=0),
        margin_r=26 + 8 * max(map(len, numbers), default=0),
    )


def _set_axes(
    fig: go.Figure,
    sets: ScoredSets,
    shown: Sequence[RankedSet],
    mine: RankedSet | None,
    theme: Theme,
) -> None:
    scores = [ranked.score for ranked in shown if ranked.score is not None]
    low, high = score_range(scores, CRITERIA[sets.criterion].decimals)
    whole = CRITERIA[sets.criterion].decimals == 0 and high - low <= 12
    fig.update_xaxes(
        title_text=axis_title(sets),
        range=[low, high],
        zeroline=False,
        dtick=1 if whole else None,
        nticks=6,
        automargin=False,
    )
    names = [text.listed(ranked.source_langs) for ranked in shown]
    fig.update_yaxes(
        tickvals=list(range(len(shown), 0, -1)),
        ticktext=[_bold(name, ranked == mine) for name, ranked in zip(names, shown, strict=True)],
        automargin=False,  # plotly would draw the figure twice to measure the names
        range=[0.4, max(len(shown), 1) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": style.PALETTES[theme].text, "size": 13},
    )


def _width(name: str) -> float:
    """Pixels of a name at 13 in a wide font, bold: letters and digits, and what is narrow."""
    return sum(8.0 if char.isalnum() else 4.5 for char in name)


def score_range(scores: Sequence[float], decimals: int) -> tuple[float, float]:
    """An axis that shows how scores differ: from 0 only where they reach down to half their height.

    Dots are read by their place, so an axis may start anywhere; 0.95 to 0.99 would be one spot on
    an axis from 0, and z-scores lie on both sides of it.
    """
    if not scores:
        return 0.0, 1.0
    low, high = min(scores), max(scores)
    if 0 <= low <= high / 2:
        return 0.0, 1.06 * high or 1.0
    # all equal: one step of the last decimal that is shown, so that ticks differ
    room = 0.08 * (high - low) or max(0.05 * abs(high), 10.0**-decimals)
    return low - room, high + room
