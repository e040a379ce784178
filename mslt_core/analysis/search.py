"""Finding a good set with few runs: which set to train next, replayed over sets that all were."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]
Rng = np.random.Generator

TOP = 3
"""A search has arrived when it has trained one of the best so many sets."""
NOISE_SHARE = 0.25
"""Variance of a run's noise, as a share of the variance of the scores seen so far."""


class Strategy(Protocol):
    """Says which set to train next."""

    def __call__(self, tried: Sequence[int], scores: F64, rng: Rng, /) -> int:
        """The next set, not among `tried`, whose scores are (len(tried),)."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replay:
    """How a strategy did, run after run; every array is (n_repeats, n_runs)."""

    regret: F64
    """On held-out seeds: the best set's mean score minus that of the best set found so far, which
    is the one whose own run scored highest."""
    reached: npt.NDArray[np.bool_]
    """Whether one of the sets trained so far is among the best `TOP` on held-out seeds."""
    named: npt.NDArray[np.bool_]
    """Whether the set whose own run scored highest is."""


def at_random(n_sets: int) -> Strategy:
    """Any set that was not trained yet."""

    def choose(tried: Sequence[int], scores: F64, rng: Rng) -> int:  # noqa: ARG001
        return int(rng.choice(_left(n_sets, tried)))

    return choose


def in_order(goodness: F64) -> Strategy:
    """The set that a criterion likes best of those left; ties by lot, undefined ones last."""
    known = np.nan_to_num(goodness, nan=-np.inf)

    def choose(tried: Sequence[int], scores: F64, rng: Rng) -> int:  # noqa: ARG001
        left = _left(len(known), tried)
        best = float(known[left].max())
        if math.isfinite(best):  # or else undefined scores tie with each other
            left = left[known[left] >= best - 1e-9 * max(abs(best), 1.0)]
        return int(left[0] if len(left) == 1 else rng.choice(left))

    return choose


def leaves_to_chance(goodness: F64) -> bool:
    """Whether `in_order` draws lots: sets tie, or several are undefined."""
    known = np.sort(np.nan_to_num(goodness, nan=-np.inf))
    low, high = known[:-1], known[1:]
    with np.errstate(invalid="ignore"):  # of two undefined ones
        apart = high - low > 1e-9 * np.maximum(np.abs(high), 1.0)
    return not apart.all()


def _left(n_sets: int, tried: Sequence[int]) -> npt.NDArray[np.intp]:
    left = np.ones(n_sets, dtype=np.bool_)
    left[list(tried)] = False
    return np.flatnonzero(left)


def by_model(features: F64) -> Strategy:
    r"""A Gaussian process over the sets' features; next comes the highest expected improvement.

    Parameters
    ----------
    features : ndarray of shape (n_sets, n_features)
        Such as the scores of several criteria, in any units; NaN counts as the mean.

    Returns
    -------
    Strategy
        The first set is drawn at random, the second is the one that is least like it.

    Notes
    -----
    Features are brought to mean 0 and variance 1 and weigh as much as one in all. The kernel is
    half linear, half squared-exponential of length 1, both fixed: six runs are too few to fit it.
    The noise is `NOISE_SHARE` of the variance of the scores so far.

    References
    ----------
    Jones, Schonlau & Welch (1998). Efficient Global Optimization of Expensive Black-Box
    Functions. Journal of Global Optimization 13. Rasmussen & Williams (2006). Gaussian Processes
    for Machine Learning, algorithm 2.1.
    """
    X = _standardised(features)
    kernel, prior = _kernel(X, X), _prior_variance(X)

    def choose(tried: Sequence[int], scores: F64, rng: Rng) -> int:
        if not tried:
            return int(rng.integers(len(X)))
        if len(tried) == 1:
            return int(((X - X[tried[0]]) ** 2).sum(axis=1).argmax())
        gain = _improvement(kernel[:, list(tried)], prior, tried, scores)
        gain[list(tried)] = -np.inf
        return int(rng.choice(np.flatnonzero(gain >= gain.max() - 1e-14)))

    return choose


def gains_by_model(features: F64, tried: Sequence[int], scores: F64) -> F64:
    """What `by_model` expects of every set, given at least two scores: (n_sets,)."""
    return expected_improvement(_standardised(features), tried, scores)


def expected_improvement(X: F64, tried: Sequence[int], scores: F64) -> F64:
    """What the model expects every set to bring over the best of those tried: (n_sets,)."""
    # only towards what was tried: all pairs of 77,520 sets of seven of 20 languages are 48 GB
    towards = _kernel(X, X[list(tried)])
    return _improvement(towards, _prior_variance(X), tried, scores)


def _kernel(X: F64, Y: F64) -> F64:
    """(n_x, n_y): half linear, half squared-exponential of length 1."""
    products = X @ Y.T
    squares = (X**2).sum(axis=1)[:, None] + (Y**2).sum(axis=1)
    apart = np.maximum(squares - 2 * products, 0.0)
    kernel: F64 = 0.5 * products + 0.5 * np.exp(-apart / 2)
    return kernel


def _prior_variance(X: F64) -> F64:
    """(n,): the kernel of every set with itself."""
    variance: F64 = 0.5 * (X**2).sum(axis=1) + 0.5
    return variance


def _improvement(towards: F64, prior: F64, tried: Sequence[int], scores: F64) -> F64:
    """Expected improvement of every set, scores brought to mean 0 and variance 1 for the model.

    `towards` is the kernel (n_sets, n_tried), `prior` the variance of every set (n_sets,). In full
    here, since a library's class costs fifty times as much as these few sets, and a replay asks
    four hundred times.
    """
    from scipy.special import ndtr

    rows = list(tried)
    centre, scale = scores.mean(), scores.std() or 1.0
    among = towards[rows] + NOISE_SHARE * np.eye(len(rows))
    weights = np.linalg.solve(among, np.column_stack([(scores - centre) / scale, towards.T]))
    mean = towards @ weights[:, 0] * scale + centre
    variance = prior - np.einsum("ij,ji->i", towards, weights[:, 1:])
    sd = np.maximum(scale * np.sqrt(np.maximum(variance, 0.0)), 1e-12)
    z = (mean - mean[rows].max()) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    improvement: F64 = sd * (z * ndtr(z) + density)
    return improvement


def replay(
    scores: F64,
    strategy: Strategy,
    *,
    n_runs: int,
    n_repeats: int = 105,
    seed: int = 0,
    by_chance: bool = True,
) -> Replay:
    """Search again and again as if only the runs asked for had been trained.

    Parameters
    ----------
    scores : ndarray of shape (n_seeds, n_sets)
        Of all sets, high is good; at least two seeds. In a repetition all runs have one seed; what
        they found is judged by the mean of the others.
    strategy : Strategy
        What to train next.
    n_runs : int
        Runs to spend, from 1 to n_sets.
    n_repeats : int
        Repetitions; the seeds take turns.
    seed : int
        Of all draws.
    by_chance : bool
        False: the strategy draws no lots, and what it does on a seed it always does there.

    Returns
    -------
    Replay
        After 1 to n_runs runs.

    Raises
    ------
    DegenerateInputError
        With fewer than two seeds, or more runs than sets.
    """
    n_seeds, n_sets = scores.shape
    if n_seeds < 2:
        raise DegenerateInputError(f"judging on held-out seeds needs at least 2, got {n_seeds}")
    if not 1 <= n_runs <= n_sets:
        raise DegenerateInputError(f"runs must be from 1 to the {n_sets} sets, got {n_runs}")
    n_played = n_repeats if by_chance else min(n_seeds, n_repeats)
    regret = np.empty((n_played, n_runs))
    reached, named = np.empty((2, n_played, n_runs), dtype=np.bool_)
    others = [np.delete(scores, one, axis=0).mean(axis=0) for one in range(n_seeds)]
    tops = [held_out >= np.sort(held_out)[-min(TOP, n_sets)] for held_out in others]
    for repeat in range(n_played):
        mine, rng = scores[repeat % n_seeds], np.random.default_rng([seed, repeat])
        held_out, top = others[repeat % n_seeds], tops[repeat % n_seeds]
        tried: list[int] = []
        for run in range(n_runs):
            tried.append(strategy(tried, mine[tried], rng))
            best = tried[int(mine[tried].argmax())]
            regret[repeat, run] = held_out.max() - held_out[best]
            reached[repeat, run] = top[tried].any()
            named[repeat, run] = top[best]
    turns = np.arange(n_repeats) % n_played
    return Replay(regret=regret[turns], reached=reached[turns], named=named[turns])


def _standardised(features: F64) -> F64:
    """Mean 0 and variance 1 a column, columns without variance left out, rows of length about 1."""
    centred = features - np.nanmean(features, axis=0)
    spread = np.nanstd(features, axis=0)
    varied = spread > 1e-12 * np.maximum(np.nanmax(np.abs(features), axis=0), 1e-300)
    if not varied.any():
        raise DegenerateInputError("sets cannot be told apart: no feature differs between them")
    filled = np.nan_to_num(centred[:, varied] / spread[varied])
    return filled / np.sqrt(varied.sum())
