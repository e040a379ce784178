"""Answers about single test items: on which of them two runs differ, and how."""

import dataclasses
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.sentences import Row, TaskKind

ItemKind = Literal["all", "only_b", "only_a", "both_wrong"]
"""Which items: all that differ, one run right alone, or both wrong in different ways."""

DifferBy = Literal["predictions", "counts"]
"""What of two runs is compared: what they said of an item, or only how much of it is right."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SeedCells:
    """Of how many items each run, both or neither got all right, with one seed each."""

    seed_a: int
    seed_b: int
    both: int
    only_a: int
    only_b: int
    neither: int
    p: float
    """Mid-p McNemar: of these two runs as they are, other seeds are no part of it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelErrors:
    """One label (entity type, tag or class) in both runs. Ratios; None where undefined."""

    label: str
    n_gold: int
    precision_a: float | None
    recall_a: float | None
    f1_a: float | None
    precision_b: float | None
    recall_b: float | None
    f1_b: float | None
    difference: float | None
    """Of F1, the second run minus the first."""
    low: float | None
    """95 % interval over test items; other seeds are no part of it."""
    high: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ItemsCompared:
    """Two runs on the test items of one language. Arrays have an entry an item."""

    lang: str
    kind: TaskKind
    metric: str
    labels: tuple[str, ...]
    name_a: str
    name_b: str
    seeds: tuple[int, int]
    right_a: npt.NDArray[np.bool_]
    """All of the item is right, as far as the metric looks."""
    right_b: npt.NDArray[np.bool_]
    worth_a: npt.NDArray[np.float64]
    """What is right of the item: words, entity errors below 0, 1 or 0, or the answer's F1."""
    worth_b: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    """Words of a tagged sentence; 1 for other items."""
    differ: npt.NDArray[np.bool_]
    """The predictions differ and are not both right; without predictions, their counts do."""
    differ_by: DifferBy
    only_a_seeds: npt.NDArray[np.int64]
    """With how many of the seeds the first run alone gets it right."""
    only_b_seeds: npt.NDArray[np.int64]
    cells: tuple[SeedCells, ...]
    """Of every pair of seeds that is compared."""
    rows: tuple[Row, ...]
    """The items themselves; empty where they cannot be read again."""
    predicted_a: tuple[Any, ...] | None
    """Label ids of the words, a label id, or an answer; None where they are not kept."""
    predicted_b: tuple[Any, ...] | None
    by_label: tuple[LabelErrors, ...]
    """Empty without predictions, and where answers are no labels."""
    missing: tuple[str, ...] = ()
    """What cannot be shown, and why, in sentences."""

    @property
    def n(self) -> int:
        """Number of items."""
        return len(self.right_a)

    @property
    def gain(self) -> npt.NDArray[np.float64]:
        """How much more of each item the second run gets right."""
        return self.worth_b - self.worth_a

    @property
    def chosen(self) -> SeedCells:
        """The cells of the two runs that are shown."""
        return next(c for c in self.cells if (c.seed_a, c.seed_b) == self.seeds)
