"""What runs need on the disk, and what is free."""

import functools
import shutil
from collections.abc import Iterable

from mslt_core.pipeline.checkpoints import n_parameters
from mslt_core.spec.room import STATES, bytes_below
from mslt_core.store import Store


@functools.lru_cache(maxsize=64)
def weights_bytes(model: str) -> int:
    """Size of a run's weights: its base's numbers, in float32 whatever the base has."""
    return 4 * n_parameters(model)


def free_bytes(store: Store) -> int:
    """What is free where the store is, or will be."""
    there = next(p for p in (store.root, *store.root.parents) if p.is_dir())
    return shutil.disk_usage(there).free


def states_bytes(store: Store, runs: Iterable[str]) -> int:
    """What attempts that were cut off have on the disk already, to go on from."""
    return sum(bytes_below(store.runs.folder(run) / STATES) for run in runs)
