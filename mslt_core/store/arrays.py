"""Read-through arrays: computed once, kept under the digest of the spec that asked for them."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from mslt_core.spec.base import Spec
from mslt_core.spec.errors import StoreError
from mslt_core.store.atomic import DamagedError, remove_strays
from mslt_core.store.spec_text import is_text_of, spec_to_text
from mslt_core.store.tensors import Arrays, read_tensors, write_tensors

logger = logging.getLogger(__name__)


class ArrayStore:
    """``arrays/<2 hex>/<digest>.safetensors`` in one or more layers; the first one is written."""

    def __init__(self, layers: tuple[Path, ...], *, read_only: bool) -> None:
        self._folders = tuple(layer / "arrays" for layer in layers)
        self._read_only = read_only

    def get(self, spec: Spec, compute: Callable[[], Mapping[str, npt.NDArray[Any]]]) -> Arrays:
        """The arrays of `spec`, from the store or else computed and kept."""
        stored = self.peek(spec)
        if stored is None:
            self._require_writable(spec)
            stored = dict(compute())
            self.put(spec, stored)
        return stored

    def peek(self, spec: Spec) -> Arrays | None:
        """The stored arrays of `spec`; None where there are none or the entry is damaged."""
        for folder in self._folders:
            path = _place(folder, spec)
            try:
                arrays, metadata = read_tensors(path)
                if not is_text_of(metadata.get("spec", ""), spec):
                    raise DamagedError("it answers another question")
            except FileNotFoundError:
                continue
            except (DamagedError, OSError) as e:
                logger.warning("%s is damaged (%s); it will be computed again", path, e)
                continue
            return arrays
        return None

    def put(self, spec: Spec, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keep `arrays` as the answer to `spec`, in place of what is there."""
        self._require_writable(spec)
        path = _place(self._folders[0], spec)
        write_tensors(path, arrays, {"spec": spec_to_text(spec)})
        remove_strays(path.parent)

    def files(self) -> list[Path]:
        """All entries, those of the layer that is written first."""
        return [path for folder in self._folders for path in sorted(folder.glob("*/*.safetensors"))]

    def _require_writable(self, spec: Spec) -> None:
        if self._read_only:
            raise StoreError(
                f"the store {self._folders[0].parent} is read-only: "
                f"it cannot keep {type(spec).__name__} {spec.digest()}"
            )


def _place(folder: Path, spec: Spec) -> Path:
    """Two levels, so that no folder grows to many thousands of files."""
    digest = spec.digest()
    return folder / digest[:2] / f"{digest}.safetensors"
