"""Who is near whom on a map, and in the space that it shows."""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

Indices = npt.NDArray[np.intp]

N_SAMPLED = 2_000
"""Points that a map is judged by; with 2,000 the standard error of a mean of values in [0, 1] is
at most 0.011."""
ROUNDING = 1e-12  # of the largest distance: float64 has 1e-16, summed over some hundred features
BLOCK_BYTES = 2**25
"""Most memory for one block of distances."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MapQuality:
    """The agreement of a map with its space; entry j of the arrays is about point ``points[j]``.

    The means over these points are the values of the map.
    """

    k: int
    n_samples: int
    points: Indices
    trustworthiness: npt.NDArray[np.float64]
    continuity: npt.NDArray[np.float64]
    preservation: npt.NDArray[np.float64]

    def means(self) -> dict[str, float]:
        """The three values of the whole map, under their names in ``METRICS``."""
        return {
            "trustworthiness": float(self.trustworthiness.mean()),
            "continuity": float(self.continuity.mean()),
            "neighbourhood_preservation": float(self.preservation.mean()),
        }


def map_neighbours(coords: npt.NDArray[np.floating], k: int) -> Indices:
    """The nearest other points of every point of a map.

    Parameters
    ----------
    coords : ndarray of shape (n_samples, n_components)
        A map.
    k : int
        From 1 to n_samples - 1.

    Returns
    -------
    ndarray of shape (n_samples, k)
        Row numbers, nearest first. A point is never its own neighbour, also where others lie on
        it; among equally near ones the choice is the tree's.

    Raises
    ------
    SpecError
        If `k` is out of its range.
    DegenerateInputError
        If a coordinate is not finite.

    Notes
    -----
    A k-d tree, O(n log n) on a map: 63,000 points take a fraction of a second.

    Examples
    --------
    >>> map_neighbours(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]]), 1).ravel().tolist()
    [1, 0, 1]
    """
    n = len(coords)
    if not 1 <= k < n:
        raise SpecError(f"k must be from 1 to n_samples - 1 = {n - 1}, got {k}")
    if not np.isfinite(coords).all():
        raise DegenerateInputError("a map must have finite coordinates: it holds NaN or infinity")
    from scipy.spatial import KDTree

    _, found = KDTree(coords).query(coords, k + 1)
    oneself = found == np.arange(n)[:, None]
    # where k others lie on a point it may be missing from its own list: the last one goes instead
    oneself[~oneself.any(axis=1), -1] = True
    return found[~oneself].reshape(n, k)


def map_quality(
    X: npt.NDArray[np.floating],
    coords: npt.NDArray[np.floating],
    k: int = 15,
    *,
    n_points: int | None = N_SAMPLED,
    seed: int = 0,
) -> MapQuality:
    r"""Trustworthiness, continuity and neighbourhood preservation of a map.

    Row i of `X` and row i of `coords` must be the same sentence.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        The vectors in the original space, in full width; distances are Euclidean. For a map drawn
        with cosine, pass rows of norm 1.
    coords : ndarray of shape (n_samples, 2)
        The map.
    k : int
        Neighbours that count; below n_samples / 2.
    n_points : int, optional
        Judge so many points, each against all n_samples. None: every point.
    seed : int
        Of the draw of these points.

    Returns
    -------
    MapQuality
        Three values a point. Trustworthiness and continuity lie in [0, 1]: 1, the k neighbours
        are the same; about 0.5, the map is drawn at random. Preservation lies in [0, 1]: the
        share of the k neighbours in the space that are neighbours on the map; at random
        k / (n_samples - 1).

    Raises
    ------
    ValueError
        If the numbers of rows differ.
    SpecError
        If `k` or `n_points` is out of its range.
    DegenerateInputError
        If a value is not finite.

    Notes
    -----
    Of one point,

    .. math:: T_i = 1 - \frac{2}{k (2n - 3k - 1)} \sum_{j \in U_i} (r_{ij} - k),

    where U are the neighbours on the map that are none in the space, and r the place of j among
    i's neighbours in the space: intruders, weighted by how far they come from. Continuity is the
    same with map and space exchanged: neighbours that were torn away. The mean over all points is
    the published measure, and scikit-learn's.

    r is 1 plus the number of points that are strictly nearer, so equal rows share a place, and
    their order does not count. One point costs O(n d): all of 21,000 of width 768 take ten times
    as long as 2,000.

    References
    ----------
    Venna & Kaski (2001). Neighborhood preservation in nonlinear projection methods. ICANN.
    Lee & Verleysen (2009). Quality assessment of dimensionality reduction. Neurocomputing 72.
    """
    points = _points(X, coords, k, n_points, seed)
    n = len(X)
    # a common offset would leave its rounding in every distance
    spaces = [_centred(X), _centred(coords)]
    torn, intruding, shared = (np.empty(len(points)) for _ in range(3))
    step = max(1, BLOCK_BYTES // (8 * n))
    for begin in range(0, len(points), step):
        block = slice(begin, begin + step)
        in_space, on_map = (_distances(space, points[block]) for space in spaces)
        near_in_space, near_on_map = (_nearest(d, k) for d in (in_space, on_map))
        intruding[block] = _excess(in_space, near_on_map)
        torn[block] = _excess(on_map, near_in_space)
        shared[block] = n_shared(near_in_space, near_on_map)
    worst = k * (2 * n - 3 * k - 1) / 2
    return MapQuality(
        k=k,
        n_samples=n,
        points=points,
        trustworthiness=1 - intruding / worst,
        continuity=1 - torn / worst,
        preservation=shared / k,
    )


def _points(
    X: npt.NDArray[np.floating],
    coords: npt.NDArray[np.floating],
    k: int,
    n_points: int | None,
    seed: int,
) -> Indices:
    """The points to judge by, in order, after a look at what was given."""
    n = len(X)
    if X.ndim != 2 or coords.ndim != 2 or len(coords) != n:
        raise ValueError(
            f"vectors and map must be 2-d with equal rows, got shapes {X.shape} and {coords.shape}"
        )
    if not 1 <= k < n / 2:
        raise SpecError(f"k must be from 1 and below n_samples / 2 = {n / 2:g}, got {k}")
    if not (np.isfinite(X).all() and np.isfinite(coords).all()):
        raise DegenerateInputError("a map cannot be judged: vectors or map hold NaN or infinity")
    if n_points is None or n_points >= n:
        return np.arange(n)
    if n_points < 1:
        raise SpecError(f"n_points must be at least 1, got {n_points}")
    return np.sort(np.random.default_rng(seed).choice(n, n_points, replace=False))


def _centred(X: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    centred = X.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred


def _distances(X: npt.NDArray[np.float64], points: Indices) -> npt.NDArray[np.float64]:
    """Euclidean distances from `points` to all rows; infinite to oneself."""
    from scipy.spatial.distance import cdist

    if X.shape[1] <= 2:
        distances = cdist(X[points], X)
    else:
        # one matrix product; rounding is 1e-16 of the squared norms, which are centred
        squares = np.einsum("nd,nd->n", X, X)
        distances = squares - 2 * (X[points] @ X.T) + squares[points, None]
    distances[np.arange(len(points)), points] = np.inf
    return distances


def _nearest(distances: npt.NDArray[np.float64], k: int) -> Indices:
    return np.argpartition(distances, k - 1, axis=1)[:, :k]


def _excess(distances: npt.NDArray[np.float64], near: Indices) -> npt.NDArray[np.float64]:
    """Sum over `near` of how far beyond place k each lies by `distances`."""
    k = near.shape[1]
    reach = np.take_along_axis(distances, near, axis=1)
    ranks = np.sort(distances, axis=1)
    # equally far is not nearer, nor is what differs from it by rounding alone; the last is infinite
    reach -= ROUNDING * ranks[:, -2:-1]
    places = [np.searchsorted(row, at) + 1 for row, at in zip(ranks, reach, strict=True)]
    return np.maximum(np.stack(places) - k, 0).sum(axis=1)


def n_shared(a: Indices, b: Indices) -> npt.NDArray[np.int64]:
    """How many entries each row of `a` shares with the same row of `b`; rows hold no repeats."""
    both = np.sort(np.hstack([a, b]), axis=1)
    return (both[:, 1:] == both[:, :-1]).sum(axis=1)
