"""Who is near whom: exact nearest neighbours of many points, in bounded memory."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

Metric = Literal["euclidean", "cosine"]

BLOCK_BYTES = 1 << 25
"""Memory for the distances that are searched at a time."""
EXACT_BYTES = 1 << 25
"""Memory for the differences that are formed at a time when distances are taken exactly."""
GROUP = 32
"""Columns of which only the smallest is looked at when a row's threshold is sought."""


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of every point, the nearest first, without the point itself."""

    indices: npt.NDArray[np.int32]
    """(n, k): rows of the points."""
    distances: npt.NDArray[np.float32]
    """(n, k): Euclidean, or 1 - cosine; rising along each row."""

    def first(self, k: int) -> "Neighbours":
        """The `k` nearest of those that are here."""
        if not 1 <= k <= self.indices.shape[1]:
            raise SpecError(f"k must be from 1 to {self.indices.shape[1]}, got {k}")
        return Neighbours(self.indices[:, :k], self.distances[:, :k])


def stacked(embeddings: Sequence[npt.NDArray[np.floating]]) -> npt.NDArray[np.floating]:
    """Points of several languages in one array, language after language.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_sentences, n_features), or one 3-d array
        Row i is the same sentence in every language.

    Returns
    -------
    ndarray of shape (n_langs · n_sentences, n_features)
        Row l · n_sentences + i is sentence i in language l.

    Raises
    ------
    ValueError
        If the arrays are not 2-d or their shapes differ.

    Examples
    --------
    >>> stacked([np.zeros((2, 1)), np.ones((2, 1))])[:, 0].tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    shapes = sorted({X.shape for X in embeddings})
    if len(shapes) != 1 or len(shapes[0]) != 2:
        raise ValueError(f"every language needs the same 2-d shape, got {shapes}")
    return np.concatenate(embeddings)


def neighbours(X: npt.NDArray[np.floating], k: int, metric: Metric = "euclidean") -> Neighbours:
    r"""Exact k nearest neighbours of every row among the other rows.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Any real dtype. Equal rows are different points at distance 0.
    k : int
        From 1 to n - 1.
    metric : {"euclidean", "cosine"}
        "cosine" is 1 - cosine of the angle between two rows, from 0 to 2.

    Returns
    -------
    Neighbours
        Indices and distances of shape (n, k), the nearest first. Points at the same distance
        are ordered by a fixed scrambling of their rows, not by the rows themselves: otherwise
        ties would favour the languages that are stacked first. The same input gives the same
        answer.

    Raises
    ------
    SpecError
        If `k` does not fit n.
    DegenerateInputError
        If a value is not finite, all rows are equal (for "cosine": point the same way; nobody is
        nearer than anybody else), or a row is 0 and the metric "cosine".
    ValueError
        If `X` is not 2-d.

    Notes
    -----
    :math:`\|x\|^2 + \|y\|^2 - 2 x^\top y` of centred points in float32, block by block, finds
    every row that can be among the nearest whatever the rounding, whose error is at most about
    :math:`d\, 2^{-23} (\|x\|^2 + \|y\|^2)` (Higham); these few are measured again in float64
    from differences, which are exact to rounding. Cosine is the same search among rows of length
    1, where 1 - cosine is half the squared distance. O(n² d) time.

    References
    ----------
    Higham (2002). Accuracy and Stability of Numerical Algorithms. SIAM, section 3.1.

    Examples
    --------
    >>> found = neighbours(np.array([[0.0], [1.0], [3.0]]), 1)
    >>> found.indices[:, 0].tolist(), found.distances[:, 0].tolist()
    ([1, 0, 1], [1.0, 1.0, 2.0])
    """
    points = _points(X, k, metric)
    n, d = points.shape
    centred = points - points.mean(axis=0)
    squares = np.einsum("nd,nd->n", centred, centred)
    if np.sqrt(squares.max()) <= n * np.finfo(np.float64).eps * np.abs(points).max():
        raise DegenerateInputError("nearest neighbours are undefined: all points are equal")
    # 1e-30: what underflow can take away, far below any square that counts after the scaling
    slack = ((d + 16) * 2.0**-23 * squares + 1e-30).astype(np.float32)
    left, right = _factors(centred, squares)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    block = max(1, BLOCK_BYTES // (4 * n))
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        lower = left[rows] @ right.T
        lower[rows - start, rows] = np.inf
        at, columns = _candidates(lower, slack[rows], slack, k)
        exact = _squared_distances(points, rows[at], columns)
        best = np.lexsort((_scrambled(columns), exact, at))
        # every row has at least k candidates: the first k of its stretch stay
        first = np.searchsorted(at, np.arange(len(rows)))[:, None] + np.arange(k)
        chosen = best[first]
        indices[rows], distances[rows] = columns[chosen], _measured(exact[chosen], metric)
    if metric == "euclidean":
        distances *= _scale(X)
    return Neighbours(indices, distances)


def _points(X: npt.NDArray[np.floating], k: int, metric: Metric) -> npt.NDArray[np.float64]:
    """The points to search among: scaled so that squares stay in range, or of length 1."""
    if X.ndim != 2:
        raise ValueError(f"X must be 2-d, got shape {X.shape}")
    if not 1 <= k <= len(X) - 1:
        raise SpecError(f"k must be from 1 to {len(X) - 1}, one below the points, got {k}")
    if not np.isfinite(X).all():
        raise DegenerateInputError("nearest neighbours are undefined: X holds NaN or infinity")
    points = X.astype(np.float64) / _scale(X)
    if metric == "euclidean":
        return points
    lengths = np.linalg.norm(points, axis=1)
    if not lengths.all():
        row = int(np.argmin(lengths))
        raise DegenerateInputError(f"cosine is undefined: row {row} of X is 0")
    points /= lengths[:, None]
    return points


def _scale(X: npt.NDArray[np.floating]) -> float:
    """A power of 2 near the largest value: dividing by it rounds nothing."""
    return float(2.0 ** np.floor(np.log2(max(float(np.abs(X).max()), np.finfo(np.float64).tiny))))


def _factors(
    centred: npt.NDArray[np.float64], squares: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Two arrays whose product is all squared distances: (-2x, |x|², 1) times (y, 1, |y|²)."""
    ones = np.ones((len(centred), 1))
    left = np.hstack([-2 * centred, squares[:, None], ones]).astype(np.float32)
    return left, np.hstack([centred, ones, squares[:, None]]).astype(np.float32)


def _candidates(
    lower: npt.NDArray[np.float32],
    row_slack: npt.NDArray[np.float32],
    slack: npt.NDArray[np.float32],
    k: int,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row and column of every entry that can be among the k smallest of its row.

    `lower` holds squared distances, each wrong by at most its row's and its column's slack; it
    is overwritten.
    """
    n_rows, n = lower.shape
    n_groups = n // GROUP
    lower += slack
    if n_groups > 4 * k:
        # k of the groups' smallest are k entries, so the k-th smallest of all is no larger
        tops = lower[:, : n_groups * GROUP].reshape(n_rows, GROUP, n_groups).min(axis=1)
    else:
        tops = lower
    threshold = np.partition(tops, k - 1, axis=1)[:, k - 1] + 2 * row_slack
    lower -= 2 * slack
    # the sums here round too: the 16 in the slack is for these and for the cast to float32
    flat = np.flatnonzero(lower <= threshold[:, None])
    return np.divmod(flat, n)


def _squared_distances(
    points: npt.NDArray[np.float64], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    step = max(1, EXACT_BYTES // (8 * points.shape[1]))
    squares = np.empty(len(rows))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        differences = points[rows[part]]
        differences -= points[columns[part]]
        squares[part] = np.einsum("nd,nd->n", differences, differences)
    return squares


def _scrambled(columns: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
    """A fixed order of the rows that has nothing to do with their places (Knuth's hash)."""
    return (columns.astype(np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)


def _measured(squares: npt.NDArray[np.float64], metric: Metric) -> npt.NDArray[np.float64]:
    return squares / 2 if metric == "cosine" else np.sqrt(squares)
