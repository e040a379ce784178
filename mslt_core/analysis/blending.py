"""Several criteria at once: normalised, added up, and compared with each other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.selecting import Normalisation

Scores = npt.NDArray[np.float64]

RRF_K = 60
"""The constant of reciprocal rank fusion; Cormack et al. found its exact value of no account."""


def blend(
    scores: Sequence[Scores], weights: Sequence[float], normalisation: Normalisation
) -> Scores:
    """One score a set out of several.

    Parameters
    ----------
    scores : sequence of ndarray of shape (n_sets,)
        Of each criterion; NaN where undefined.
    weights : sequence of float
        One a criterion, not all zero; below 0 a low score is good.
    normalisation : {"rank", "zscore", "rrf"}
        rank: share of the other sets that are ranked behind, from 0 to 1; zscore: distance from
        the mean in standard deviations; rrf: 1 / (60 + rank), where only the weights' signs
        count. Tied sets share the mean of their ranks.

    Returns
    -------
    ndarray of shape (n_sets,)
        Mean of the normalised scores weighted by the weights' sizes (rrf: their sum). NaN where a
        criterion with a weight is undefined: such sets are left out before anything is ranked.

    References
    ----------
    Cormack, Clarke & Büttcher (2009). Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods. SIGIR.

    Examples
    --------
    Rank shares are (1, 0.5, 0) and (0, 0.5, 1); the first counts three times as much.

    >>> one, other = np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0])
    >>> blend([one, other], [3, 1], "rank").tolist()
    [0.75, 0.5, 0.25]
    """
    used = [(s, w) for s, w in zip(scores, weights, strict=True) if w]
    defined = ~np.isnan(np.sum([s for s, _ in used], axis=0))
    size = float(np.sum([abs(w) for _, w in used]))
    total = np.full(len(scores[0]), np.nan)
    total[defined] = 0.0
    for s, w in used:
        # turned round, the best is the lowest
        normal = _NORMALISED[normalisation](s[defined] if w > 0 else -s[defined])
        total[defined] += normal if normalisation == "rrf" else abs(w) / size * normal
    return total


def spearman(scores: Sequence[Scores]) -> npt.NDArray[np.float64]:
    """Spearman's rank correlation between criteria over the sets that both score.

    Parameters
    ----------
    scores : sequence of ndarray of shape (n_sets,)
        Of each criterion; NaN where undefined.

    Returns
    -------
    ndarray of shape (n_criteria, n_criteria)
        In [-1, 1], symmetric, 1 on the diagonal. NaN where one of the two has the same score for
        all common sets, or fewer than 3 sets are common.

    Notes
    -----
    Pearson's correlation of mean ranks, so that ties count as ties.
    """
    n = len(scores)
    result = np.full((n, n), np.nan)
    # the common case, all sets scored by all: every criterion is ranked once
    whole = [_mean_ranks(s) if not np.isnan(s).any() else None for s in scores]
    for i in range(n):
        for j in range(i, n):
            a, b = whole[i], whole[j]
            if a is None or b is None:
                both = ~(np.isnan(scores[i]) | np.isnan(scores[j]))
                a, b = _mean_ranks(scores[i][both]), _mean_ranks(scores[j][both])
            result[i, j] = result[j, i] = _pearson(a, b)
    return result


def _rank_share(scores: Scores) -> Scores:
    return (_mean_ranks(scores) - 1) / max(len(scores) - 1, 1)


def _zscore(scores: Scores) -> Scores:
    spread = float(scores.std()) if len(scores) else 0.0
    if spread <= 1e-12 * float(np.abs(scores).max(initial=0)):  # all alike: no say
        return np.zeros(len(scores))
    z: Scores = (scores - scores.mean()) / spread
    return z


def _reciprocal(scores: Scores) -> Scores:
    return 1 / (RRF_K + _mean_ranks(-scores))


_NORMALISED = {"rank": _rank_share, "zscore": _zscore, "rrf": _reciprocal}


def _mean_ranks(scores: Scores) -> Scores:
    """Ranks from 1 on, lowest first, ties at the mean of their places."""
    largest = float(np.abs(scores).max(initial=0)) or 1.0
    rounded = (scores / largest).round(9)  # sums that are equal in truth differ by rounding
    values, inverse, counts = np.unique(rounded, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + 1 + ends) / 2)[inverse] if len(values) else rounded


def _pearson(a: Scores, b: Scores) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.clip(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std()), -1, 1))
