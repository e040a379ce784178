"""Answers: small frozen dataclasses, arrays with their axes named."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.corpora import Original
from mslt_core.spec.evidence import GainResult, TargetGain
from mslt_core.spec.specs import Estimator, Pooling, Projection, TrainSpec, Where

__all__ = [
    "SCORES",
    "CheckpointKind",
    "CheckpointRef",
    "CkaResult",
    "CurvePoint",
    "FramesResult",
    "GainResult",
    "MapResult",
    "MingleResult",
    "RunGroup",
    "RunInfo",
    "RunResult",
    "RunState",
    "TargetGain",
    "TargetScores",
    "TrainingPoint",
]

RunState = Literal["queued", "running", "done", "failed", "stopped", "lost"]
CheckpointKind = Literal["base", "sslt", "mslt"]


SCORES = ("accuracy", "item_accuracy", "answer_f1", "span_f1", "macro_f1", "exact_match")
"""Names in `METRICS` of what a target can be scored by, each task's main one first."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetScores:
    """Scores of one run on one target language. Ratios in [0, 1]; None: not of this task."""

    accuracy: float | None = None
    """Of words."""
    span_f1: float | None = None
    """None also where neither the gold nor the predicted tags hold an entity."""
    item_accuracy: float | None = None
    macro_f1: float | None = None
    answer_f1: float | None = None
    exact_match: float | None = None
    majority_accuracy: float | None = None
    """Accuracy of always answering the most frequent gold label of this language."""
    n_items: int
    n_tokens: int
    """Words that were labelled; items, where an item has one label or answer."""
    n_unseen: int = 0
    """Words that the tokenizer makes nothing of: outside of entities, and wrong where there are
    none."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it was scored by, the main one first."""
        return tuple(name for name in SCORES if getattr(self, name) is not None)


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
class CurvePoint:
    """One point of a run's learning curve."""

    step: int
    scores: dict[str, TargetScores]
    """Of every target language, on the run's own test items."""
    held_out: float | None = None
    """Mean main score over the sources' held-out training rows, where there are any."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Imported:
    """Where a run came from that was not made in this store."""

    source: str
    """bundle, or the name of a file that another program wrote."""
    imported_utc: str
    made_utc: str
    """When the bundle was written; empty for other files."""
    sha256: str
    """Of the bundle's manifest, which names its whole content; or of the file."""
    product_version: str
    """Of the bundle's writer, or of the reader of another file."""


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
    metrics: tuple[str, ...]
    """Names in `METRICS` of the scores that it has on some target, the main one first."""
    mean_score: float | None
    """Mean of the main score over the run's own zero-shot targets, so comparable only between
    runs with the same sources; None without scores."""
    has_scores: bool
    """It finished once. A run that is done again, for its weights, keeps its scores meanwhile."""
    read_only: bool
    """Shipped with the example."""
    has_weights: bool
    imported: Imported | None = None
    """Made elsewhere; None for runs of this store."""

    @property
    def name(self) -> str:
        """SSLT(en), MSLT(de, en, es)."""
        return self.spec.name

    @property
    def zero_shot_langs(self) -> tuple[str, ...]:
        """Targets that were not trained on."""
        seen = self.spec.seen_langs
        return tuple(lang for lang in self.spec.target_langs if lang not in seen)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunResult:
    """A finished run."""

    info: RunInfo
    scores: dict[str, TargetScores]
    sampled: dict[str, int]
    """Training examples per language, few-shot targets too; they sum to the budget."""
    sampled_hash: str
    tokens_seen: dict[str, int]
    """Sub-words per source language over all steps, repeats counted, padding not."""
    n_meanings: int | None = None
    """Different meanings among the training examples of parallel data; None for other data."""
    step_scored: int | None = None
    """The step whose weights were scored and kept; None for the last."""
    last_scores: dict[str, TargetScores] | None = None
    """Scores of the last step's weights, where others were chosen."""


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

    @property
    def metrics(self) -> tuple[str, ...]:
        """What its runs are scored by, the main score first."""
        return self.runs[0].metrics

    @property
    def seen_langs(self) -> tuple[str, ...]:
        """Languages that it was trained on, few-shot targets too."""
        return self.runs[0].spec.seen_langs

    @property
    def plain(self) -> bool:
        """Whether it was trained on its sources alone, without few-shot examples of a target."""
        return self.seen_langs == self.source_langs


@dataclasses.dataclass(frozen=True, kw_only=True)
class CheckpointRef:
    """A checkpoint that was found: what to call it, where it lies, what is in it."""

    key: str
    """What the user asked for: base, a run's digest, or a path."""
    name: str
    """Base, SSLT(en), MSLT(de, en, es), or the folder's name."""
    kind: CheckpointKind
    seen_langs: tuple[str, ...]
    """What it was trained on: its sources and the languages of its shots."""
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
    layer: int = -1
    """Of the checkpoint, counted from the front."""
    neighbours: npt.NDArray[np.integer] | None = None
    """(n_langs * n, k): rows of each point's nearest others in the original space."""
    quality: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Names in `METRICS` to how far the map can be trusted; with the mingling score in the map
    (`mingling_in_map`) and of the same points in the original space (`mingling`)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MingleResult:
    """The Mingling page: per checkpoint a map and a CKA matrix over the same sentences."""

    checkpoints: tuple[CheckpointRef, ...]
    maps: tuple[MapResult, ...]
    ckas: tuple[CkaResult, ...]
    texts: dict[str, tuple[str, ...]]
    """Per language the sentences of the map, in the order of the map's ids."""
    original: Original = "any"
    """Language that all of them were first written in."""
    corpus: str = ""
    """What the parallel sentences are called, in captions."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FramesResult:
    """Maps of the same sentences from layer to layer, in one frame of reference."""

    checkpoints: tuple[CheckpointRef, ...]
    layers: tuple[int, ...]
    maps: tuple[tuple[MapResult, ...], ...]
    """Of each checkpoint and layer."""
    moved: tuple[tuple[float, ...], ...]
    """Of each checkpoint, the Procrustes disparity from every layer to the next one."""
    texts: dict[str, tuple[str, ...]]
    """Per language the sentences, in the order of the maps' ids."""
