"""Does more mingling go with better transfer? The question, and what is answered."""

import dataclasses
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from mslt_core.spec.base import Langs, Seed, Spec
from mslt_core.spec.errors import SpecError
from mslt_core.spec.measuring import MeasureSpec, Part
from mslt_core.spec.specs import Pooling

Closeness = Literal["linear_cka", "language_mingling", "retrieval_p1", "neighbour_overlap"]
"""Names in `METRICS` of what tells how near a target is to other languages."""
Partners = Literal["others", "sources"]
"""To which languages: all others that are looked at, or those that the run was trained on."""
Which = Literal["shared", "unseen", "seen"]
"""Targets that no set was trained on; that the set itself was not; or that it was."""

PART_OF: dict[Closeness, Part] = {
    "linear_cka": "cka",
    "language_mingling": "language_mixing",
    "retrieval_p1": "pairs",
    "neighbour_overlap": "pairs",
}
CLOSENESS: tuple[Closeness, ...] = get_args(Closeness)


class MechanismSpec(Spec):
    """Change of a target's closeness to other languages against change of its score."""

    measure: Closeness = "linear_cka"
    partners: Partners = "others"
    which: Which = "shared"
    corpus: str = Field(description="cldr-parallel, or a folder of parallel text")
    langs: Langs = Field(description="targets, sources, and whom else they are held against")
    layer: int = Field(default=-1, description="-1 for the last one")
    pooling: Pooling = "mean"
    k: int = Field(default=15, ge=2, le=50, description="neighbours of a sentence")
    seed: Seed = 0

    @model_validator(mode="after")
    def _check(self) -> "MechanismSpec":
        if self.measure == "language_mingling" and self.partners == "sources":
            raise SpecError(
                "mingling is told of a language among all others, not towards its sources",
                hint="Take another measure, or all other languages.",
            )
        return self

    def look(self, checkpoints: tuple[str, ...], *, everything: bool = False) -> MeasureSpec:
        """What is measured of checkpoints for it; `everything` for the other measures too."""
        parts = PART_OF.values() if everything else [PART_OF[self.measure]]
        return MeasureSpec(
            checkpoints=checkpoints,
            corpus=self.corpus,
            langs=self.langs,
            layers=(self.layer,),
            parts=tuple(dict.fromkeys(parts)),
            pooling=self.pooling,
            k=self.k,
            seed=self.seed,
        )


class GeometrySpec(Spec):
    """The work of measuring runs; those without weights are trained again, and dropped after."""

    look: MeasureSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class Association:
    """How one change goes with another, over sets and targets."""

    slope: float
    """Change of the score (a ratio) for a change of the measure by 1."""
    low: float
    """95 % interval over further sets and targets."""
    high: float
    correlation: float
    """Partial correlation: of what is left of both after centring."""
    correlation_low: float
    correlation_high: float
    df: int
    """Degrees of freedom of Student's t: of sets or of targets, whichever are fewer."""
    p: float
    """Two-sided, of no association."""
    spread: float
    """Standard deviation of the measure after centring."""
    n: int
    n_sets: int
    n_targets: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unknown:
    """Why a number cannot be told."""

    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """Which runs of an experiment have the geometry that is asked for; digests."""

    measured: tuple[str, ...]
    with_weights: tuple[str, ...]
    """Not measured, and their weights are stored."""
    lost: tuple[str, ...]
    """Neither measured nor with weights: they have to be trained again."""

    @property
    def n_runs(self) -> int:
        """All runs with scores."""
        return len(self.measured) + len(self.with_weights) + len(self.lost)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cells:
    """Sets and targets as columns, one row a set and target that has both changes."""

    sets: tuple[tuple[str, ...], ...]
    """The source languages of each set, which rows name by place."""
    set_of: npt.NDArray[np.intp]
    targets: tuple[str, ...]
    """Of each row."""
    closer: npt.NDArray[np.float64]
    """Run minus base, mean over the measured seeds; the run's value where no base is measured."""
    better: npt.NDArray[np.float64]
    """Score minus that of the reference set on this target; ratios."""
    closer_within: npt.NDArray[np.float64]
    """What is left after the target's mean, and that of sets of its size, are taken off."""
    better_within: npt.NDArray[np.float64]
    n_seeds: npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mechanism:
    """Whether targets that came nearer to other languages gained more."""

    asked: MechanismSpec
    metric: str
    reference: str
    """The set whose score is subtracted; within a target it does not matter which."""
    layer: int
    """Counted from the front."""
    cells: Cells
    adjusted: Association | Unknown
    """On the same target, among sets of the same size: the answer."""
    unadjusted: Association | Unknown
    """On the same target, whatever the size of the set."""
    within_sets: Association | Unknown
    """On the same target and in the same set: what is common to all targets of a set is off too."""
    between: Association | Unknown
    """Of the sets' means over targets of no set, among sets of the same size."""
    p_languages: float | Unknown
    """Of the first, by exchanging source languages, over sizes of which all sets are measured;
    that sets share languages is in it."""
    base_change: float | None
    """Mean over rows of run minus base; None where the base is not measured."""
    sizes: tuple[int, ...]
    """Numbers of source languages."""
