"""Where does a curve level off, and does one thing go with another over a few languages?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.views import PLATEAU, Trend

MIN_TARGETS = 5
"""With four, the most extreme of all 24 orders has p = 2/24: nothing reaches 5 %."""


def plateau(
    sizes: Sequence[int], highs: Sequence[float | None], within: float = PLATEAU
) -> int | None:
    """The smallest size after which every later gain surely stays below a margin.

    Parameters
    ----------
    sizes : sequence of int
        Ascending.
    highs : sequence of float or None
        Upper ends of the intervals of the gains from each size to the next, one fewer than
        `sizes`; None where there is no interval, which says nothing for sure.
    within : float
        The margin, in the unit of `highs`.

    Returns
    -------
    int or None
        A size that is followed by others; None where even the last gain may reach the margin.

    Notes
    -----
    Each gain is held against the margin by itself: many small ones may add up to more.

    Examples
    --------
    >>> plateau([1, 2, 3, 4], [0.03, 0.004, 0.002])
    2
    """
    found = None
    for size, high in zip(reversed(sizes[:-1]), reversed(highs), strict=True):
        if high is None or high >= within:
            break
        found = size
    return found


def terciles(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Three parts by size, as equal as equal values allow.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite, in any unit.

    Returns
    -------
    ndarray of shape (n,)
        0 for the lowest third, 1, 2. Equal values are in one part, so that parts may differ in
        size, and one may be empty.

    Examples
    --------
    >>> terciles(np.array([0.1, 0.5, 0.5, 0.2, 0.9, 0.6])).tolist()
    [0, 1, 1, 0, 2, 2]
    """
    # the number of lower values is the same for equal ones
    below = (values[None, :] < values[:, None]).sum(axis=1)
    return 3 * below // max(len(values), 1)


def trend(distances: npt.NDArray[np.float64], gains: npt.NDArray[np.float64]) -> Trend:
    """Theil-Sen slope of gains over distances, with its interval, and Kendall's tau.

    Parameters
    ----------
    distances, gains : ndarray of shape (n,)
        Of each target; any units.

    Returns
    -------
    Trend
        Slope and interval in units of gain over distance.

    Raises
    ------
    DegenerateInputError
        With fewer than five targets, or where all have the same distance or the same gain.

    Notes
    -----
    The slope is the median over all pairs of targets that differ in distance, and the interval
    holds the slopes that Kendall's test would not reject at 5 % (by its normal approximation); p
    is exact where n is small and nothing ties. It takes targets as independent: related languages
    are less than that. The scores' own noise is in the scatter that the interval comes from.

    References
    ----------
    Sen (1968). Estimates of the Regression Coefficient Based on Kendall's Tau. Journal of the
    American Statistical Association 63.

    Examples
    --------
    >>> found = trend(np.arange(6.0), 2 * np.arange(6.0))
    >>> round(found.slope, 3), round(found.tau, 3), round(found.p, 5)
    (2.0, 1.0, 0.00278)
    """
    from scipy.stats import kendalltau, theilslopes

    n = len(distances)
    if n < MIN_TARGETS:
        raise DegenerateInputError(f"a trend needs at least {MIN_TARGETS} targets, got {n}")
    if np.ptp(distances) == 0 or np.ptp(gains) == 0:
        raise DegenerateInputError("a trend needs targets that differ in distance and in gain")
    slope, _, low, high = theilslopes(gains, distances, alpha=0.95)
    tau, p = kendalltau(distances, gains)
    return Trend(
        slope=float(slope), low=float(low), high=float(high), tau=float(tau), p=float(p), n=n
    )
