"""Clusters of sentence vectors, and whether they are languages."""

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError
from mslt_core.spec.looks import NOISE, ClusterMethod

Labels = npt.NDArray[np.int64]


def clusters(
    X: npt.NDArray[np.floating], *, method: ClusterMethod, size: int, seed: int = 0
) -> Labels:
    """Cluster sentence vectors in the space that they are in, by k-means or HDBSCAN.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Sentence vectors; distances are Euclidean.
    method : {"kmeans", "hdbscan"}
        k-means finds `size` clusters, the best of ten starts. HDBSCAN finds as many as there are
        dense regions of at least `size` points, and leaves the points between them out.
    size : int
        From 2; at most n_samples.
    seed : int
        Of k-means' starts. HDBSCAN draws nothing at random.

    Returns
    -------
    ndarray of shape (n_samples,)
        Labels from 0, the largest cluster first; `NOISE` (-1) for points of no cluster.

    Raises
    ------
    SpecError
        If `size` is out of its range.
    DegenerateInputError
        If a value is not finite, or there are fewer different rows than clusters of k-means.

    Notes
    -----
    k-means costs O(n d size) an iteration, HDBSCAN O(n^2 d).

    References
    ----------
    Lloyd (1982). Least squares quantization in PCM. IEEE Transactions on Information Theory 28.
    Campello, Moulavi & Sander (2013). Density-based clustering based on hierarchical density
    estimates. PAKDD.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [9.0, 0.0], [9.0, 1.0]])
    >>> clusters(X, method="kmeans", size=2).tolist()
    [0, 0, 0, 1, 1]
    """
    if not 2 <= size <= len(X):
        raise SpecError(f"size must be from 2 to n_samples = {len(X)}, got {size}")
    if not np.isfinite(X).all():
        raise DegenerateInputError(
            "vectors must be finite to be clustered: X holds NaN or infinity"
        )
    X64 = X.astype(np.float64)
    if method == "kmeans":
        n_different = len(np.unique(X64, axis=0))
        if n_different < size:
            raise DegenerateInputError(
                f"{size} clusters need as many different vectors, got {n_different}"
            )
        from sklearn.cluster import KMeans

        labels = KMeans(size, n_init=10, random_state=seed).fit(X64).labels_
    else:
        from sklearn.cluster import HDBSCAN

        labels = HDBSCAN(min_cluster_size=size, copy=True).fit(X64).labels_
    return _largest_first(labels)


def _largest_first(labels: npt.NDArray[np.integer]) -> Labels:
    sizes = np.bincount(labels[labels >= 0])
    rank = np.empty(len(sizes) + 1, dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    rank[NOISE] = NOISE  # the last entry, which the label -1 looks up
    return rank[labels]


def matched(labels: Labels, reference: Labels) -> Labels:
    """Renumber clusters so that they share as many points as possible with those of a reference.

    Clusters beyond those of the reference get the numbers after them. Noise stays noise.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    Kuhn (1955). The Hungarian method for the assignment problem. Naval Research Logistics 2.

    Examples
    --------
    >>> matched(np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])).tolist()
    [0, 0, 1, 1]
    """
    if labels.shape != reference.shape:
        raise ValueError(
            f"labels must be of the same points, got {labels.shape}, {reference.shape}"
        )
    from scipy.optimize import linear_sum_assignment

    n, n_reference = labels.max(initial=-1) + 1, reference.max(initial=-1) + 1
    shared = np.zeros((n, n_reference), dtype=np.int64)
    both = (labels >= 0) & (reference >= 0)
    np.add.at(shared, (labels[both], reference[both]), 1)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    renamed = np.full(n + 1, NOISE, dtype=np.int64)
    renamed[rows] = columns
    free = iter(np.setdiff1d(np.arange(n + n_reference), columns))
    # numbers of the reference that nothing matches stay free, so that no colour tells of another
    unmatched = [row for row in range(n) if renamed[row] == NOISE]
    for row, number in zip(unmatched, (f for f in free if f >= n_reference), strict=False):
        renamed[row] = number
    return renamed[labels]


def language_information(labels: Labels, n_langs: int) -> float:
    r"""Adjusted mutual information between clusters and languages.

    Parameters
    ----------
    labels : ndarray of shape (n_langs · n,)
        Clusters of points that lie language after language, equally many each. Points of no
        cluster count as one more.
    n_langs : int
        At least 1.

    Returns
    -------
    float
        At most 1, without unit. 1: the clusters are the languages. About 0: what labels by chance
        give; it may be a little below.

    Raises
    ------
    DegenerateInputError
        If the points are not equally many in each language.

    Notes
    -----
    :math:`(I - E[I]) / ((H_C + H_L) / 2 - E[I])`, with the expectation over shuffled labels. Where
    there are fewer clusters than languages it stays below 1 even if every cluster is made of whole
    languages.

    References
    ----------
    Vinh, Epps & Bailey (2010). Information theoretic measures for clusterings comparison. JMLR 11.

    Examples
    --------
    >>> language_information(np.array([0, 0, 1, 1]), 2)
    1.0
    """
    if n_langs < 1 or len(labels) % n_langs:
        raise DegenerateInputError(
            f"clusters are compared with equally many sentences in each of {n_langs} languages, "
            f"got {len(labels)} points in all"
        )
    from sklearn.metrics import adjusted_mutual_info_score

    langs = np.repeat(np.arange(n_langs), len(labels) // n_langs)
    return float(adjusted_mutual_info_score(langs, labels))
