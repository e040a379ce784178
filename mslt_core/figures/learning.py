"""How the scores changed while training: one line a set, and which weights were scored."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import CurvePoint, RunResult

Curve = tuple[RunResult, Sequence[CurvePoint]]
"""A finished run and its learning curve."""

_HEIGHT = 400
_SELECTED = {
    "last": "",
    "source": " Weights chosen on held-out rows of the sources.",
    "target": " Weights chosen on the test items: an upper bound, not zero-shot.",
}


def learning_curves(
    curves: Sequence[Curve],
    *,
    metric: str,
    langs: Sequence[str],
    per_target: bool = False,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Mean score over `langs` against step, over a set's seeds; a diamond where it was scored.

    Where its seeds were scored at several steps, each diamond is the mean of those scored there.
    With `per_target` a thin line a language. Dashed: the score on held-out rows of the sources,
    which are of the task's main metric. A step where a score is undefined leaves a gap.
    """
    names = list(dict.fromkeys(run.info.name for run, _ in curves))
    colours = style.set_colours(names, colours)
    fig = go.Figure()
    alts = []
    for name in names:
        one = [curve for curve in curves if curve[0].info.name == name]
        mean = _by_step(one, metric, langs)
        if per_target:
            for lang in langs:
                fig.add_trace(_thin(name, lang, _by_step(one, metric, [lang]), colours[name]))
        if metric == one[0][0].info.metrics[0] and (held := _held_out(one)):
            fig.add_trace(_line(name, held, colours[name], held_out=True))
        fig.add_trace(_line(name, mean, colours[name]))
        scored = _scored(one, mean)
        at = {step: _by_step(of_step, metric, langs)[step] for step, of_step in scored.items()}
        fig.add_trace(_marks(name, scored, at, colours[name], theme))
        alts.append(_told(name, mean, scored))
    _axes(fig, metric)
    info = METRICS[metric]
    n_seeds = sorted(Counter(run.info.name for run, _ in curves).values())
    seeds = text.count(n_seeds[-1], "seed")
    if n_seeds[0] < n_seeds[-1]:
        seeds = f"{n_seeds[0]} to {seeds}"
    dashed = any(trace.line.dash == "dash" for trace in fig.data)
    return style.dress(
        fig,
        title="How did transfer change on the way?",
        subtitle=f"{info.label}, mean over {text.count(len(langs), 'language')} unseen by all, "
        f"{seeds}. ◆ scored weights" + ", dashed: held-out source rows" * dashed,
        alt=f"{info.label} against step, mean over {text.listed(langs)}. {' '.join(alts)}"
        + _SELECTED[curves[0][0].info.spec.select],
        height=_HEIGHT,
        theme=theme,
    )


def _by_step(curves: Sequence[Curve], metric: str, langs: Sequence[str]) -> dict[int, float]:
    """Step to mean over languages and seeds; NaN where a score is undefined."""
    steps = set.intersection(*({point.step for point in points} for _, points in curves))
    found = {}
    for step in sorted(steps):
        scores = [
            getattr(point.scores[lang], metric) if lang in point.scores else None
            for _, points in curves
            for point in points
            if point.step == step
            for lang in langs
        ]
        defined = [score for score in scores if score is not None]
        found[step] = float(np.mean(defined)) if len(defined) == len(scores) else math.nan
    return found


def _held_out(curves: Sequence[Curve]) -> dict[int, float]:
    """Step to mean held-out score over the seeds; nothing where none was held out."""
    found: dict[int, list[float]] = {}
    for _, points in curves:
        for point in points:
            if point.held_out is not None:
                found.setdefault(point.step, []).append(point.held_out)
    return {
        step: float(np.mean(scores))
        for step, scores in sorted(found.items())
        if len(scores) == len(curves)
    }


def _scored(curves: Sequence[Curve], mean: Mapping[int, float]) -> dict[int, list[Curve]]:
    """The steps whose weights were scored, as far as they are on the line, with these seeds'."""
    found: dict[int, list[Curve]] = {}
    for curve in curves:
        run, _ = curve
        step = run.info.spec.steps if run.step_scored is None else run.step_scored
        if step in mean:
            found.setdefault(step, []).append(curve)
    return dict(sorted(found.items()))


def _line(
    name: str, scores: Mapping[int, float], colour: str, *, held_out: bool = False
) -> go.Scatter:
    shown = text.escape(name) + ", held-out rows of the sources" * held_out
    return go.Scatter(
        x=list(scores),
        y=[100 * score for score in scores.values()],
        mode="lines" if len(scores) > 1 else "markers",
        name=shown,
        legendgroup=name,
        showlegend=not held_out,
        line={
            "width": 1.5 if held_out else 2.5,
            "color": colour,
            "dash": "dash" if held_out else "solid",
        },
        marker={"color": colour},
        hovertemplate=f"{shown}<br><b>%{{y:.1f}}</b> at step %{{x:,}}<extra></extra>",
    )


def _thin(name: str, lang: str, scores: Mapping[int, float], colour: str) -> go.Scatter:
    told = f"{text.language_label(lang)}, {text.escape(name)}"
    return go.Scatter(
        x=list(scores),
        y=[100 * score for score in scores.values()],
        mode="lines",
        legendgroup=name,
        showlegend=False,
        line={"width": 1, "color": colour},
        opacity=0.6,
        customdata=[lang] * len(scores),
        hovertemplate=f"{told}<br><b>%{{y:.1f}}</b> at step %{{x:,}}<extra></extra>",
    )


def _marks(
    name: str,
    scored: Mapping[int, Sequence[Curve]],
    scores: Mapping[int, float],
    colour: str,
    theme: Theme,
) -> go.Scatter:
    seeds = [
        f"seed{'s' * (len(of_step) > 1)} {', '.join(str(run.info.spec.seed) for run, _ in of_step)}"
        for of_step in scored.values()
    ]
    return go.Scatter(
        x=list(scored),
        y=[100 * scores[step] for step in scored],
        mode="markers",
        legendgroup=name,
        showlegend=False,
        marker={
            "symbol": "diamond",
            "size": 12,
            "color": colour,
            "line": {"width": 2, "color": style.PALETTES[theme].background},
        },
        customdata=seeds,
        hovertemplate=f"{text.escape(name)}, weights that were scored<br><b>%{{y:.1f}}</b>, "
        "%{customdata}, step %{x:,}<extra></extra>",
    )


def _axes(fig: go.Figure, metric: str) -> None:
    info = METRICS[metric]
    fig.update_yaxes(title_text=f"{info.label} ({info.unit})", zeroline=False)
    fig.update_xaxes(title_text="Step", showgrid=False, zeroline=False, rangemode="tozero")
    fig.update_layout(
        margin={"l": 2, "r": 8, "t": 90, "b": 44},
        hovermode="closest",
        legend={"itemsizing": "trace", "traceorder": "normal"},
    )


def _told(name: str, mean: Mapping[int, float], scored: Mapping[int, Sequence[Curve]]) -> str:
    if not mean:
        return f"{name}: no point yet."
    points = [
        f"{text.points(mean[step])} at step {step}"
        for step in dict.fromkeys((min(mean), max(mean)))
    ]
    steps = " and ".join(map(str, scored))
    return f"{name}: {', '.join(points)}; scored at step {steps}."
