"""An interval for CKA whose length follows the value it is asked about, as Wilson's for a share."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

ROUNDING = 1e-9
"""CKA this close to 1 is that of the same representation; its spread is rounding."""


def score_interval(
    centre: F64, first: F64, second: F64, t: float, *, concentration: F64 | float = 0.0
) -> tuple[F64, F64]:
    r"""All values of debiased centred kernel alignment (CKA) that an estimate does not rule out.

    Parameters
    ----------
    centre : ndarray of any shape
        The estimates, or means of estimates, at most 1.
    first, second : ndarrays of the same shape
        Their variance: what sentences or documents add one by one, and what they add two by two.
    t : float
        Standard errors to each side, such as a quantile of Student's t.
    concentration : ndarray or float
        How few directions carry the Gram matrices, from 0 to 1; see `cka_intervals`.

    Returns
    -------
    low, high : ndarrays of the same shape
        At most 1; `low` may be below 0.

    Notes
    -----
    See `cka_intervals`. Found by halving.

    Examples
    --------
    >>> low, high = score_interval(np.array(0.0), np.array(0.0), np.array(0.01), 2.0)
    >>> round(float(low), 3), round(float(high), 3)  # 0.2 below, less above: nearer to 1
    (-0.2, 0.167)
    """
    left = np.maximum(1 - np.clip(centre, 0.0, 1.0), ROUNDING)
    slope = first / np.maximum(np.maximum(centre, np.sqrt(second)), ROUNDING)
    slope = np.maximum(slope, 2 * np.sqrt(second) * left**3 * concentration)

    def reach(theta: F64) -> F64:
        inside = np.clip(theta, 0.0, 1.0)
        return t * (1 - inside) / left * np.sqrt(second + slope * inside)

    # below 0 the reach no longer changes; 1 is always beyond the upper end
    far, near = centre - reach(np.zeros_like(centre)) - reach(centre) - 1.0, centre
    low = _halved(lambda theta: centre - theta > reach(theta), far, near)
    high = _halved(lambda theta: theta - centre > reach(theta), np.ones_like(centre), centre)
    same = left <= ROUNDING
    return np.where(same, centre, low), np.where(same, centre, high)


def _halved(outside: Callable[[F64], npt.NDArray[np.bool_]], out: F64, inside: F64) -> F64:
    """Where `outside` turns true between values that are inside and values that are out."""
    for _ in range(60):  # the range shrinks to less than rounding
        middle = (out + inside) / 2
        beyond = outside(middle)
        out, inside = np.where(beyond, middle, out), np.where(beyond, inside, middle)
    return (out + inside) / 2
