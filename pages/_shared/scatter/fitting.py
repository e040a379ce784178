"""Small checks that say what does not fit."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import SpecError

_COLOUR = re.compile("#[0-9A-Fa-f]{6}")


def are_colours(*colours: str) -> None:
    """Refuse what is no colour in full: others would be drawn black, or be a style of their own."""
    for colour in colours:
        if not _COLOUR.fullmatch(colour):
            raise SpecError(f"a colour is written as #0072B2, got {colour!r}")


def one_or_each(name: str, given: Sequence[object], n: int, *, may_lack: bool) -> None:
    """Refuse a list that has neither one entry nor one for each of `n`."""
    if len(given) not in {1, n} and not (may_lack and not given):
        raise SpecError(f"{name}: give one, or one for each of {n}, got {len(given)}")


def places_in(name: str, places: npt.NDArray[np.integer], n: int, n_expected: int) -> None:
    """Refuse what is not `n_expected` whole numbers from 0 to n - 1."""
    if places.shape != (n_expected,) or not np.issubdtype(places.dtype, np.integer):
        raise SpecError(
            f"{name} must be {n_expected} whole numbers, got {places.dtype} of {places.shape}"
        )
    if places.size and (places.min() < 0 or places.max() >= n):
        raise SpecError(f"{name} must be from 0 to {n - 1}, got {places.min()} to {places.max()}")
