"""The WebGL view's data as bytes: each part is sent once, and again only when it changes.

A part is a digest of 32 characters, the length of its header in four bytes, the header as JSON,
and arrays that start at multiples of eight bytes from the part's own start.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pages._shared.scatter.contract import ScatterView

_ALIGN = 8


def parts(view: ScatterView) -> dict[str, bytes]:
    """What is large, by name: the points and their texts, where they are, who is near whom."""
    packed = {
        "points": _part(
            {
                "ids": list(view.ids),
                "codes": [look.code for look in view.languages],
                "texts": [list(view.texts[look.code]) for look in view.languages],
            },
            {
                "lang": view.lang_index.astype(np.uint8),
                "sentence": view.sentence_index.astype("<u4"),
            },
        ),
        "frames": _part(
            {"n_points": view.n_points},
            {f"{i}": np.stack(p.coords).astype("<f4") for i, p in enumerate(view.panels)},
        ),
    }
    if any(panel.neighbours for panel in view.panels):
        packed["neighbours"] = _neighbours(view)
    return packed


def digest_of(part: bytes) -> str:
    """The name of a part's content."""
    return part[:32].decode("ascii")


def _neighbours(view: ScatterView) -> bytes:
    narrow = np.dtype("<u2") if view.n_points <= 1 << 16 else np.dtype("<u4")
    arrays = {
        f"{i}": np.stack(panel.neighbours).astype(narrow)
        for i, panel in enumerate(view.panels)
        if panel.neighbours
    }
    return _part({}, arrays)


def _part(header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    places, chunks, offset = {}, [], 0
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        places[name] = {"dtype": array.dtype.str[1:], "shape": array.shape, "at": offset}
        filling = -len(raw) % _ALIGN
        chunks += [raw, bytes(filling)]
        offset += len(raw) + filling
    text = json.dumps({**header, "arrays": places}, ensure_ascii=False, separators=(",", ":"))
    told = text.encode("utf-8", "surrogatepass")  # the browser shows what is no Unicode as such
    told += b" " * (-(36 + len(told)) % _ALIGN)
    body = b"".join([struct.pack("<I", len(told)), told, *chunks])
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode("ascii") + body
