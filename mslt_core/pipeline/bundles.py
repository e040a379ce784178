"""Bundles that leave and come by a browser: written to a folder that is gone afterwards."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mslt_core.spec.errors import MsltError
from mslt_core.store import Store
from mslt_core.store.bundle import (
    IMPORTED_RESULT,
    ExportedBundle,
    ImportedBundle,
    Wanted,
    export_bundle,
    import_bundle,
)

__all__ = [
    "IMPORTED_RESULT",
    "MAX_BUNDLE_MEGABYTES",
    "ExportedBundle",
    "ImportedBundle",
    "story_bundle",
    "take_bundle",
]

MAX_BUNDLE_MEGABYTES = 200
"""What a browser may send; the command line takes more."""


def story_bundle(store: Store, story_id: str) -> tuple[bytes, ExportedBundle]:
    """A story with its pins and the runs that these rest on, as a file; and what is in it."""
    with _file() as path:
        made = export_bundle(store, path, Wanted(stories=(story_id,)))
        return path.read_bytes(), made


def take_bundle(store: Store, data: bytes, *, dry_run: bool) -> ImportedBundle:
    """Verify a bundle and take it in, or only say what would come.

    Runs that are here with another result stay as they are.
    """
    with _file() as path:
        path.write_bytes(data)
        return import_bundle(store, path, dry_run=dry_run, keep_mine=True)


@contextlib.contextmanager
def _file() -> Iterator[Path]:
    """A place for a bundle, which messages do not name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        try:
            yield path
        except MsltError as e:
            message = e.message.replace(f"{path}: ", "").replace(folder, "")
            raise type(e)(message, hint=e.hint) from e
