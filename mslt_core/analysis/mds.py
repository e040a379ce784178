"""A flat map of things of which only the distances are known."""

import numpy as np
import numpy.typing as npt

ROUNDING = 1e-12
"""Eigenvalues this small beside the largest are rounding: they add nothing to the map."""


def classical_mds(
    distances: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.float64], float]:
    r"""Classical multidimensional scaling (Torgerson) of a distance matrix to two dimensions.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric, finite, not negative, zero on the diagonal; n is 1 or more. They need not be
        Euclidean. Computed in float64.

    Returns
    -------
    coords : ndarray of shape (n, 2)
        Centred on 0, in the unit of `distances`, the longer axis first. On each axis the point
        farthest from 0 is on the positive side, so that the same distances give the same map.
    kept : float
        In [0, 1], without unit: the two largest eigenvalues as a share of the sum of all positive
        ones. 1: the map shows every distance as it is. Also 1 where all distances are 0.

    Raises
    ------
    ValueError
        If `distances` is not square, symmetric, finite, free of negative numbers, and 0 on the
        diagonal.

    Notes
    -----
    The eigenvectors of :math:`-\frac{1}{2} J D^2 J` with :math:`J = I - \frac{1}{n} 11^\top`,
    scaled by the roots of their eigenvalues. Negative eigenvalues, which distances that are not
    Euclidean bring along, are left out. O(n^3).

    References
    ----------
    Torgerson (1952). Multidimensional scaling: I. Theory and method. Psychometrika 17.

    Examples
    --------
    >>> coords, kept = classical_mds(np.array([[0.0, 3.0], [3.0, 0.0]]))
    >>> coords[:, 0].round(3).tolist(), round(kept, 3)
    ([1.5, -1.5], 1.0)
    """
    squares = _checked(distances) ** 2
    inner = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    eigenvalues, vectors = np.linalg.eigh(-inner / 2)
    eigenvalues, vectors = eigenvalues[::-1], vectors[:, ::-1]
    positive = np.where(eigenvalues > ROUNDING * np.abs(eigenvalues).max(), eigenvalues, 0.0)
    coords = np.zeros((len(squares), 2))
    axes = vectors[:, :2] * np.sqrt(positive[:2])
    coords[:, : axes.shape[1]] = axes * _signs(axes)
    total = float(positive.sum())
    return coords, float(positive[:2].sum()) / total if total else 1.0


def complete(distances: npt.NDArray[np.floating]) -> npt.NDArray[np.intp]:
    """Rows of a distance matrix among which no distance is missing.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric, NaN where a distance is missing.

    Returns
    -------
    ndarray of shape (n_complete,)
        Places of the rows that stay, ascending.

    Notes
    -----
    The row with the most missing distances goes first, the later one of two alike, until none is
    missing. Greedy: the rows that stay are many, not surely the most.

    Examples
    --------
    >>> complete(np.array([[0.0, 1.0, np.nan], [1.0, 0.0, np.nan], [np.nan, np.nan, 0.0]]))
    array([0, 1])
    """
    rows = np.arange(len(distances))
    while len(rows):
        missing = np.isnan(distances[np.ix_(rows, rows)]).sum(axis=1)
        if not missing.any():
            break
        worst = len(rows) - 1 - int(np.argmax(missing[::-1]))
        rows = np.delete(rows, worst)
    return rows


def _signs(axes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each axis the sign that puts the point farthest from 0 on the positive side.

    Of two points equally far the first decides; rounding must not, so near ones count as equal.
    """
    far = np.abs(axes) >= (1 - 1e-9) * np.abs(axes).max(axis=0)
    first = axes[far.argmax(axis=0), np.arange(axes.shape[1])]
    return np.where(first < 0, -1.0, 1.0)


def _checked(distances: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    shape = distances.shape
    if distances.ndim != 2 or shape[0] != shape[1] or not shape[0]:
        raise ValueError(f"distances must be square with at least one row, got shape {shape}")
    D = distances.astype(np.float64)
    if not np.isfinite(D).all():
        raise ValueError(f"distances must be finite, got {np.count_nonzero(~np.isfinite(D))} not")
    if (D < 0).any() or np.diag(D).any() or not np.allclose(D, D.T, rtol=0, atol=1e-9):
        raise ValueError("distances must be symmetric, 0 on the diagonal and never negative")
    return (D + D.T) / 2
