"""One writer at a time in a folder, between processes too."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from mslt_core.store.atomic import make_folder, write_errors_explained


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one who writes in `folder`, made if missing; the system frees it at death."""
    lock = FileLock(folder / "lock")
    # what goes wrong within is not the lock's fault, and is told as what it is
    with write_errors_explained(folder / "lock"):
        make_folder(folder)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
