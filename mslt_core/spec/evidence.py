"""Answers about differences: how large, how sure, and who may be the best."""

import dataclasses
import math
from typing import Literal

Strength = Literal["single run", "two runs", "several runs"]
Average = Literal["shared", "paper"]
"""Means over the targets that are a source of none of the sets; or, as in the paper, each set's
mean over all targets that it was not trained on, which are other languages for other sets."""

Carried = Literal["both", "seeds", "items", "none"]
"""What an interval carries: test items and seeds, or one of them, or nothing."""

MIN_SEEDS = 3
"""With fewer seeds nothing is ranked, and without other sets to lend theirs the seeds are in no
interval."""

IMPORTED_MARK = " (imported)"
"""Behind the name of what was imported; the name of a set that was trained here has none."""

OTHER_SEEDS = "Differences are over the seeds that both sets have, means over all."
"""What is told where some set has a seed that another lacks."""


ALPHA = 0.05
"""False calls of a difference, at most: in a family of tests, the chance of a single one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference of two scores, with both sources of error. Ratios, not points."""

    estimate: float
    low: float | None
    """95 % interval; None where it cannot be had."""
    high: float | None
    sd_items: float | None = None
    """Standard deviation over further samples of test items, apart from what training again would
    change; None where outcomes of single items are not stored."""
    sd_seeds: float | None = None
    """Standard deviation over further seeds on the same test items; None where seeds are too
    few."""
    df: float | None = None
    """Degrees of freedom of the interval's Student's t."""
    p: float | None = None
    """Two-sided, of no difference."""
    p_holm: float | None = None
    """The same after Holm's correction over the zero-shot targets of the comparison."""
    test: Literal["t", "mcnemar", "none"] = "none"
    """Which test p is of: Student's t with both errors in it, or mid-p McNemar on single runs."""
    n_items: int | None
    """None where an imported result does not state it."""
    n_seeds: int

    @property
    def strength(self) -> Strength:
        """Fewer than three runs say nothing of how a set ranks."""
        return strength_of(self.n_seeds)

    @property
    def half_items(self) -> float | None:
        """What the test items alone make of half the interval; squared, the two parts add up."""
        return _part(self, self.sd_items)

    @property
    def half_seeds(self) -> float | None:
        """What the seeds alone make of half the interval."""
        return _part(self, self.sd_seeds)

    @property
    def beyond_noise(self) -> bool:
        """Whether it is called a difference: after Holm's correction where it is one of several
        targets, else where the interval leaves out zero."""
        if self.p_holm is not None:
            return self.p_holm <= ALPHA
        return self.low is not None and self.high is not None and self.low * self.high > 0


def _part(difference: Difference, sd: float | None) -> float | None:
    if difference.high is None or sd is None:
        return None
    total = math.hypot(difference.sd_items or 0.0, difference.sd_seeds or 0.0)
    return (difference.high - difference.estimate) * sd / total if total else 0.0


def strength_of(n_seeds: int) -> Strength:
    """What this many runs of a set are worth, in words."""
    if n_seeds >= MIN_SEEDS:
        return "several runs"
    return "single run" if n_seeds == 1 else "two runs"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetGain(Difference):
    """One group of runs minus another on one target language, or on the mean of several."""

    lang: str
    """Empty for a mean."""
    score_a: float
    """Mean over the seeds of the group that is subtracted."""
    score_b: float
    trained_on: bool
    """Trained on in either group, so not a zero-shot target."""
    majority_accuracy: float | None

    @property
    def difference(self) -> float:
        """score_b - score_a."""
        return self.estimate


@dataclasses.dataclass(frozen=True, kw_only=True)
class SeedPool:
    """The sets whose seeds stand behind the seeds' part of an interval."""

    n_sets: int
    n_runs: int
    prior_df: float
    """Degrees of freedom that the others lend each set for the mean; inf: as if all were equal."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GainResult:
    """MSLT minus SSLT over all targets."""

    metric: str
    name_a: str
    name_b: str
    gains: tuple[TargetGain, ...]
    mean: TargetGain | None
    """Over the zero-shot targets; None where there is none."""
    zero_shot: tuple[str, ...]
    """The targets that the mean is over; for the paper's average those that either set's is."""
    interval: Carried
    """What the intervals of all rows carry at least."""
    average: Average = "shared"
    pool: SeedPool | None = None
    """None where the seeds' noise is from these two sets alone."""

    @property
    def is_across(self) -> bool:
        """Whether it compares an imported result with runs made here: items are not paired then."""
        return self.name_a.endswith(IMPORTED_MARK) != self.name_b.endswith(IMPORTED_MARK)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """One set among others."""

    key: str
    name: str
    source_langs: tuple[str, ...]
    mean: float
    """Over its seeds and the targets."""
    n_targets: int
    n_seeds: int
    may_be_best: bool | None
    """None: too few seeds to be judged."""
    behind: Difference | None
    """Its mean minus the highest of those judged, over common seeds; None where not judged. That
    the other came out on top is not allowed for in it: `may_be_best` is what allows for it."""

    @property
    def strength(self) -> Strength:
        """Fewer than three runs say nothing of how a set ranks."""
        return strength_of(self.n_seeds)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranking:
    """All sets of a comparison, the highest mean first, and which of them may be the best."""

    metric: str
    average: Average
    targets: tuple[str, ...]
    """That every mean is over; for the paper's average all of them, each set its own."""
    standings: tuple[Standing, ...]
    level: float
    """Probability that the truly best of the judged sets is among those that may be."""
    carried: Carried
    pool: SeedPool | None
    left_out: tuple[tuple[str, str], ...]
    """Name and reason of sets that cannot be compared with the others."""

    @property
    def left_out_by_reason(self) -> dict[str, list[str]]:
        """Their names: a whole experiment of another kind has one reason."""
        found: dict[str, list[str]] = {}
        for name, reason in self.left_out:
            found.setdefault(reason, []).append(name)
        return found

    @property
    def tied(self) -> tuple[Standing, ...]:
        """The sets that may be the best."""
        return tuple(s for s in self.standings if s.may_be_best)

    @property
    def alone(self) -> Standing | None:
        """The only set with seeds enough to be judged, which has nothing to be judged against."""
        enough = [s for s in self.standings if s.n_seeds >= MIN_SEEDS]
        return enough[0] if len(enough) == 1 and not self.tied else None
