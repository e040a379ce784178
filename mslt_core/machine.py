"""What this machine has for work: so many slots, and GPUs that those share who work at a time."""

import glob
import itertools
import os
import re
from collections.abc import Sequence

from mslt_core.spec.errors import BadInputError
from mslt_core.store.turns import Machine

GPU_FILES = ("/dev/nvidia[0-9]*", "/proc/driver/nvidia/gpus/*")  # the former made at first use
ALL_GPUS = "MSLT_ALL_GPUS"
"""Variable for the GPUs that all work shares, in a process which sees but its own."""


def slots() -> int:
    """How many pieces of work may run at a time: ``MSLT_SLOTS``, else one a GPU, else one."""
    if (text := os.environ.get("MSLT_SLOTS")) is None:
        found, n_each = all_gpus()
        return max(1, len(found) // n_each)
    if not text.isdecimal() or int(text) < 1:
        raise BadInputError(f"MSLT_SLOTS must be a whole number from 1 on, got {text!r}")
    return int(text)


def slots_of(n_sharing: int) -> int:
    """Slots with which no GPU has more than `n_sharing` pieces of work; there must be a GPU."""
    found, n_each = all_gpus()
    return n_sharing * len(found) // n_each


def all_gpus() -> tuple[Sequence[str], int]:
    """The GPUs that may be used, and how many of them a piece of work gets: ``MSLT_PROCESSES``."""
    named = os.environ.get(ALL_GPUS, os.environ.get("CUDA_VISIBLE_DEVICES"))
    n_here = next((len(found) for files in GPU_FILES if (found := glob.glob(files))), 0)
    here = map(str, range(n_here)) if named is None else map(str.strip, named.split(","))
    # CUDA, too, takes those before the first that is none, such as -1
    gpus = list(itertools.takewhile(lambda gpu: re.match(r"\d|GPU-|MIG-", gpu), here))
    each = os.environ.get("MSLT_PROCESSES", "1")
    return gpus, max(1, min(int(each) if each.isdecimal() else 1, len(gpus)))


def shared(n_works: int | None = None) -> Machine:
    """What `n_works` pieces of work share side by side; by default as many as there are slots."""
    found, n_each = all_gpus()
    return Machine(
        n_works=slots() if n_works is None else n_works, gpus=tuple(found), n_each=n_each
    )


def share_of_cores() -> dict[str, str]:
    """Workers that run side by side share the cores: threads that wait for a core cost tenfold."""
    threads = max(1, (os.cpu_count() or 1) // slots())
    return {"OMP_NUM_THREADS": str(threads)} if slots() > 1 else {}


class Own:
    """The GPUs that this process has; it keeps them, as CUDA looks but once."""

    gpus: tuple[str, ...] = ()

    def take(self, gpus: tuple[str, ...]) -> None:
        """See no others, from before torch looks, which takes the first that it sees."""
        if gpus:
            every, _ = all_gpus()
            self.gpus = gpus
            os.environ.update({ALL_GPUS: ",".join(every), "CUDA_VISIBLE_DEVICES": ",".join(gpus)})


own = Own()
