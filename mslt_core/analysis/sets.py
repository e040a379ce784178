"""Every set of k languages at once: enumerated, scored and ranked as arrays.

A set is a row of places in the pool, in rising order; a pool in alphabetical order therefore gives
sets in alphabetical order, and the answer cannot depend on the order of the input.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import SpecError

Members = npt.NDArray[np.int16]
Scores = npt.NDArray[np.float64]

MAX_SETS = 1_000_000
"""Largest number of sets that are ranked exactly: about two seconds and 100 MB."""

TIE = 1e-9
"""Scores this near are tied, as a share of the largest: sums that are equal in truth differ by
about 1e-15 of their size."""

CHUNK_BYTES = 1 << 25
"""Memory for the unions that are formed at a time."""


def n_sets(n: int, k: int, n_kept: int = 0) -> int:
    """How many sets of `k` out of `n` languages hold `n_kept` given ones."""
    return math.comb(n - n_kept, k - n_kept)


def all_sets(n: int, k: int, kept: Sequence[int] = ()) -> Members:
    """Every set of `k` out of `n` places that holds the places `kept`.

    Parameters
    ----------
    n, k : int
        Size of the pool and of a set, 1 <= k <= n.
    kept : sequence of int
        Different places that every set must hold, at most k.

    Returns
    -------
    ndarray of shape (n_sets, k)
        Each row rising, rows in lexicographic order.

    Raises
    ------
    SpecError
        If `k` or `kept` do not fit, or there are more than a million sets.

    Examples
    --------
    >>> all_sets(4, 2, kept=[1]).tolist()
    [[0, 1], [1, 2], [1, 3]]
    """
    if not max(1, len(kept)) <= k <= n:
        raise SpecError(f"k must be from {max(1, len(kept))} to {n}, the pool's size, got {k}")
    count = n_sets(n, k, len(kept))
    if count > MAX_SETS:
        raise SpecError(
            f"{n} languages have {count:,} sets of {k}, more than the {MAX_SETS:,} that can be "
            "ranked exactly",
            hint="Choose fewer languages or a smaller k.",
        )
    free = [i for i in range(n) if i not in set(kept)]
    n_more = k - len(kept)
    chosen = itertools.chain.from_iterable(itertools.combinations(free, n_more))
    more = np.fromiter(chosen, np.int16, count * n_more).reshape(count, n_more)
    if not kept:
        return more
    always = np.tile(np.array(sorted(kept), np.int16), (count, 1))
    # two sets keep their order when the same places are added to both
    return np.sort(np.hstack([more, always]), axis=1)


def sum_over_pairs(matrix: Scores, members: Members) -> Scores:
    """Sum of `matrix` (n, n) over the pairs of every set; NaN where a pair is NaN.

    O(k^2) array additions, whatever the number of sets.

    Examples
    --------
    >>> sum_over_pairs(np.array([[0.0, 1, 2], [1, 0, 4], [2, 4, 0]]), all_sets(3, 3)).tolist()
    [7.0]
    """
    columns = [np.ascontiguousarray(column, dtype=np.intp) for column in members.T]
    flat, n = np.ascontiguousarray(matrix, dtype=np.float64).ravel(), len(matrix)
    scores = np.zeros(len(members))
    for a, b in itertools.combinations(columns, 2):
        scores += flat[a * n + b]
    return scores


def sum_over_members(values: Scores, members: Members) -> Scores:
    """Sum of `values` (n,) over the languages of every set; NaN where one of them is NaN.

    Examples
    --------
    >>> sum_over_members(np.array([1.0, 2, 4]), all_sets(3, 2)).tolist()
    [3.0, 5.0, 6.0]
    """
    scores = np.zeros(len(members))
    for column in members.T:
        scores += values[column]
    return scores


def union_sizes(has: npt.NDArray[np.bool_], members: Members) -> Scores:
    """How many items at least one language of each set has, exactly.

    Parameters
    ----------
    has : ndarray of shape (n, n_items)
        Whether a language has an item (a sub-word, a script, a value of a feature).
    members : ndarray of shape (n_sets, k)
        Places in `has`.

    Returns
    -------
    ndarray of shape (n_sets,)
        From 0 to n_items.

    Notes
    -----
    Items that a single language has, or all have, are counted without forming unions; the others
    are packed into bits. O(n_sets · k · n_items / 64).

    Examples
    --------
    >>> has = np.array([[True, True, False], [False, True, False], [False, False, True]])
    >>> union_sizes(has, all_sets(3, 2)).tolist()
    [2.0, 3.0, 2.0]
    """
    owners = has.sum(axis=0)
    alone, shared = has[:, owners == 1].sum(axis=1), has[:, owners > 1]
    sizes = sum_over_members(alone.astype(np.float64), members)
    if not shared.shape[1]:
        return sizes
    packed = np.packbits(shared, axis=1)
    padded = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
    words = np.ascontiguousarray(padded).view(np.uint64)
    step = max(1, CHUNK_BYTES // (8 * words.shape[1]))
    for start in range(0, len(members), step):
        rows = members[start : start + step]
        union = words[rows[:, 0]]
        for column in rows.T[1:]:
            union |= words[column]
        sizes[start : start + step] += np.bitwise_count(union).sum(axis=1)
    return sizes


def ranked(
    scores: Scores, *, minimise: bool = False, tie: float = TIE
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rank and order of scores, best first.

    Parameters
    ----------
    scores : ndarray of shape (n_sets,)
        NaN where undefined.
    minimise : bool
        Whether the lowest score is the best.
    tie : float
        How near two scores are tied, as a share of the largest.

    Returns
    -------
    ranks : ndarray of shape (n_sets,)
        1 is best; scores that are tied with their neighbour share the smallest rank of the tie;
        0 where the score is undefined.
    order : ndarray of shape (n_sets,)
        Places, best first, tied ones by place, undefined ones last.

    Examples
    --------
    >>> ranks, order = ranked(np.array([2.0, 5.0, np.nan, 5.0]))
    >>> ranks.tolist(), order.tolist()
    ([3, 1, 0, 1], [1, 3, 0, 2])
    """
    ranks = np.zeros(len(scores), np.int64)
    defined = np.flatnonzero(~np.isnan(scores))
    undefined = np.flatnonzero(np.isnan(scores))
    if not len(defined):
        return ranks, undefined
    falling_scores = scores[defined] if minimise else -scores[defined]
    by_score = np.argsort(falling_scores, kind="stable")
    rising = falling_scores[by_score]
    tolerance = tie * float(np.abs(rising).max())
    opens_tie = np.diff(rising, prepend=-np.inf) > tolerance
    first = np.flatnonzero(opens_tie)
    group = np.cumsum(opens_tie) - 1
    if len(first) == len(rising):  # no ties, so no second sorting
        order = defined[by_score]
    else:
        order = defined[by_score[np.lexsort((by_score, group))]]
    ranks[order] = first[group] + 1
    return ranks, np.concatenate([order, undefined])


def swaps(members: Members, i: int) -> npt.NDArray[np.int64]:
    """Places of the sets that differ from the i-th in exactly one language."""
    common = np.isin(members, members[i]).sum(axis=1)
    return np.flatnonzero(common == members.shape[1] - 1)
