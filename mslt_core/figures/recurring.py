"""Which languages make a set good? A row a language."""

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.style import Theme
from mslt_core.spec.set_views import LanguageRecurs, Recurring

_ABOVE, _BELOW, _RIGHT = 92, 50, 346


def recurring_languages(result: Recurring, *, theme: Theme = "light") -> go.Figure:
    """Each language's effect with its interval; beside it how often it is in the best sets.

    A dot's `customdata` is its language.
    """
    look = style.PALETTES[theme]
    found = result.languages
    fig = go.Figure()
    heights = whiskers.rows(fig, [text.language_label(one.lang) for one in found], theme)
    effects = [one.effect for one in found]
    fig.add_trace(_dots(result, heights, look.accent))
    n_top = len(result.top)
    columns = (
        (10, "points", [whiskers.in_points(effect) for effect in effects]),
        (136, f"in the top {n_top}", [_counted(one, n_top) for one in found]),
        (252, "may be the best", [_tied(one, result) for one in found]),
    )
    for at, title, told in columns:
        whiskers.column(fig, told, heights, at=at, title=title, theme=theme)
    fig.update_xaxes(
        range=whiskers.span(effects, 0.0),
        title_text="Mean of sets with the language minus those without it, points",
        zeroline=True,
        zerolinecolor=look.muted,
        zerolinewidth=1.5,
    )
    fig.update_layout(margin={"l": 2, "r": _RIGHT, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    return style.dress(
        fig,
        title=f"Which languages make a set of {result.k} good?",
        subtitle=f"{whiskers.basis(result)}.<br>"
        f"By lot a language is in {100 * result.expected:.0f} % of sets. "
        "● beyond noise after Holm  ○ not",
        alt=_alt(result),
        height=_ABOVE + 30 * len(found) + _BELOW,
        theme=theme,
    )


def _dots(result: Recurring, heights: list[float], colour: str) -> go.Scatter:
    effects = [one.effect for one in result.languages]
    return go.Scatter(
        x=[100 * effect.estimate for effect in effects],
        y=heights,
        mode="markers",
        marker={
            # hollow where nothing can be called a difference
            "symbol": ["circle" if e.beyond_noise else "circle-open" for e in effects],
            "size": 10,
            "color": colour,
            "line": {"width": 2, "color": colour},
        },
        error_x=whiskers.error_bars(effects, colour),
        customdata=[one.lang for one in result.languages],
        hovertext=[_hover(one, result) for one in result.languages],
        hovertemplate="%{hovertext}<extra></extra>",
        name="effect",
    )


def _counted(one: LanguageRecurs, n_top: int) -> str:
    """5 of 5 [80, 100 %]."""
    share = one.top_share
    if share.low is None or share.high is None:
        return f"{one.n_top} of {n_top}"
    return f"{one.n_top} of {n_top} [{100 * share.low:.0f}, {100 * share.high:.0f} %]"


def _tied(one: LanguageRecurs, result: Recurring) -> str:
    return f"{one.n_tied} of {result.n_tied}" if result.n_tied else "–"


def _hover(one: LanguageRecurs, result: Recurring) -> str:
    effect = one.effect
    adjusted = "" if effect.p_holm is None else f", {text.p_told(effect.p_holm)} after Holm"
    return (
        f"<b>{text.language_label(one.lang)}</b><br>{whiskers.in_points(effect)} points"
        f"{adjusted}<br>in {_counted(one, len(result.top))} of the best sets, by lot "
        f"{100 * result.expected:.0f} %; {text.p_told(one.p_holm)} after Holm"
    )


def _alt(result: Recurring) -> str:
    told = "; ".join(
        f"{one.lang} {text.signed_points(one.effect.estimate)}, in {one.n_top}"
        for one in result.languages
    )
    return f"Effect in points and number among the top {len(result.top)} sets: {told}."
