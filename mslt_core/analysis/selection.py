"""How different languages are, pair by pair, and why a set of them ranks where it does."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.sets import Members, Scores, sum_over_pairs, swaps
from mslt_core.spec.errors import SpecError
from mslt_core.spec.rankings import FeatureContrast, RankedSet, ScoredSets

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
    vectors: npt.NDArray[np.float64], langs: Sequence[str], names: Sequence[str], n: int
) -> tuple[tuple[FeatureContrast, ...], tuple[FeatureContrast, ...]]:
    """The features on which languages differ most, and those that they all share.

    Parameters
    ----------
    vectors : ndarray of shape (n_langs, n_features)
        Values in [0, 1]; NaN where unknown.
    langs, names : sequence of str
        Names of the rows and the columns.
    n : int
        Features of each kind, at most.

    Returns
    -------
    differ, agree : tuple of FeatureContrast
        Differ: the largest standard deviation over the languages first, among features known of
        all. Agree: what all have (value above one half), in the order of the columns; what all
        lack says little, since most features are rare. Features with the same values in every
        language of the set as another one already told are left out: they say the same.
    """
    known = ~np.isnan(vectors).any(axis=0)
    spread = np.where(known, vectors.std(axis=0), -1.0)
    by_spread = [int(f) for f in np.argsort(-spread, kind="stable") if spread[f] > 0]
    shared = np.flatnonzero(known & (vectors > 0.5).all(axis=0))

    def contrast(f: int) -> FeatureContrast:
        values = zip(langs, vectors[:, f].tolist(), strict=True)
        return FeatureContrast(name=names[f], values=dict(values))

    seen: set[tuple[float, ...]] = set()
    differ = []
    for f in by_spread:
        pattern = tuple(vectors[:, f].round(6).tolist())
        opposite = tuple((1 - vectors[:, f]).round(6).tolist())
        if not {pattern, opposite} & seen:
            seen.add(pattern)
            differ.append(contrast(f))
    return tuple(differ[:n]), tuple(contrast(int(f)) for f in shared[:n])


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


def greedy_sets(
    score: Callable[[Members], Scores],
    n: int,
    k: int,
    kept: Sequence[int] = (),
    *,
    minimise: bool = False,
) -> Members:
    """Some good sets where there are too many to look at all: heuristic.

    A set is grown from every possible first language (or from `kept`) by always adding the
    language that gives the best score (max-sum, where the score is a sum of distances).

    Parameters
    ----------
    score : callable
        Scores of sets of any one size, NaN where undefined.
    n, k : int
        Size of the pool and of a set.
    kept : sequence of int
        Places that every set must hold.
    minimise : bool
        Whether the lowest score is wanted.

    Returns
    -------
    ndarray of shape (n_found, k)
        Different sets, rows rising, in lexicographic order; at most n.

    References
    ----------
    Ravi et al. (1994). Heuristic and special case algorithms for dispersion problems.
    Operations Research 42(2).
    """
    sign = -1.0 if minimise else 1.0
    grown = np.array([sorted(kept)] if len(kept) else [[i] for i in range(n)], np.int16)
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
    return grown


def farthest_sets(
    distances: npt.NDArray[np.float64], k: int, kept: Sequence[int] = (), *, minimise: bool = False
) -> Members:
    """As `greedy_sets`, adding the language whose nearest in the set is farthest (max-min).

    With `minimise` the one whose farthest is nearest. Pairs without a distance are never joined.
    """
    signed = np.where(np.isnan(distances), -np.inf, -distances if minimise else distances)
    found = set()
    for start in [list(kept)] if len(kept) else [[i] for i in range(len(distances))]:
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
