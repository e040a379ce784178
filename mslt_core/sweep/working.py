"""The side that works: take the next run that nobody has, do it, until none is left.

Any number of processes may do this at a time, and each may be killed at any moment: a run whose
process died shows as lost, and the next worker takes it up where its last checkpoint ends.
"""

import contextlib
import gc
import os
import time
from collections.abc import Collection, Sequence
from typing import Any, Literal

from mslt_core import jobs
from mslt_core.pipeline import execute_training
from mslt_core.pipeline.training import release_memory
from mslt_core.spec.errors import AlreadyRunningError
from mslt_core.spec.results import RunState
from mslt_core.spec.sweeps import PlannedRun, Sweep
from mslt_core.store import UNFINISHED, Store

LOOK_EVERY_S = 0.5
MAX_DEATHS = 3
"""A run that kills its process so often without getting further is left alone as failed."""

Hold = Literal["free", "held", "settled"]


def work_through(store: Store, digest: str, execute: jobs.Execute = execute_training) -> None:
    """Be one of the sweep's workers on this machine, until all is done or an order ends it."""
    sweep = store.sweeps.get(digest)
    store.sweeps.enlist(digest, os.getpid(), "holder")
    try:
        while planned := _next_run(store, sweep):
            state = do_run(store, sweep, planned, execute)
            if state == "stopped" and _told_to_end(store, digest, planned.run):
                break
    finally:
        store.sweeps.discharge(digest, os.getpid())


def do_run(
    store: Store,
    sweep: Sweep,
    planned: PlannedRun,
    execute: jobs.Execute = execute_training,
    *,
    in_turn: bool = True,
) -> RunState | None:
    """Do a run that this process has taken; None if another process was faster after all."""
    digest, run, began_s = sweep.digest, planned.run, time.monotonic()

    def halted() -> bool:
        return store.sweeps.order(digest) != "go"

    log = store.runs.folder(run) / "worker.log"
    # what goes wrong belongs in the run's own log, as when a worker of its own does it
    with (
        log.open("a", encoding="utf-8") as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        try:
            state = jobs.work(store, "runs", run, execute, should_stop=halted, in_turn=in_turn)
        except AlreadyRunningError:
            return None
    # who starts the same runs again, or others beside them, may want their weights after all
    if state == "done" and not store.sweeps.keep_weights_of(run):
        store.runs.drop_weights(run)
    store.sweeps.note(digest, "end", run, state=state, took_s=time.monotonic() - began_s)
    tidy()
    return state


def tidy() -> None:
    """Free what the run left.

    What the imports made stays for ever. Looking through it takes a quarter of a second each time,
    here and at the end of every training, so it is set aside after the first run.
    """
    release_memory()
    if not gc.get_freeze_count():
        gc.freeze()


def take(store: Store, sweep: Sweep, runs: Sequence[PlannedRun]) -> PlannedRun | Hold:
    """The first of `runs` that is free, now this process's; else whether others are at some.

    The sweep's lock must be held: between looking and taking no other worker may come.
    """
    digest, busy = sweep.digest, False
    again = store.sweeps.wanted_again(digest)
    for planned in runs:
        hold = hold_of(store, planned.run, again)
        if hold == "free":
            if _is_taken(store, digest, planned):
                return planned
            # another sweep's worker may have been faster, and may yet leave it
            hold = hold_of(store, planned.run, again)
        busy |= hold == "held"
    return "held" if busy else "settled"


def hold_of(store: Store, run: str, again: Collection[str]) -> Hold:
    """Whether a run waits for a worker, is at one, or has come to its end.

    Who stops a single run by hand leaves its flag behind; a pause or a death does not.
    """
    if not store.runs.exists(run):
        return "free"
    state = store.runs.status(run).state
    if state in UNFINISHED:
        return "held"
    by_hand = state == "failed" or (state == "stopped" and store.runs.stop_requested(run))
    return "settled" if state == "done" or (by_hand and run not in again) else "free"


def _next_run(store: Store, sweep: Sweep) -> PlannedRun | None:
    """Wait for a run to do; None once all have come to their end, or by order.

    Who leaves signs off under the lock, so that a resume counts on nobody who is about to go.
    """
    digest = sweep.digest
    while True:
        with store.sweeps.locked(digest):
            halted = store.sweeps.order(digest) != "go"
            found = "settled" if halted else take(store, sweep, sweep.runs)
            if found == "settled":
                store.sweeps.discharge(digest, os.getpid())
                return None
        if isinstance(found, PlannedRun):
            return found
        time.sleep(LOOK_EVERY_S)  # another worker may die, and leave its run


def _is_taken(store: Store, digest: str, planned: PlannedRun) -> bool:
    """Make this process answer for the run, unless it was the death of too many."""
    run = planned.run
    history = store.runs.history(run)
    step = history[-1].step if history else 0
    deadly = _is_deadly(store.sweeps.events(digest), run, step)
    if not store.runs.create(planned.spec, planned.where):
        return False
    try:
        store.sweeps.want_no_more(digest, run)
        if deadly:
            _give_up(store, digest, run)
        else:
            store.sweeps.note(digest, "take", run, step=step, pid=os.getpid())
    except BaseException:
        store.runs.hand_over(run, None)  # a node's process lives on, and would keep it for ever
        raise
    return not deadly


def _give_up(store: Store, digest: str, run: str) -> None:
    """Let a run that was taken count as failed."""
    with store.runs.claim(run):
        reason = (
            f"its process was killed {MAX_DEATHS} times without getting further: perhaps it "
            "needs more memory than there is"
        )
        store.runs.set_state(run, "failed", reason)
    store.sweeps.note(digest, "end", run, state="failed", took_s=0.0)


def _is_deadly(events: Sequence[dict[str, Any]], run: str, step: int) -> bool:
    """Whether the last processes that took the run died, and none got further than the first."""
    steps: list[int] = []
    for event in events:
        if event.get("run") == run:
            steps = [*steps, event["step"]] if event["event"] == "take" else []
    return len(steps) >= MAX_DEATHS and step <= steps[-MAX_DEATHS]


def _told_to_end(store: Store, digest: str, run: str) -> bool:
    """Whether SIGTERM was meant for the worker: nobody asked for this run or the sweep to stop."""
    return store.sweeps.order(digest) == "go" and not store.runs.stop_requested(run)
