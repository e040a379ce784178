"""Is this machine ready? Versions, device, hub, data folders, and the store looked through."""

import dataclasses
import importlib.metadata
import os
import re
import shutil
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from mslt_core.data import parallel, tasks
from mslt_core.data.tasks import wikiann
from mslt_core.pipeline.places import PROJECT
from mslt_core.spec.errors import CheckpointError, MsltError
from mslt_core.store import Store
from mslt_core.store.atomic import DamagedError
from mslt_core.store.tensors import read_tensors

HUB_PATIENCE_S = 4.5
"""Looking up a name in the network cannot be cut short, so the whole question waits no longer."""

MAX_DEPTH = 3
MAX_FOLDERS = 3000
"""Data lies near the top of what may be read; a home directory can hold a million folders."""

SHARDS = "model-*-of-*.safetensors"

FolderKind = Literal["wikiann", "pud", "checkpoint"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Package:
    """A requirement and what is installed of it."""

    name: str
    pinned: str
    installed: str | None

    @property
    def fits(self) -> bool:
        """Whether the pinned version is there; ``2.13.0+cpu`` is a build of ``2.13.0``."""
        return self.installed is not None and self.installed.split("+")[0] == self.pinned


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundFolder:
    """A folder that can be used as it is."""

    path: str
    kind: FolderKind
    langs: tuple[str, ...]
    """Languages with training data or sentences; () for a checkpoint."""
    problem: str
    """Why it cannot be used after all; empty if it can."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreHealth:
    """What lies in a store and whether all of it can be read."""

    root: str
    writable: bool
    free_gb: float
    n_runs: int
    n_arrays: int
    problems: tuple[str, ...]


def packages() -> list[Package]:
    """Every pinned requirement, in the order of requirements.txt."""
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    found = []
    for name, pinned in re.findall(r"^([\w.-]+)==([\w.]+)", text, flags=re.MULTILINE):
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = None
        found.append(Package(name=name, pinned=pinned, installed=installed))
    return found


def device() -> str:
    """The device that training and embedding use; loads torch."""
    from mslt_core.models.devices import device_description

    return device_description()


def hub_problem() -> str:
    """Why the model hub cannot be asked, known within 5 s; empty if it answers."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    problems = [f"{constants.ENDPOINT} did not answer within {HUB_PATIENCE_S:g} s"]

    def ask() -> None:
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=HUB_PATIENCE_S):  # noqa: S310
                problems[0] = ""
        except urllib.error.HTTPError:
            problems[0] = ""  # it answered, whatever it thinks of the question
        except (OSError, ValueError) as e:
            problems[0] = f"{constants.ENDPOINT} cannot be reached: {getattr(e, 'reason', e)}"

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(HUB_PATIENCE_S)
    return problems[0]


def found_folders(roots: Sequence[Path]) -> list[FoundFolder]:
    """Task data, treebanks and checkpoints near the top of `roots`, each folder once."""
    seen: dict[Path, FoundFolder] = {}
    for root in roots:
        for folder, kind in _candidates(root.resolve()):
            seen.setdefault(folder, _looked_into(folder, kind))
    return list(seen.values())


def store_health(store: Store) -> StoreHealth:
    """Read every run and every array of the store's own folder."""
    problems = []
    runs = sorted(path.parent.name for path in (store.root / "runs").glob("*/spec.json"))
    for run in runs:
        try:
            problems += _run_problems(store, run)
        except (MsltError, OSError) as e:
            problems.append(f"run {run}: {e}")
    arrays = sorted((store.root / "arrays").glob("*/*.safetensors"))
    for path in arrays:
        try:
            read_tensors(path)
        except (DamagedError, OSError) as e:
            problems.append(f"{path} is damaged and will be computed again when needed: {e}")
    there = next(folder for folder in (store.root, *store.root.parents) if folder.is_dir())
    writable = not store.read_only and _can_write(store.root, there)
    if not (writable or store.read_only):
        problems.append(f"{store.root} cannot be written; choose another with --store")
    return StoreHealth(
        root=str(store.root),
        writable=writable,
        free_gb=shutil.disk_usage(there).free / 1e9,
        n_runs=len(runs),
        n_arrays=len(arrays),
        problems=tuple(problems),
    )


def _run_problems(store: Store, run: str) -> list[str]:
    """What cannot be read of a run in the store's own folder."""
    from mslt_core.models import checkpoints

    info = store.runs.info(run)
    folder, problems = store.runs.folder(run), []
    if (folder / "scores.json").exists():
        store.runs.outcome(run)
        files = (folder / "predictions").glob("*.safetensors")
        unreadable = {path.stem for path in files if store.runs.predictions(run, path.stem) is None}
        problems += [f"run {run}: predictions of {lang} are damaged" for lang in sorted(unreadable)]
    for weights in (folder / "model", *folder.glob("snapshots/step-*")):
        if not weights.is_dir():
            continue
        try:
            checkpoints.verify(weights)
        except CheckpointError as e:
            problems.append(f"run {run} ({info.name}): {e}")
    return problems


def _can_write(root: Path, there: Path) -> bool:
    """Whether files can be made where the store lies, or will lie."""
    if root.exists() and not root.is_dir():
        return False
    try:
        with tempfile.NamedTemporaryFile(dir=there):
            return True
    except OSError:
        return False


def _candidates(root: Path) -> Iterator[tuple[Path, FolderKind]]:
    """Folders whose names promise something; of a file no more than a line is read."""
    for n_folders, (text, folders, files) in enumerate(os.walk(root)):
        if n_folders >= MAX_FOLDERS:
            return
        folder = Path(text)
        kind = _kind(folder, folders, files)
        if kind:
            yield folder, kind
        if kind or len(folder.relative_to(root).parts) >= MAX_DEPTH:
            folders.clear()  # os.walk goes into what is left in this list
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))


def _kind(folder: Path, folders: Sequence[str], files: Sequence[str]) -> FolderKind | None:
    tables = sorted(name for name in files if re.fullmatch(r"(train|dev)-\w+\.tsv", name))
    if tables and _tagged(folder / tables[0]):
        return "wikiann"
    if any(re.fullmatch(r"UD_.+-PUD", name) for name in folders):
        return "pud"
    weights = "model.safetensors" in files or any(folder.glob(SHARDS))
    return "checkpoint" if weights and "config.json" in files else None


def _tagged(table: Path) -> bool:
    """Whether its first line is a token and its tag: other tasks of XTREME name files alike."""
    try:
        with table.open(encoding="utf-8", errors="replace") as lines:
            return next(lines, "").rstrip("\n").rpartition("\t")[2] in wikiann.LABELS
    except OSError:
        return False


def _looked_into(folder: Path, kind: FolderKind) -> FoundFolder:
    langs: tuple[str, ...] = ()
    problem = ""
    try:
        if kind == "wikiann":
            langs = tasks.open_task("wikiann", folder).train_langs
        elif kind == "pud":
            langs = parallel.open_corpus(folder).langs
    except MsltError as e:
        problem = str(e)
    return FoundFolder(path=str(folder), kind=kind, langs=langs, problem=problem)
