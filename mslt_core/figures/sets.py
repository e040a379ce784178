"""Which sets of source languages are most diverse, and where does the chosen one stand?"""

import collections
import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RankedSet, SelectionResult

_ABOVE, _BELOW = 60, 50


def ranked_sets(
    result: SelectionResult,
    *,
    top: int = 12,
    chosen: Sequence[str] = (),
    theme: Theme = "light",
) -> go.Figure:
    """The first `top` sets by score, tied ones joined by a line, and always the chosen one."""
    shown = list(result.sets[:top])
    mine = _find(result, chosen)
    if mine and mine not in shown:
        shown.append(mine)
    heights = {ranked.source_langs: len(shown) - i for i, ranked in enumerate(shown)}
    fig = go.Figure([_tie_lines(shown, heights, theme), _dots(result, shown, heights, mine, theme)])
    for ranked in shown:
        fig.add_annotation(
            text=_bold(f"{ranked.score:.3f}", ranked is mine),
            x=1,
            xref="paper",
            xanchor="left",
            xshift=10,
            y=heights[ranked.source_langs],
            showarrow=False,
        )
    if mine and len(shown) > min(top, len(result.sets)):
        line = {"color": style.PALETTES[theme].grid, "width": 1}
        fig.add_hline(y=1.5, line=line)
    _set_axes(fig, result, shown, mine, theme)
    return style.dress(
        fig,
        title=f"Which sets of {result.k} are most diverse?",
        subtitle=f"By {result.criterion}, first {min(top, len(result.sets))} of "
        f"{len(result.sets):,}; = marks ties",
        alt=_alt(result, mine),
        height=_ABOVE + style.ROW_HEIGHT * len(shown) + _BELOW,
        theme=theme,
    )


def set_distribution(
    result: SelectionResult, *, chosen: Sequence[str] = (), theme: Theme = "light"
) -> go.Figure:
    """How the scores of all sets spread, with a line where the chosen set lies."""
    look = style.PALETTES[theme]
    scores = np.array([ranked.score for ranked in result.sets])
    counts, edges = np.histogram(scores, bins=int(np.clip(len(scores) // 4, 5, 40)))
    ends = [f"{low:.3f} to {high:.3f}" for low, high in itertools.pairwise(edges)]
    fig = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges) * 0.94,
            marker={"color": look.ramp[2], "line": {"width": 0}},
            hovertext=[
                f"{text.count(int(n), 'set')} from {e}" for n, e in zip(counts, ends, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    mine = _find(result, chosen)
    if mine:
        fig.add_vline(
            x=mine.score,
            line={"color": look.text, "width": 2},
            annotation={
                "text": f"<b>{', '.join(mine.source_langs)}</b>, {_place(result, mine)}",
                "y": 1,
                "yanchor": "bottom",
                "xanchor": "right" if mine.score > scores.mean() else "left",
            },
        )
    info = METRICS["diversity"]
    fig.update_xaxes(title_text=f"{info.label} ({result.criterion})", showgrid=False)
    fig.update_yaxes(title_text="Sets", rangemode="tozero", nticks=5)
    fig.update_layout(margin={"l": 2, "r": 8, "t": 84, "b": _BELOW}, bargap=0, showlegend=False)
    return style.dress(
        fig,
        title="Where does the chosen set lie?",
        subtitle=f"{info.label} of all {len(scores):,} sets of {result.k}",
        alt=_alt(result, mine),
        height=300,
        theme=theme,
    )


def _find(result: SelectionResult, chosen: Sequence[str]) -> RankedSet | None:
    wanted = tuple(sorted(chosen))
    return next((ranked for ranked in result.sets if ranked.source_langs == wanted), None)


def _bold(words: str, wanted: bool) -> str:
    return f"<b>{words}</b>" if wanted else words


def _rank(result: SelectionResult, ranked: RankedSet) -> str:
    """2= for a shared second place."""
    tied = sum(other.rank == ranked.rank for other in result.sets) > 1
    return f"{ranked.rank:,}{'=' if tied else ''}"


def _place(result: SelectionResult, ranked: RankedSet) -> str:
    return f"rank {_rank(result, ranked)} of {len(result.sets):,}"


def _tie_lines(
    shown: Sequence[RankedSet], heights: Mapping[tuple[str, ...], float], theme: Theme
) -> go.Scatter:
    """An upright line through the dots of each tie: they have one score."""
    tied = collections.defaultdict(list)
    for ranked in shown:
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
    result: SelectionResult,
    shown: Sequence[RankedSet],
    heights: Mapping[tuple[str, ...], float],
    mine: RankedSet | None,
    theme: Theme,
) -> go.Scatter:
    look = style.PALETTES[theme]
    return go.Scatter(
        x=[ranked.score for ranked in shown],
        y=[heights[ranked.source_langs] for ranked in shown],
        mode="markers",
        customdata=[",".join(ranked.source_langs) for ranked in shown],
        hovertext=[
            f"<b>{'<br>'.join(map(text.language_label, ranked.source_langs))}</b><br>"
            f"{_place(result, ranked)}<br>diversity {ranked.score:.4f}, "
            f"mean over pairs {ranked.mean_pair:.4f}"
            for ranked in shown
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "opacity": 1,  # plotly fades markers whose sizes differ
            "size": [13 if ranked is mine else 9 for ranked in shown],
            "color": [look.accent if ranked is mine else look.muted for ranked in shown],
        },
        showlegend=False,
    )


def _set_axes(
    fig: go.Figure,
    result: SelectionResult,
    shown: Sequence[RankedSet],
    mine: RankedSet | None,
    theme: Theme,
) -> None:
    info = METRICS["diversity"]
    fig.update_xaxes(
        title_text=f"{info.label} ({result.criterion}), {info.better} is more diverse",
        range=[info.low, 1.06 * max(ranked.score for ranked in shown) or 1.0],
        zeroline=False,
    )
    fig.update_yaxes(
        tickvals=list(range(len(shown), 0, -1)),
        ticktext=[
            _bold(f"{_rank(result, ranked)}   {', '.join(ranked.source_langs)}", ranked is mine)
            for ranked in shown
        ],
        range=[0.4, len(shown) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": style.PALETTES[theme].text, "size": 13},
    )
    fig.update_layout(margin={"l": 2, "r": 64, "t": _ABOVE, "b": _BELOW})


def _alt(result: SelectionResult, mine: RankedSet | None) -> str:
    best = result.sets[0]
    said = (
        f"{len(result.sets):,} sets of {result.k} languages by diversity in {result.criterion}. "
        f"First: {', '.join(best.source_langs)} with {best.score:.3f}."
    )
    if mine is None:
        return said
    chosen = ", ".join(mine.source_langs)
    return f"{said} Chosen: {chosen} with {mine.score:.3f}, {_place(result, mine)}."
