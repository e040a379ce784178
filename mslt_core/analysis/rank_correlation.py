"""Does one thing rise with another over a few languages?"""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.set_views import RankCorrelation

MIN_POINTS = 5
"""With four, the most extreme of all 24 orders has p = 2/24: nothing reaches 5 %."""


def rank_correlation(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, level: float = 0.95
) -> RankCorrelation:
    r"""Spearman's rank correlation with an interval and a test.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Of the same points, in any units; without NaN.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    RankCorrelation
        rho in [-1, 1], its interval and a two-sided p.

    Raises
    ------
    DegenerateInputError
        With fewer than five points, or where one of the two does not vary.

    Notes
    -----
    The interval is Fisher's z with the standard error
    :math:`\sqrt{(1 + \rho^2 / 2) / (n - 3)}`, which holds up to about 0.95 and from 10 points on;
    p is that of Student's t with n - 2 degrees of freedom. Both take points as independent: related
    languages are less than that.

    References
    ----------
    Bonett & Wright (2000). Sample Size Requirements for Estimating Pearson, Kendall and Spearman
    Correlations. Psychometrika 65.

    Examples
    --------
    Ranks differ by 1, 1, 0, 0, 0: rho = 1 - 6 · 2 / (5 · 24).

    >>> found = rank_correlation(np.arange(5.0), np.array([1.0, 0.0, 2.0, 3.0, 4.0]))
    >>> round(found.rho, 3), found.n
    (0.9, 5)
    """
    from scipy.special import ndtri
    from scipy.stats import spearmanr

    n = len(x)
    if n < MIN_POINTS:
        raise DegenerateInputError(f"a correlation needs at least {MIN_POINTS} points, got {n}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise DegenerateInputError("a correlation needs points that differ in both")
    rho, p = (float(value) for value in spearmanr(x, y))
    rho = min(1.0, max(-1.0, rho))
    half = float(ndtri((1 + level) / 2)) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    # a perfect order has no finite z: the interval is that of the nearest imperfect one
    z = np.arctanh(np.clip(rho, -1 + 1e-6, 1 - 1e-6))
    low, high = (min(1.0, max(-1.0, float(np.tanh(z + side * half)))) for side in (-1, 1))
    return RankCorrelation(rho=rho, low=min(low, rho), high=max(high, rho), p=p, n=n)
