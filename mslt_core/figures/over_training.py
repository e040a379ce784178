"""Does alignment fall or hold while a model is trained? A measure over steps, beside the scores."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mslt_core.figures import style, text
from mslt_core.figures.layers import band
from mslt_core.figures.style import Theme
from mslt_core.spec.courses import Course, ScoreCourse, StepPoint
from mslt_core.spec.metrics import METRICS

_HEIGHT, _ABOVE = 416, 128


def over_training(
    courses: Sequence[Course],
    scores: Sequence[ScoreCourse] = (),
    *,
    companion: Sequence[Course] = (),
    over: str,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """A measure against step, one line a run with its 95 % band over documents; scores beside it.

    Parameters
    ----------
    courses : sequence of Course
        The same measure of every run.
    scores : sequence of ScoreCourse
        The runs' mean scores, for a panel of their own.
    companion : sequence of Course
        Another measure for a panel between them, such as the effective rank.
    over : str
        What the values are of. Plain text.
    """
    panels = [courses, *([companion] if companion else [])]
    n_cols = len(panels) + bool(scores)
    fig = make_subplots(rows=1, cols=n_cols, horizontal_spacing=0.09)
    colours = style.set_colours((course.name for course in courses), colours)
    for col, panel in enumerate(panels, start=1):
        for course in panel:
            _add(fig, course, colours[course.name], col)
        fig.update_yaxes(title_text=METRICS[panel[0].measure].label, zeroline=False, row=1, col=col)
    for scored in scores:
        fig.add_trace(_score_line(scored, colours[scored.name]), row=1, col=n_cols)
    if scores:
        info = METRICS[scores[0].metric]
        title = f"{info.label} ({info.unit})"
        fig.update_yaxes(title_text=title, zeroline=False, row=1, col=n_cols)
    if companion:  # from 0, as by layer: a small change is to look small
        fig.update_yaxes(rangemode="tozero", row=1, col=2)
    fig.update_xaxes(title_text="Step", showgrid=False, zeroline=False, rangemode="tozero")
    fig.update_layout(margin={"l": 2, "r": 8, "t": _ABOVE, "b": 44}, hovermode="closest")
    measured = METRICS[courses[0].measure].label
    unseen = ""
    if scores:
        n_unseen = text.count(len(scores[0].langs), "unseen language")
        unseen = f" Scores: mean over {n_unseen}."
    return style.dress(
        fig,
        title=f"{measured}: does it fall or hold while training?",
        subtitle=f"{text.escape(over)}.<br>{_bands_told(courses)}{unseen}",
        alt=f"{measured} over training steps. {' '.join(map(_told, courses))}",
        height=_HEIGHT,
        theme=theme,
        lines=2,
    )


def _add(fig: go.Figure, course: Course, colour: str, col: int) -> None:
    """The band first, so that the line lies on it."""
    steps = [point.step for point in course.points]
    if _is_banded(course):
        fig.add_trace(band(steps, course.points, colour, course.name), row=1, col=col)
    name = text.escape(course.name)
    line = go.Scatter(
        x=steps,
        y=[point.value for point in course.points],
        mode="lines+markers",
        name=name,
        legendgroup=course.name,
        showlegend=col == 1,
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 7},
        cliponaxis=False,  # the first step stands on the axis
        hovertext=[_hover(course, point) for point in course.points],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    fig.add_trace(line, row=1, col=col)


def _is_banded(course: Course) -> bool:
    return all(point.low is not None for point in course.points)


def _bands_told(courses: Sequence[Course]) -> str:
    """Of few documents no interval is known."""
    banded = any(map(_is_banded, courses))
    return "Bands: 95 % intervals over documents." if banded else "No interval is known."


def _score_line(course: ScoreCourse, colour: str) -> go.Scatter:
    return go.Scatter(
        x=list(course.scores),
        y=[100 * score for score in course.scores.values()],
        mode="lines+markers" if len(course.scores) > 1 else "markers",
        legendgroup=course.name,
        showlegend=False,
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 7},
        cliponaxis=False,  # the first step stands on the axis
        hovertemplate=f"{text.escape(course.name)}<br><b>%{{y:.1f}}</b> at step %{{x:,}}"
        "<extra></extra>",
    )


def _hover(course: Course, point: StepPoint) -> str:
    return (
        f"{text.escape(course.name)}, step {point.step:,}<br>{METRICS[course.measure].label} "
        f"{text.measured_within(point.value, point.low, point.high)}"
    )


def _told(course: Course) -> str:
    first, last = course.points[0], course.points[-1]
    return (
        f"{course.name}: {text.measured(first.value)} at step {first.step}, "
        f"{text.measured(last.value)} at step {last.step}."
    )
