"""Good sets where there are too many to look at all: grown, then improved by swaps."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.sets import TIE, Members, Scores


def greedy_sets(
    score: Callable[[Members], Scores],
    n: int,
    k: int,
    kept: Sequence[int] = (),
    *,
    minimise: bool = False,
) -> Members:
    """Some good sets where there are too many to look at all: heuristic.

    A set is grown from every possible first language (beside `kept`) by always adding the
    language that gives the best score: max-sum, where the score is a sum of distances.

    Parameters
    ----------
    score : callable
        Scores of sets of any one size, NaN where undefined.
    n, k : int
        Size of the pool and of a set.
    kept : sequence of int
        Places that every set must hold, fewer than k.
    minimise : bool
        Whether the lowest score is wanted.

    Returns
    -------
    ndarray of shape (n_found, k)
        Different sets, rows rising, in lexicographic order; at most n, none where every set is
        undefined.

    References
    ----------
    Ravi et al. (1994). Heuristic and special case algorithms for dispersion problems.
    Operations Research 42(2).
    """
    sign = -1.0 if minimise else 1.0
    grown = np.array(_starts(n, kept), np.int16)
    while len(grown) and grown.shape[1] < k:
        size = grown.shape[1]
        added = np.tile(np.arange(n, dtype=np.int16), len(grown))[:, None]
        wider = np.hstack([np.repeat(grown, n, axis=0), added])
        twice = (wider[:, :size] == added).any(axis=1)
        value = np.where(twice, np.nan, sign * score(np.sort(wider, axis=1)))
        value = np.where(np.isnan(value), -np.inf, value).reshape(len(grown), n)
        best = value.argmax(axis=1)
        possible = np.isfinite(value.max(axis=1))
        wider = wider.reshape(len(grown), n, size + 1)[np.arange(len(grown)), best][possible]
        grown = np.unique(np.sort(wider, axis=1), axis=0)
    return grown.reshape(-1, k)


def farthest_sets(
    distances: npt.NDArray[np.float64], k: int, kept: Sequence[int] = (), *, minimise: bool = False
) -> Members:
    """As `greedy_sets`, adding the language whose nearest in the set is farthest (max-min).

    With `minimise` the one whose farthest is nearest. Pairs without a distance are never joined.
    """
    signed = np.where(np.isnan(distances), -np.inf, -distances if minimise else distances)
    found = set()
    for start in _starts(len(distances), kept):
        chosen = list(start)
        while len(chosen) < k:
            value = signed[:, chosen].min(axis=1)
            value[chosen] = -np.inf
            best = int(np.argmax(value))
            if np.isneginf(value[best]):
                break
            chosen.append(best)
        else:
            found.add(tuple(sorted(chosen)))
    return np.array(sorted(found), np.int16).reshape(-1, k)


def improved_by_swaps(
    members: Members,
    score: Callable[[Members], Scores],
    n: int,
    kept: Sequence[int] = (),
    *,
    minimise: bool = False,
) -> Members:
    """The sets that these become when one language at a time is exchanged while that helps.

    None of the sets that are returned has a better one a single swap away.
    """
    sign = -1.0 if minimise else 1.0
    done: set[tuple[int, ...]] = set()
    for row in members.tolist():
        current, value = tuple(row), sign * float(score(np.array([row], np.int16))[0])
        while current not in done and not np.isnan(value):
            near = _swapped(current, n, kept)
            values = sign * score(near)
            best = int(np.argmax(np.where(np.isnan(values), -np.inf, values)))
            if not values[best] > value + TIE * abs(value):
                done.add(current)
                break
            current, value = tuple(near[best].tolist()), float(values[best])
    return np.array(sorted(done), np.int16).reshape(-1, members.shape[1])


def _starts(n: int, kept: Sequence[int]) -> list[list[int]]:
    return [sorted([*kept, i]) for i in range(n) if i not in set(kept)]


def _swapped(current: Sequence[int], n: int, kept: Sequence[int]) -> Members:
    """Every set that differs in one language that need not be in."""
    others = [i for i in range(n) if i not in current]
    rows = [
        sorted([*(m for m in current if m != out), new])
        for out in current
        if out not in kept
        for new in others
    ]
    return np.array(rows, np.int16).reshape(-1, len(current))
