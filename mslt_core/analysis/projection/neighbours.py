"""Nearest neighbours of sentence vectors: the costly start of a map, found once and reused."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.projection.pca import check_vectors, principal_components
from mslt_core.spec.errors import DegenerateInputError, SpecError

Metric = Literal["euclidean", "cosine"]

N_PRINCIPAL = 50
"""Most features that t-SNE sees, as scikit-learn advises for its own."""


class Neighbours(NamedTuple):
    """Each row's nearest other rows, nearest first: ``indices`` int32 and ``distances`` float64."""

    indices: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float64]


def tsne_neighbours(
    X: npt.NDArray[np.floating], k_max: int, *, metric: Metric = "euclidean"
) -> Neighbours:
    """The nearest neighbours of every sentence among its first principal components.

    A t-SNE map of perplexity p needs int(3 p) of them. Found once for the largest p, they serve
    all smaller ones: the first columns are the neighbours of a smaller k.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Sentence vectors.
    k_max : int
        From 1 to n_samples - 1.
    metric : {"euclidean", "cosine"}
        "cosine": 1 - cos of the angle between two rows as they are given, not centred.

    Returns
    -------
    Neighbours
        Two arrays of shape (n_samples, k_max). A row is never its own neighbour, also where
        others are equal to it.

    Raises
    ------
    SpecError
        If k_max is out of its range.
    DegenerateInputError
        If a value is not finite, all rows are equal, or cosine meets a row of zeros.

    Notes
    -----
    Exact in the space of the first `N_PRINCIPAL` components, O(n^2 N_PRINCIPAL), and the same for
    any number of threads; approximate searches (Annoy, NN-descent) are neither. For cosine the
    rows are first divided by their norms: then 1 - cos is half of the squared distance.
    """
    components = tsne_components(X, metric)
    if not 1 <= k_max < len(X):
        raise SpecError(f"k_max must be from 1 to n_samples - 1 = {len(X) - 1}, got {k_max}")
    return neighbours_of(components, k_max, metric)


def tsne_components(X: npt.NDArray[np.floating], metric: Metric) -> npt.NDArray[np.float64]:
    """What t-SNE sees of `X`: the scores on its first principal components."""
    check_vectors(X)
    X64 = X.astype(np.float64)
    if metric == "cosine":
        norms = np.linalg.norm(X64, axis=1, keepdims=True)
        if not norms.all():
            raise DegenerateInputError(
                f"cosine is undefined for vectors of zeros: row {int(np.argmin(norms))} is one"
            )
        X64 /= norms
    return principal_components(X64, min(N_PRINCIPAL, *X.shape)).scores


def neighbours_of(components: npt.NDArray[np.float64], k: int, metric: Metric) -> Neighbours:
    """The `k` nearest neighbours in the space of `tsne_components`."""
    from sklearn.neighbors import NearestNeighbors

    # brute force is one blocked matrix product: in 50 dimensions a tree takes 20 times as long
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(components)
    distances, indices = search.kneighbors()
    if metric == "cosine":
        distances = distances**2 / 2
    return Neighbours(indices.astype(np.int32), distances)


def first(neighbours: Neighbours, k: int, n_samples: int, needed_by: str) -> Neighbours:
    """The nearest `k` of stored neighbours, refusing those of other vectors and too few."""
    indices, distances = neighbours
    if indices.shape != distances.shape or indices.ndim != 2 or len(indices) != n_samples:
        raise ValueError(
            f"neighbours must be two arrays of shape ({n_samples}, k), "
            f"got {indices.shape} and {distances.shape}"
        )
    if indices.shape[1] < k:
        raise SpecError(f"{needed_by} needs {k} neighbours a point, got {indices.shape[1]}")
    return Neighbours(indices[:, :k], distances[:, :k])
