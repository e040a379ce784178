"""Which language is which? Orders to exchange them in, and sets found again under new names."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError

MAX_PERMUTATIONS = 5040
"""All orders of seven languages; of more languages so many are drawn."""


def language_orders(n: int, fixed: int | None, seed: int) -> npt.NDArray[np.int64]:
    """(n_orders, n): where each language goes; the first leaves all in place.

    All orders, or `MAX_PERMUTATIONS` drawn ones where there are more; `fixed` stays where it is.
    """
    free = [place for place in range(n) if place != fixed]
    if math.factorial(len(free)) <= MAX_PERMUTATIONS:
        moved = np.array(list(itertools.permutations(free)), dtype=np.int64)
    else:
        rng = np.random.default_rng(seed)
        drawn = [rng.permutation(free) for _ in range(MAX_PERMUTATIONS - 1)]
        moved = np.array([free, *drawn], dtype=np.int64)
    orders = np.tile(np.arange(n), (len(moved), 1))
    orders[:, free] = moved
    return orders


def language_codes(n: int) -> npt.NDArray[np.uint64]:
    """(n,): numbers whose sums tell sets of languages apart.

    Powers of two; of more languages than these have bits, random numbers, of which two sums are
    equal by chance less than once in a million questions.
    """
    if n <= 63:
        return np.uint64(1) << np.arange(n, dtype=np.uint64)
    return np.random.default_rng(0).integers(0, 1 << 63, size=n, dtype=np.uint64)


def rows_of(known: npt.NDArray[np.uint64], asked: npt.NDArray[np.uint64]) -> npt.NDArray[np.intp]:
    """Row of the set with each sum of codes; -1 where there is none."""
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known[order], asked), len(known) - 1)
    return np.where(known[order][at] == asked, order[at], -1)


def exchanged_sets(
    members: Sequence[Sequence[int]] | npt.NDArray[np.integer],
    *,
    fixed: int | None = None,
    seed: int = 0,
    needs: str = "all sets were trained",
) -> npt.NDArray[np.intp]:
    """Which set takes each one's place when languages are exchanged; the first order changes none.

    Parameters
    ----------
    members : sequence of sequences of int
        Places of languages in the pool: of every size all sets, or all of them that hold `fixed`.
    fixed : int, optional
        A language that is in every set, and so is not exchanged.
    seed : int
        Of the drawing, where there are more orders than `MAX_PERMUTATIONS`.
    needs : str
        What the error says must have been done.

    Returns
    -------
    ndarray of shape (n_orders, n_sets)
        Rows of `members`.

    Raises
    ------
    DegenerateInputError
        If sets are missing, so that an exchanged one cannot be looked up.
    """
    n = int(max(map(max, members))) + 1
    holds = np.zeros((n, len(members)), dtype=np.uint64)
    for column, langs in enumerate(members):
        holds[list(langs), column] = 1
    codes, orders = language_codes(n), language_orders(n, fixed, seed)
    rows = rows_of(codes @ holds, codes[orders] @ holds)
    if (rows < 0).any():
        raise DegenerateInputError(f"languages can be exchanged only where {needs}")
    return rows
