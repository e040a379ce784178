"""What arrays and weights in a bundle must be; looked at by their headers and hashes, never run."""

import zlib
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open

from mslt_core.spec.errors import BundleError
from mslt_core.spec.results import TargetScores
from mslt_core.store.atomic import DamagedError
from mslt_core.store.bundle.layout import parsed
from mslt_core.store.bundle.outcome_checks import require_outcomes
from mslt_core.store.tensors import Arrays, read_packed, read_tensors

MAX_UNPACKED = 64_000_000
"""Of the outcomes that are packed once more inside their file."""

CHUNK = 2**20

ARRAY_ERRORS = (DamagedError, SafetensorError, OSError, ValueError, KeyError, TypeError)


def predictions(
    path: Path, name: str, run: str, lang: str, scores: Mapping[str, TargetScores]
) -> None:
    try:
        arrays, about = read_tensors(path)
    except ARRAY_ERRORS as e:
        raise BundleError(f"{name}: {e}") from e
    if about != {"run": run, "lang": lang}:
        raise BundleError(f"{name} belongs to another run or language")
    _require_items(arrays, name, lang, scores)


def packed(path: Path, name: str, run: str, scores: Mapping[str, TargetScores]) -> None:
    """Packed twice, so the bytes of the inner one are counted too, before it is read."""
    unpack = zlib.decompressobj()
    try:
        left, content = MAX_UNPACKED, path.read_bytes()
        while left > 0 and content:
            left -= len(unpack.decompress(content, CHUNK))
            content = unpack.unconsumed_tail
        if not unpack.eof:
            raise BundleError(f"{name} is cut short or unpacks to more than it may")
        arrays, about = read_packed(path)
    except (*ARRAY_ERRORS, zlib.error) as e:
        if isinstance(e, BundleError):
            raise
        raise BundleError(f"{name}: {e}") from e
    if about != {"run": run} or unpack.unused_data:
        raise BundleError(f"{name} belongs to another run")
    by_lang: dict[str, Arrays] = {}
    for key, array in arrays.items():
        lang, _, field = key.partition("/")
        by_lang.setdefault(lang, {})[field] = array
    for lang, of_lang in by_lang.items():
        _require_items(of_lang, name, lang, scores)


def _require_items(
    arrays: Arrays, name: str, lang: str, scores: Mapping[str, TargetScores]
) -> None:
    if lang not in scores:
        raise BundleError(f"{name} holds outcomes on {lang[:20]!r}, which has no score")
    require_outcomes(arrays, scores[lang], f"{name}, {lang}")


def question(path: Path, name: str) -> bytes:
    """The question that stored arrays answer, as text."""
    try:
        return read_tensors(path)[1]["spec"].encode()
    except ARRAY_ERRORS as e:
        raise BundleError(f"{name}: {e}") from e


def model_file(path: Path, name: str) -> None:
    """Readable as what it is; whether it may be loaded is asked when it is."""
    if name.endswith(".json"):
        parsed(path.read_bytes(), name)
    elif name.endswith(".safetensors"):
        try:
            with safe_open(path, framework="numpy"):
                pass
        except (SafetensorError, OSError) as e:
            raise BundleError(f"{name} cannot be read as safetensors: {e}") from e
