"""Do less similar languages make better sets? A row a criterion."""

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.style import Theme
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.set_views import Contrast, Langs, Similarity
from mslt_core.spec.specs import set_name

_ABOVE, _BELOW, _RIGHT = 98, 50, 150


def similarity_contrasts(result: Similarity, *, theme: Theme = "light") -> go.Figure:
    """All sets as faint strokes, the most and the least similar marked, their difference beside.

    A mark's `customdata` is its set, the codes joined by commas.
    """
    look = style.PALETTES[theme]
    contrasts = result.contrasts
    fig = go.Figure()
    labels = [CRITERIA[one.criterion].label for one in contrasts]
    heights = whiskers.rows(fig, labels, theme)
    fig.add_traces(
        [
            _strokes(result, heights, look.muted),
            _between(contrasts, heights, look.muted),
            _marks(result, heights, "most similar", look),
            _marks(result, heights, "least similar", look),
        ]
    )
    told = [whiskers.in_points(one.difference) for one in contrasts]
    title = "least minus most"
    whiskers.column(fig, told, heights, at=10, title=title, theme=theme)
    info = METRICS[result.metric]
    fig.update_xaxes(title_text=f"{info.label} ({info.unit})", zeroline=False)
    height = _ABOVE + 27 * max(len(contrasts), 1) + _BELOW
    fig.update_layout(
        margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW},
        legend={"y": 1 - 68 / height},  # below the two lines of the subtitle
    )
    return style.dress(
        fig,
        title="Do sets of less similar languages score higher?",
        subtitle=f"{whiskers.basis(result)}.<br>Bold: beyond noise after Holm",
        alt=_alt(result),
        height=height,
        theme=theme,
    )


def _strokes(result: Similarity, heights: list[float], colour: str) -> go.Scatter:
    sets = list(result.means)
    return go.Scatter(
        x=[100 * mean for _ in heights for mean in result.means.values()],
        y=[y for y in heights for _ in sets],
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 11,
            "line": {"width": 1.2, "color": colour},
            "opacity": 0.4,
        },
        hovertext=[_hover(langs, result) for _ in heights for langs in sets],
        hovertemplate="%{hovertext}<extra></extra>",
        name="every set",
        showlegend=False,
    )


def _between(contrasts: tuple[Contrast, ...], heights: list[float], colour: str) -> go.Scatter:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for one, y in zip(contrasts, heights, strict=True):
        xs += [100 * one.score_similar, 100 * one.score_diverse, None]
        ys += [y, y, None]
    line = {"color": colour, "width": 1.3}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _marks(result: Similarity, heights: list[float], name: str, look: style.Palette) -> go.Scatter:
    """Every set that ties, smaller where many do."""
    least = name == "least similar"
    rows = [
        (langs, y, len(sets))
        for one, y in zip(result.contrasts, heights, strict=True)
        for sets in (one.diverse if least else one.similar,)
        for langs in sets
    ]
    colour = look.accent if least else look.text
    return go.Scatter(
        x=[100 * result.means[langs] for langs, _, _ in rows],
        y=[y for _, y, _ in rows],
        mode="markers",
        name=name,
        marker={
            "symbol": "diamond" if least else "circle-open",
            "size": [11 if n == 1 else 7 for _, _, n in rows],
            "opacity": 1,  # plotly fades markers whose sizes differ
            "color": colour,
            "line": {"width": 1 if least else 2, "color": look.background if least else colour},
        },
        customdata=[",".join(langs) for langs, _, _ in rows],
        hovertext=[
            f"{name}{f', one of {n} that tie' if n > 1 else ''}: {_hover(langs, result)}"
            for langs, _, n in rows
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(langs: Langs, result: Similarity) -> str:
    return f"{text.escape(set_name(langs))}<br><b>{text.points(result.means[langs])}</b>"


def _alt(result: Similarity) -> str:
    told = "; ".join(
        f"{CRITERIA[one.criterion].label} {text.signed_points(one.difference.estimate)}"
        for one in result.contrasts
    )
    return f"Least minus most similar sets of {result.k}, points by criterion: {told}."
