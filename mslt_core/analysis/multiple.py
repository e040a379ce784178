"""Many questions at once: several targets, and which of many sets may be the best."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def holm(p: Floats) -> Floats:
    """Holm's adjusted p-values of a family of tests.

    Parameters
    ----------
    p : ndarray of shape (..., n_tests)
        In [0, 1]; the last axis is the family.

    Returns
    -------
    ndarray of shape (..., n_tests)
        In [0, 1]. Calling differences those at or below 5 % calls none falsely, in 95 % of
        families, however the tests depend on each other.

    References
    ----------
    Holm (1979). A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of
    Statistics 6.

    Examples
    --------
    The smallest of three times 3, the next times 2 but not below the first, the last times 1.

    >>> holm(np.array([0.04, 0.01, 0.02])).tolist()
    [0.04, 0.03, 0.04]
    """
    n = p.shape[-1]
    order = np.argsort(p, axis=-1)
    scaled = np.take_along_axis(p, order, axis=-1) * np.arange(n, 0, -1)
    adjusted = np.empty(p.shape)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(scaled, axis=-1), axis=-1)
    return np.minimum(adjusted, 1.0)


def may_be_best(
    means: Floats,
    covariance: Floats,
    sd: Floats,
    df: Floats,
    *,
    level: float = 0.95,
    n_draws: int = 4000,
    seed: int = 0,
) -> npt.NDArray[np.bool_]:
    """The sets that may be the best, with the truly best among them at the given level.

    Parameters
    ----------
    means : ndarray of shape (n_sets,)
        Mean scores; higher is better.
    covariance : ndarray of shape (n_sets, n_sets)
        Of the means, for how their differences go together; only correlations are used of it.
    sd : ndarray of shape (n_sets, n_sets)
        Standard deviation of each difference of two means; symmetric. 0: nothing to judge by, so
        neither leaves the other out.
    df : ndarray of shape (n_sets, n_sets)
        Degrees of freedom behind each.
    level : float
        Probability of holding the truly best set, at least.
    n_draws : int
        Samples that the critical values are quantiles of.
    seed : int
        Of these samples.

    Returns
    -------
    ndarray of shape (n_sets,)
        The highest mean is always in.

    Notes
    -----
    A set is left out if some other beats it by more than the largest of all n_sets - 1 differences
    would by chance, were it the best: multiple comparisons with the best. Because each set is held
    against all others and not against the one that came out on top, the luck of the winner is
    accounted for. The critical value is simulated from the differences' correlations; t values are
    turned into normal ones by their own degrees of freedom first, so that it is slightly cautious.
    O(n_draws · n_sets) for every set that Bonferroni's bound does not decide.

    References
    ----------
    Gupta (1965). On Some Multiple Decision (Selection and Ranking) Rules. Technometrics 7.
    Hsu (1981). Simultaneous Confidence Intervals for All Distances from the 'Best'. Annals of
    Statistics 9.

    Examples
    --------
    >>> apart = np.sqrt(2 * (1 - np.eye(3)))
    >>> many = np.full((3, 3), 1000.0)
    >>> may_be_best(np.array([0.0, 4.0, 5.0]), np.eye(3), apart, many).tolist()
    [False, True, True]
    """
    from scipy.special import ndtri

    n = len(means)
    if n < 2:
        return np.ones(n, dtype=np.bool_)
    worst = _normal_scores(means[None, :] - means[:, None], sd, df).max(axis=1)
    inside = worst <= ndtri(level)
    unsure = np.flatnonzero(~inside & (worst <= -ndtri((1 - level) / (n - 1))))
    if len(unsure):
        drawn = _draws(covariance, n_draws, seed)
        variances = np.diag(covariance)
        for i in unsure:
            apart = np.sqrt(np.maximum(variances + variances[i] - 2 * covariance[i], 0))
            others = apart > 0
            beaten = (drawn[others] - drawn[i]) / apart[others, None].astype(np.float32)
            inside[i] = worst[i] <= np.quantile(beaten.max(axis=0), level)
    return inside


def _normal_scores(differences: Floats, sd: Floats, df: Floats) -> Floats:
    """t values as the normal ones of the same probability; 0 for a set against itself."""
    from scipy.special import ndtri, stdtr

    t = np.where(sd > 0, differences, 0.0) / np.where(sd > 0, sd, 1.0)
    # the lower tail of -|t| keeps its digits where the upper one is 1 to machine precision
    scores: Floats = -np.sign(t) * ndtri(stdtr(df, -np.abs(t)))
    return scores


def _draws(covariance: Floats, n_draws: int, seed: int) -> npt.NDArray[np.float32]:
    """Normal samples of shape (n_sets, n_draws); small negative eigenvalues are taken for 0."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    shape = (len(covariance), n_draws)
    normal = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    drawn: npt.NDArray[np.float32] = root.astype(np.float32) @ normal
    return drawn
