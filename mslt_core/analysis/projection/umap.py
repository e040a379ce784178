"""UMAP (umap-learn) of sentence vectors."""

import warnings

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.projection.neighbours import Neighbours, first
from mslt_core.spec.maps import MapParameters


def umap(
    X: npt.NDArray[np.floating],
    parameters: MapParameters,
    seed: int,
    init: npt.NDArray[np.floating] | None,
    neighbours: Neighbours | None,
) -> npt.NDArray[np.float32]:
    """A UMAP map; see `project`."""
    from umap import UMAP

    given = {}
    fresh = "random" if parameters.initialization == "random" else "spectral"
    if neighbours is not None:
        given["precomputed_knn"] = _with_oneself(neighbours, parameters.n_neighbors, len(X))
    with warnings.catch_warnings():
        # both are answered by umap-learn itself: no `transform` is asked for, and where groups of
        # equal sentences leave no spectral start it takes a random one
        warnings.filterwarnings("ignore", message=".*knn_search_index")
        warnings.filterwarnings("ignore", message="Spectral initialisation failed")
        reducer = UMAP(
            n_neighbors=parameters.n_neighbors,
            min_dist=parameters.min_dist,
            n_epochs=parameters.n_epochs,
            metric=parameters.metric,
            init=fresh if init is None else init.astype(np.float32),
            random_state=seed,
            n_jobs=1,  # the only number of threads with which a seed decides the map
            **given,
        )
        return reducer.fit_transform(X.astype(np.float64))


def _with_oneself(
    neighbours: Neighbours, n_neighbors: int, n_samples: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """umap-learn counts a point as its own first neighbour."""
    k = n_neighbors - 1
    indices, distances = first(
        neighbours, k, n_samples, f"a UMAP map of {n_neighbors} neighbours, the point included,"
    )
    own = np.arange(n_samples, dtype=np.int32)[:, None]
    return (
        np.hstack([own, indices]).astype(np.int32),
        np.hstack([np.zeros_like(own), distances]).astype(np.float32),
    )
