"""Is a checkpoint whole, and is there room for what training makes of it? Read from headers."""

import json
import math
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from mslt_core.models import config
from mslt_core.spec import room
from mslt_core.spec.errors import CheckpointError, StoreError
from mslt_core.spec.specs import TrainSpec

MB = 1e6

_BLOCK = re.compile(r"(?P<before>.*?\b(?:layers?|h|blocks?)\.)(?P<number>\d+)\.(?P<after>.+)")


def shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight of a checkpoint folder."""
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.glob("model*.safetensors")):
        try:
            with path.open("rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        except (ValueError, OSError, MemoryError) as e:
            raise CheckpointError(f"{path} has no readable header: {e}") from None
        found |= {n: tuple(t["shape"]) for n, t in header.items() if n != "__metadata__"}
    return found


def n_parameters(folder: Path) -> int:
    """Number of weights."""
    return sum(math.prod(shape) for shape in shapes(folder).values())


def require_whole(folder: Path) -> None:
    """Refuse a checkpoint that lacks blocks, weights of a block, or the word embeddings.

    What is refused here is refused before anything was started; what only the model's own class
    knows is found when it is loaded.
    """
    found, n_layers = shapes(folder), config.n_layers(folder)
    blocks: Mapping[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in found:
        if match := _BLOCK.fullmatch(name):
            blocks[match["before"]][int(match["number"])].add(match["after"])
    if not any("embed" in name or "wte" in name or name.startswith("shared") for name in found):
        raise _lacks(folder, "the word embeddings")
    # an encoder-decoder has two stacks; the one that is named first in order is the encoder
    encoder = min(blocks, key=lambda before: ("decoder" in before, before), default=None)
    stack = blocks[encoder] if encoder else {}
    if missing := [i for i in range(n_layers) if i not in stack]:
        raise _lacks(folder, f"block {missing[0]} of {n_layers}")
    usual = {name for names in stack.values() for name in names}
    for number in range(n_layers):
        # T5's first block alone holds the relative positions
        lacking = [name for name in usual - stack[number] if "relative" not in name]
        if lacking:
            raise _lacks(folder, f"{encoder}{number}.{min(lacking)}")


def require_space(folder: Path, place: Path, spec: TrainSpec, *, states: Path) -> None:
    """Refuse a run whose weights, and states to resume from, do not fit on the disk.

    What lies in the folder `states` of an earlier attempt need not be written again.
    """
    at = next(path for path in (place, *place.parents) if path.is_dir())
    require_room(room.peak_bytes(spec, 4 * n_parameters(folder)), at, spec, states=states)


def require_room(n_bytes: int, at: Path, spec: TrainSpec, *, states: Path) -> None:
    """Refuse what does not fit where `at` lies; what is in the folder `states` is there already."""
    needed = room.MARGIN * n_bytes - room.bytes_below(states)
    if (free := shutil.disk_usage(at).free) < needed:
        raise StoreError(
            f"the run needs {needed / MB:,.1f} MB, {free / MB:,.1f} MB are free on {at}",
            hint="Free some space, or choose another store"
            + (", or keep the weights of fewer steps." if spec.snapshot_steps else "."),
        )


def _lacks(folder: Path, what: str) -> CheckpointError:
    return CheckpointError(
        f"{folder} lacks {what}",
        hint="It was cut short, or its config.json belongs to another model.",
    )
