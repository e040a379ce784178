"""What a run's scores must be, and how it came to them: its history and its learning curve."""

import dataclasses
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mslt_core.spec.errors import BundleError
from mslt_core.spec.results import SCORES, CurvePoint, TargetScores, TrainingPoint
from mslt_core.spec.specs import TrainSpec
from mslt_core.store.bundle.layout import parsed, validated
from mslt_core.store.records import checked_scores, curve_point

Scores = Mapping[str, TargetScores]

TOLERANCE = 1e-6
"""Of one number written twice."""
TURNED, TURNED_SHARE = 2, 0.002
"""Of weights that were chosen: they are loaded and scored once more, perhaps on another device,
where rounding turns an item or two, or one of 500."""
BY_CLASS = {"macro_f1": "item_accuracy", "span_f1": "accuracy"}
"""Scores that one item of a rare class, or with many spans, moves far. That few answers turned is
told by the other score."""

_SCORES = TypeAdapter(TargetScores)
_POINT = TypeAdapter(TrainingPoint)
_CURVE = TypeAdapter(CurvePoint)


def strictly(kind: TypeAdapter[Any], made: Any, name: str) -> None:
    """Every field has the type that it is declared with, in JSON's sense."""
    text = json.dumps(dataclasses.asdict(made))
    validated(name, lambda: kind.validate_json(text, strict=True))


def require_scores(scores: Scores, spec: TrainSpec, name: str) -> None:
    """Of the run's own targets, inside their range."""
    for lang, score in scores.items():
        if lang not in spec.target_langs:
            raise BundleError(f"{name} scores {lang[:20]!r}, which is no target of the run")
        strictly(_SCORES, score, name)
        for metric in (*SCORES, "majority_accuracy"):
            value = getattr(score, metric)
            if value is not None and not 0 <= value <= 1:
                raise BundleError(f"{name}: {metric} of {lang} must be from 0 to 1, got {value:g}")
        if not score.n_items >= 1 or not score.n_tokens >= 1 or score.n_unseen < 0:
            raise BundleError(f"{name}: {lang} has counts of items or words below one")


def require_chosen(record: Mapping[str, Any], spec: TrainSpec, name: str) -> None:
    """Other weights than the last are those of a point to choose from; the last have scores too."""
    step: int | None = record.get("step_scored")
    if (step is None) != (record["last_scores"] is None):
        raise BundleError(f"{name} has one of step_scored and last_scores without the other")
    if step is not None and (spec.select == "last" or step not in _before_last(spec)):
        raise BundleError(f"{name}: step {_short(step)} is none that the run chooses from")


def require_history(path: Path, name: str, spec: TrainSpec) -> None:
    """Steps of the run, one after the other."""
    before = 0
    for point in _points(path, name, lambda fields: TrainingPoint(**fields), _POINT):
        if not before < point.step <= spec.steps:
            raise BundleError(
                f"{name} goes from step {before} to {_short(point.step)} in a run of {spec.steps}"
            )
        before = point.step


def require_curve(path: Path, name: str, spec: TrainSpec, record: Mapping[str, Any]) -> None:
    """A point wherever the run asks for one, on the items that `record` has the scores of.

    Those of the weights that are scored, and of the last ones, are told in both.
    """
    scores: Scores = record["scores"]
    last: Scores = record["last_scores"] or scores
    due = curve_steps(spec)
    for point in _points(path, name, _finite_point, _CURVE):
        place = f"{name}, step {_short(point.step)}"
        if point.step != next(due, None):
            raise BundleError(f"{place}: the run asks for {_asked(spec)}")
        require_scores(point.scores, spec, place)
        if point.held_out is not None and not 0 <= point.held_out <= 1:
            raise BundleError(f"{place}: held_out must be from 0 to 1")
        if _counts(point.scores) != _counts(scores):
            raise BundleError(f"{place}: scored on other items than those of scores.json")
        if point.step == spec.steps:
            _require_same(point.scores, last, place)
        elif point.step == record.get("step_scored"):
            _require_same(point.scores, scores, place, turned=True)
    if (missing := next(due, None)) is not None:
        raise BundleError(f"{name} lacks step {missing}: the run asks for {_asked(spec)}")


def _points(
    path: Path, name: str, make: Callable[[Any], Any], kind: TypeAdapter[Any]
) -> Iterator[Any]:
    with path.open("rb") as file:  # line by line: five million short ones would fill the memory
        for number, line in enumerate(file, start=1):
            fields = parsed(line, f"{name}, line {number}")
            try:
                point = make(fields)
            except (ValueError, TypeError, KeyError, AttributeError) as e:
                raise BundleError(f"{name}: {e}") from e
            strictly(kind, point, name)
            yield point


def _finite_point(fields: Mapping[str, Any]) -> CurvePoint:
    for of_lang in fields["scores"].values():
        checked_scores(of_lang)
    return curve_point(fields)


def curve_steps(spec: TrainSpec) -> Iterator[int]:
    """The steps at which a curve has points."""
    return itertools.chain(_before_last(spec), [spec.steps] if spec.eval_every else [])


def _before_last(spec: TrainSpec) -> range:
    return range(spec.eval_every or spec.steps, spec.steps, spec.eval_every or 1)


def _short(step: int) -> str:
    """A hostile one has thousands of digits."""
    return str(step)[:12]


def _asked(spec: TrainSpec) -> str:
    if spec.eval_every is None:
        return "no learning curve"
    return f"a point every {spec.eval_every} of its {spec.steps} steps"


def _counts(scores: Scores) -> dict[str, tuple[int, int]]:
    return {lang: (score.n_items, score.n_tokens) for lang, score in scores.items()}


def _require_same(found: Scores, told: Scores, place: str, *, turned: bool = False) -> None:
    """The same scores, but for rounding."""
    for lang, score in told.items():
        slack = TOLERANCE + turned * max(TURNED / score.n_items, TURNED_SHARE)
        for metric in SCORES:
            here, there = getattr(found[lang], metric), getattr(score, metric)
            free = turned and metric in BY_CLASS and getattr(score, BY_CLASS[metric]) is not None
            apart = 0 if free else abs((here or 0) - (there or 0))
            if (here is None) != (there is None) or apart > slack:
                raise BundleError(
                    f"{place}: {metric} of {lang} is {_told(here)}, "
                    f"and scores.json says {_told(there)}"
                )


def _told(value: float | None) -> str:
    return "not given" if value is None else f"{value:.4f}"
