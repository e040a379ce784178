"""Whether the disk and the GPUs hold a sweep, asked before it starts or goes on."""

from collections.abc import Sequence

from mslt_core import machine
from mslt_core.spec.errors import MsltError, StoreError
from mslt_core.spec.sweeps import Engine, PlannedRun
from mslt_core.store import Store, told_size
from mslt_core.sweep.estimating import Estimate, estimate


def require_room(
    store: Store,
    runs: Sequence[PlannedRun],
    *,
    keep_weights: bool,
    engine: Engine,
    order: str = "start",
) -> None:
    """Refuse to `order` what the disk or the GPUs do not hold: else runs would fail one by one.

    A GPU's memory is looked at where a probe measured what a run takes of it; on a cluster the
    shares of its GPUs are who asked for them to answer for.
    """
    found = estimate(store, runs, keep_weights=keep_weights)
    if not found.fits:
        # what is planned stays as it is planned
        drops = order == "start" and found.kept_bytes
        drop = "drop weights (--keep-weights none), " if drops else ""
        raise StoreError(
            f"the sweep needs {told_size(found.needed_bytes)}, {told_size(found.free_bytes)} are "
            f"free where the store is, {store.root}",
            hint=f"Free some space, {drop}choose another store, or `sweep {order} --anyway`.",
        )
    if engine.name == "local" and found.crowded:
        raise MsltError(
            crowded_told(found), hint=f"{slots_told(found)}, or `sweep {order} --anyway`."
        )


def memory_told(found: Estimate) -> str:
    """What a run takes of a GPU, and how many fit there; empty where nothing tells."""
    if found.n_fit is None:
        return ""
    total = told_size(found.gpu_total)
    if found.gpu_bytes == found.gpu_total:
        return f"a run may need more than the {total} of a GPU, if its longest rows meet"
    fit = "one fits on a GPU" if found.n_fit == 1 else f"{found.n_fit} fit on a GPU side by side"
    memory = f"{told_size(found.gpu_bytes)} of {total} a run"
    return f"{memory}, with a tenth to spare {fit}"


def crowded_told(found: Estimate) -> str:
    """Why the GPUs are too small, as a sentence's beginning."""
    return f"{found.n_sharing} runs would share a GPU here: {memory_told(found)}"


def slots_told(found: Estimate) -> str:
    """What to do about it, without its full stop."""
    most = max(1, machine.slots_of(found.n_fit or 1))
    return f"Set MSLT_SLOTS to {most}{' or less' if most > 1 else ''}"
