"""Would a criterion have found the good sets? Its pick among all sets that were trained."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.sets import TIE
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PickJudged:
    """How good a pick is among all sets. Where sets tie for it, means over them."""

    rank: float
    """1 is best."""
    regret: float
    """Best mean score minus the pick's, in the scores' unit, 0 or more."""
    beats: float
    """Share of the other sets that score lower; a tie counts half."""


def picked(goodness: F64, *, tie: float = TIE) -> npt.NDArray[np.intp]:
    """The sets with the highest goodness, ties in; NaN is never picked.

    Raises DegenerateInputError where all are NaN.

    Examples
    --------
    >>> picked(np.array([1.0, 3.0, np.nan, 3.0])).tolist()
    [1, 3]
    """
    if np.isnan(goodness).all():
        raise DegenerateInputError("no set has a score under this criterion")
    best = np.nanmax(goodness)
    return np.flatnonzero(goodness >= best - tie * max(np.nanmax(np.abs(goodness)), 1e-300))


def judge(means: F64, picks: npt.NDArray[np.integer]) -> PickJudged:
    """Rank, regret and share of beaten sets of a pick.

    Parameters
    ----------
    means : ndarray of shape (n_sets,)
        Mean score of every set, high is good.
    picks : ndarray of shape (n_picks,)
        The sets that tie for the pick.

    Returns
    -------
    PickJudged
        Means over `picks`: what to expect when one of them is taken by lot.

    Examples
    --------
    >>> judge(np.array([0.7, 0.9, 0.8]), np.array([2]))
    PickJudged(rank=2.0, regret=0.1, beats=0.5)
    """
    rank, regret, beats = _judged(means[None], picks)
    return PickJudged(
        rank=float(rank[0]), regret=round(float(regret[0]), 12), beats=float(beats[0])
    )


def judged_draws(draws: F64, picks: npt.NDArray[np.integer]) -> dict[str, F64]:
    """`judge` for every draw: rank, regret and beats, each of shape (n_draws,)."""
    return dict(zip(("rank", "regret", "beats"), _judged(draws, picks), strict=True))


def held_out_regret(scores: F64, picks: npt.NDArray[np.integer]) -> F64:
    """What training all sets would have brought more than the pick, on seeds not looked at.

    Parameters
    ----------
    scores : ndarray of shape (n_seeds, n_sets)
        At least two seeds.
    picks : ndarray of shape (n_picks,)
        The sets that tie for the pick.

    Returns
    -------
    ndarray of shape (n_seeds,)
        For each seed: its score of the set that is best by all other seeds, minus its mean score
        of the picks. Below 0 where the pick did better.
    """
    if len(scores) < 2:
        raise DegenerateInputError("holding out a seed needs at least 2 of them, got 1")
    others = (scores.sum(axis=0) - scores) / (len(scores) - 1)
    best = others.argmax(axis=1)
    return scores[np.arange(len(scores)), best] - scores[:, picks].mean(axis=1)


def standing(goodness: F64) -> F64:
    """Where each set stands by a criterion: its rank around 0, and 0 where that says nothing.

    Examples
    --------
    >>> standing(np.array([0.1, np.nan, 0.9, 0.4])).tolist()
    [-1.0, 0.0, 1.0, 0.0]
    """
    known = ~np.isnan(goodness)
    found = np.zeros(len(goodness))
    if known.any():
        ranks = _ranks(goodness[known])
        found[known] = ranks - ranks.mean()
    return found


def spearman(goodness: F64, means: F64) -> float:
    """Spearman's rank correlation over the sets with a goodness; NaN where one does not vary."""
    known = ~np.isnan(goodness)
    a, b = _ranks(goodness[known]), _ranks(means[known])
    return _correlation(a[None], b)[0]


def spearman_draws(goodness: F64, draws: F64) -> F64:
    """`spearman` for every draw of the means (n_draws, n_sets): (n_draws,).

    0 for a draw in which no set is better than another: the criterion goes with nothing there.
    """
    known = ~np.isnan(goodness)
    return np.nan_to_num(_correlation(_average_ranks(draws[:, known]), _ranks(goodness[known])))


def permutation_p(goodness: F64, means: F64, exchanged: npt.NDArray[np.intp]) -> float:
    """How often a criterion would go with the scores as well by luck: two-sided p.

    Sets share languages, so their scores are no independent points: what is permuted is which
    language is which, in the criterion alone.

    Parameters
    ----------
    goodness : ndarray of shape (n_sets,)
        Of the criterion, high is good; without NaN.
    means : ndarray of shape (n_sets,)
        Mean score of every set.
    exchanged : ndarray of shape (n_orders, n_sets)
        From `exchanging.exchanged_sets`, for all criteria the same.

    Returns
    -------
    float
        Share of the orders in which Spearman's correlation is as far from 0 as here, this one
        included; NaN where the correlation is.

    References
    ----------
    Mantel (1967). The Detection of Disease Clustering and a Generalized Regression Approach.
    Cancer Research 27.
    """
    rho = _correlation(_ranks(goodness)[exchanged], _ranks(means))
    if np.isnan(rho[0]):
        return math.nan
    # the first order leaves everything in place; sums in another order differ by rounding
    return float(np.mean(np.abs(rho) >= abs(rho[0]) - 1e-9))


def _judged(means: F64, picks: npt.NDArray[np.integer]) -> tuple[F64, F64, F64]:
    """(n_draws,) each, for means (n_draws, n_sets)."""
    n = means.shape[1]
    ranks = np.mean([_rank_of(means, pick) for pick in picks], axis=0)
    regret = means.max(axis=1) - means[:, picks].mean(axis=1)
    return ranks, regret, (n - ranks) / max(n - 1, 1)


def _rank_of(means: F64, pick: int) -> F64:
    """(n_draws,): 1 for the highest of every row; equal ones share the mean of their ranks."""
    own = means[:, pick, None]
    higher, equal = (means > own).sum(axis=1), (means == own).sum(axis=1)
    ranks: F64 = higher + (equal + 1) / 2
    return ranks


def _average_ranks(rows: F64) -> F64:
    """Of every row, 1 for its lowest value; equal values share the mean of their ranks."""
    # here and not above: it would take a third of the command line's start-up
    from scipy.stats import rankdata

    return rankdata(rows, axis=-1)


def _ranks(values: F64) -> F64:
    # sums that are equal in truth differ in their last digits
    scale = max(np.abs(values).max(initial=0.0), 1e-300)
    return _average_ranks(np.round(values / scale, 9))


def _correlation(rows: F64, b: F64) -> F64:
    """Pearson's correlation of every row with `b`; NaN where one does not vary."""
    a, b = rows - rows.mean(axis=1, keepdims=True), b - b.mean()
    norm = np.sqrt((a**2).sum(axis=1) * (b**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norm > 0, a @ b / norm, np.nan)
