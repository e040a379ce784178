"""Does a language occur among the best sets more often than chance has it?"""

import math

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.sets import Members
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


def top_counts(means: F64, members: Members, n_top: int) -> npt.NDArray[np.int64]:
    """How many of the best sets each language is in.

    Parameters
    ----------
    means : ndarray of shape (..., n_sets)
        High is good; without NaN.
    members : ndarray of shape (n_sets, k)
        Places of languages in the pool.
    n_top : int
        How many sets count as the best, at most n_sets. Of sets that tie the first are taken.

    Returns
    -------
    ndarray of shape (..., n_langs)
        From 0 to `n_top`; they add up to k `n_top`.

    Raises
    ------
    DegenerateInputError
        If there are fewer than `n_top` sets.

    Examples
    --------
    >>> top_counts(np.array([0.3, 0.9, 0.8]), np.array([[0, 1], [0, 2], [1, 2]]), 2).tolist()
    [1, 1, 2]
    """
    n_sets = len(members)
    if not 0 < n_top <= n_sets:
        raise DegenerateInputError(f"the best are 1 to {n_sets} sets, got {n_top}")
    holds = np.zeros((n_sets, int(members.max()) + 1), dtype=np.int64)
    holds[np.arange(n_sets)[:, None], members] = 1
    best = np.argsort(-means, axis=-1, kind="stable")[..., :n_top]
    return holds[best].sum(axis=-2)


def hypergeometric_p(count: int, n_top: int, n_with: int, n_sets: int) -> float:
    """Two-sided p of a language's number of sets among the best, were these drawn by lot.

    Parameters
    ----------
    count : int
        Sets among the best that hold the language.
    n_top : int
        The best sets.
    n_with : int
        Sets among all that hold the language.
    n_sets : int
        All sets.

    Returns
    -------
    float
        Twice the smaller tail, at most 1.

    Raises
    ------
    DegenerateInputError
        If there cannot be so many.

    Notes
    -----
    Of no language mattering at all. Where one does, the others' counts move too, since every set
    has k places: a language may be rare among the best only because another one fills them.

    Examples
    --------
    Two of two best sets hold a language that two of four sets hold: 2 · 1/6.

    >>> round(hypergeometric_p(2, 2, 2, 4), 4)
    0.3333
    """
    least, most = max(0, n_top + n_with - n_sets), min(n_top, n_with)
    if not least <= count <= most:
        raise DegenerateInputError(
            f"{n_with} of {n_sets} sets leave {least} to {most} among {n_top}, got {count}"
        )
    ways = [
        math.comb(n_with, x) * math.comb(n_sets - n_with, n_top - x) for x in range(least, most + 1)
    ]
    at = count - least
    return min(1.0, 2 * min(sum(ways[: at + 1]), sum(ways[at:])) / math.comb(n_sets, n_top))


def main_effect_weights(members: Members) -> F64:
    """What takes the mean of the sets with each language minus the mean of those without it.

    Parameters
    ----------
    members : ndarray of shape (n_sets, k)
        Places of languages in the pool; all sets of one size.

    Returns
    -------
    ndarray of shape (n_langs, n_sets)
        Every row adds up to 0. A language that is in all sets or in none has a row of 0.

    Notes
    -----
    At a fixed size, adding a language takes another one's place: the effect is against the average
    of the others, and the effects of all languages of the pool add up to 0.

    Examples
    --------
    >>> main_effect_weights(np.array([[0], [1], [2]]))[0].tolist()
    [1.0, -0.5, -0.5]
    """
    n_sets = len(members)
    holds = np.zeros((int(members.max()) + 1, n_sets))
    holds[members, np.arange(n_sets)[:, None]] = 1.0
    n_with = holds.sum(axis=1, keepdims=True)
    both = (n_with > 0) & (n_with < n_sets)
    weights = holds / np.maximum(n_with, 1) - (1 - holds) / np.maximum(n_sets - n_with, 1)
    return np.where(both, weights, 0.0)
