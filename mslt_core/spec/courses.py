"""Answers over training: a measure of the space at the steps whose weights were kept."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepPoint:
    """A measure after so many optimizer steps, with its 95 % interval where it has one."""

    step: int
    value: float
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """A measure of one run over its training."""

    measure: str
    """Name in `METRICS`."""
    name: str
    """SSLT(en), MSLT(de, en, es)."""
    run: str
    points: tuple[StepPoint, ...]
    """From step 0, the base that it began from."""
    change: StepPoint
    """The last point minus the first, with an interval of the difference."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoreCourse:
    """The mean score of one run over its training, over targets that none of the runs saw."""

    metric: str
    name: str
    run: str
    langs: tuple[str, ...]
    scores: Mapping[int, float]
    """Step to ratio; the last step alone where no learning curve was kept."""
