"""Which process answers for a work folder, and whether it still lives."""

import contextlib
import dataclasses
import datetime
import os
import signal
from pathlib import Path
from typing import Literal, Self

import psutil

from mslt_core.store.atomic import read_json, write_json

Role = Literal["launcher", "spawned", "holder"]

SAME_START_S = 2.0
"""Slack between two readings of one start time, which follows the clock as it is adjusted."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkerProcess:
    """A process, told from a later one with the same number by its start and the boot."""

    pid: int
    create_time: float
    boot_id: str
    since_utc: str
    role: Role
    """launcher: will start the worker; spawned: the worker, still loading; holder: it works."""

    @classmethod
    def of(cls, pid: int, role: Role) -> Self:
        """The living process `pid`, as it is now; ProcessLookupError if it has ended."""
        try:
            create_time = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess as e:
            raise ProcessLookupError(f"there is no process {pid}") from e
        return cls(
            pid=pid,
            create_time=create_time,
            boot_id=_boot_id(),
            since_utc=utc_now(),
            role=role,
        )

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The process that `write` recorded; None where no readable record is left."""
        try:
            return cls(**read_json(path))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Record it, whole or not at all."""
        write_json(path, dataclasses.asdict(self))

    def is_alive(self) -> bool:
        """Whether it still runs. A zombie does not, nor does a later process with its number."""
        if self.of_earlier_boot():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.create_time) < SAME_START_S
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def send(self, number: signal.Signals) -> None:
        """Signal it, with its helpers where it leads a group of them; nothing if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            leads = os.getpgid(self.pid) == self.pid
            (os.killpg if leads else os.kill)(self.pid, number)

    def of_earlier_boot(self) -> bool:
        """Whether the machine was restarted since."""
        return self.boot_id != _boot_id()

    def __str__(self) -> str:
        """``since 14:02 (pid 4711)``, in local time."""
        since = datetime.datetime.fromisoformat(self.since_utc).astimezone()
        return f"since {since:%H:%M} (pid {self.pid})"


def this_process(role: Role) -> WorkerProcess:
    """The process that asks."""
    return WorkerProcess.of(os.getpid(), role)


def utc_now() -> str:
    """The time in UTC, ISO 8601, for people to read; no state follows from it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def _boot_id() -> str:
    """What Linux calls this boot; elsewhere the start times must do."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
