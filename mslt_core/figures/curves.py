"""What happens while training: loss against step, one line a run."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go

from mslt_core.figures import style, text
from mslt_core.figures.style import Theme
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import TrainingPoint

SEED_MARK = ", seed "
"""Runs of one set are named ``SSLT(en), seed 1``; they share the set's colour."""

_HEIGHT = 400
_LONGEST_SEEDS = 18
"""Letters that seeds may take behind the subtitle, where a small window leaves 400 pixels."""
_DASHES = ("solid", "dash", "dot", "dashdot")


def training_curves(
    histories: Mapping[str, Sequence[TrainingPoint]],
    *,
    colours: Mapping[str, str] = MappingProxyType({}),
    theme: Theme = "light",
) -> go.Figure:
    """Loss against step.

    `colours` are by set or by run; runs of one set share a colour and differ in their dashes.
    """
    sets = [name.partition(SEED_MARK)[0] for name in histories]
    by_set = style.set_colours(sets, {s: colours[s] for s in sets if s in colours})
    fig = go.Figure()
    drawn: list[str] = []
    shared = _shared_seeds(histories)
    for place, (name, points) in enumerate(histories.items()):
        colour = colours.get(name, by_set[sets[place]])
        drawn.append(colour)  # more sets than colours: a second one of a colour has other dashes
        dash = _DASHES[(drawn.count(colour) - 1) % len(_DASHES)]
        first = sets.index(sets[place]) == place
        line = _line(name, points, {"color": colour, "dash": dash})
        line.update(
            legendgroup=sets[place],
            showlegend=first,
            name=text.escape(sets[place]) if shared else _in_legend(sets[place], histories),
        )
        fig.add_trace(line)
        if broken := [point for point in points if not math.isfinite(point.loss)]:
            fig.add_trace(_broken(name, broken[0], points, theme))
    _axes(fig)
    return style.dress(
        fig,
        title="Does the loss go down?",
        subtitle="Mean cross-entropy per label since the last point" + shared,
        alt="Training loss. " + " ".join(_told(name, seen) for name, seen in histories.items()),
        height=_HEIGHT,
        theme=theme,
    )


def _line(name: str, points: Sequence[TrainingPoint], line: dict[str, str]) -> go.Scatter:
    return go.Scatter(
        x=[point.step for point in points],
        y=[point.loss for point in points],
        mode="lines" if len(points) > 1 else "markers",
        line={"width": 2, **line},
        customdata=[[point.elapsed_s, point.samples_per_s] for point in points],
        hovertemplate=f"<b>{text.escape(name)}</b><br>"
        "loss %{y:.3f} at step %{x:,}"
        "<br>%{customdata[0]:,.0f} s, %{customdata[1]:,.0f} examples/s<extra></extra>",
    )


def _in_legend(name: str, histories: Mapping[str, Sequence[TrainingPoint]]) -> str:
    """A set once, with its seeds: ``SSLT(en), seeds 0, 1, 2``."""
    seeds = [
        run.partition(SEED_MARK)[2] for run in histories if run.partition(SEED_MARK)[0] == name
    ]
    known = [seed for seed in seeds if seed]
    return text.escape(name + (f", {_which(known)}" if known else ""))


def _which(seeds: Sequence[str]) -> str:
    """``seeds 0, 1``; the number of runs alone where a narrow window has no room for more."""
    told = f"seed{'s' * (len(seeds) > 1)} {', '.join(seeds)}"
    return told if len(told) <= _LONGEST_SEEDS else text.count(len(seeds), "run")


def _shared_seeds(histories: Mapping[str, Sequence[TrainingPoint]]) -> str:
    """The seeds, told once where all sets have the same: "; seeds 0, 1"; else nothing."""
    by_set: dict[str, list[str]] = {}
    for run in histories:
        name, _, seed = run.partition(SEED_MARK)
        by_set.setdefault(name, []).append(seed)
    (first, *others) = by_set.values() if by_set else ([],)
    if not all(first) or any(seeds != first for seeds in others):
        return ""
    return f"; {_which(first)}" if first else ""


def _broken(
    name: str, point: TrainingPoint, points: Sequence[TrainingPoint], theme: Theme
) -> go.Scatter:
    """A cross where a loss stopped being a number: a gap alone would hide it."""
    finite = [p.loss for p in points if math.isfinite(p.loss)]
    return go.Scatter(
        x=[point.step],
        y=[finite[-1] if finite else 0.0],
        mode="markers+text",
        text=["loss became NaN" if math.isnan(point.loss) else "loss became infinite"],
        textposition="top center",
        marker={"symbol": "x", "size": 11, "color": style.PALETTES[theme].text},
        legendgroup=name,
        showlegend=False,
        hoverinfo="skip",
    )


def _axes(fig: go.Figure) -> None:
    info = METRICS["loss"]
    fig.update_yaxes(
        title_text=f"{info.label} ({info.unit})",
        rangemode="tozero",
        zeroline=False,
        exponentformat="power",
        nticks=5,
    )
    fig.update_xaxes(title_text="Step", showgrid=False, zeroline=False, rangemode="tozero")
    fig.update_layout(
        margin={"l": 2, "r": 8, "t": 90, "b": 44},
        hovermode="closest",
        legend={"itemsizing": "trace"},
    )


def _told(name: str, points: Sequence[TrainingPoint]) -> str:
    if not points:
        return f"{name}: no step yet."
    first, last = points[0], points[-1]
    return f"{name}: {first.loss:.2f} at step {first.step}, {last.loss:.2f} at step {last.step}."
