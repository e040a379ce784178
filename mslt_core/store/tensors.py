"""Named arrays in one safetensors file, with a hash that notices a single flipped bit."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save

from mslt_core.store.atomic import DamagedError, atomic_write

Arrays = dict[str, npt.NDArray[Any]]

HASH_KEY = "sha256"


def write_tensors(
    path: Path, arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]
) -> None:
    """Write `arrays` and `metadata` to `path`, whole or not at all."""
    atomic_write(path, _sealed(arrays, metadata))


def write_packed(
    path: Path, arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]
) -> None:
    """As `write_tensors`, compressed: for small whole numbers, which shrink to a tenth."""
    atomic_write(path, zlib.compress(_sealed(arrays, metadata), level=9))


def _sealed(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """The file's content, with the hash of all that is in it."""
    # safetensors copies memory as it lies: a transposed or sliced view would be stored scrambled
    plain = {
        name: array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
        for name, array in arrays.items()
    }
    return save(plain, metadata={**metadata, HASH_KEY: _content_hash(plain, metadata)})


def read_tensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Arrays and metadata of `path`; DamagedError unless they are exactly what was written."""
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as e:
        raise DamagedError(str(e)) from e
    return _checked(arrays, metadata)


def read_packed(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Arrays and metadata that `write_packed` wrote; DamagedError as for `read_tensors`."""
    try:
        content = zlib.decompress(path.read_bytes())
        arrays = load(content)
        # the header: its length in eight bytes, then JSON
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (zlib.error, SafetensorError, ValueError) as e:
        raise DamagedError(str(e)) from e
    return _checked(arrays, dict(header.get("__metadata__", {})))


def _checked(arrays: Arrays, metadata: dict[str, str]) -> tuple[Arrays, dict[str, str]]:
    recorded = metadata.pop(HASH_KEY, "")
    if _content_hash(arrays, metadata) != recorded:
        raise DamagedError("its content does not match its recorded SHA-256")
    return arrays, metadata


def _content_hash(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> str:
    """SHA-256 over names, dtypes, shapes, values and metadata.

    Cost: 0.2 to 2 GB a second, depending on whether the processor has instructions for it.
    """
    described = [(name, a.dtype.str, a.shape) for name, a in sorted(arrays.items())]
    content = hashlib.sha256(json.dumps([described, sorted(metadata.items())]).encode())
    for _, array in sorted(arrays.items()):
        content.update(array.data)
    return content.hexdigest()
