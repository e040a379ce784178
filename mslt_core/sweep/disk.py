"""What runs need on the disk, and what is free."""

import functools
import json
import math
import shutil
from collections.abc import Iterable
from pathlib import Path

from mslt_core.pipeline import model_folder
from mslt_core.spec.room import STATES, bytes_below
from mslt_core.store import Store


@functools.lru_cache(maxsize=64)
def weights_bytes(model: str) -> int:
    """Size of a run's weights: its base's numbers, in float32 whatever the base has."""
    return sum(4 * _n_numbers(path) for path in model_folder(model).glob("*.safetensors"))


def free_bytes(store: Store) -> int:
    """What is free where the store is, or will be."""
    there = next(p for p in (store.root, *store.root.parents) if p.is_dir())
    return shutil.disk_usage(there).free


def states_bytes(store: Store, runs: Iterable[str]) -> int:
    """What attempts that were cut off have on the disk already, to go on from."""
    return sum(bytes_below(store.runs.folder(run) / STATES) for run in runs)


def _n_numbers(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(math.prod(t["shape"]) for name, t in header.items() if name != "__metadata__")
