"""t-SNE (openTSNE) of sentence vectors."""

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.projection.neighbours import (
    Neighbours,
    first,
    neighbours_of,
    tsne_components,
)
from mslt_core.spec.maps import MapParameters

EXAGGERATION = 12.0  # openTSNE's default
WARM_EXAGGERATION = 2.0
MOMENTUM = 0.8  # openTSNE's default in both phases
N_THREADED = 5_000
"""Points below which threads wait for each other longer than they save."""


def n_neighbours(n_samples: int, perplexity: float) -> int:
    """How many neighbours of a point a t-SNE map looks at."""
    return min(n_samples - 1, int(3 * perplexity))


def tsne(
    X: npt.NDArray[np.floating],
    parameters: MapParameters,
    seed: int,
    init: npt.NDArray[np.floating] | None,
    neighbours: Neighbours | None,
) -> npt.NDArray[np.float32]:
    """A t-SNE map; see `project`."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    k = n_neighbours(len(X), parameters.perplexity)
    components = tsne_components(X, parameters.metric)
    if neighbours is None:
        neighbours = neighbours_of(components, k, parameters.metric)
    else:
        neighbours = first(
            neighbours, k, len(X), f"a t-SNE map of perplexity {parameters.perplexity:g}"
        )
    # threads share the points out and add nothing up: the map is the same for any number
    n_jobs = -1 if len(X) >= N_THREADED else 1
    affinities = PerplexityBasedNN(
        perplexity=parameters.perplexity,
        knn_index=PrecomputedNeighbors(*neighbours),
        n_jobs=n_jobs,
    )
    start = _start(components, affinities.P, parameters, seed) if init is None else init
    embedding = TSNEEmbedding(
        start.astype(np.float64), affinities, n_jobs=n_jobs, random_state=seed
    )
    early = parameters.early_exaggeration
    if early == "auto":
        least = EXAGGERATION if init is None else WARM_EXAGGERATION
        early = max(least, parameters.exaggeration)
    for n_iter, exaggeration in (
        (parameters.early_exaggeration_iter, early),
        (parameters.n_iter, parameters.exaggeration),
    ):
        embedding = embedding.optimize(
            n_iter=n_iter,
            exaggeration=exaggeration,
            learning_rate=parameters.learning_rate,
            momentum=MOMENTUM,
        )
    return np.array(embedding, dtype=np.float32)


def _start(
    components: npt.NDArray[np.float64], P: object, parameters: MapParameters, seed: int
) -> npt.NDArray[np.float64]:
    from openTSNE import initialization

    if parameters.initialization == "random":
        return initialization.random(components, random_state=seed)
    if parameters.initialization == "spectral":
        return initialization.spectral(P, random_state=seed)
    return initialization.pca(components, random_state=seed)
