"""Whether the disk holds a sweep, asked before it starts or goes on."""

from collections.abc import Sequence

from mslt_core.spec.errors import StoreError
from mslt_core.spec.sweeps import PlannedRun
from mslt_core.store import Store, told_size
from mslt_core.sweep.estimating import estimate


def require_room(
    store: Store, runs: Sequence[PlannedRun], *, keep_weights: bool, order: str = "start"
) -> None:
    """Refuse to `order` what the disk does not hold: else runs would fail one by one."""
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
