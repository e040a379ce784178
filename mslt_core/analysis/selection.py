"""Which sets of source languages are most diverse, by pairwise distances of their vectors."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError
from mslt_core.spec.results import RankedSet

MAX_SETS = 1_000_000
"""Largest number of sets that are ranked: some seconds and half a gigabyte."""

TIE = 1e-9
"""Scores this near are tied: float64 sums that are equal in truth differ by about 1e-15."""


def distances(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Cosine distances, 1 - cosine similarity, between every two vectors.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_features)
        Finite numbers of any real dtype, no row all zero; computed in float64.

    Returns
    -------
    ndarray of shape (n, n)
        Symmetric, without unit, in [0, 2]; in [0, 1] where no feature is negative.
        0: same direction (exactly 0 on the diagonal); 1: nothing in common.

    Raises
    ------
    ValueError
        If `vectors` is not 2-d or holds a number that is not finite.
    DegenerateInputError
        If a row is all zero: its cosine is 0/0.

    Examples
    --------
    >>> distances(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0]])).round(3)
    array([[0. , 1. , 0.4],
           [1. , 0. , 0.2],
           [0.4, 0.2, 0. ]])
    """
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError(f"vectors must be 2-d and finite, got shape {vectors.shape}")
    rows = vectors.astype(np.float64)
    norms = np.linalg.norm(rows, axis=1)
    if (norms == 0).any():
        row = int(np.flatnonzero(norms == 0)[0])
        raise DegenerateInputError(f"cosine is undefined: row {row} of {len(rows)} is all zero")
    unit = rows / norms[:, None]
    result = 1 - np.clip(unit @ unit.T, -1, 1)
    np.fill_diagonal(result, 0)  # rounding leaves 1e-16 there
    return result


def rank_sets(
    distances: npt.NDArray[np.float64],
    langs: Sequence[str],
    k: int,
    include: Sequence[str] = (),
) -> tuple[RankedSet, ...]:
    r"""Rank every set of `k` languages by its diversity, the sum of its pairwise distances.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric and finite; axes in the order of `langs`.
    langs : sequence of str
        The pool, n different languages in any order.
    k : int
        Size of a set, from 2 to n.
    include : sequence of str
        Languages of the pool that every set must hold, at most k.

    Returns
    -------
    tuple of RankedSet
        All sets, most diverse first. Sets whose scores lie within 1e-9 of their neighbour's
        are tied: they share the smallest rank of the tie and stand in alphabetical order.

    Raises
    ------
    ValueError
        If `distances` is not symmetric and finite, or does not fit `langs`.
    SpecError
        If `k` or `include` do not fit the pool, or there are more than a million sets.

    Notes
    -----
    Diversity is :math:`\sum_{i<j} (1 - \cos(v_i, v_j))`. Exact: all C(n - m, k - m) sets that
    hold the m languages of `include` are scored, in O(k^2) array additions.

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Section 5.3.3.

    Examples
    --------
    >>> d = np.array([[0.0, 0.1, 0.5], [0.1, 0.0, 0.3], [0.5, 0.3, 0.0]])
    >>> [(s.rank, s.source_langs) for s in rank_sets(d, ["de", "en", "zh"], k=2)]
    [(1, ('de', 'zh')), (2, ('en', 'zh')), (3, ('de', 'en'))]
    """
    _check_pool(distances, langs)
    # from here on all is alphabetical, so that the order of `langs` cannot matter
    order = np.argsort(np.asarray(langs))
    pool = [langs[i] for i in order]
    sets = _all_sets(pool, k, include)
    scores = _sums_over_pairs(distances[np.ix_(order, order)], sets)
    falling, ranks = _ranked(scores)
    n_pairs = math.comb(k, 2)
    return tuple(
        RankedSet(
            source_langs=tuple([pool[i] for i in members]),
            rank=rank,
            score=score,
            mean_pair=score / n_pairs,
        )
        for members, score, rank in zip(
            sets[falling].tolist(), scores[falling].tolist(), ranks.tolist(), strict=True
        )
    )


def pair_contributions(
    distances: npt.NDArray[np.float64], langs: Sequence[str], source_langs: Sequence[str]
) -> dict[tuple[str, str], float]:
    """The distance that each pair brings to the diversity of one set, largest first.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric and finite; axes in the order of `langs`.
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
    ValueError
        If `distances` is not symmetric and finite, or does not fit `langs`.
    SpecError
        If a language of the set is not in the pool.

    Examples
    --------
    >>> d = np.array([[0.0, 0.1, 0.5], [0.1, 0.0, 0.3], [0.5, 0.3, 0.0]])
    >>> pair_contributions(d, ["de", "en", "zh"], ["de", "en", "zh"])
    {('de', 'zh'): 0.5, ('en', 'zh'): 0.3, ('de', 'en'): 0.1}
    """
    _check_pool(distances, langs)
    _check_in_pool(source_langs, langs)
    row = {lang: i for i, lang in enumerate(langs)}
    pairs = {
        (a, b): float(distances[row[a], row[b]])
        for a, b in itertools.combinations(sorted(source_langs), 2)
    }
    return dict(sorted(pairs.items(), key=lambda item: -item[1]))


def _check_pool(distances: npt.NDArray[np.float64], langs: Sequence[str]) -> None:
    if distances.shape != (len(langs), len(langs)) or len(set(langs)) != len(langs):
        raise ValueError(
            f"distances must be square with one row for each different language, "
            f"got shape {distances.shape} for {list(langs)}"
        )
    symmetric = np.allclose(distances, distances.T, rtol=0, atol=TIE)
    if not (symmetric and np.isfinite(distances).all()):
        raise ValueError("distances must be symmetric and finite")


def _check_in_pool(chosen: Sequence[str], pool: Sequence[str]) -> None:
    if strangers := sorted(set(chosen) - set(pool)):
        raise SpecError(
            f"{', '.join(strangers)} not in the pool {', '.join(pool)}",
            hint="Add it to the pool or leave it out.",
        )


def _all_sets(pool: Sequence[str], k: int, include: Sequence[str]) -> npt.NDArray[np.intp]:
    """Row numbers in `pool` of every set, (n_sets, k), rows and their members in order."""
    _check_in_pool(include, pool)
    kept = [i for i, lang in enumerate(pool) if lang in include]
    free = [i for i, lang in enumerate(pool) if lang not in include]
    if not 2 <= k <= len(pool) or len(kept) > k:
        raise SpecError(
            f"k must be from {max(2, len(kept))} to {len(pool)}, the number of languages "
            f"in the pool, got {k}"
        )
    n_sets, n_more = math.comb(len(free), k - len(kept)), k - len(kept)
    if n_sets > MAX_SETS:
        raise SpecError(
            f"{len(pool)} languages have {n_sets:,} sets of {k}, more than the {MAX_SETS:,} "
            "that can be ranked",
            hint="Choose fewer languages or a smaller k.",
        )
    members = itertools.chain.from_iterable(itertools.combinations(free, n_more))
    more = np.fromiter(members, np.intp, n_sets * n_more).reshape(n_sets, n_more)
    # two sets keep their alphabetical order when the same languages are added to both
    return np.sort(np.hstack([more, np.tile(np.array(kept, np.intp), (n_sets, 1))]), axis=1)


def _sums_over_pairs(
    distances: npt.NDArray[np.float64], sets: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    scores = np.zeros(len(sets))
    for a, b in itertools.combinations(range(sets.shape[1]), 2):
        scores += distances[sets[:, a], sets[:, b]]
    return scores


def _ranked(
    scores: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Order from the highest score down, ties by index, and the rank at each place of it."""
    falling = np.argsort(-scores, kind="stable")
    opens_tie = np.diff(scores[falling], prepend=np.inf) < -TIE
    tie = np.cumsum(opens_tie)
    ranks = np.flatnonzero(opens_tie)[tie - 1] + 1
    return falling[np.lexsort((falling, tie))], ranks
