"""What does each pair bring to the diversity of a set?"""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.rankings import SetExplained
from mslt_core.spec.selecting import Criterion

Pair = tuple[tuple[str, str], float]

_ABOVE, _BELOW = 60, 50


def contributions(
    explained: SetExplained, *, criterion: Criterion = "syntax", theme: Theme = "light"
) -> go.Figure:
    """One bar a pair, the largest first, with its number; `criterion` gives words and decimals.

    A pair without a distance comes last and has no bar.
    """
    if not explained.contributions:
        raise ValueError("the set has no pairs to draw: its criterion is no sum over pairs, or k 1")
    pairs = sorted(explained.contributions.items(), key=_largest_first)
    fig = go.Figure(_bars(pairs, criterion, theme))
    _rows(fig, pairs, criterion, theme)
    largest = max((value for _, value in pairs if not math.isnan(value)), default=0.0)
    fig.update_xaxes(title_text="1 − cosine", range=[0, 1.04 * largest or 1.0], zeroline=False)
    fig.update_layout(margin={"l": 2, "r": 80, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title="What does each pair bring?",
        subtitle=_subtitle(explained, criterion),
        alt=_alt(explained, pairs, criterion),
        height=_ABOVE + style.ROW_HEIGHT * len(pairs) + _BELOW,
        theme=theme,
    )


def _largest_first(pair: Pair) -> tuple[bool, float, tuple[str, str]]:
    names, value = pair
    return (True, 0.0, names) if math.isnan(value) else (False, -value, names)


def _bars(pairs: Sequence[Pair], criterion: Criterion, theme: Theme) -> go.Bar:
    return go.Bar(
        x=[None if math.isnan(value) else value for _, value in pairs],
        y=list(range(len(pairs), 0, -1)),
        orientation="h",
        width=0.6,
        marker={"color": style.PALETTES[theme].accent, "line": {"width": 0}},
        hovertext=[
            f"{text.language_label(a)} and {text.language_label(b)}<br>"
            f"<b>{_number(value, criterion)}</b> apart in {text.criterion(criterion)}"
            for (a, b), value in pairs
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _number(value: float, criterion: Criterion) -> str:
    return "unknown" if math.isnan(value) else text.score(value, criterion)


def _rows(fig: go.Figure, pairs: Sequence[Pair], criterion: Criterion, theme: Theme) -> None:
    """A row a pair, with its number in a column at the right."""
    heights = list(range(len(pairs), 0, -1))
    notes = [
        {
            "text": _number(value, criterion),
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 10,
            "y": y,
            "showarrow": False,
        }
        for (_, value), y in zip(pairs, heights, strict=True)
    ]
    fig.update_layout(annotations=notes)
    fig.update_yaxes(
        tickvals=heights,
        ticktext=[f"{a} – {b}" for (a, b), _ in pairs],
        range=[0.4, len(pairs) + 0.6],
        showgrid=False,
        zeroline=False,
        tickfont={"color": style.PALETTES[theme].text, "size": 13},
    )


def _subtitle(explained: SetExplained, criterion: Criterion) -> str:
    place = explained.place
    of = f"{text.listed(place.source_langs)} by {text.criterion(criterion)}"
    if place.score is None:
        return f"{of}: no sum, a distance is unknown"
    return f"{of}: they sum to {text.score(place.score, criterion)}"


def _alt(explained: SetExplained, pairs: Sequence[Pair], criterion: Criterion) -> str:
    said = ", ".join(f"{a} and {b} {_number(value, criterion)}" for (a, b), value in pairs)
    n_pairs = text.count(len(pairs), "pair")
    return f"Distances of {n_pairs} of {_subtitle(explained, criterion)}: {said}."
