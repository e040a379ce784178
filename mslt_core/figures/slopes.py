"""From the baseline to a set: a line a target language."""

import re
from collections.abc import Sequence

import plotly.graph_objects as go

from mslt_core.figures import style, text, whiskers
from mslt_core.figures.gains import CARRIED
from mslt_core.figures.notes import apart
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult, TargetGain

_ABOVE, _BELOW, _LABEL = 84, 28, 13
"""The last in pixels: two names closer than that would run into each other."""
_NAMES_AT, _LETTER = 1.07, 6.4
"""Where names begin, in distances between the two ends of a line; pixels of a letter at 12."""


def target_slopes(result: GainResult, *, colour: str, theme: Theme = "light") -> go.Figure:
    """Every target's score with the baseline on the left and with the set on the right.

    At the right stands the difference with its interval. Thick lines are differences beyond the
    noise, dotted ones go down. A point's `customdata` is its language.
    """
    look = style.PALETTES[theme]
    gains = sorted(result.gains, key=lambda gain: -gain.score_b)
    if result.mean:
        gains = [*gains, result.mean]
    height = max(440, 22 * len(gains))
    fig = go.Figure([_line(gain, colour, look) for gain in gains])
    _name_ends(fig, gains, height, look)
    info = METRICS[result.metric]
    names = [text.escape(name) for name in (result.name_a, result.name_b)]
    fig.update_xaxes(
        tickvals=[0, 1],
        ticktext=[f"<b>{name}</b>" for name in names],
        range=[-0.1, 1.1],
        side="bottom",
        showgrid=False,
        zeroline=False,
    )
    fig.update_yaxes(title_text=f"{info.label} ({info.unit})", zeroline=False)
    # the names' room is in pixels, not a share: in a narrow place a share would cut them off
    room = 8 + _LETTER * max((_n_letters(note.text) for note in fig.layout.annotations), default=0)
    fig.update_layout(margin={"l": 2, "r": room, "t": _ABOVE, "b": _BELOW}, showlegend=False)
    n = {gain.n_seeds for gain in result.gains}
    return style.dress(
        fig,
        title=f"From {names[0]} to {names[1]}: where do scores go up?",
        subtitle=f"{info.label}, {text.count(min(n), 'seed')}, {CARRIED[result.interval]}.<br>"
        "Thick: beyond noise after Holm. Dotted: down. ● trained on  ○ not",
        alt=_alt(result),
        height=_ABOVE + height + _BELOW,
        theme=theme,
    )


def _line(gain: TargetGain, colour: str, look: style.Palette) -> go.Scatter:
    told = colour if gain.beyond_noise else look.muted
    inside = told if gain.trained_on else look.background
    is_mean = not gain.lang
    return go.Scatter(
        x=[0, 1],
        y=[100 * gain.score_a, 100 * gain.score_b],
        mode="lines+markers",
        line={
            "color": look.text if is_mean else told,
            "width": 3 if is_mean else 2 if gain.beyond_noise else 1,
            "dash": "dot" if gain.estimate < 0 else "solid",
        },
        marker={
            "symbol": "diamond" if is_mean else "circle",
            "size": 9 if is_mean else 7,
            "color": look.text if is_mean else inside,
            "line": {"width": 1.5, "color": look.text if is_mean else told},
        },
        customdata=[gain.lang, gain.lang],
        hovertext=_hover(gain),
        hovertemplate="%{hovertext}<extra></extra>",
        name=gain.lang or "mean",
    )


def _hover(gain: TargetGain) -> str:
    head = text.language_label(gain.lang) if gain.lang else "Mean of the zero-shot targets"
    return (
        f"<b>{head}</b>{' · trained on by one of the two' if gain.trained_on else ''}<br>"
        f"{text.points(gain.score_a)} to {text.points(gain.score_b)}: "
        f"<b>{whiskers.in_points(gain)}</b><br>{text.count(gain.n_items, 'test item')}, "
        f"{text.count(gain.n_seeds, 'seed')}"
    )


def _name_ends(
    fig: go.Figure, gains: Sequence[TargetGain], height: int, look: style.Palette
) -> None:
    """The languages at the right, pushed apart where their scores are nearly the same."""
    ends = [100 * score for gain in gains for score in (gain.score_a, gain.score_b)]
    low, high = min(ends), max(ends)
    margin = 0.03 * (high - low) or 1.0
    fig.update_yaxes(range=[low - margin, high + margin])
    step = (high - low + 2 * margin) * (_LABEL + 2) / height
    ordered = sorted(gains, key=lambda gain: -gain.score_b)
    wanted = [100 * gain.score_b for gain in ordered]
    placed = apart(wanted, step, floor=low - margin)
    leads = {"type": "line", "x0": 1.015, "x1": _NAMES_AT, "line": {"color": look.grid, "width": 1}}
    ends_at = zip(wanted, placed, strict=True)
    fig.update_layout(shapes=[{**leads, "y0": end, "y1": y} for end, y in ends_at])
    for gain, y in zip(ordered, placed, strict=True):
        label = text.language_label(gain.lang) if gain.lang else "<b>Mean, zero-shot</b>"
        fig.add_annotation(
            text=f"{label} {whiskers.in_points(gain)}",
            x=_NAMES_AT,
            y=y,
            xanchor="left",
            showarrow=False,
            font={"size": 12, "color": look.text},
        )


def _n_letters(told: str) -> int:
    return len(re.sub(r"<[^>]*>", "", told))


def _alt(result: GainResult) -> str:
    up = sum(gain.estimate > 0 for gain in result.gains)
    beyond = sum(gain.beyond_noise for gain in result.gains)
    return (
        f"Scores of {len(result.gains)} languages with {result.name_a} and with {result.name_b}: "
        f"{up} go up, {beyond} change beyond the noise."
    )
