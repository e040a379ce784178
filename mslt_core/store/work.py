"""Work folders: one a question that takes long, with its state and the process that works on it.

The folder is the truth: ``spec.json`` and ``where.json`` hold the question, ``state.json`` the
state, ``worker.json`` the process that answers for it, ``progress.json`` how far it is, ``stop``
a request to end. ``lock`` is held for life by the process that works, and by others for the
moment in which they write the question, the state or the process.
"""

import contextlib
import dataclasses
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from mslt_core.spec.base import Spec
from mslt_core.spec.errors import AlreadyRunningError, BadInputError, StoreError
from mslt_core.spec.results import RunState
from mslt_core.spec.specs import Where
from mslt_core.store.atomic import (
    DamagedError,
    atomic_write,
    make_folder,
    read_json,
    remove_strays,
    write_errors_explained,
    write_json,
)
from mslt_core.store.process import WorkerProcess, this_process, utc_now
from mslt_core.store.spec_text import spec_from_text, spec_to_text
from mslt_core.store.states import NEXT_STATES, UNFINISHED, Progress, StoredState, WorkStatus

Kind = Literal["runs", "jobs"]

LOCK_PATIENCE_S = 30.0
"""Who holds the lock without working is writing small files and will soon be done."""


class WorkFolders:
    """``<layer>/<kind>/<digest>/`` in one or more layers; only the first layer is written."""

    def __init__(self, kind: Kind, layers: tuple[Path, ...], *, read_only: bool) -> None:
        self.kind = kind
        self._roots = tuple(layer / kind for layer in layers)
        self._read_only = read_only

    def folder(self, digest: str) -> Path:
        """Where the work is done; it need not be there yet."""
        return self._roots[0] / _checked(digest)

    def exists(self, digest: str) -> bool:
        """Whether the work was ever asked for, in any layer."""
        return self._path(digest, "spec.json") is not None

    def home(self, digest: str) -> Path:
        """The work's folder in the first layer that has it, to be read."""
        return self._home(digest)

    def spec(self, digest: str) -> Spec:
        """The question."""
        path = self._home(digest) / "spec.json"
        try:
            return spec_from_text(path.read_text(encoding="utf-8"), digest)
        except (DamagedError, UnicodeDecodeError) as e:
            raise StoreError(f"{path} is damaged: {e}") from e

    def where(self, digest: str) -> Where:
        """Where its files lie on this machine."""
        path = self._home(digest) / "where.json"
        try:
            return Where(**read_json(path))
        except FileNotFoundError:
            return Where()
        except (ValueError, TypeError) as e:
            raise StoreError(f"{path} is damaged: {e}") from e

    def create(self, spec: Spec, where: Where, *, again: bool = False) -> bool:
        """Queue the work. False if it is being done already, or is done and not wanted again.

        Failed, stopped and lost work is queued anew and keeps what it left, checkpoints too.
        The calling process answers for the work until a worker claims it or it is handed over.
        """
        digest = spec.digest()
        self._require_writable(digest)
        if self._is_done(digest) and not again:
            return False
        folder = self.folder(digest)
        with write_errors_explained(folder):
            make_folder(folder)
        try:
            with self._locked(folder):
                return self._queue(folder, spec, where, again=again)
        except AlreadyRunningError:
            return False

    def hand_over(self, digest: str, pid: int | None) -> None:
        """Let the process `pid`, just started, answer for the queued work; without one, nobody."""
        folder = self._own(digest)
        # it may have claimed the work already, and has then said so itself
        with contextlib.suppress(AlreadyRunningError), self._locked(folder):
            worker = None
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):  # it died at once
                    worker = WorkerProcess.of(pid, "spawned")
            if worker:
                worker.write(folder / "worker.json")
            else:
                (folder / "worker.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def claim(self, digest: str) -> Iterator[None]:
        """Hold the work as the one process that does it; AlreadyRunningError if another does."""
        folder = self._own(digest)
        with self._locked(folder):
            remove_strays(folder)
            this_process("holder").write(folder / "worker.json")
            try:
                yield
            finally:
                (folder / "worker.json").unlink(missing_ok=True)

    def set_state(self, digest: str, state: RunState, reason: str = "") -> None:
        """Move claimed work to its next state; a step that makes no sense is a ValueError."""
        folder = self._own(digest)
        stored = StoredState.read(folder)
        if state not in NEXT_STATES[stored.state]:
            raise ValueError(f"{self.kind} {digest} cannot go from {stored.state} to {state}")
        dataclasses.replace(stored, state=state, reason=reason).write(folder)

    def status(self, digest: str) -> WorkStatus:
        """The state now; unfinished work without a process to do it is lost."""
        folder = self._home(digest)
        stored = StoredState.read(folder)
        if stored.state in UNFINISHED:
            process = WorkerProcess.read(folder / "worker.json")
            if not self.is_alive(digest):
                stored = StoredState.read(folder)  # it may have finished between the two looks
                if stored.state in UNFINISHED:
                    stored = stored.lost(process)
        return WorkStatus(
            state=stored.state,
            reason=stored.reason,
            created_utc=stored.created_utc,
            progress=Progress.read(folder),
        )

    def is_alive(self, digest: str) -> bool:
        """Whether a living process answers for the work."""
        # the lock speaks for workers whose number means nothing here, as in another container
        return self.process(digest) is not None or _is_locked(self._home(digest) / "lock")

    def process(self, digest: str) -> WorkerProcess | None:
        """The process that answers for the work, if it lives."""
        return _living(self._home(digest))

    def report(self, digest: str, progress: Progress, *, durable: bool = False) -> None:
        """Say how far the work is; durable when it is said for the last time."""
        progress.write(self._own(digest), durable=durable)

    def request_stop(self, digest: str) -> None:
        """Ask the worker to end at its next chance."""
        flag = self._own(digest) / "stop"
        with write_errors_explained(flag):
            flag.touch()

    def stop_requested(self, digest: str) -> bool:
        """Whether the work was asked to end since it was queued."""
        return (self.folder(digest) / "stop").exists()

    def _queue(self, folder: Path, spec: Spec, where: Where, *, again: bool) -> bool:
        """Write question and state under the lock, unless another launcher was here first."""
        done = self._is_done(folder.name)
        if _living(folder) or (done and not again):
            return False
        # first of all who answers for it, so that at no moment it looks lost
        this_process("launcher").write(folder / "worker.json")
        (folder / "stop").unlink(missing_ok=True)
        if done:
            (folder / "progress.json").unlink(missing_ok=True)
        created_utc = StoredState.read(folder).created_utc or utc_now()
        write_json(folder / "where.json", where.model_dump(mode="json"))
        atomic_write(folder / "spec.json", spec_to_text(spec).encode())
        StoredState(state="queued", reason="", created_utc=created_utc).write(folder)
        return True

    def _is_done(self, digest: str) -> bool:
        return self.exists(digest) and self.status(digest).state == "done"

    @contextlib.contextmanager
    def _locked(self, folder: Path) -> Iterator[None]:
        """Hold the folder's lock, which the system frees when its holder dies."""

        def others_work() -> bool:
            process = _living(folder)
            return process is not None and process.role == "holder"

        lock = FileLock(folder / "lock")
        with write_errors_explained(folder / "lock"):
            try:
                lock.acquire(timeout=LOCK_PATIENCE_S, poll_interval=0.02, cancel_check=others_work)
            except Timeout:
                raise AlreadyRunningError(
                    f"Already running {_living(folder) or 'in a process that is not known here'}",
                    hint="Wait for it, or stop it first.",
                ) from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, digest: str, name: str) -> Path | None:
        """The file `name` of the work in the first layer that has it."""
        _checked(digest)
        paths = (root / digest / name for root in self._roots)
        return next((path for path in paths if path.exists()), None)

    def _home(self, digest: str) -> Path:
        """The work's folder in the first layer that has it."""
        spec = self._path(digest, "spec.json")
        if spec is None:
            raise StoreError(f"{digest} is not among the {self.kind} in {self._roots[0].parent}")
        return spec.parent

    def _own(self, digest: str) -> Path:
        """The work's folder, to be written; it must have been created here."""
        self._require_writable(digest)
        folder = self.folder(digest)
        if not (folder / "spec.json").exists():
            raise StoreError(f"{digest} is not among the {self.kind} in {self._roots[0].parent}")
        return folder

    def _require_writable(self, digest: str) -> None:
        if self._read_only:
            raise StoreError(
                f"the store {self._roots[0].parent} is read-only: "
                f"it cannot change {self.kind} {digest}"
            )


def is_digest(text: str) -> bool:
    """Whether `text` has the form of a spec's digest."""
    return len(text) == 16 and set(text) <= set("0123456789abcdef")


def _checked(digest: str) -> str:
    """A digest from a link or a command line becomes part of a path only if it is one."""
    if not is_digest(digest):
        raise BadInputError(f"the name of a run is 16 hexadecimal digits, got {digest!r}")
    return digest


def _living(folder: Path) -> WorkerProcess | None:
    """The process that answers for the folder, if it lives."""
    process = WorkerProcess.read(folder / "worker.json")
    return process if process and process.is_alive() else None


def _is_locked(lock: Path) -> bool:
    """Whether a process holds the lock. Looking shares it, so that two who look do not collide."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
