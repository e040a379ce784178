"""Which language is which? Orders to exchange them in, and sets found again under new names."""

import itertools
import math

import numpy as np
import numpy.typing as npt

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
