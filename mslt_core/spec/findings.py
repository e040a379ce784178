"""What the runs of an experiment tell together: facts with their uncertainty, and what is next."""

import dataclasses
from typing import Literal

from mslt_core.spec.evidence import MIN_SEEDS
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.results import CheckpointRef

Step = Literal["baseline", "several", "seeds", "look", "sweep", "criteria", "more"]
"""Train one source language, or several; train further seeds; look inside; train all sets of a
size; ask which criterion would have found the best; train what a model of the sets proposes."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpaceShift:
    """What changed at the last layer from one checkpoint to another, on the same sentences."""

    before: str
    after: str
    mingling: LayerPoint
    linear_cka: LayerPoint
    retrieval_p1: LayerPoint


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpaceChange:
    """The base, a single source and several: do the languages mix more from one to the next?

    Intervals are over documents: one run of each set was looked into.
    """

    checkpoints: tuple[CheckpointRef, ...]
    mingling: tuple[LayerPoint, ...]
    """Of each checkpoint, at its last layer."""
    effective_rank: tuple[float, ...]
    shifts: tuple[SpaceShift, ...]
    """From each checkpoint to the next."""
    overall: SpaceShift
    """From the first to the last."""
    collapsed: bool
    """Whether the last one's space is so much flatter that this may be all of its mixing."""
    n: int
    """Sentences in each language."""
    langs: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NextStep:
    """What would tell most that is not known yet."""

    step: Step
    sets: tuple[tuple[str, ...], ...] = ()
    """To train; none where that is for another page to say."""
    names: tuple[str, ...] = ()
    """Of the sets that lack seeds."""
    few_shot: tuple[int, tuple[str, ...]] = (0, ())
    """How many examples the sets have of each of these targets."""
    n_seeds: int = MIN_SEEDS
    """How many to train each set with: so many that they have enough in common."""
    under_way: tuple[str, ...] = ()
    """Names of compared sets that lack seeds which are being trained already."""
