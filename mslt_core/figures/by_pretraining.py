"""Does the score go with how much text the base model saw?"""

import math
from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.set_views import ByPretraining, RankCorrelation, SizePoint, SizeSeries
from mslt_core.spec.specs import set_name

TARGET = "the target"

_ABOVE, _BELOW, _PLOT = 84, 54, 360
_SYMBOLS = ("circle", "diamond", "square", "triangle-up")


def score_by_pretraining(
    result: ByPretraining,
    *,
    of: str,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """One point a target or a set, sizes on a scale of powers of ten.

    `of` says whose text it is: the target, all sources. Sizes of 0 stand left of the scale, at
    "none". A point's `customdata` is its languages, the codes joined by commas.
    """
    look = style.PALETTES[theme]
    sizes = [point.size for one in result.series for point in one.points if point.size > 0]
    low = math.floor(math.log10(min(sizes, default=1.0)))
    high = math.ceil(math.log10(max(sizes, default=10.0)))
    fig = go.Figure()
    for place, one in enumerate(result.series):
        points = _points(one, result, nowhere=low - 1, look=look)
        colour = colours.get(one.name, look.accent)
        fig.add_trace(points.update(marker={"color": colour, "symbol": _SYMBOLS[place % 4]}))
    powers = list(range(low, high + 1))
    none = any(point.size == 0 for one in result.series for point in one.points)
    fig.update_xaxes(
        tickvals=[low - 1] * none + powers,
        ticktext=["none"] * none + [_amount(10.0**power) for power in powers],
        range=[low - (1.3 if none else 0.2), high + 0.2],
        title_text=f"Pretraining text of {of}, {result.unit}",
        zeroline=False,
    )
    info = METRICS[result.metric]
    fig.update_yaxes(title_text=f"{info.label} ({info.unit})", zeroline=False)
    fig.update_layout(
        margin={"l": 2, "r": 8, "t": _ABOVE, "b": _BELOW},
        showlegend=len(result.series) > 1,
    )
    return style.dress(
        fig,
        title=f"Does the score go with the pretraining text of {of}?",
        subtitle="<br>".join(_told(one, of, len(result.series) > 1) for one in result.series[:2]),
        alt="; ".join(_told(one, of, True) for one in result.series),
        height=_ABOVE + _PLOT + _BELOW,
        theme=theme,
    )


def _points(
    one: SizeSeries, result: ByPretraining, *, nowhere: int, look: style.Palette
) -> go.Scatter:
    named = len(result.series) == 1 and all(len(point.langs) == 1 for point in one.points)
    return go.Scatter(
        x=[math.log10(p.size) if p.size > 0 else nowhere for p in one.points],
        y=[100 * point.score for point in one.points],
        mode="markers+text" if named else "markers",
        text=[point.langs[0] for point in one.points] if named else None,
        textposition="top center",
        textfont={"size": 11, "color": look.muted},
        name=text.escape(one.name),
        marker={"size": 10, "opacity": 0.85},
        customdata=[",".join(point.langs) for point in one.points],
        hovertext=[_hover(point, one.name, result.unit) for point in one.points],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(point: SizePoint, name: str, unit: str) -> str:
    if len(point.langs) == 1:
        head = f"<b>{text.language_label(point.langs[0])}</b><br>{text.escape(name)}: "
    else:
        head = f"<b>{text.escape(set_name(point.langs))}</b><br>"
    return f"{head}<b>{text.points(point.score)}</b><br>{_amount(point.size)} {unit}"


def _amount(value: float) -> str:
    """0.1, 10, 1,000, 1M, 10G."""
    for letter, unit in (("G", 1e9), ("M", 1e6)):
        if value >= unit:
            return f"{value / unit:,.3g}{letter}"
    return f"{value:,.4g}"


def _told(one: SizeSeries, of: str, named: bool) -> str:
    name = f"{text.escape(one.name)}: " if named else ""
    n = text.count(len(one.points), "target" if of == TARGET else "set")
    return f"{name}{rho_told(one.correlation)} over {n}"


def rho_told(found: RankCorrelation | None) -> str:
    """Spearman's rho +0.31 [−0.10, 0.63], p = 0.14."""
    if found is None:
        return "no correlation can be told"
    number = f"Spearman's rho {found.rho:+.2f}"
    if found.low is not None and found.high is not None:
        number += f" [{found.low:.2f}, {found.high:.2f}]"
    return f"{number}, {text.p_told(found.p)}".replace("-", "−")
