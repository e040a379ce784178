"""Answers to: which way of choosing would have found the good sets?"""

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mslt_core.spec.criteria import made_of
from mslt_core.spec.evidence import Average, Carried
from mslt_core.spec.selecting import Criterion, SelectSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranged:
    """A number with the 95 % interval that the noise of seeds and items leaves."""

    value: float
    low: float | None
    high: float | None
    """None with a single seed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PaperPick:
    """What the paper's Table 1 or 2 says of a criterion's pick on one task."""

    task: str
    """As the paper prints it."""
    rank: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class PickStanding:
    """How good a pick is among all trained sets."""

    rank: Ranged
    """1 is best; with ties the mean over the picks."""
    regret: Ranged
    """Best set's mean score minus the pick's; a ratio."""
    beats: Ranged
    """Share of the other sets that score lower."""
    held_out: tuple[float, ...]
    """Regret by seed: against the set that is best on all other seeds. Empty with one seed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CriterionJudged:
    """One criterion against the results of all trained sets."""

    criterion: Criterion
    picks: tuple[tuple[str, ...], ...]
    """The sets that tie for the highest score; one is taken by lot."""
    standing: PickStanding
    """Of the picks."""
    rho: Ranged
    """Spearman's correlation of criterion and mean score over all sets; NaN where one does not
    vary. Noise of the scores makes it smaller, and the interval is of the true means', so that the
    value may lie outside of it."""
    p: float
    """Two-sided, by exchanging languages; NaN where rho is."""
    against_least: Ranged
    """The pick's mean score minus that of the set the criterion likes least; a ratio."""
    least: tuple[tuple[str, ...], ...]
    paper: tuple[PaperPick, ...]
    """Where the pool and k are the paper's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AllLanguages:
    """The set of the whole pool, under the same budget."""

    score: float
    minus_best: Ranged
    """Its mean score minus that of the best set of k."""

    @property
    def regret(self) -> Ranged:
        """The same from the other side, as for a criterion's pick; below 0 where it is better."""
        low, high = self.minus_best.low, self.minus_best.high
        return Ranged(
            value=-self.minus_best.value,
            low=None if high is None else -high,
            high=None if low is None else -low,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """Every criterion against the results of all sets of k languages."""

    pool: tuple[str, ...]
    k: int
    fixed: str | None
    """A language that is in every set."""
    metric: str
    average: Average
    targets: tuple[str, ...]
    """What every mean is over, languages of no set; for the paper's average all targets, of which
    each set's own sources are left out of its mean."""
    seeds: tuple[int, ...]
    sets: tuple[tuple[str, ...], ...]
    scores: npt.NDArray[np.float64]
    """(n_seeds, n_sets): mean over the targets, a ratio."""
    sd_seed: float | None
    """Standard deviation of one run around its set; None with a single seed."""
    df: int
    carried: Carried
    """What the intervals carry."""
    goodness: Mapping[Criterion, npt.NDArray[np.float64]]
    """(n_sets,) each: what every criterion says of every set, high is good; NaN: nothing."""
    asked: SelectSpec
    """Of what model, text, layer and figures the criteria are made."""
    base: str
    """The name of that model, from which the runs began."""
    criteria: tuple[CriterionJudged, ...]
    """By regret, the smallest first."""
    random: PickStanding
    """Of a set drawn by lot."""
    everything: AllLanguages | None
    """None where it was not trained, or is the one set."""
    missing: Mapping[Criterion, str]
    """Criteria that could not be computed, and why."""

    @property
    def means(self) -> npt.NDArray[np.float64]:
        """(n_sets,): mean score of every set over targets and seeds."""
        return self.scores.mean(axis=0)

    @property
    def made_of(self) -> str:
        """Whose vocabulary, embeddings and pretraining text criteria are made of; or empty."""
        return made_of([one.criterion for one in self.criteria], self.asked, self.base)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchCurve:
    """How a way of choosing the next set did, after 1, 2, ... runs."""

    name: str
    """random, model, or a criterion."""
    regret: tuple[float, ...]
    """Mean over repetitions: best set minus the best found, on held-out seeds; a ratio."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    """Middle 80 % of the repetitions."""
    reached: tuple[float, ...]
    """Share of repetitions that had trained one of the top three."""
    named: tuple[float, ...]
    """Share of repetitions whose best run was one of the top three."""
    n_repeats: int
    n_different: int
    """Different courses among them: few where nothing is left to chance."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proposal:
    """A set that is worth training next."""

    source_langs: tuple[str, ...]
    expected_gain: float
    """Over the best so far, as the model has it; a ratio."""
