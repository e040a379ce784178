"""Files that are whole or not there: written beside the target, synced, then renamed."""

import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mslt_core.spec.errors import StoreError, is_disk_full

STRAY_AGE_S = 3600.0
"""No file here takes an hour to write: a temporary one older than that has lost its writer."""


class DamagedError(Exception):
    """A file does not hold what was written into it."""


def atomic_write(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put `data` at `path`; a crash or a full disk leaves the old file whole.

    With ``durable=False`` only a power cut may lose it: for what is written many times a minute.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    with write_errors_explained(path, len(data)):
        make_folder(path.parent)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            _sync_folder(path.parent)


def write_json(path: Path, content: Any, *, durable: bool = True) -> None:
    """`atomic_write` of `content` as JSON that people can read too."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    atomic_write(path, f"{text}\n".encode(), durable=durable)


def write_compact_json(path: Path, content: Any) -> None:
    """`write_json` without white space, where many small files are shipped."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    atomic_write(path, text.encode())


def read_json(path: Path) -> Any:
    """What `write_json` wrote. ValueError where the file holds no JSON."""
    return json.loads(path.read_bytes())


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents so that they outlast a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def remove_strays(folder: Path) -> None:
    """Remove the temporary files that killed writers left in `folder`."""
    for stray in folder.glob(".*.tmp"):
        with contextlib.suppress(FileNotFoundError):  # two may tidy up at once
            if time.time() - stray.stat().st_mtime > STRAY_AGE_S:
                stray.unlink()


@contextlib.contextmanager
def write_errors_explained(path: Path, n_bytes: int | None = None) -> Iterator[None]:
    """Raise a StoreError that a person can act on where the system refuses a write."""
    try:
        yield
    except OSError as e:
        if is_disk_full(e):
            raise disk_full(path, n_bytes) from e
        raise StoreError(
            f"cannot write {path}: {e.strerror or e}",
            hint="Choose another store with --store or MSLT_STORE, or allow writing there.",
        ) from e


def disk_full(path: Path, n_bytes: int | None = None) -> StoreError:
    """The error for a full disk: what is needed, what is free, where."""
    there = next(folder for folder in (path, *path.parents) if folder.is_dir())
    need = f"need {told_size(n_bytes)}, " if n_bytes is not None else ""
    return StoreError(
        f"Disk full: {need}{told_size(shutil.disk_usage(there).free)} free on {there}",
        hint="Free some space and start again; what was stored before is untouched.",
    )


def told_size(n_bytes: float) -> str:
    """Bytes for people: 1.3 GB, 0.2 MB, 14 bytes."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if n_bytes >= unit / 10:
            return f"{n_bytes / unit:.1f} {name}"
    return f"{n_bytes:.0f} bytes"


def _sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlast a power cut; syncing a file alone does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
