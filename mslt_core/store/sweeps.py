"""Sweep folders: the plan, the last order, who works on it, and what was taken up and ended.

No state of a run is kept here: the run folders are the truth, and a sweep's folder may be deleted
without losing a run. ``plan.json`` holds the runs, ``order`` what the workers were told last,
``workers/`` one file a process, ``again/`` an empty file for every failed run that is wanted once
more, ``events.jsonl`` what workers took up and how it ended, ``lock`` is held while one of them
chooses its next run.
"""

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from mslt_core.spec.errors import BadInputError, StoreError
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import Engine, Order, PlannedRun, Sweep
from mslt_core.store.atomic import (
    DamagedError,
    atomic_write,
    make_folder,
    read_json,
    write_errors_explained,
    write_json,
)
from mslt_core.store.lock import locked
from mslt_core.store.process import Role, WorkerProcess, utc_now
from mslt_core.store.spec_text import spec_from_text, spec_to_text
from mslt_core.store.work import is_digest

PLAN = "plan.json"


class Sweeps:
    """``sweeps/<digest>/`` in the store that is written."""

    def __init__(self, root: Path, *, read_only: bool) -> None:
        self._root = root / "sweeps"
        self._read_only = read_only

    def folder(self, digest: str) -> Path:
        """Where the sweep's files lie."""
        if not is_digest(digest):
            raise BadInputError(f"the name of a sweep is 16 hexadecimal digits, got {digest!r}")
        return self._root / digest

    def exists(self, digest: str) -> bool:
        """Whether this sweep was ever started."""
        return (self.folder(digest) / PLAN).exists()

    def digests(self) -> list[str]:
        """All sweeps, the last one that was started or resumed first."""
        plans = list(self._root.glob(f"*/{PLAN}"))
        return [p.parent.name for p in sorted(plans, key=lambda p: (_changed(p), p), reverse=True)]

    def save(self, sweep: Sweep) -> None:
        """Write the plan; the same runs again may be done by others, and keep more or less."""
        if self._read_only:
            raise StoreError(f"the store {self._root.parent} is read-only: it cannot hold a sweep")
        folder = self.folder(sweep.digest)
        created_utc = utc_now()
        if self.exists(sweep.digest):
            with contextlib.suppress(StoreError):  # a damaged plan is written anew
                created_utc = self.get(sweep.digest).created_utc
        with write_errors_explained(folder):
            make_folder(folder / "workers")
        write_json(folder / PLAN, plan_of(dataclasses.replace(sweep, created_utc=created_utc)))

    def get(self, digest: str) -> Sweep:
        """The plan."""
        path = self.folder(digest) / PLAN
        try:
            content = read_json(path)
            return Sweep(
                runs=tuple(_planned(row) for row in content["runs"]),
                keep_weights=bool(content["keep_weights"]),
                engine=Engine(**content["engine"]),
                created_utc=content["created_utc"],
            )
        except FileNotFoundError:
            raise StoreError(f"there is no sweep {digest} in {self._root}") from None
        except (DamagedError, ValueError, KeyError, TypeError) as e:
            raise StoreError(
                f"{path} is damaged: {e}", hint="Its runs are whole. Start the sweep again."
            ) from e

    def keep_weights_of(self, run: str) -> bool:
        """Whether any plan that holds the run keeps the weights of its runs."""
        for digest in self.digests():
            with contextlib.suppress(StoreError):  # a damaged plan asks for nothing
                sweep = self.get(digest)
                if sweep.keep_weights and any(planned.run == run for planned in sweep.runs):
                    return True
        return False

    @contextlib.contextmanager
    def locked(self, digest: str) -> Iterator[None]:
        """Be the only one who takes a run, or changes who works; the system frees it at death."""
        if not self.exists(digest):
            raise StoreError(f"there is no sweep {digest} in {self._root}")
        with locked(self.folder(digest)):
            yield

    def order(self, digest: str) -> Order:
        """What the workers were told last."""
        try:
            told = (self.folder(digest) / "order").read_text(encoding="ascii")
        except FileNotFoundError:
            return "go"
        return next((order for order in get_args(Order) if order == told), "pause")

    def set_order(self, digest: str, order: Order) -> None:
        """Tell the workers; they look after every step."""
        atomic_write(self.folder(digest) / "order", order.encode())

    def wanted_again(self, digest: str) -> frozenset[str]:
        """Runs that failed or were stopped, and are to be done all the same."""
        return frozenset(path.name for path in (self.folder(digest) / "again").glob("*"))

    def want_again(self, digest: str, runs: Iterable[str]) -> None:
        """Let the next worker take these, whatever became of them."""
        folder = self.folder(digest) / "again"
        with write_errors_explained(folder):
            make_folder(folder)
            for run in runs:
                (folder / run).touch()

    def want_no_more(self, digest: str, run: str) -> None:
        """It was taken."""
        (self.folder(digest) / "again" / run).unlink(missing_ok=True)

    def note(self, digest: str, event: str, run: str, **fields: Any) -> None:
        """Add what happened to the list of events."""
        line = json.dumps({"event": event, "run": run, "utc": utc_now(), **fields})
        path = self.folder(digest) / "events.jsonl"
        # a line feed first: a killed worker's torn line must not swallow this one
        with write_errors_explained(path), path.open("ab") as file:
            file.write(f"\n{line}\n".encode())

    def events(self, digest: str) -> list[dict[str, Any]]:
        """What happened, oldest first, without lines that a crash tore."""
        path = self.folder(digest) / "events.jsonl"
        found = []
        for line in path.read_bytes().splitlines() if path.exists() else []:
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        return [event for event in found if isinstance(event, dict)]

    def workers(self, digest: str) -> list[WorkerProcess]:
        """The living processes that work on it, on this machine."""
        found = []
        for path in (self.folder(digest) / "workers").glob("*.json"):
            process = WorkerProcess.read(path)
            if process and process.is_alive():
                found.append(process)
        return found

    def enlist(self, digest: str, pid: int, role: Role) -> None:
        """Write down that the process `pid` works on the sweep, unless it has ended already."""
        with contextlib.suppress(ProcessLookupError):
            WorkerProcess.of(pid, role).write(self.folder(digest) / "workers" / f"{pid}.json")

    def discharge(self, digest: str, pid: int) -> None:
        """It works on it no more."""
        (self.folder(digest) / "workers" / f"{pid}.json").unlink(missing_ok=True)


def plan_of(sweep: Sweep) -> dict[str, Any]:
    """What ``plan.json`` holds."""
    runs = [
        {"run": r.run, "spec": spec_to_text(r.spec), "where": r.where.model_dump(mode="json")}
        for r in sweep.runs
    ]
    return {
        "created_utc": sweep.created_utc,
        "keep_weights": sweep.keep_weights,
        "engine": dataclasses.asdict(sweep.engine),
        "runs": runs,
    }


def _planned(row: dict[str, Any]) -> PlannedRun:
    spec = spec_from_text(row["spec"], row["run"])
    if not isinstance(spec, TrainSpec):
        raise ValueError(f"{row['run']} is no run")
    return PlannedRun(spec=spec, where=Where(**row["where"]))


def _changed(plan: Path) -> int:
    """When the plan was written or an order given last."""
    order = plan.with_name("order")
    return max(path.stat().st_mtime_ns for path in (plan, order) if path.exists())
