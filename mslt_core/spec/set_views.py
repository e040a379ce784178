"""Answers about sets of sources: the best and the worst, what recurs, what similarity does."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from mslt_core.spec.evidence import Carried, Difference, strength_of
from mslt_core.spec.judging import Ranged
from mslt_core.spec.rankings import PaperTask
from mslt_core.spec.selecting import Criterion, PretrainingFigures
from mslt_core.spec.views import BySize

Langs = tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetsAsked:
    """Which sets an answer is about: all of one size out of a pool."""

    metric: str
    pool: Langs
    k: int
    n_sets: int
    targets: Langs
    """Languages of no set, that every mean is over."""
    seeds: tuple[int, ...]
    """That all of the sets have."""
    carried: Carried

    @property
    def strength(self) -> str:
        """Fewer than three runs say nothing of how a set ranks."""
        return strength_of(len(self.seeds))


@dataclasses.dataclass(frozen=True, kw_only=True)
class EndGain:
    """The best or the worst set minus the baseline, on one target or on the mean of all."""

    difference: Difference
    """Of sets chosen on some seeds and scored on the others; with a single seed chosen and scored
    on the same run, and without an interval."""
    chosen: tuple[Langs, ...]
    """The sets that were chosen, one for every part of the seeds, without repeats."""
    with_luck: float
    """Of the set chosen on all seeds and scored on the same ones."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class EndGains:
    """Both ends on one target."""

    lang: str
    """Empty for the mean."""
    best: EndGain
    worst: EndGain


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetEnds(SetsAsked):
    """The best and the worst set against a baseline."""

    baseline: str
    rows: tuple[EndGains, ...]
    """A target each, by how much the best set gains, the largest first."""
    mean: EndGains
    """Sets chosen by their mean over the targets."""

    @property
    def crossed(self) -> bool:
        """Whether choosing and scoring had different seeds."""
        return len(self.seeds) > 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageRecurs:
    """How often one language is among the best sets, and what it brings."""

    lang: str
    n_top: int
    """Of the sets with the highest means."""
    top_share: Ranged
    """The same as a share; the interval is that of the sets that are truly best, as far as the
    seeds' noise leaves it open."""
    p: float
    """Two-sided, of the best sets being drawn by lot."""
    p_holm: float
    n_tied: int
    """Of the sets that may be the best."""
    effect: Difference
    """Mean of all sets with the language minus the mean of all without it; p_holm over the
    languages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recurring(SetsAsked):
    """Which languages recur in the best sets."""

    top: tuple[tuple[Langs, float], ...]
    """The sets with the highest means, and these."""
    n_tied: int
    """Sets that may be the best; 0: fewer than three seeds, so none can be judged."""
    languages: tuple[LanguageRecurs, ...]
    """The largest effect first."""
    paper: Mapping[PaperTask, tuple[Langs, ...]]
    """The paper's five best sets by task, where pool and size are the paper's."""

    @property
    def expected(self) -> float:
        """Share of all sets that hold a language, the same for each."""
        return self.k / len(self.pool)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contrast:
    """The sets that a criterion holds for least and for most similar."""

    criterion: Criterion
    diverse: tuple[Langs, ...]
    """The least similar; several where they tie."""
    similar: tuple[Langs, ...]
    score_diverse: float
    """Mean over the ties, a ratio."""
    score_similar: float
    difference: Difference
    """Diverse minus similar; p_holm over the criteria."""
    paper: Mapping[PaperTask, tuple[float, float]]
    """The paper's scores of the most and of the least similar set, in points as printed, where pool
    and size are the paper's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Similarity(SetsAsked):
    """Do less similar languages make better sets?"""

    means: Mapping[Langs, float]
    """Of every set."""
    contrasts: tuple[Contrast, ...]
    """The largest difference first."""
    missing: Mapping[Criterion, str]
    """Criteria that could not be computed, and why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RankCorrelation:
    """Spearman's rho over some points."""

    rho: float
    low: float | None
    """95 % interval; None where there is none."""
    high: float | None
    p: float
    """Two-sided."""
    n: int
    over: Literal["points", "seeds", "both"] = "points"
    """What the interval carries: points as a sample; or, of sets, which share languages, the noise
    of seeds, or of seeds and test items, and p is by exchanging languages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SizePoint:
    """A target, or a set of sources, with its pretraining text."""

    langs: Langs
    size: float
    """Published; of a set the sum over its languages."""
    score: float
    """A ratio."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SizeSeries:
    """Points of one set of sources (its targets), or of all sets of a size (themselves)."""

    name: str
    points: tuple[SizePoint, ...]
    correlation: RankCorrelation | None
    """None with fewer than five points, or where sizes or scores do not vary."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ByPretraining:
    """The score against how much text the base model saw."""

    metric: str
    figures: PretrainingFigures
    unit: str
    source: str
    series: tuple[SizeSeries, ...]
    without: Langs
    """Languages of which no size is published."""
    caveats: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetGapJudged:
    """What one set loses on the way from its sources to unseen targets."""

    name: str
    source_langs: Langs
    gap: Difference | None
    """A ratio; None where it is undefined."""
    on_sources: float | None
    on_unseen: float | None
    sources: Langs
    """Those that were scored."""
    unseen: Langs
    reason: str
    """Why it is undefined; empty otherwise."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelSizes:
    """The scores by number of sources of another base model, all else being equal."""

    name: str
    """The model, with its learning rate where that differs too."""
    experiment: str
    """Digest of what its runs have in common."""
    result: BySize | None
    reason: str
    """Why there is none; empty otherwise."""
