"""Does one change go with another, over sets of sources and targets that are both samples?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.exchanging import exchanged_sets
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.mechanism import Association

F64 = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer]

MIN_FREE_SETS = 4
"""Sets beyond one a size: with fewer Student's t is so wide that nothing is told."""
MIN_TARGETS = 5
"""As for every spread over a few languages (`trend.MIN_TARGETS`)."""
GONE = 1e-9
"""A share of the variation, or of a direction, that is nothing but rounding."""


def within(columns: Sequence[Codes], *values: F64) -> tuple[F64, ...]:
    """What is left of values after the means of each factor's levels are taken off, all together.

    Parameters
    ----------
    columns : sequence of integer ndarrays of shape (n,)
        Factors, such as the target of each row and the size of its set.
    *values : ndarray of shape (n,)
        In any unit.

    Returns
    -------
    tuple of ndarrays of shape (n,)
        Residuals of least squares on one dummy a level, in the values' units.

    Examples
    --------
    >>> within([np.array([0, 0, 1])], np.array([1.0, 3.0, 7.0]))[0].round(9).tolist()
    [-1.0, 1.0, 0.0]
    """
    basis = _basis(columns)
    return tuple(value - basis @ (basis.T @ value) for value in values)


def association(
    x: F64,
    y: F64,
    sets: Codes,
    targets: Codes,
    *,
    sizes: Codes | None = None,
    within_sets: bool = False,
) -> Association:
    r"""Slope and partial correlation of `y` and `x` within targets, clustered by set and target.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Finite; one row a set and target, in any units.
    sets, targets : integer ndarray of shape (n,)
        Which set and which target a row is of. With a single target the sets alone are clusters.
    sizes : integer ndarray of shape (n,), optional
        Number of sources of each row's set: then sets are compared with sets of their size alone.
    within_sets : bool
        Take off what all targets of a set have in common too.

    Returns
    -------
    Association
        Slope in units of y over x, correlation in [-1, 1], 95 % intervals, two-sided p of the
        slope.

    Raises
    ------
    DegenerateInputError
        With fewer than `MIN_FREE_SETS` sets more than levels of size, fewer than `MIN_TARGETS`
        targets (unless there is one), or where nothing is left of x or y after centring.

    Notes
    -----
    Least squares of y on x and one dummy a level, by partialling the dummies out of both (Frisch,
    Waugh & Lovell). Rows of a set share its luck and rows of a target what is particular to it,
    so each is left out as a whole: with :math:`V_S` and :math:`V_T` the jackknife variances over
    sets and over targets and :math:`V_{ST}` that over single rows, the variance is
    :math:`\max(V_S, V_T, V_S + V_T - V_{ST})`. The sum counts twice what rows have of their own,
    and may by chance be too small or negative, hence the maximum. The correlation's interval is
    the same for its Fisher z. Student's t has :math:`\min(G_S - p, G_T - 1)` degrees of freedom,
    p being the levels of size. In simulations with 5 to 35 sets, 8 or 17 targets, and effects
    that differ from set to set and target to target, intervals cover 93 to 99 %: somewhat too
    wide where rows are independent and sets few, never clearly too narrow. Sets that share
    languages are still taken for separate draws: see `language_p`. O(n^2) a level of a factor.

    References
    ----------
    Cameron, Gelbach & Miller (2011). Robust Inference With Multiway Clustering. Journal of
    Business & Economic Statistics 29. MacKinnon, Nielsen & Webb (2024). Jackknife inference with
    two-way clustering. arXiv 2406.08880.

    Examples
    --------
    >>> sets, targets = np.repeat(np.arange(6), 5), np.tile(np.arange(5), 6)
    >>> x = np.random.default_rng(0).random(30)
    >>> round(association(x, 2 * x + targets, sets, targets).slope, 6)
    2.0
    """
    factors = [targets, *([] if sizes is None else [sizes]), *([sets] if within_sets else [])]
    basis = _basis(factors)
    x_left, y_left = (value - basis @ (basis.T @ value) for value in (x, y))
    _require_variation(x, x_left, y, y_left)
    n_sets, n_targets = len(np.unique(sets)), len(np.unique(targets))
    df = _degrees(n_sets, n_targets, 1 if sizes is None else len(np.unique(sizes)))
    sums = np.array([x_left @ x_left, x_left @ y_left, y_left @ y_left])
    without = [_without(basis, x_left, y_left, sums, sets)]
    if n_targets > 1:
        without.append(_without(basis, x_left, y_left, sums, targets))
        without.append(_without_rows(basis, x_left, y_left, sums))
    slope, z = _slope(sums), _fisher_z(sums)
    half, half_z = (
        _t(df) * np.sqrt(_variance(float(of(sums)), [of(one) for one in without]))
        for of in (_slope, _fisher_z)
    )
    return Association(
        slope=float(slope),
        low=float(slope - half),
        high=float(slope + half),
        correlation=float(np.tanh(z)),
        correlation_low=float(np.tanh(z - half_z)),
        correlation_high=float(np.tanh(z + half_z)),
        df=df,
        p=_p(float(slope), float(half), df),
        spread=float(np.sqrt(sums[0] / len(x))),
        n=len(x),
        n_sets=n_sets,
        n_targets=n_targets,
    )


def language_p(x: F64, y: F64, members: Sequence[Sequence[int]], *, seed: int = 0) -> float:
    """How often closeness would go with the score as well if source languages changed names.

    Sets of a sweep share languages, so they are no independent draws. What is permuted is which
    source language is which, in the closeness alone: a set's row goes to the set of the same
    languages under their new names.

    Parameters
    ----------
    x, y : ndarray of shape (n_sets, n_targets)
        Finite; targets that are a source of no set.
    members : sequence of sequences of int
        Places of each set's languages in the pool: all sets of one size, or of several.
    seed : int
        Of the drawing, where there are too many orders to go through.

    Returns
    -------
    float
        Share of the orders in which the partial correlation, within targets and sizes, is as far
        from 0 as here, this one included.

    Raises
    ------
    DegenerateInputError
        If sets are missing, so that a permuted set cannot be looked up, or nothing varies.

    Notes
    -----
    Centring by target and size is the same for all orders, so permuting what it leaves is Freedman
    and Lane's permutation. With a pool of 7 there are 5,040 orders; the identity is one of them,
    so p is never below 1 / 5,040.

    References
    ----------
    Mantel (1967). The Detection of Disease Clustering and a Generalized Regression Approach.
    Cancer Research 27. Freedman & Lane (1983). A Nonstochastic Interpretation of Reported
    Significance Levels. Journal of Business & Economic Statistics 1.
    """
    n_sets, n_targets = x.shape
    sizes = np.repeat([len(langs) for langs in members], n_targets)
    columns = [np.tile(np.arange(n_targets), n_sets), sizes]
    x_left, y_left = (value.reshape(x.shape) for value in within(columns, x.ravel(), y.ravel()))
    _require_variation(x, x_left, y, y_left)
    exchanged = exchanged_sets(members, seed=seed, needs="all sets of a size were measured")
    products = x_left @ y_left.T
    found = products[exchanged, np.arange(n_sets)].sum(axis=1)
    # sums in another order differ by rounding
    least = abs(np.trace(products)) * (1 - GONE)
    return float(np.mean(np.abs(found) >= least))


def _basis(columns: Sequence[Codes]) -> F64:
    """(n, rank): orthonormal columns that span the levels of all factors."""
    dummies = [column[:, None] == np.unique(column) for column in columns]
    left, sizes, _ = np.linalg.svd(
        np.concatenate(dummies, axis=1).astype(np.float64), full_matrices=False
    )
    spanned: F64 = left[:, sizes > GONE * sizes[0]]
    return spanned


def _without(basis: F64, x: F64, y: F64, sums: F64, codes: Codes) -> F64:
    """(n_clusters, 3): residual sums of xx, xy, yy without each cluster, centred anew.

    By the leverage of a cluster's rows, as in the jackknife of least squares. A level that only
    the cluster has goes with it.
    """
    found = []
    for code in np.unique(codes):
        inside = codes == code
        left, sizes, _ = np.linalg.svd(basis[inside], full_matrices=False)
        kept = 1 - sizes**2
        weights = np.where(kept > GONE, sizes**2 / np.maximum(kept, GONE), -1.0)
        a, b, u, v = x[inside], y[inside], left.T @ x[inside], left.T @ y[inside]
        own = [a @ a + weights @ (u * u), a @ b + weights @ (u * v), b @ b + weights @ (v * v)]
        found.append(sums - own)
    return np.array(found)


def _without_rows(basis: F64, x: F64, y: F64, sums: F64) -> F64:
    """The same with every row a cluster of its own."""
    kept = 1 - (basis**2).sum(axis=1)
    weights = np.where(kept > GONE, 1 / np.maximum(kept, GONE), 0.0)
    return sums - np.column_stack([weights * x * x, weights * x * y, weights * y * y])


def _slope(sums: F64) -> F64:
    slopes: F64 = sums[..., 1] / sums[..., 0]
    return slopes


def _fisher_z(sums: F64) -> F64:
    # exactly 1 where y is a multiple of x, whose z is infinite
    r = sums[..., 1] / np.sqrt(sums[..., 0] * sums[..., 2])
    z: F64 = np.arctanh(np.clip(r, -1 + GONE, 1 - GONE))
    return z


def _variance(full: float, without: Sequence[F64]) -> float:
    """The largest of the jackknife variances over sets, over targets, and over both."""
    parts = [(len(one) - 1) / len(one) * float(np.sum((one - full) ** 2)) for one in without]
    if len(parts) == 1:
        return parts[0]
    by_set, by_target, by_row = parts
    return max(by_set, by_target, by_set + by_target - by_row)


def _degrees(n_sets: int, n_targets: int, n_sizes: int) -> int:
    free = n_sets - n_sizes
    if free < MIN_FREE_SETS:
        raise DegenerateInputError(
            f"{n_sets} sets of {n_sizes} size{'s' * (n_sizes > 1)} are too few: at least "
            f"{n_sizes + MIN_FREE_SETS} are needed"
        )
    if 1 < n_targets < MIN_TARGETS:
        raise DegenerateInputError(
            f"{n_targets} targets are too few: at least {MIN_TARGETS} are needed"
        )
    return free if n_targets == 1 else min(free, n_targets - 1)


def _require_variation(x: F64, x_left: F64, y: F64, y_left: F64) -> None:
    for name, value, left in (("closeness", x, x_left), ("score", y, y_left)):
        if np.linalg.norm(left) <= GONE * max(float(np.linalg.norm(value)), 1e-300):
            raise DegenerateInputError(f"the {name} does not vary among sets on the same target")


def _t(df: int) -> float:
    # here and not above: it would take a third of the command line's start-up
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.975))


def _p(slope: float, half: float, df: int) -> float:
    from scipy.special import stdtr

    if half == 0.0:
        return 0.0
    return float(2 * stdtr(df, -abs(slope) / half * _t(df)))
