"""Answers to source selection: ranked sets, reasons, and the paper's own figures."""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.selecting import PAIRWISE, Criterion, FeatureSet


@dataclasses.dataclass(frozen=True, kw_only=True)
class RankedSet:
    """One set of source languages and its place."""

    source_langs: tuple[str, ...]
    rank: int | None
    """1 is best; tied sets share the smallest rank of the tie. None: its score is undefined."""
    tied: bool
    """Whether another set has the same rank."""
    score: float | None
    mean_pair: float | None
    """Score divided by the number of pairs, comparable across k; None for other criteria."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoredSets:
    """Sets of k languages under one criterion, as arrays: there may be a million."""

    criterion: Criterion
    k: int
    minimise: bool
    pool: tuple[str, ...]
    """Alphabetical."""
    members: npt.NDArray[np.int16]
    """(n_sets, k), places in `pool`, in alphabetical order within and between sets."""
    scores: npt.NDArray[np.float64]
    """(n_sets,); NaN where undefined."""
    ranks: npt.NDArray[np.int64]
    """(n_sets,), 1 is best, ties share the smallest; 0 where the score is undefined."""
    order: npt.NDArray[np.int64]
    """(n_sets,), places in `members`, best first, ties alphabetical, undefined ones last."""
    unit: str
    """What the scores count: GiB, sum of 1 - cosine."""
    heuristic: bool = False
    """Whether only some good sets were looked at, too many being possible."""

    def __len__(self) -> int:
        return len(self.members)

    @functools.cached_property
    def _sharing(self) -> npt.NDArray[np.int64]:
        """How many sets have each rank."""
        return np.bincount(self.ranks)

    @property
    def n_ranked(self) -> int:
        """Sets whose score is defined."""
        return int(np.count_nonzero(self.ranks))

    def langs(self, i: int) -> tuple[str, ...]:
        """The languages of the i-th set."""
        return tuple(self.pool[m] for m in self.members[i])

    def find(self, source_langs: Sequence[str]) -> int | None:
        """The place in `members` of a set; None if it is not among these."""
        place = {lang: i for i, lang in enumerate(self.pool)}
        if len(set(source_langs)) != self.k or not set(source_langs) <= place.keys():
            return None
        wanted = sorted(place[lang] for lang in source_langs)
        found = np.flatnonzero((self.members == wanted).all(axis=1))
        return int(found[0]) if len(found) else None

    def ranked(self, i: int) -> RankedSet:
        """The i-th set with its place."""
        rank, n_pairs = int(self.ranks[i]), math.comb(self.k, 2)
        score = float(self.scores[i]) if rank else None
        pairwise = score is not None and self.criterion in PAIRWISE
        return RankedSet(
            source_langs=self.langs(i),
            rank=rank or None,
            tied=bool(rank) and bool(self._sharing[rank] > 1),
            score=score,
            mean_pair=score / n_pairs if pairwise and score is not None else None,
        )

    def best(self, n: int) -> tuple[RankedSet, ...]:
        """The first `n` sets."""
        return tuple(self.ranked(int(i)) for i in self.order[:n])


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelectionResult:
    """All sets of k languages under one criterion, and what the scores are made of."""

    sets: ScoredSets
    distances: npt.NDArray[np.float64] | None
    """(n_pool, n_pool), 1 - cosine, axes in the order of `sets.pool`, NaN where undefined; None
    for criteria that are no sums over pairs."""
    values: dict[str, float] | None
    """Each language's own share, for criteria that add up languages or means over them."""
    notes: tuple[str, ...] = ()
    """What a reader must know: languages without figures, and what was done about them."""

    @property
    def criterion(self) -> Criterion:
        return self.sets.criterion

    @property
    def k(self) -> int:
        return self.sets.k

    @property
    def pool(self) -> tuple[str, ...]:
        return self.sets.pool


@dataclasses.dataclass(frozen=True, kw_only=True)
class CriteriaResult:
    """The same sets under several criteria."""

    by_criterion: dict[Criterion, ScoredSets]
    """All with the same `members`."""
    correlations: npt.NDArray[np.float64]
    """(n_criteria, n_criteria), Spearman's rho between the scores, turned so that high is good;
    NaN where one of the two is the same for all sets."""
    missing: dict[Criterion, str]
    """Criteria that could not be computed, and why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeatureContrast:
    """One typological feature over the languages of a set."""

    name: str
    """In words: "subject before verb"."""
    values: dict[str, float]
    """Language to value in [0, 1]."""
    predicted: tuple[str, ...]
    """Languages whose value no source reports: it was predicted from near languages."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetExplained:
    """Why a set ranks where it does."""

    place: RankedSet
    contributions: dict[tuple[str, str], float]
    """Pair to its distance, largest first; empty for criteria that are no sums over pairs."""
    features: FeatureSet
    """What the following features are of: the criterion's own, or syntax."""
    differ: tuple[FeatureContrast, ...]
    """Features with both values in the set, the most even split first."""
    agree: tuple[FeatureContrast, ...]
    """Features that all have, the rarest among all languages first."""
    uncovered: tuple[str, ...]
    """Values of word order, morphology and case that no language of the set has, in words."""
    better: RankedSet | None
    """The best of the sets that differ in one language and rank higher."""


PaperTask = Literal["wikiann", "xnli", "xcopa", "xwinograd", "xstorycloze"]

TASKS: Mapping[PaperTask, str] = MappingProxyType(
    {
        "wikiann": "WikiAnn",
        "xnli": "XNLI",
        "xcopa": "XCOPA",
        "xwinograd": "XWinograd",
        "xstorycloze": "XStoryCloze",
    }
)
"""The paper's tasks as its tables print them, in their order."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PaperScore:
    """What the paper reports of one set on one task."""

    task: PaperTask
    source_langs: tuple[str, ...]
    score: float | None
    """In points, as printed; None where only the rank is known."""
    rank: int | None
    """Of 35; None where only the score is known."""
    evidence: tuple[str, ...]
    """Which tables say so, and how: "Table 3, rank 4; Table 1, geography"."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PaperOverlay:
    """The paper's figures for the pool of seven and k = 3, where its tables determine the set."""

    scores: tuple[PaperScore, ...]
    unknown: tuple[str, ...]
    """Figures whose set cannot be determined, each with the reason."""
    remarks: tuple[str, ...]
    """What does not fit together in the tables as printed; nothing is corrected."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class EnglishFixed:
    """What Table 2 says of the sets with English."""

    ranks: Mapping[tuple[PaperTask, tuple[str, ...]], int]
    """(task, set) to its rank among the 15 sets with English, by Tables 2 and 3."""
    remarks: tuple[str, ...]
    """What does not fit together; empty where all does."""
