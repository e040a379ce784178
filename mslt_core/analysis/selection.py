"""How different languages are, pair by pair, and why a set of them ranks where it does."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.sets import sum_over_pairs, swaps
from mslt_core.spec.errors import SpecError
from mslt_core.spec.rankings import RankedSet, ScoredSets

MIN_SHARED = 10
"""Features that two languages must share to be compared: below, one feature decides too much."""


def distances(
    vectors: npt.NDArray[np.floating], *, min_shared: int = 1
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Cosine distances, 1 - cosine similarity, between every two vectors.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_features)
        Any real dtype, computed in float64. NaN where a value is missing: a pair is compared on
        the features that both have, and nothing is filled in.
    min_shared : int
        A pair with fewer shared features has no distance.

    Returns
    -------
    distances : ndarray of shape (n, n)
        Symmetric, without unit, in [0, 2]; in [0, 1] where no feature is negative. 0: same
        direction (exactly 0 on the diagonal); 1: nothing in common. NaN, on the diagonal too,
        where too little is shared or a vector is all zero.
    n_shared : ndarray of shape (n, n)
        Features that both languages have.

    Raises
    ------
    ValueError
        If `vectors` is not 2-d or holds infinity.

    Examples
    --------
    >>> d, n_shared = distances(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, np.nan]]))
    >>> d
    array([[ 0.,  1.,  0.],
           [ 1.,  0., nan],
           [ 0., nan,  0.]])
    >>> n_shared[2].tolist()
    [1, 1, 1]
    """
    if vectors.ndim != 2 or np.isinf(vectors).any():
        raise ValueError(f"vectors must be 2-d without infinity, got shape {vectors.shape}")
    known = ~np.isnan(vectors)
    rows = np.where(known, vectors, 0).astype(np.float64)
    n_shared = known.astype(np.int64) @ known.T.astype(np.int64)
    squares = (rows**2) @ known.T  # [i, j]: the length of i over what j has too
    norms = np.sqrt(squares * squares.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = 1 - np.clip((rows @ rows.T) / norms, -1, 1)
    result[(n_shared < min_shared) | (norms == 0)] = np.nan
    defined = ~np.isnan(result.diagonal())
    result[defined, defined] = 0  # rounding leaves 1e-16 there
    return result, n_shared


def pair_contributions(
    distances: npt.NDArray[np.float64], langs: Sequence[str], source_langs: Sequence[str]
) -> dict[tuple[str, str], float]:
    """The distance that each pair brings to the diversity of one set, largest first.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric; axes in the order of `langs`.
    langs : sequence of str
        The pool, n different languages.
    source_langs : sequence of str
        The set, languages of the pool.

    Returns
    -------
    dict
        (language, language), both in alphabetical order, to distance. The values sum to the
        set's score; equal ones stand in alphabetical order.

    Raises
    ------
    SpecError
        If a language of the set is not in the pool.

    Examples
    --------
    >>> d = np.array([[0.0, 0.1, 0.5], [0.1, 0.0, 0.3], [0.5, 0.3, 0.0]])
    >>> pair_contributions(d, ["de", "en", "zh"], ["de", "en", "zh"])
    {('de', 'zh'): 0.5, ('en', 'zh'): 0.3, ('de', 'en'): 0.1}
    """
    if strangers := sorted(set(source_langs) - set(langs)):
        raise SpecError(
            f"{', '.join(strangers)} not in the pool {', '.join(langs)}",
            hint="Add it to the pool or leave it out.",
        )
    row = {lang: i for i, lang in enumerate(langs)}
    pairs = {
        (a, b): float(distances[row[a], row[b]])
        for a, b in itertools.combinations(sorted(source_langs), 2)
    }
    return dict(sorted(pairs.items(), key=lambda item: -item[1]))


def contrasts(
    vectors: npt.NDArray[np.float64],
    background: npt.NDArray[np.float64],
    reported: npt.NDArray[np.bool_],
    n: int,
) -> tuple[list[int], list[int]]:
    """The features on which languages differ most, and the rarest that they share.

    Parameters
    ----------
    vectors : ndarray of shape (n_langs, n_features)
        Values in [0, 1]; NaN where unknown.
    background : ndarray of shape (n_background, n_features)
        The same features of many languages: what is common, and what always goes together.
    reported : ndarray of shape (n_langs, n_features)
        Whether a source reports the value, or it was predicted.
    n : int
        Features of each kind, at most.

    Returns
    -------
    differ, agree : list of int
        Columns. Differ: the largest standard deviation over the languages first; of equal ones
        those with more reported values, then those that divide the background most evenly. Agree:
        those that all languages have (value above one half), the rarest in the background first.
        A feature that goes with one already named, or is its opposite, throughout the background
        says the same and is left out.
    """
    known = ~np.isnan(vectors).any(axis=0)
    filled = np.where(np.isnan(vectors), 0, vectors)
    spread = np.where(known, filled.std(axis=0), 0).round(6)
    share = np.nanmean(np.where(known, background, 0), axis=0)
    order = np.lexsort((-share * (1 - share), -reported.sum(axis=0), -spread))
    differ = [int(f) for f in order if spread[f] > 0]
    have_all = np.flatnonzero(known & (filled > 0.5).all(axis=0))
    agree = have_all[np.lexsort((share[have_all], -reported[:, have_all].sum(axis=0)))]
    return _different(differ, background, n), _different(agree.tolist(), background, n)


def _different(features: Sequence[int], background: npt.NDArray[np.float64], n: int) -> list[int]:
    """The first `n` that do not say the same as an earlier one, or its opposite."""
    kept: list[int] = []
    seen: set[bytes] = set()
    for f in features:
        column = np.nan_to_num(background[:, f], nan=-1.0).round(3)
        pattern, opposite = column.tobytes(), np.where(column < 0, -1.0, 1 - column).tobytes()
        if not {pattern, opposite} & seen:
            seen.add(pattern)
            kept.append(f)
        if len(kept) == n:
            break
    return kept


def better_by_a_swap(sets: ScoredSets, i: int) -> RankedSet | None:
    """The best of the sets that differ from the i-th in one language and rank before it."""
    near = swaps(sets.members, i)
    near = near[sets.ranks[near] > 0]
    if sets.ranks[i]:
        near = near[sets.ranks[near] < sets.ranks[i]]
    if not len(near):
        return None
    # of equal ranks the alphabetically first
    return sets.ranked(int(near[np.argmin(sets.ranks[near])]))


def target_similarity(distances: npt.NDArray[np.float64], n_pool: int) -> npt.NDArray[np.float64]:
    """Each pool language's mean cosine similarity to the targets.

    Parameters
    ----------
    distances : ndarray of shape (n_pool + n_targets, n_pool + n_targets)
        Pool first, targets after.
    n_pool : int
        Languages of the pool.

    Returns
    -------
    ndarray of shape (n_pool,)
        In [-1, 1]; NaN for a language that has no distance to one of the targets.
    """
    return (1 - distances[:n_pool, n_pool:]).mean(axis=1)


def diversity(
    distances: npt.NDArray[np.float64], members: npt.NDArray[np.int16]
) -> npt.NDArray[np.float64]:
    r"""Sum over the pairs of every set of their distance.

    Notes
    -----
    :math:`\sum_{i<j} (1 - \cos(v_i, v_j))`. It grows with the number of languages; across
    different k compare the mean over pairs.

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Section 5.3.3.
    """
    return sum_over_pairs(distances, members)
