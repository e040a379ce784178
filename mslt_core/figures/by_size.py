"""How does the score go with the number of source languages?"""

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import set_name
from mslt_core.spec.views import BySize, SizeMean

_ABOVE, _BELOW, _PLOT = 62, 76, 330
_ASIDE = 0.13
"""How far beside the mean the single sets stand, in languages."""


def scores_by_size(result: BySize, *, theme: Theme = "light") -> go.Figure:
    """Every set as a faint dot, the mean of each size with its interval, best and worst named.

    A dot's `customdata` is its set, the codes joined by commas.
    """
    look = style.PALETTES[theme]
    fig = go.Figure([_every_set(result, look.muted), _ends(result, look), _means(result, look)])
    _add_english(fig, result, look)
    _name_ends(fig, result, look)
    ks = [size.k for size in result.sizes]
    low, high = _range(result)
    fig.update_xaxes(
        tickvals=ks,
        ticktext=_ticks(result),
        range=[min(ks) - 0.5, max(ks) + 0.5],
        title_text="Source languages in a set; below: mean gain over the size before, points",
        showgrid=False,
        zeroline=False,
    )
    info = METRICS[result.metric]
    fig.update_yaxes(range=[low, high], title_text=f"{info.label} ({info.unit})", zeroline=False)
    fig.update_layout(margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title="How does the score go with the number of source languages?",
        subtitle=_subtitle(result),
        alt=_alt(result),
        height=_ABOVE + _PLOT + _BELOW,
        theme=theme,
    )


def _every_set(result: BySize, colour: str) -> go.Scatter:
    """Side by side left of the mean, in the order of their scores, so that few hide others."""
    x, y, hovers, keys = [], [], [], []
    for size in result.sizes:
        if len(size.sets) == 1:
            continue
        x += [_beside(size, i) for i in range(len(size.sets))]
        y += [100 * mean for mean in size.means]
        hovers += [_hover(langs, m) for langs, m in zip(size.sets, size.means, strict=True)]
        keys += [",".join(langs) for langs in size.sets]
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"size": 6, "color": colour, "opacity": 0.4},
        customdata=keys,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        name="every set",
    )


def _beside(size: SizeMean, i: int) -> float:
    """Where a size's i-th set stands; -1 is the last."""
    return size.k - _ASIDE - 0.055 * (i % len(size.sets) % 4)


def _hover(langs: tuple[str, ...], mean: float) -> str:
    return f"{text.escape(set_name(langs))}<br><b>{text.points(mean)}</b>"


def _ends(result: BySize, look: style.Palette) -> go.Scatter:
    """A triangle up for the best set of each size, down for the worst."""
    sizes = [size for size in result.sizes if len(size.sets) > 1]
    both = [(size, i) for size in sizes for i in (0, -1)]
    return go.Scatter(
        x=[_beside(size, i) for size, i in both],
        y=[100 * size.means[i] for size, i in both],
        mode="markers",
        marker={
            "symbol": ["triangle-up" if i == 0 else "triangle-down" for _, i in both],
            "size": 10,
            "color": look.text,
            "line": {"width": 1, "color": look.background},
        },
        customdata=[",".join(size.sets[i]) for size, i in both],
        hovertext=[
            f"{'best' if i == 0 else 'worst'} of {len(size.sets)}: "
            f"{_hover(size.sets[i], size.means[i])}"
            for size, i in both
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name="best and worst set",
    )


def _means(result: BySize, look: style.Palette) -> go.Scatter:
    means = [size.mean for size in result.sizes]
    ends = [(m.low or m.estimate, m.high or m.estimate) for m in means]
    return go.Scatter(
        x=[size.k for size in result.sizes],
        y=[100 * mean.estimate for mean in means],
        mode="lines+markers",
        line={"color": look.accent, "width": 1.5},
        marker={
            "size": 11,
            "color": look.accent,
            "line": {"width": 1.5, "color": look.background},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [100 * (e[1] - m.estimate) for m, e in zip(means, ends, strict=True)],
            "arrayminus": [100 * (m.estimate - e[0]) for m, e in zip(means, ends, strict=True)],
            "color": look.accent,
            "thickness": 1.5,
            "width": 0,
        },
        hovertext=[_mean_hover(size) for size in result.sizes],
        hovertemplate="%{hovertext}<extra></extra>",
        name="mean of all sets",
    )


def _mean_hover(size: SizeMean) -> str:
    mean = size.mean
    sets = "the only set" if len(size.sets) == 1 else f"mean of all {len(size.sets)} sets"
    return (
        f"{text.count(size.k, 'source language')}, {sets}<br>"
        f"<b>{text.points(mean.estimate)}</b> {text.interval(mean.low, mean.high)}<br>"
        f"{text.count(mean.n_items, 'test item')}, {text.count(mean.n_seeds, 'seed')} a set"
    )


def _add_english(fig: go.Figure, result: BySize, look: style.Palette) -> None:
    """English alone, as a line across: what every set is to beat."""
    if result.english is None:
        return
    colour = style.FIRST_OF_KIND["SSLT"]
    fig.add_hline(y=100 * result.english, line={"color": colour, "width": 1.5, "dash": "dash"})
    fig.add_annotation(
        text=f"SSLT(en) <b>{text.points(result.english)}</b>",
        x=1,
        xref="x domain",
        xanchor="right",
        y=100 * result.english,
        yanchor="top",
        showarrow=False,
        font={"color": look.text, "size": 12},  # orange on white is too pale to read
    )


def _name_ends(fig: go.Figure, result: BySize, look: style.Palette) -> None:
    """The best set's languages above it, the worst's below."""
    for size in result.sizes:
        for i, anchor, shift in ((0, "bottom", 7), (-1, "top", -7)):
            if len(size.sets) == 1 or size.k > 3:  # longer ones would run into each other
                continue
            fig.add_annotation(
                text=", ".join(size.sets[i]),
                x=size.k - 0.06,  # the interval's line is at size.k
                xanchor="right",
                y=100 * size.means[i],
                yanchor=anchor,
                yshift=shift,
                showarrow=False,
                font={"size": 11, "color": look.muted},
            )


def _ticks(result: BySize) -> list[str]:
    """The size, and what it gains over the one before."""
    told = [""] + [
        f"<br>{text.signed_points(gain.estimate)}<br>{text.interval(gain.low, gain.high)}"
        for gain in result.gains
    ]
    return [f"<b>{size.k}</b>{gain}" for size, gain in zip(result.sizes, told, strict=True)]


def _range(result: BySize) -> tuple[float, float]:
    edges = [100 * mean for size in result.sizes for mean in size.means]
    for size in result.sizes:
        edges += [100 * end for end in (size.mean.low, size.mean.high) if end is not None]
    margin = 0.1 * (max(edges) - min(edges)) or 1.0
    return min(edges) - margin, max(edges) + margin


def _subtitle(result: BySize) -> str:
    n = sum(len(size.sets) for size in result.sizes)
    return (
        f"{n} sets, {text.count(len(result.targets), 'unseen target')}, "
        f"{text.count(len(result.seeds), 'seed')}, {CARRIED[result.carried]}. ▲ best  ▼ worst set"
    )


def _alt(result: BySize) -> str:
    told = ", ".join(f"{text.points(s.mean.estimate)} with {s.k}" for s in result.sizes)
    return f"Mean {METRICS[result.metric].label.lower()} by number of source languages: {told}."
