"""Answers: small frozen dataclasses, arrays with their axes named."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.specs import (
    PAIRWISE,
    Criterion,
    Estimator,
    Pooling,
    Projection,
    TrainSpec,
    Where,
)

RunState = Literal["queued", "running", "done", "failed", "stopped", "lost"]
CheckpointKind = Literal["base", "sslt", "mslt"]


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
    heuristic: bool = False
    """Whether only some good sets were looked at, too many being possible."""

    def __len__(self) -> int:
        return len(self.members)

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
            tied=bool(rank) and int(np.count_nonzero(self.ranks == rank)) > 1,
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
    """Language to value in [0, 1]; languages whose value is unknown are left out."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetExplained:
    """Why a set ranks where it does."""

    place: RankedSet
    contributions: dict[tuple[str, str], float]
    """Pair to its distance, largest first; empty for criteria that are no sums over pairs."""
    differ: tuple[FeatureContrast, ...]
    """Features with both values in the set, the most even split first."""
    agree: tuple[FeatureContrast, ...]
    """Features that all have, or all lack, the rarest agreement in the pool first."""
    uncovered: tuple[str, ...]
    """Values of word order, morphology and case that no language of the set has, in words."""
    better: RankedSet | None
    """The best of the sets that differ in one language and rank higher."""


PaperTask = Literal["wikiann", "xnli", "xcopa", "xwinograd", "xstorycloze"]


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
class TargetScores:
    """Scores of one run on one target language. Ratios in [0, 1]."""

    accuracy: float
    span_f1: float | None
    """None where neither the gold nor the predicted tags hold an entity."""
    majority_accuracy: float
    """Token accuracy of always answering the most frequent gold label of this language."""
    n_items: int
    n_tokens: int
    n_unseen: int = 0
    """Words that the tokenizer makes nothing of: they count as tagged O."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingPoint:
    """One row of a run's history."""

    step: int
    loss: float
    learning_rate: float
    grad_norm: float
    elapsed_s: float
    samples_per_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunInfo:
    """What the list of runs shows: cheap to read, no arrays."""

    run: str
    """The spec's digest."""
    state: RunState
    reason: str
    """Why it failed, was stopped or is lost; empty otherwise."""
    spec: TrainSpec
    where: Where
    step: int
    created_utc: str
    elapsed_s: float
    device: str
    mean_accuracy: float | None
    """Mean token accuracy over the run's own zero-shot targets, so comparable only between runs
    with the same sources; None without scores."""
    has_scores: bool
    """It finished once. A run that is done again, for its weights, keeps its scores meanwhile."""
    read_only: bool
    """Shipped with the example."""
    has_weights: bool

    @property
    def name(self) -> str:
        """SSLT(en), MSLT(de, en, es)."""
        return self.spec.name

    @property
    def zero_shot_langs(self) -> tuple[str, ...]:
        """Targets that were not trained on."""
        sources = self.spec.source_langs
        return tuple(lang for lang in self.spec.target_langs if lang not in sources)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunResult:
    """A finished run."""

    info: RunInfo
    scores: dict[str, TargetScores]
    sampled: dict[str, int]
    """Training examples per source language; they sum to the budget."""
    sampled_hash: str
    tokens_seen: dict[str, int]
    """Sub-words per source language over all steps, repeats counted, padding not."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunGroup:
    """Finished runs that differ in their seed alone."""

    key: str
    """Digest of the spec with seed 0."""
    name: str
    """SSLT(en), MSLT(de, en, es)."""
    experiment: str
    """Digest of what two groups must share to be compared: all but the sources and the seed."""
    source_langs: tuple[str, ...]
    runs: tuple[RunInfo, ...]
    """By seed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetGain:
    """One group of runs minus another on one target language. Ratios, not points."""

    lang: str
    score_a: float
    """Mean over the seeds of the group that is subtracted."""
    score_b: float
    difference: float
    """score_b - score_a."""
    low: float | None
    """95 % interval of the difference; None where it cannot be had."""
    high: float | None
    n_items: int
    n_seeds: int
    is_source: bool
    """A source language of either group, so not a zero-shot target."""
    majority_accuracy: float


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
    """The targets that the mean is over."""
    interval: Literal["seeds", "items", "none"]
    """What the interval carries: t over the seeds, paired bootstrap over items, or nothing."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CheckpointRef:
    """A checkpoint that was found: what to call it, where it lies, what is in it."""

    key: str
    """What the user asked for: base, a run's digest, or a path."""
    name: str
    """Base, SSLT(en), MSLT(de, en, es), or the folder's name."""
    kind: CheckpointKind
    source_langs: tuple[str, ...]
    path: str
    fingerprint: str
    n_layers: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class CkaResult:
    """CKA between languages inside one checkpoint."""

    langs: tuple[str, ...]
    matrix: npt.NDArray[np.float64]
    """(n_langs, n_langs), symmetric, ones on the diagonal."""
    n: int
    layer: int
    estimator: Estimator
    pooling: Pooling

    def mean_off_diagonal(self) -> float:
        """Mean over the pairs of different languages."""
        i, j = np.triu_indices(len(self.langs), k=1)
        return float(self.matrix[i, j].mean())


@dataclasses.dataclass(frozen=True, kw_only=True)
class MapResult:
    """A 2-d map: row r is sentence `ids[r % n]` in `langs[r // n]`."""

    langs: tuple[str, ...]
    ids: tuple[str, ...]
    coords: npt.NDArray[np.float32]
    """(n_langs * n, 2), languages one after the other."""
    method: Projection
    disparity: float | None
    """Procrustes disparity in [0, 1] to the reference map; None for the reference itself."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MingleResult:
    """The Mingling page: per checkpoint a map and a CKA matrix over the same sentences."""

    checkpoints: tuple[CheckpointRef, ...]
    maps: tuple[MapResult, ...]
    ckas: tuple[CkaResult, ...]
    texts: dict[str, tuple[str, ...]]
    """Per language the sentences of the map, in the order of the map's ids."""
