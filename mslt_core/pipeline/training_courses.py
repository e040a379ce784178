"""Does alignment fall or hold while a model is trained? Measures at the weights that were kept."""

from collections.abc import Mapping, Sequence

import numpy as np

from mslt_core.pipeline.checkpoints import AT_STEP, snapshots
from mslt_core.pipeline.comparing import run_result
from mslt_core.pipeline.measured import Measures, difference, layer_curves
from mslt_core.spec.courses import Course, ScoreCourse, StepPoint
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.measuring import LayerPoint, MeasureSpec, Pairs, Part
from mslt_core.spec.results import RunInfo, TargetScores
from mslt_core.store import Store

COURSE_PARTS: tuple[Part, ...] = ("cka", "pairs", "mixing")


def kept_on_the_way(info: RunInfo) -> bool:
    """Whether a run kept weights before its last step."""
    return info.has_scores and bool(info.spec.snapshot_steps)


def steps_of(store: Store, run: str) -> tuple[str, ...]:
    """``RUN@STEP`` of all weights of a run, from the base that it began from to its own.

    Raises
    ------
    BadInputError
        If nothing was kept on the way.
    """
    kept = snapshots(store, run)
    if len(kept) < 3:
        raise BadInputError(
            f"run {run} kept no weights on the way",
            hint="Train it with --keep-every N, which keeps them every N steps.",
        )
    return tuple(ref.key for ref in kept.values())


def over_training(store: Store, runs: Sequence[str], asked: MeasureSpec, layer: int) -> MeasureSpec:
    """What is asked of whole runs, of the same sentences, at every step that they kept."""
    steps = tuple(key for run in runs for key in steps_of(store, run))
    return asked.but(checkpoints=steps, layers=(layer,), parts=COURSE_PARTS)


def courses(measures: Measures, name: str, pairs: Pairs = "all") -> tuple[Course, ...]:
    """A measure of every run over its steps, at the last of the measured layers."""
    curves = layer_curves(measures, name, pairs)
    of_run: dict[str, list[int]] = {}
    for place, ref in enumerate(measures.checkpoints):
        if at := AT_STEP.fullmatch(ref.key):
            of_run.setdefault(at["run"], []).append(place)
    found = []
    for run, places in of_run.items():
        steps = [int(measures.checkpoints[place].key.partition("@")[2]) for place in places]
        first, last = places[0], places[-1]
        change = difference(measures, name, (first, last), pairs)
        found.append(
            Course(
                measure=name,
                name=measures.checkpoints[last].name.rpartition(", step ")[0],
                run=run,
                points=tuple(
                    _at(step, curves[place].points[-1])
                    for step, place in zip(steps, places, strict=True)
                ),
                change=_at(steps[-1], change),
            )
        )
    return tuple(found)


def _at(step: int, point: LayerPoint) -> StepPoint:
    return StepPoint(step=step, value=point.value, low=point.low, high=point.high)


def score_courses(store: Store, runs: Sequence[str]) -> tuple[ScoreCourse, ...]:
    """The learning curves of several runs, as means over the targets that none of them saw."""
    results = [run_result(store, run) for run in runs]
    langs = tuple(
        lang
        for lang in results[0].scores
        if all(lang in result.info.zero_shot_langs for result in results)
    )
    if not langs:
        return ()
    metric = results[0].info.metrics[0]
    found = []
    for result in results:
        points = {point.step: point.scores for point in store.runs.curve(result.info.run)}
        end = result.info.spec.steps if result.step_scored is None else result.step_scored
        points.setdefault(end, result.scores)
        means = {step: _mean(scores, metric, langs) for step, scores in sorted(points.items())}
        found.append(
            ScoreCourse(
                metric=metric,
                name=result.info.name,
                run=result.info.run,
                langs=langs,
                scores={step: mean for step, mean in means.items() if mean is not None},
            )
        )
    return tuple(found)


def _mean(scores: Mapping[str, TargetScores], metric: str, langs: Sequence[str]) -> float | None:
    """None where a score is missing or undefined."""
    found = [getattr(scores[lang], metric) if lang in scores else None for lang in langs]
    defined = [score for score in found if score is not None]
    return float(np.mean(defined)) if len(defined) == len(found) else None
