"""The states of a piece of work and how they are written down."""

import dataclasses
import logging
from pathlib import Path
from typing import Self

from mslt_core.spec.results import RunState
from mslt_core.store.atomic import read_json, write_json
from mslt_core.store.process import WorkerProcess

logger = logging.getLogger(__name__)

UNFINISHED: frozenset[RunState] = frozenset({"queued", "running"})

NEXT_STATES: dict[RunState, frozenset[RunState]] = {
    "queued": frozenset({"running", "failed", "stopped"}),
    "running": frozenset({"done", "failed", "stopped"}),
    "done": frozenset(),
    "failed": frozenset(),
    "stopped": frozenset(),
}
"""What the worker may make of what. Starting again, which leads back to queued, is `create`'s;
lost is never written: it is an unfinished state without a process."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a piece of work is."""

    done: int = 0
    total: int = 0
    """0 while it is not known."""
    message: str = ""
    elapsed_s: float = 0.0
    """Time at work, all attempts together, waiting left out."""
    eta_s: float | None = None
    """Time left at the present pace; None while that is not known."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What was reported last; nothing done where that is not readable."""
        try:
            return cls(**read_json(folder / "progress.json"))
        except (FileNotFoundError, ValueError, TypeError):
            return cls()

    def write(self, folder: Path, *, durable: bool) -> None:
        """Report it."""
        write_json(folder / "progress.json", dataclasses.asdict(self), durable=durable)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoredState:
    """The state as last written, which a process that was killed could not correct."""

    state: RunState
    reason: str
    created_utc: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The written state; a damaged one counts as running, so lost unless somebody works."""
        path = folder / "state.json"
        try:
            stored = cls(**read_json(path))
            if not all(isinstance(text, str) for text in dataclasses.astuple(stored)):
                problem = "a field is no text"
            elif stored.state in NEXT_STATES:
                return stored
            else:
                problem = f"unknown state {stored.state!r}"
        except FileNotFoundError:  # it is being created, or its launcher was killed meanwhile
            return cls(state="queued", reason="", created_utc="")
        except (ValueError, TypeError, OSError) as e:
            problem = str(e)
        logger.warning("%s is damaged: %s", path, problem)
        return cls(state="running", reason="", created_utc="")

    def write(self, folder: Path) -> None:
        """Write it down for good."""
        write_json(folder / "state.json", dataclasses.asdict(self))

    def lost(self, process: WorkerProcess | None) -> Self:
        """The same work, seen to have no process any more."""
        if process and process.of_earlier_boot():
            reason = "the machine was restarted while it worked"
        else:
            reason = "its process ended without a word: killed, out of memory, or the disk was full"
        return dataclasses.replace(self, state="lost", reason=reason)


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkStatus:
    """The state of a piece of work, as far as it can be told now."""

    state: RunState
    reason: str
    created_utc: str
    progress: Progress
