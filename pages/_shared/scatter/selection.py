"""What was chosen in the WebGL view, read back from the browser with suspicion."""

import base64
import binascii
import dataclasses
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from pages._shared.scatter.contract import ScatterView


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """One sentence, or some points, or nothing."""

    sentence_id: str | None = None
    """The sentence that was clicked or searched for."""
    lang: str | None = None
    """The language of the point that was clicked."""
    rows: npt.NDArray[np.int64] = dataclasses.field(
        default_factory=lambda: np.zeros(0, dtype=np.int64)
    )
    """Rows of the points in the lasso or found by the search, ascending; never cut short."""
    draws: bool = True
    """False where the browser has no WebGL2: show `figures.language_maps` instead."""

    def __bool__(self) -> bool:
        return self.sentence_id is not None or len(self.rows) > 0


def read_selection(told: Any, view: ScatterView, points: str, *, draws: bool = True) -> Selection:
    """The selection that the browser told; nothing where it does not fit these points.

    `points` is the digest of the points part: a selection made among other points names it not.
    """
    if not isinstance(told, dict) or told.get("points") != points:
        return Selection(draws=draws)
    sentence, lang = told.get("sentence"), told.get("lang")
    if _is_place(sentence, len(view.ids)):
        return Selection(
            sentence_id=view.ids[sentence],
            lang=view.languages[lang].code if _is_place(lang, len(view.languages)) else None,
            draws=draws,
        )
    return Selection(rows=_rows(told.get("rows"), view.n_points), draws=draws)


def _is_place(value: Any, n: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < n


def _rows(bits: Any, n_points: int) -> npt.NDArray[np.int64]:
    nothing = np.zeros(0, dtype=np.int64)
    if not isinstance(bits, str):
        return nothing
    try:
        raw = base64.b64decode(bits, validate=True)
    except (binascii.Error, ValueError):
        return nothing
    if len(raw) != -(-n_points // 8):
        return nothing
    chosen = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[:n_points]
    return np.flatnonzero(chosen)
