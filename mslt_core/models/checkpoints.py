"""Checkpoint folders: whole or not there, checked before use, kept by step number.

A sealed checkpoint is written beside its place, listed with sizes and SHA-256 in
``manifest.json``, flushed to the disk and then renamed. So a process that is killed leaves the
checkpoint before it untouched, and damage that happens later is found by `verify`.
"""

import contextlib
import hashlib
import itertools
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mslt_core.models.config import read_json
from mslt_core.spec.checkpoint_files import TOKENIZER_FILES
from mslt_core.spec.digests import known_sha256, sha256_of
from mslt_core.spec.errors import CheckpointError, StoreError, says_disk_is_full
from mslt_core.spec.room import KEPT

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
WEIGHTS = ("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json")
CONTENT = ("config.json", *WEIGHTS, *TOKENIZER_FILES)
"""Names of all files that loading a model may read; anything else in a folder is of no account."""

_STEP = re.compile(r"step-(\d{6,})")


def step_folder(folder: Path, step: int) -> Path:
    """Where the checkpoint after `step` optimizer steps lies under `folder`."""
    return folder / f"step-{step:06d}"


def staging_of(folder: Path) -> Path:
    """Where `sealed` has filled what becomes `folder`."""
    return _hidden(folder, "partial")


@contextlib.contextmanager
def sealed(folder: Path, about: Mapping[str, Any] | None = None) -> Iterator[Path]:
    """Fill the folder that this yields; it becomes `folder`, whole and sealed, or nothing does.

    What was at `folder` before is replaced. `about` is kept in the manifest as it is.
    """
    staging = staging_of(folder)
    shutil.rmtree(staging, ignore_errors=True)  # left by a process that was killed
    staging.mkdir(parents=True)
    try:
        yield staging
        seal(staging, about)
    except BaseException as e:
        full = _disk_is_full(e, staging)
        shutil.rmtree(staging, ignore_errors=True)
        if full:
            raise StoreError(
                f"the disk is full: {folder} could not be written",
                hint="Free some space and start again; what was sealed before is intact.",
            ) from e
        raise
    _put_in_place(staging, folder)


def seal(folder: Path, about: Mapping[str, Any] | None = None) -> None:
    """Write the manifest of all files in `folder` and flush everything to the disk."""
    files = {}
    for path in _files(folder):
        _flush(path)
        files[_name(path, folder)] = {"size": path.stat().st_size, "sha256": known_sha256(path)}
    text = _manifest_text({"about": dict(about or {}), "files": files})
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in (folder / MANIFEST, *(p for p in folder.rglob("*") if p.is_dir()), folder):
        _flush(path)


def is_sealed(folder: Path) -> bool:
    """Whether `folder` has a manifest to be verified against."""
    return (folder / MANIFEST).exists()


def verify(folder: Path) -> dict[str, Any]:
    """Compare every file with the manifest; the manifest's `about` is returned.

    Raises
    ------
    CheckpointError
        With the name of the first file that is missing, cut short, changed or not listed.
    """
    files, about = _manifest(folder)
    found = {_name(path, folder): path for path in _files(folder)}
    for name, recorded in files.items():
        if name not in found:
            raise CheckpointError(f"{folder}: {name} is missing")
        if (size := found[name].stat().st_size) != recorded["size"]:
            raise CheckpointError(
                f"{folder}: {name} has {size:,} bytes, its manifest says {recorded['size']:,}"
            )
    if strangers := sorted(found.keys() - files.keys()):
        raise CheckpointError(f"{folder}: {strangers[0]} is not in the manifest")
    for name, recorded in files.items():
        if sha256_of(found[name]) != recorded.get("sha256"):
            raise CheckpointError(f"{folder}: {name} does not match its recorded SHA-256")
    return about


def read_about(folder: Path) -> dict[str, Any]:
    """What was told when `folder` was sealed; its files are not looked at."""
    return _manifest(folder)[1]


def latest_valid(folder: Path, spec: str) -> Path | None:
    """The checkpoint of the highest step that is whole and was sealed for the spec `spec`.

    Any other one that is met on the way is set aside under a new name, never deleted.
    """
    for path in reversed(_steps(folder)):
        try:
            about = verify(path)
        except CheckpointError as e:
            _set_aside(path, "damaged", str(e))
            continue
        if about.get("spec") == spec:
            return path
        _set_aside(path, "foreign", f"{path} belongs to spec {about.get('spec')}, not to {spec}")
    return None


def set_all_aside(folder: Path, why: str) -> None:
    """Leave no state to go on from: all get new names, and none is deleted."""
    for path in _steps(folder):
        _set_aside(path, "useless", why)


def restore(folder: Path) -> None:
    """Put back what a process had moved out of the way of its successor when it was killed."""
    if not folder.exists() and (old := _hidden(folder, "old")).exists():
        old.rename(folder)


def take_away(folder: Path) -> None:
    """Make `folder` a thing of the past at once, and delete it after."""
    with contextlib.suppress(FileNotFoundError):
        folder.rename(finished := _hidden(folder, "finished"))
        shutil.rmtree(finished, ignore_errors=True)


def was_taken_away(folder: Path) -> bool:
    """Whether a process was killed while it deleted `folder`; then the rest is deleted."""
    if not (finished := _hidden(folder, "finished")).exists():
        return False
    shutil.rmtree(finished, ignore_errors=True)
    return True


def rotate(folder: Path) -> None:
    """Keep the newest checkpoints by step number; clocks and file dates play no part."""
    for path in _steps(folder)[:-KEPT]:
        # a deletion cut short must not look like a damaged checkpoint
        path.rename(_hidden(path, "partial"))
    for leftover in folder.glob(".step-*.partial"):
        shutil.rmtree(leftover, ignore_errors=True)


def fingerprint(folder: Path) -> str:
    """16 hexadecimal digits that name weights, tokenizer and configuration by their content."""
    names = sorted(path.name for path in folder.iterdir() if _is_content(path))
    if "config.json" not in names or not any(name.endswith(".safetensors") for name in names):
        raise CheckpointError(f"{folder} holds no checkpoint: it needs config.json and safetensors")
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name} {known_sha256(folder / name)}\n".encode())
    return digest.hexdigest()[:16]


def _manifest(folder: Path) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The files and the `about` of a manifest that is as it was written."""
    manifest = read_json(folder / MANIFEST)
    content = {"about": manifest.get("about"), "files": manifest.get("files")}
    # the same bytes again: even a flipped bit in its white space counts as damage
    if (folder / MANIFEST).read_bytes() != _manifest_text(content).encode():
        raise CheckpointError(f"{folder}: {MANIFEST} does not match its own SHA-256")
    files, about = content["files"], content["about"]
    if not isinstance(files, dict) or not isinstance(about, dict):
        raise CheckpointError(f"{folder}: {MANIFEST} lists no files")
    for name, recorded in files.items():
        if not isinstance(recorded, dict) or type(recorded.get("size")) is not int:
            raise CheckpointError(f"{folder}: {MANIFEST} gives no size for {name}")
    return files, about


def _manifest_text(content: dict[str, Any]) -> str:
    """The manifest with its own digest, so that damage to the list itself is seen."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps({**content, "sha256": digest}, indent=1, sort_keys=True) + "\n"


def _put_in_place(staging: Path, folder: Path) -> None:
    old = _hidden(folder, "old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)  # a folder that is not empty cannot be replaced in one step
    staging.rename(folder)
    _flush(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _set_aside(path: Path, why: str, message: str) -> None:
    names = (f"{path.name}.{why}{n or ''}" for n in itertools.count())
    aside = next(place for name in names if not (place := path.with_name(name)).exists())
    path.rename(aside)
    logger.warning("%s; set aside as %s", message, aside.name)


def _steps(folder: Path) -> list[Path]:
    """Checkpoints under `folder`, lowest step first."""
    if not folder.is_dir():
        return []
    found = [(int(m[1]), path) for path in folder.iterdir() if (m := _STEP.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def _hidden(folder: Path, why: str) -> Path:
    return folder.with_name(f".{folder.name}.{why}")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _is_content(path: Path) -> bool:
    return path.is_file() and any(fnmatch(path.name, pattern) for pattern in CONTENT)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_is_full(error: BaseException, folder: Path) -> bool:
    """Safetensors says it in words only; torch says ``unexpected pos``, so look at the disk."""
    return says_disk_is_full(error) or shutil.disk_usage(folder).free < 2**20
