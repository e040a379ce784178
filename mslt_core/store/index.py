"""An index of the run folders, so that a thousand of them are listed at once.

The folders are the truth. The index remembers what a folder held when its files had a certain
stamp; a folder with another stamp is read again. So folders that are copied in, changed or
deleted by hand are noticed, and the file may be deleted at any time.
"""

import contextlib
import dataclasses
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mslt_core.spec.results import Imported, RunInfo
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store.atomic import DamagedError, make_folder
from mslt_core.store.records import stamp_of
from mslt_core.store.spec_text import spec_from_text, spec_to_text

logger = logging.getLogger(__name__)

Read = Callable[[str], RunInfo | None]

LAYOUT = 4
"""Raised when the table changes; an index of another layout is made anew."""

BUSY_TIMEOUT_S = 30.0

TABLE = """
CREATE TABLE runs (
    digest TEXT PRIMARY KEY, state TEXT, task TEXT, model TEXT, source_langs TEXT,
    budget INTEGER, steps INTEGER, seed INTEGER, created_utc TEXT, mean_score REAL,
    stamp TEXT NOT NULL, info TEXT NOT NULL
) WITHOUT ROWID
"""

INSERT = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_KNOWN: dict[Path, tuple[str, dict[str, str], dict[str, RunInfo]]] = {}
"""What each index file was found to say: its own stamp, the folders' stamps, the runs."""

UNREADABLE = (sqlite3.DatabaseError, DamagedError, ValueError, KeyError, TypeError)
"""What a damaged file or a row from another version can raise."""


class RunIndex:
    """One row a run in an SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._checked = False

    def refreshed(self, stamps: Mapping[str, str], read: Read) -> dict[str, RunInfo]:
        """The run of every folder in `stamps`; `read` is asked where the stamp is new.

        Where the index cannot be used, for instance on a full disk, all folders are read.
        """
        if not stamps and not self._path.exists():
            return {}
        known = _KNOWN.get(self._path)
        if known and known[:2] == (self._stamp(), stamps):
            return dict(known[2])
        found = self._found(stamps, read)
        # at every look each run is the same object, so that what is made of it can be kept too
        same = known[2] if known else {}
        found = {run: same[run] if same.get(run) == info else info for run, info in found.items()}
        _KNOWN[self._path] = (self._stamp(), dict(stamps), found)
        return dict(found)

    def _found(self, stamps: Mapping[str, str], read: Read) -> dict[str, RunInfo]:
        try:
            try:
                return self._refreshed(stamps, read)
            except UNREADABLE as e:
                if isinstance(e, sqlite3.OperationalError):  # locked or full, but not damaged
                    raise
                logger.warning("%s is damaged (%s); it will be built again", self._path, e)
                self.remove()
                return self._refreshed(stamps, read)
        except (sqlite3.Error, OSError, OverflowError) as e:
            logger.warning("%s cannot be used: %s", self._path, e)
            return {run: info for run in stamps if (info := read(run))}

    def _stamp(self) -> str:
        """Changes when the file is written, deleted or damaged."""
        return " ".join(stamp_of(f"{self._path}{suffix}") for suffix in ("", "-wal"))

    def remove(self) -> None:
        """Forget everything; the next look builds the index from the folders."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._checked = False

    def _refreshed(self, stamps: Mapping[str, str], read: Read) -> dict[str, RunInfo]:
        with self._open() as db:
            rows = {
                digest: (stamp, info)
                for digest, stamp, info in db.execute("SELECT digest, stamp, info FROM runs")
            }
            known = {run for run, stamp in stamps.items() if rows.get(run, ("",))[0] == stamp}
            found = {run: _from_text(rows[run][1]) for run in known}
            fresh = {run: read(run) for run in stamps.keys() - known}
            gone = rows.keys() - stamps.keys()
            if fresh or gone:
                with db:
                    db.executemany("DELETE FROM runs WHERE digest = ?", [(run,) for run in gone])
                    db.executemany(
                        INSERT,
                        [_row(run, stamps[run], info) for run, info in fresh.items()],
                    )
        return {run: info for run, info in {**found, **fresh}.items() if info}

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one look: sessions live in threads, and a connection does not."""
        make_folder(self._path.parent)
        db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)
        try:
            if not self._checked:
                findings = db.execute("PRAGMA quick_check").fetchall()
                if findings != [("ok",)]:
                    raise sqlite3.DatabaseError(str(findings[0][0]))
                self._checked = True
            if _layout(db) != LAYOUT:
                _lay_out(db)
            yield db
        finally:
            db.close()


def _layout(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _lay_out(db: sqlite3.Connection) -> None:
    """Make the empty table, in a new file or in place of another version's."""
    db.execute("PRAGMA journal_mode = WAL")
    with db:
        db.execute("BEGIN IMMEDIATE")
        if _layout(db) != LAYOUT:  # another process may have been faster
            db.execute("DROP TABLE IF EXISTS runs")
            db.execute(TABLE)
            db.execute(f"PRAGMA user_version = {LAYOUT}")


def _row(run: str, stamp: str, info: RunInfo | None) -> tuple[str | int | float | None, ...]:
    """A damaged run has an empty row, so that it is looked at and warned about only once."""
    if info is None:
        return (run, *[None] * 9, stamp, "")
    spec = info.spec
    return (
        run,
        info.state,
        spec.task,
        spec.model,
        " ".join(spec.source_langs),
        spec.budget,
        spec.steps,
        spec.seed,
        info.created_utc,
        info.mean_score,
        stamp,
        _to_text(info),
    )


def _to_text(info: RunInfo) -> str:
    fields = {field.name: getattr(info, field.name) for field in dataclasses.fields(info)}
    fields["spec"] = spec_to_text(info.spec)
    fields["where"] = info.where.model_dump(mode="json")
    fields["imported"] = info.imported and dataclasses.asdict(info.imported)
    return json.dumps(fields, ensure_ascii=False)


def _from_text(text: str) -> RunInfo | None:
    if not text:
        return None
    fields = json.loads(text)
    spec = spec_from_text(fields["spec"], fields["run"])
    assert isinstance(spec, TrainSpec)
    made = {
        "spec": spec,
        "where": Where(**fields["where"]),
        "metrics": tuple(fields["metrics"]),
        "imported": fields["imported"] and Imported(**fields["imported"]),
    }
    return RunInfo(**{**fields, **made})
