"""What a run needs on the disk, by its question and the size of its model."""

import contextlib
import math
import os
from pathlib import Path

from mslt_core.spec.specs import TrainSpec

SHORT_RUN = 200
"""Optimizer steps below which starting over costs less than saving in between."""

KEPT = 2
"""States to resume from; the second is for the day on which the newest is found damaged."""

MARGIN = 1.1
"""What is asked for beside what is counted: logs, predictions, and what a disk keeps to itself."""

STATES = "checkpoints"
"""Folder below a run's, for the states from which it can go on."""


def save_every(steps: int) -> int | None:
    """Steps between two states to resume from; None where a run is too short for them.

    A run passes some over that would take too much of its time; it never writes more.
    """
    return max(100, steps // 5) if steps >= SHORT_RUN else None


def kept_bytes(spec: TrainSpec, weights: int) -> int:
    """What stays where weights are kept: a run's own, and those of its snapshots."""
    return weights * (1 + len(spec.snapshot_steps))


def state_bytes(spec: TrainSpec, weights: int, trained: int) -> int:
    """A state to resume from: weights, of LoRA the adapters alone, and AdamW's two numbers each."""
    return (trained if spec.tune == "lora" else weights) + 2 * trained


def peak_bytes(
    spec: TrainSpec,
    weights: int,
    trained: int | None = None,
    *,
    every: int | None = None,
    n_snapshots: int | None = None,
) -> int:
    """The most that a run has on the disk at a time, with what it keeps.

    Parameters
    ----------
    spec : TrainSpec
        Steps, what is trained, how weights are chosen.
    weights : int
        Bytes of all weights in float32.
    trained : int, optional
        Of those that are trained; by default all, or none where LoRA or a head makes them few.
    every : int, optional
        Steps between two states to resume from; 0 for none.
    n_snapshots : int, optional
        Weights of steps on the way that are still to be written.
    """
    if trained is None:
        trained = weights if spec.tune == "all" else 0
    every = save_every(spec.steps) if every is None else every
    n_states = math.ceil(spec.steps / every) if every else 0
    state = state_bytes(spec, weights, trained)
    best = trained if spec.select != "last" else 0
    # what replaces another is whole before that one goes
    moments = (
        min(n_states, KEPT + 1) * state + best,
        min(n_states, KEPT) * state + 2 * best,
        min(n_states, KEPT) * state + best + weights,
    )
    n_snapshots = len(spec.snapshot_steps) if n_snapshots is None else n_snapshots
    return weights * n_snapshots + max(moments)


def bytes_below(folder: Path) -> int:
    """What lies there already; files that go while they are counted are not."""
    n_bytes = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # a run at work drops its older states
                n_bytes += (Path(at) / name).stat().st_size
    return n_bytes
