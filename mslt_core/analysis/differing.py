"""How sure is a difference of two numbers that were taken from the same sentences?"""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Ends = tuple[F64, F64]


def correlation(a: F64, b: F64) -> F64:
    """Correlation of two numbers' jackknife replicates, each (n_blocks, *shape), by cell.

    0 where one of them does not vary, since then nothing is known of it.

    Examples
    --------
    >>> a = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
    >>> correlation(a, 2 * a + 1).round(6).tolist()
    [1.0, 0.0]
    """
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    norms = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    together = (a * b).sum(axis=0)
    return np.clip(np.divide(together, norms, out=np.zeros_like(norms), where=norms > 0), -1, 1)


def second_of_difference(a: F64, b: F64, r: F64) -> F64:
    r"""Variance that sentences add two by two to the difference of two CKA values.

    Parameters
    ----------
    a, b : ndarrays of any shape
        What they add to each of the two.
    r : ndarray of the same shape
        Correlation of the two values, see `correlation`.

    Returns
    -------
    ndarray of the same shape
        0 or more.

    Notes
    -----
    :math:`a + b - 2 r \sqrt{ab}`. The correlation is that of the whole values. For unrelated
    languages, where this part is all there is, the two are the same; elsewhere it is small.

    Examples
    --------
    >>> same, unrelated = np.array(1.0), np.array(0.0)
    >>> [float(second_of_difference(same, same, r)) for r in (same, unrelated)]
    [0.0, 2.0]
    """
    return np.maximum(a + b - 2 * r * np.sqrt(a * b), 0.0)


def ends_of_difference(b: F64, ends_b: Ends, a: F64, ends_a: Ends, r: F64) -> Ends:
    r"""Interval of b - a from the intervals of both, which need not lie evenly about them.

    Parameters
    ----------
    b, a : ndarrays of any shape
        The two numbers.
    ends_b, ends_a : pairs of ndarrays of the same shape
        Lower and upper ends of their intervals, such as Wilson's of two shares.
    r : ndarray of the same shape
        Correlation of the two numbers, see `correlation`.

    Returns
    -------
    low, high : ndarrays of the same shape

    Notes
    -----
    :math:`b - a - \sqrt{l_b^2 + u_a^2 - 2 r\, l_b u_a}` and
    :math:`b - a + \sqrt{u_b^2 + l_a^2 - 2 r\, u_b l_a}`, with l and u how far the ends lie below
    and above each number. Where both shares are 1 the jackknife of the difference has no length.

    References
    ----------
    Newcombe (1998). Improved confidence intervals for the difference between binomial
    proportions based on paired data. Statistics in Medicine 17, method 10.
    Zou & Donner (2008). Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine 27.

    Examples
    --------
    >>> one, zero = np.array(1.0), np.array(0.0)
    >>> low, high = ends_of_difference(one, (one - 0.03, one), one, (one - 0.04, one), zero)
    >>> round(float(low), 6), round(float(high), 6)  # nothing lies above 1
    (-0.03, 0.04)
    """
    (low_b, high_b), (low_a, high_a) = ends_b, ends_a

    def reach(of_b: F64, of_a: F64) -> F64:
        return np.sqrt(np.maximum(of_b**2 + of_a**2 - 2 * r * of_b * of_a, 0.0))

    return b - a - reach(b - low_b, high_a - a), b - a + reach(high_b - b, a - low_a)
