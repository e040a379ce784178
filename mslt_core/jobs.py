"""Long work outside the process that asks for it: start a worker, stop it, be the worker.

A worker is a process of its own in a session of its own, so that it outlives the dashboard that
started it. All that the two say to each other lies in the work's folder in the store.
"""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import mslt_core
from mslt_core import machine
from mslt_core.spec.base import Spec
from mslt_core.spec.errors import AlreadyRunningError, MsltError, says_disk_is_full
from mslt_core.spec.results import RunState
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import UNFINISHED, Kind, Progress, Store, WorkStatus
from mslt_core.store.atomic import disk_full
from mslt_core.store.work import WorkFolders

Report = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]

WAITING = "waiting for "
TURN_POLL_S = 0.3
REPORT_EVERY_S = 0.25
"""A page looks once a second; a step of a small model takes milliseconds."""

WORKER_ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",  # the log is read while it is written
}


class Execute(Protocol):
    """What does the work and stores its answer; False if it ended early because it was asked."""

    def __call__(
        self, store: Store, spec: Any, where: Where, /, *, report: Report, should_stop: ShouldStop
    ) -> bool: ...


def start(store: Store, spec: Spec, where: Where, *, again: bool = False) -> str:
    """Have a worker do `spec`, unless one is at it or a run is done; the digest to watch.

    ``again=True`` does a finished run once more, for instance to get its weights back.
    """
    kind: Kind = "runs" if isinstance(spec, TrainSpec) else "jobs"
    works, digest = store.works(kind), spec.digest()
    machine.slots()  # a wrong MSLT_SLOTS must not leave a run behind
    # that a job is done says nothing about the arrays it left: they may be gone by now, and its
    # spec may name a checkpoint that has changed since
    if works.create(spec, where, again=again or kind == "jobs"):
        try:
            store.turns.leave(kind, digest)  # the place of an earlier attempt
            store.turns.enter(kind, digest)
            _launch(store, kind, digest)
        except BaseException:
            # this process lives on, and work that it answers for cannot be started again
            works.hand_over(digest, None)
            raise
    return digest


def work(
    store: Store,
    kind: Kind,
    digest: str,
    execute: Execute,
    *,
    should_stop: ShouldStop = lambda: False,
    in_turn: bool = True,
    show: Report = lambda *_: None,
) -> RunState:
    """Do queued work in this process: claim it, wait for its turn, execute, write the state.

    However `execute` ends, the state says so. Two things leave none behind, so that the work
    shows as lost: a killed process, and a disk too full for the state. `should_stop` is asked
    beside its own flag. Without `in_turn` others share out the machine. `show` gets every report.
    """
    works = store.works(kind)
    attempt = _Attempt(
        store=store,
        kind=kind,
        digest=digest,
        execute=execute,
        also_stop=should_stop,
        in_turn=in_turn,
        show=show,
    )
    # SIGTERM ends the attempt, but not the few writes around it
    with works.claim(digest), _on_sigterm(signal.SIG_IGN):
        try:
            state, reason = _attempt(attempt)
            works.set_state(digest, state, reason)
        finally:
            store.turns.leave(kind, digest)
    return state


def cancel(
    store: Store, kind: Kind, digest: str, *, patience_s: float = 5.0, grace_s: float = 5.0
) -> WorkStatus:
    """Stop queued or running work: ask, after `patience_s` end it, after `grace_s` kill it.

    Asked, a run stops after its present step and keeps a checkpoint of it.
    """
    works = store.works(kind)
    if works.status(digest).state not in UNFINISHED:
        return works.status(digest)
    works.request_stop(digest)
    for wait_s, signal_number in ((patience_s, signal.SIGTERM), (grace_s, signal.SIGKILL)):
        with contextlib.suppress(TimeoutError):
            wait(store, kind, digest, timeout_s=wait_s)
            break
        worker = works.process(digest)
        # the process that is about to launch the worker is the dashboard: it must not be hit
        if worker and worker.role != "launcher" and worker.pid != os.getpid():
            worker.send(signal_number)
    with contextlib.suppress(TimeoutError, AlreadyRunningError):
        if wait(store, kind, digest, timeout_s=grace_s).state == "lost":
            with works.claim(digest):
                works.set_state(digest, "stopped", "stopped on request, by force")
    return works.status(digest)


def wait(store: Store, kind: Kind, digest: str, *, timeout_s: float) -> WorkStatus:
    """Wait until the work has ended one way or another; TimeoutError if it has not by then."""
    deadline = time.monotonic() + timeout_s
    while (status := store.works(kind).status(digest)).state in UNFINISHED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{kind} {digest} is still {status.state} after {timeout_s:g} s")
        time.sleep(0.05)
    return status


# --- the side that asks


def detach(command: Sequence[str], log_file: Path) -> int:
    """Start a process that outlives this one and writes into the log; its number."""
    try:
        with log_file.open("ab") as log:
            worker = subprocess.Popen(
                command,
                cwd=Path(mslt_core.__file__).parents[1],
                env=machine.share_of_cores() | dict(os.environ) | WORKER_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as e:
        raise MsltError(f"the worker could not be started: {e}") from e
    # nobody waits for the worker, and a dead child that nobody waits for stays as a zombie
    threading.Thread(target=worker.wait, daemon=True).start()
    return worker.pid


def _launch(store: Store, kind: Kind, digest: str) -> None:
    """Start the worker process and let it answer for the work."""
    works = store.works(kind)
    try:
        pid = detach(_command(store, kind, digest), works.folder(digest) / "worker.log")
    except MsltError as e:
        with works.claim(digest):
            works.set_state(digest, "failed", e.message)
        return
    works.hand_over(digest, pid)


def _command(store: Store, kind: Kind, digest: str) -> list[str]:
    return [sys.executable, "-m", "mslt_core", "work", "--store", str(store.root), kind, digest]


# --- the side that works


class _TerminatedError(BaseException):
    """SIGTERM arrived. Not an Exception: no library on the way may take it for its own."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Attempt:
    """One go at a piece of work."""

    store: Store
    kind: Kind
    digest: str
    execute: Execute
    also_stop: ShouldStop
    in_turn: bool
    show: Report

    def should_stop(self) -> bool:
        """Whether the work was asked to end, by its own flag or in another way."""
        return self.store.works(self.kind).stop_requested(self.digest) or self.also_stop()


def _attempt(attempt: _Attempt) -> tuple[RunState, str]:
    """Wait, execute, and say in a state and a sentence how it ended."""
    try:
        with _on_sigterm(_terminate):
            finished = _executed(attempt)
    except (_TerminatedError, KeyboardInterrupt):
        return "stopped", "its process was told to end"
    except Exception as e:
        traceback.print_exc()  # into the worker's log
        return "failed", _reason(e, attempt.store.root)
    return ("done", "") if finished else ("stopped", "stopped on request")


def _executed(attempt: _Attempt) -> bool:
    store, kind, digest = attempt.store, attempt.kind, attempt.digest
    works = store.works(kind)
    reporter = _Reporter(works, digest, attempt.show)
    if attempt.in_turn:
        turn, only = store.turns.turn, machine.own.gpus
        while (gpus := turn(kind, digest, machine.shared(), only=only)) is None:
            if attempt.should_stop():
                return False
            reporter.waiting(store.turns.ahead(kind, digest))
            time.sleep(TURN_POLL_S)
        machine.own.take(gpus)
    if attempt.should_stop():
        return False
    works.set_state(digest, "running")
    reporter.begin()
    try:
        spec, where = works.spec(digest), works.where(digest)
        return attempt.execute(store, spec, where, report=reporter, should_stop=attempt.should_stop)
    finally:
        reporter.end()


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _TerminatedError


@contextlib.contextmanager
def _on_sigterm(
    handler: Callable[[int, FrameType | None], None] | signal.Handlers,
) -> Iterator[None]:
    """Treat SIGTERM so within, and as before after it."""
    earlier = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _reason(error: Exception, root: Path) -> str:
    """Why the work failed, as a sentence."""
    if isinstance(error, MsltError):
        return str(error)
    # libraries in Rust and C++ put the system's error into one of their own
    if says_disk_is_full(error):
        return str(disk_full(root))
    if isinstance(error, MemoryError):
        return "out of memory. Choose a smaller batch, or end other programs, and start it again."
    if type(error).__name__ == "OutOfMemoryError":  # torch's; training and scoring say more
        return "GPU out of memory. End other programs on it, or lower MSLT_SLOTS, and start again."
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1]}" if lines else type(error).__name__


class _Reporter:
    """A `Report` that writes progress with the time spent and the time left."""

    def __init__(self, works: WorkFolders, digest: str, show: Report) -> None:
        self._works, self._digest, self._show = works, digest, show
        self._last = works.status(digest).progress
        self._before_s = self._last.elapsed_s  # in earlier attempts
        self._began_s = self._written_s = time.monotonic()
        self._first: tuple[int, float] | None = None

    def waiting(self, ahead: int) -> None:
        """It is not this work's turn."""
        message = f"{WAITING}its turn, {ahead} ahead" if ahead else f"{WAITING}a GPU"
        self._show(0, 0, message)
        if message != self._last.message:
            self._last = Progress(message=message, elapsed_s=self._before_s)
            self._works.report(self._digest, self._last)

    def begin(self) -> None:
        """Now it is: time counts from here, and nobody is ahead."""
        self._began_s = time.monotonic()
        self._show(0, 0, "starting")
        self._last = dataclasses.replace(self._last, message="starting", eta_s=None)
        self._works.report(self._digest, self._last)

    def __call__(self, done: int, total: int, message: str) -> None:
        self._show(done, total, message)
        now_s = time.monotonic()
        if self._first is None and done > 0:  # loading is over, so the pace can be told from here
            self._first = (done, now_s)
        news = message != self._last.message or now_s - self._written_s >= REPORT_EVERY_S
        self._last = Progress(
            done=done,
            total=total,
            message=message,
            elapsed_s=self._before_s + now_s - self._began_s,
            eta_s=self._eta_s(done, total, now_s),
        )
        if news:
            self._works.report(self._digest, self._last)
            self._written_s = now_s

    def end(self) -> None:
        """The last word: what was reported, and all the time it took."""
        elapsed_s = self._before_s + time.monotonic() - self._began_s
        last = dataclasses.replace(self._last, elapsed_s=elapsed_s, eta_s=None)
        self._works.report(self._digest, last, durable=True)

    def _eta_s(self, done: int, total: int, now_s: float) -> float | None:
        # after the last step there is something else to do, whose pace nobody knows
        if self._first is None or done <= self._first[0] or done >= total:
            return None
        first_done, first_s = self._first
        return (total - done) * (now_s - first_s) / (done - first_done)
