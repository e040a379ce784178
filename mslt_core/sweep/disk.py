"""What runs need on the disk, and what is free."""

import functools
import json
import math
import shutil
from pathlib import Path

from mslt_core.pipeline import model_folder
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store

CHECKPOINT_SIZE = 3
"""A state to resume from holds the weights and twice as much of AdamW's moments."""

KEPT_CHECKPOINTS = 2
SHORT_RUN = 200
"""Steps below which a run keeps no state to resume from; the number is `models.completeness`'s."""


@functools.lru_cache(maxsize=64)
def weights_bytes(model: str) -> int:
    """Size of a run's weights: its base's numbers, in float32 whatever the base has."""
    return sum(4 * _n_numbers(path) for path in model_folder(model).glob("*.safetensors"))


def kept_bytes(spec: TrainSpec, weights_bytes: int) -> int:
    """What a run leaves on the disk where weights are kept: its own, and those of its snapshots."""
    return weights_bytes * (1 + len(spec.snapshot_steps))


def passing_bytes(spec: TrainSpec, weights_bytes: int) -> int:
    """What a run has on the disk while it works: what it may keep, and states to resume from."""
    states = CHECKPOINT_SIZE * KEPT_CHECKPOINTS if spec.steps >= SHORT_RUN else 0
    return kept_bytes(spec, weights_bytes) + weights_bytes * states


def free_bytes(store: Store) -> int:
    """What is free where the store is, or will be."""
    there = next(p for p in (store.root, *store.root.parents) if p.is_dir())
    return shutil.disk_usage(there).free


def _n_numbers(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(math.prod(t["shape"]) for name, t in header.items() if name != "__metadata__")
