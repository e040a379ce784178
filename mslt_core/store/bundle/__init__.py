"""Results as one zip file: written here, opened elsewhere after every byte of it was checked."""

from mslt_core.store.bundle.gathering import Wanted
from mslt_core.store.bundle.layout import MAX_BYTES, Manifest
from mslt_core.store.bundle.outside_moving import IMPORTED_RESULT, Outside
from mslt_core.store.bundle.reading import ImportedBundle, import_bundle
from mslt_core.store.bundle.writing import ExportedBundle, export_bundle

__all__ = [
    "IMPORTED_RESULT",
    "MAX_BYTES",
    "ExportedBundle",
    "ImportedBundle",
    "Manifest",
    "Outside",
    "Wanted",
    "export_bundle",
    "import_bundle",
]
