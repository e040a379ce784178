"""Import: unpack beside the store's own folders, verify, and only then move into place.

Every run comes whole or not at all, and what is there already is never touched. The order is runs,
arrays, sweeps, pins, stories, results from elsewhere: an import that was killed leaves whole ones
behind, and importing again goes on.
"""

import contextlib
import dataclasses
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from mslt_core.spec.errors import AlreadyRunningError, BundleError, MsltError, StoreError
from mslt_core.spec.results import Imported
from mslt_core.store.atomic import disk_full, make_folder, write_errors_explained, write_json
from mslt_core.store.bundle import outside_moving, story_taking
from mslt_core.store.bundle.archive import Archive, opened
from mslt_core.store.bundle.checks import check_contents
from mslt_core.store.bundle.layout import (
    MANIFEST,
    MAX_BYTES,
    Manifest,
    Report,
    checked_manifest,
    kind_of,
    portable,
    quiet,
)
from mslt_core.store.bundle.outside_moving import Outside
from mslt_core.store.bundle.story_taking import Stories
from mslt_core.store.process import utc_now
from mslt_core.store.records import IMPORTED
from mslt_core.store.sweeps import PLAN

if TYPE_CHECKING:
    from mslt_core.store import Store

PATIENCE_S = 30.0
SPARE_BYTES = 50_000_000
"""What a disk keeps free beside the unpacked files."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImportedBundle:
    """What became of a bundle's content."""

    manifest: Manifest
    sha256: str
    """Of the manifest, which names the whole content."""
    runs: tuple[str, ...]
    """New in the store."""
    skipped: tuple[str, ...]
    """There already, with the same scores; outcomes and curve agree as far as both have them."""
    refused: Mapping[str, str]
    """There already, otherwise: run to reason. Given only where the caller keeps its own."""
    n_arrays: int
    sweeps: tuple[str, ...]
    stories: Stories
    outside: Outside


def import_bundle(
    store: "Store",
    path: Path,
    *,
    dry_run: bool = False,
    keep_mine: bool = False,
    max_bytes: int = MAX_BYTES,
    report: Report = quiet,
) -> ImportedBundle:
    """Take the bundle at `path` into `store`; with `dry_run` only say what would come.

    A run that is there with another result is a StoreError and nothing is taken in; with
    `keep_mine` these runs are left out.
    """
    if store.read_only:
        raise StoreError(f"the store {store.root} is read-only: it cannot take a bundle in")
    try:
        with opened(path, max_bytes) as archive, _staging(store, archive, dry_run) as staging:
            content = archive.read(MANIFEST)
            manifest = checked_manifest(content)
            _unpack(archive, manifest, staging, report, durable=not dry_run)
            check_contents(staging, manifest)
            report(0, 0, "comparing with what is here")
            found = _compared(store, staging, manifest, hashlib.sha256(content).hexdigest())
            if not keep_mine:
                _require_no_conflict(found)
            return found if dry_run else _move(store, staging, found)
    except BundleError as e:
        raise BundleError(f"{path}: {e.message}", hint=e.hint) from e


@contextlib.contextmanager
def _staging(store: "Store", archive: Archive, dry_run: bool) -> Iterator[Path]:
    """An empty folder on the store's disk with room for all; gone afterwards, come what may."""
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
            _require_room(Path(folder), archive)
            yield Path(folder)
        return
    home = store.root / "imports"
    staging = home / "staging"
    with write_errors_explained(home):
        make_folder(home)
    _require_room(home, archive)
    lock = FileLock(home / "lock")
    try:
        lock.acquire(timeout=PATIENCE_S, poll_interval=0.1)
    except Timeout:
        raise AlreadyRunningError(
            f"another process imports into {store.root}", hint="Wait for it."
        ) from None
    try:
        shutil.rmtree(staging, ignore_errors=True)  # left by a process that was killed
        with write_errors_explained(staging):
            staging.mkdir()
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        lock.release()


def _require_room(folder: Path, archive: Archive) -> None:
    needed = sum(archive.sizes.values()) + SPARE_BYTES
    if shutil.disk_usage(folder).free < needed:
        raise disk_full(folder / "staging", needed)


def _unpack(
    archive: Archive, manifest: Manifest, staging: Path, report: Report, *, durable: bool
) -> None:
    """Write every member into `staging`, counting and hashing what is really there."""
    sizes = {member.name: member.size for member in manifest.members}
    if len(sizes) < len(manifest.members) or sizes.keys() != archive.sizes.keys() - {MANIFEST}:
        raise BundleError(f"its {MANIFEST} does not list the members that it has")
    for place, member in enumerate(manifest.members):
        if archive.sizes[member.name] != member.size:
            raise BundleError(f"{member.name} has another size than its {MANIFEST} says")
        target = staging / member.name
        # the layout has no name that could do so; this is a second lock on the same door
        if not target.parent.resolve().is_relative_to(staging.resolve()):
            raise BundleError(f"{member.name} leads out of the bundle")
        digest = hashlib.sha256()
        with write_errors_explained(target, member.size):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for chunk in archive.chunks(member.name):
                    digest.update(chunk)
                    file.write(chunk)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
        if digest.hexdigest() != member.sha256:
            raise BundleError(f"{member.name} does not match its recorded SHA-256")
        report(place + 1, len(manifest.members), "checking")


def _compared(store: "Store", staging: Path, manifest: Manifest, sha256: str) -> ImportedBundle:
    """What is new, what is there already, and what is there with another content."""
    theirs = type(store)(staging, read_only=True)
    new, skipped, refused = [], [], {}
    for run in manifest.runs:
        if not (store.runs.exists(run) or store.runs.folder(run).exists()):
            new.append(run)
        elif reason := _difference(store, theirs, run):
            refused[run] = reason
        else:
            skipped.append(run)
    return ImportedBundle(
        manifest=manifest,
        sha256=sha256,
        runs=tuple(new),
        skipped=tuple(skipped),
        refused=refused,
        n_arrays=len(_new_arrays(store, manifest)),
        sweeps=tuple(s for s in manifest.sweeps if not store.sweeps.exists(s)),
        stories=story_taking.compared(store, theirs, manifest),
        outside=outside_moving.compared(store, theirs, manifest),
    )


def _difference(mine: "Store", theirs: "Store", run: str) -> str:
    """Why a run that is here is not the one that came; empty where both say the same."""
    try:
        state = mine.runs.status(run).state
        if state != "done":
            return f"here it is {state}"
        here, there = mine.runs.outcome(run), theirs.runs.outcome(run)
    except MsltError as e:
        return f"here it cannot be read: {e.message}"
    for name in ("scores", "last_scores", "sampled_hash", "step_scored"):
        if here[name] != there[name]:
            return f"its {name} differ from those here"
    for lang in here["scores"]:
        ours = mine.runs.predictions(run, lang) or {}
        others = theirs.runs.predictions(run, lang) or {}
        for name in ours.keys() & others.keys():
            if not np.array_equal(ours[name], others[name]):
                return f"its outcomes on {lang} differ from those here"
    curves = mine.runs.curve(run), theirs.runs.curve(run)
    if all(curves) and curves[0] != curves[1]:  # a packed run has none
        return "its learning curve differs from that here"
    return ""


def _require_no_conflict(found: ImportedBundle) -> None:
    if not (refused := {**found.refused, **found.outside.refused}):
        return
    first, reason = next(iter(refused.items()))
    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    told = (
        f"run {first}{more} is here already, and not the same"
        if first in found.refused
        else f"the imported result {first}{more} contradicts one that is here"
    )
    raise StoreError(
        f"{told}: {reason}. Nothing was imported",
        hint="Give another --store, or keep yours and import the rest with --keep-mine.",
    )


def _new_arrays(store: "Store", manifest: Manifest) -> list[str]:
    """Members with arrays that the store lacks."""
    names = [m.name for m in manifest.members if kind_of(m.name)[0] == "array"]
    return [name for name in names if not (store.root / name).exists()]


def _move(store: "Store", staging: Path, found: ImportedBundle) -> ImportedBundle:
    """Rename the new ones into place, each with a note where it came from."""
    note = Imported(
        source="bundle",
        imported_utc=utc_now(),
        sha256=found.sha256,
        made_utc=found.manifest.created_utc,
        product_version=found.manifest.product_version,
    )
    told = dataclasses.asdict(note)
    theirs = type(store)(staging, read_only=True)
    for run in found.runs:
        where = portable(theirs.runs.where(run))
        write_json(staging / "runs" / run / "where.json", where.model_dump(mode="json"))
        write_json(staging / "runs" / run / IMPORTED, told)
        _rename(staging / "runs" / run, store.runs.folder(run))
    for name in _new_arrays(store, found.manifest):
        _rename(staging / name, store.root / name)
    for sweep in found.sweeps:
        (staging / "sweeps" / sweep / "workers").mkdir(exist_ok=True)
        _rename(staging / "sweeps" / sweep, store.sweeps.folder(sweep))
        assert (store.sweeps.folder(sweep) / PLAN).exists()
    new = story_taking.take(store, theirs, found.stories, note)
    stories = dataclasses.replace(found.stories, new=new)
    outside_moving.take(store, theirs, found.outside, note)
    came = {
        "runs": found.runs,
        "sweeps": found.sweeps,
        "skipped": found.skipped,
        "stories": dict(new),
        "pins": stories.pins,
        "outside": found.outside.new,
    }
    log = store.root / "imports" / f"{found.sha256[:16]}.json"
    refused = {**found.refused, **found.outside.refused}
    write_json(log, {**told, **came, "refused": refused, "n_arrays": found.n_arrays})
    return dataclasses.replace(found, stories=stories)


def _rename(source: Path, target: Path) -> None:
    """Into a place that must be free; a folder with files in it is never replaced by the system."""
    try:
        make_folder(target.parent)
        os.rename(source, target)
    except OSError as e:
        if target.exists():
            raise StoreError(
                f"{target} was made while the bundle was read",
                hint="Import again: what came is kept.",
            ) from e
        with write_errors_explained(target):
            raise
