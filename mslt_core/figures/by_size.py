"""How does the score go with the number of source languages?"""

from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import set_name
from mslt_core.spec.views import BySize, SizeMean

_ABOVE, _BELOW, _PLOT = 62, 76, 330
_ASIDE = 0.13
"""How far beside the mean the single sets stand, in languages."""


def scores_by_size(
    result: BySize,
    *,
    name: str = "",
    others: Mapping[str, BySize] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Every set as a faint dot, the mean of each size with its interval, best and worst named.

    `others` are the same sizes of other base models: their means alone, dashed, beside those of the
    model called `name`. A dot's `customdata` is its set, the codes joined by commas.
    """
    look = style.PALETTES[theme]
    fig = go.Figure([_every_set(result, look.muted), _ends(result, look), _means(result, look)])
    for i, (other, found) in enumerate(others.items()):
        fig.add_trace(_other_model(other, found, style.FURTHER_SETS[i % 4], i))
    _add_english(fig, result, look)
    _name_ends(fig, result, look)
    ks = [size.k for size in result.sizes]
    low, high = _range(result, *others.values())
    if others:
        fig.update_traces({"name": text.escape(name)}, {"name": "mean of all sets"})
        fig.update_traces({"showlegend": False}, lambda trace: trace.mode == "markers")
    fig.update_xaxes(
        tickvals=ks,
        ticktext=_ticks(result),
        range=[min(ks) - 0.5, max([*ks, *_all_ks(others)]) + 0.5],
        title_text="Source languages in a set; below: mean gain over the size before, points",
        showgrid=False,
        zeroline=False,
    )
    info = METRICS[result.metric]
    fig.update_yaxes(range=[low, high], title_text=f"{info.label} ({info.unit})", zeroline=False)
    fig.update_layout(margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW}, showlegend=bool(others))
    return style.dress(
        fig,
        title="How does the score go with the number of source languages?",
        subtitle=_subtitle(result),
        alt=_alt(result),
        height=_ABOVE + _PLOT + _BELOW,
        theme=theme,
    )


def _all_ks(others: Mapping[str, BySize]) -> list[int]:
    return [size.k for found in others.values() for size in found.sizes]


def _other_model(name: str, found: BySize, colour: str, place: int) -> go.Scatter:
    """Another base model's means, a little aside so that intervals do not hide each other."""
    means = [size.mean for size in found.sizes]
    return go.Scatter(
        x=[size.k + 0.07 * (place + 1) for size in found.sizes],
        y=[100 * mean.estimate for mean in means],
        mode="lines+markers",
        line={"color": colour, "width": 1.5, "dash": ("dash", "dot", "dashdot")[place % 3]},
        marker={"symbol": ("diamond", "square", "cross")[place % 3], "size": 9, "color": colour},
        error_y=whiskers.error_bars(means, colour),
        hovertext=[f"{text.escape(name)}<br>{_mean_hover(size)}" for size in found.sizes],
        hovertemplate="%{hovertext}<extra></extra>",
        name=text.escape(name),
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
        error_y=whiskers.error_bars(means, look.accent),
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
                x=_beside(size, i),
                xanchor="right",
                xshift=8,  # the interval's line is not far to the right
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


def _range(*results: BySize) -> tuple[float, float]:
    sizes = [size for result in results for size in result.sizes]
    edges = [100 * mean for size in results[0].sizes for mean in size.means]
    for size in sizes:
        ends = (size.mean.estimate, size.mean.low, size.mean.high)
        edges += [100 * end for end in ends if end is not None]
    margin = 0.1 * (max(edges) - min(edges)) or 1.0
    # the worst set's name stands below it
    return min(edges) - 1.4 * margin, max(edges) + margin


def _subtitle(result: BySize) -> str:
    n = sum(len(size.sets) for size in result.sizes)
    return (
        f"{n} sets, {text.count(len(result.targets), 'unseen target')}, "
        f"{text.count(len(result.seeds), 'seed')}, {CARRIED[result.carried]}. ▲ best  ▼ worst set"
    )


def _alt(result: BySize) -> str:
    told = ", ".join(f"{text.points(s.mean.estimate)} with {s.k}" for s in result.sizes)
    return f"Mean {METRICS[result.metric].label.lower()} by number of source languages: {told}."
