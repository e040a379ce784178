"""How far do the best and the worst set lie from the baseline? A row a target."""

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.style import Theme
from mslt_core.spec.set_views import EndGain, SetEnds
from mslt_core.spec.specs import set_name

_ABOVE, _BELOW, _RIGHT = 98, 50, 262


def set_ends(result: SetEnds, *, theme: Theme = "light") -> go.Figure:
    """The best set's gain and the worst set's on every target, both with their intervals.

    A mark's `customdata` is its language, empty for the mean.
    """
    look = style.PALETTES[theme]
    ends = [*result.rows, result.mean]
    fig = go.Figure()
    names = [text.language_label(row.lang) if row.lang else "<b>Mean</b>" for row in ends]
    heights = whiskers.rows(fig, names, theme)
    best, worst = [row.best for row in ends], [row.worst for row in ends]
    langs = [row.lang for row in ends]
    fig.add_traces(
        [
            _marks("best", best, langs, heights, look),
            _marks("worst", worst, langs, heights, look),
        ]
    )
    for found, at, title in ((best, 10, "best set"), (worst, 136, "worst set")):
        told = [whiskers.in_points(end.difference) for end in found]
        whiskers.column(fig, told, heights, at=at, title=title, theme=theme)
    baseline = text.escape(result.baseline)
    height = _ABOVE + style.ROW_HEIGHT * len(ends) + _BELOW
    fig.update_xaxes(
        range=whiskers.span([end.difference for end in (*best, *worst)], 0.0),
        title_text=f"Set minus {baseline}, points",
        zeroline=True,
        zerolinecolor=style.FIRST_OF_KIND["SSLT"],
        zerolinewidth=2,
    )
    fig.update_layout(
        margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW},
        # below the two lines of the subtitle
        legend={"itemsizing": "trace", "y": 1 - 68 / height},
    )
    carried = CARRIED[result.carried] if result.crossed else "no interval"
    chosen = "chosen and scored on different seeds" if result.crossed else "chosen by luck too"
    return style.dress(
        fig,
        title=f"How much does the choice of {result.k} sources matter against {baseline}?",
        subtitle=f"{whiskers.basis(result, carried)};<br>{chosen}",
        alt=_alt(result),
        height=height,
        theme=theme,
    )


def _marks(
    name: str, ends: list[EndGain], langs: list[str], heights: list[float], look: style.Palette
) -> go.Scatter:
    colour = look.accent if name == "best" else look.muted
    found = [end.difference for end in ends]
    return go.Scatter(
        x=[100 * one.estimate for one in found],
        y=heights,
        mode="markers",
        name=f"{name} set",
        marker={
            "symbol": "triangle-up" if name == "best" else "triangle-down",
            "size": 11,
            "color": colour,
            "line": {"width": 1, "color": look.background},
        },
        error_x=whiskers.error_bars(found, colour),
        customdata=langs,
        hovertext=[_hover(end, name) for end in ends],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(end: EndGain, name: str) -> str:
    sets = "<br>".join(text.escape(set_name(langs)) for langs in end.chosen)
    return (
        f"{name} set: <b>{whiskers.in_points(end.difference)}</b><br>{sets}<br>"
        f"chosen and scored on all seeds: {text.signed_points(end.with_luck)}"
    )


def _alt(result: SetEnds) -> str:
    mean = result.mean
    return (
        f"Sets of {result.k} minus {result.baseline}, mean over {len(result.targets)} targets: "
        f"best {text.signed_points(mean.best.difference.estimate)}, worst "
        f"{text.signed_points(mean.worst.difference.estimate)} points."
    )
