"""The side that asks: start a sweep's workers, tell them to pause or to end, do failed runs again.

Workers are detached processes; nothing here needs to stay alive.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence

from mslt_core import jobs, machine
from mslt_core.pipeline import check_batches
from mslt_core.pipeline.training import check_trackers
from mslt_core.spec.sweeps import Sweep
from mslt_core.store import Store
from mslt_core.sweep import cluster, working
from mslt_core.sweep.fitting import require_room

POLL_S = 0.1


def start(store: Store, sweep: Sweep) -> str:
    """Write the plan and have it done; what is done already is not done again."""
    _require_workers(sweep)
    store.sweeps.save(sweep)
    _go_on(store, sweep.digest)
    return sweep.digest


def resume(store: Store, digest: str, *, anyway: bool = False) -> None:
    """Let the sweep go on, with as many workers as there are slots.

    Refused where the disk or the GPUs do not hold what is left, unless `anyway`.
    """
    _require_rest(store, store.sweeps.get(digest), "resume", anyway=anyway)
    _go_on(store, digest)


def pause(store: Store, digest: str) -> None:
    """Let every worker finish its present step, keep a checkpoint of it, and leave."""
    with store.sweeps.locked(digest):
        store.sweeps.set_order(digest, "pause")


def retry(store: Store, digest: str, *, anyway: bool = False) -> tuple[str, ...]:
    """Let runs that failed or were stopped by hand be done again, and the sweep go on.

    Refused as `resume` is.
    """
    sweep = store.sweeps.get(digest)
    _require_rest(store, sweep, "retry", anyway=anyway)
    ended = tuple(
        run
        for run in (planned.run for planned in sweep.runs)
        if store.runs.exists(run) and store.runs.status(run).state in {"failed", "stopped"}
    )
    _go_on(store, digest, ended)
    return ended


def cancel(store: Store, digest: str, *, patience_s: float = 5.0, grace_s: float = 5.0) -> None:
    """End the sweep: ask as for a pause, after `patience_s` end workers, after `grace_s` kill them.

    Runs that are done stay, the others keep their checkpoints.
    """
    with store.sweeps.locked(digest):
        store.sweeps.set_order(digest, "cancel")
    for wait_s, number in ((patience_s, signal.SIGTERM), (grace_s, signal.SIGKILL)):
        if _all_left(store, digest, wait_s):
            return
        for worker in store.sweeps.workers(digest):
            if worker.pid != os.getpid():
                worker.send(number)
    _all_left(store, digest, grace_s)


def serve(store: Store, digest: str) -> None:
    """Be the process that the engine asks for: a worker, or who asks a cluster's nodes."""
    if store.sweeps.get(digest).engine.name == "ray":
        cluster.drive(store, digest)
    else:
        working.work_through(store, digest)


def _require_workers(sweep: Sweep) -> None:
    """Refuse surroundings in which every run would fail, before anything is written."""
    machine.slots()  # a wrong MSLT_SLOTS
    check_batches(planned.spec for planned in sweep.runs)
    check_trackers()
    if sweep.engine.name == "ray":
        cluster.require_ray()


def _require_rest(store: Store, sweep: Sweep, order: str, *, anyway: bool) -> None:
    """Refuse what would fail in every run left, or on a disk or GPU too small for these."""
    _require_workers(sweep)
    if not anyway:
        require_room(
            store, sweep.runs, keep_weights=sweep.keep_weights, engine=sweep.engine, order=order
        )


def _go_on(store: Store, digest: str, again: Sequence[str] = ()) -> None:
    """Give the order, and start the workers that are missing."""
    with store.sweeps.locked(digest):
        if again:
            store.sweeps.want_again(digest, again)
        store.sweeps.set_order(digest, "go")
        _staff(store, digest)


def _staff(store: Store, digest: str) -> None:
    """Start the workers that are missing. The sweep's lock must be held."""
    sweep, again = store.sweeps.get(digest), store.sweeps.wanted_again(digest)
    # a cluster's nodes have one to ask them
    wanted = 1 if sweep.engine.name == "ray" else machine.slots()
    holds = [working.hold_of(store, planned.run, again) for planned in sweep.runs]
    n_missing = min(wanted - len(store.sweeps.workers(digest)), holds.count("free"))
    log = store.sweeps.folder(digest) / "worker.log"
    for _ in range(n_missing):
        pid = jobs.detach(_command(store, digest), log)
        store.sweeps.enlist(digest, pid, "spawned")


def _command(store: Store, digest: str) -> list[str]:
    command = [sys.executable, "-m", "mslt_core", "sweep", "work"]
    return [*command, "--store", str(store.root), digest]


def _all_left(store: Store, digest: str, wait_s: float) -> bool:
    """Wait for the workers to leave; False if some have not by then."""
    deadline = time.monotonic() + wait_s
    while store.sweeps.workers(digest):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
