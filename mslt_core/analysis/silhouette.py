"""Do the languages form clusters of their own? Silhouettes with the language as cluster."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.neighbours import Metric, stacked
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class LanguageSilhouette:
    """Mean silhouette of the sentences with their language as cluster."""

    score: float
    """In [-1, 1]; lower is more mingled."""
    per_language: F64
    """(n_langs,): mean over one language's sentences; their mean is `score`."""
    sentences: npt.NDArray[np.float32]
    """(n_langs, n): `documents.mean_over_documents` of its mean over the languages gives the
    interval, with the points that distances are taken to as they are."""


def language_silhouette(
    embeddings: Sequence[npt.NDArray[np.floating]], metric: Metric = "euclidean"
) -> LanguageSilhouette:
    r"""Silhouette coefficient of the languages, from all distances.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features), or one 3-d array
        At least two languages of at least two sentences.
    metric : {"euclidean", "cosine"}
        "cosine" is 1 - cosine.

    Returns
    -------
    LanguageSilhouette
        In [-1, 1]. 1: every language is a tight cluster far from all others; near 0: languages
        lie over one another; below 0: sentences are nearer to another language than to their own.

    Raises
    ------
    ValueError
        If the arrays are not 2-d or their shapes differ.
    DegenerateInputError
        With fewer than two languages or sentences, a value that is not finite, all points equal,
        or a row of zeros and the metric "cosine".

    Notes
    -----
    :math:`(b - a) / \max(a, b)` with a the mean distance to the other sentences of the language
    and b the mean distance to the nearest other language's. Distances come from products in
    float32 of points centred for each two languages, right to about 10^-5 of the score. No
    sampling: O(l² n² d) time for l languages, one n x n array of memory.

    References
    ----------
    Rousseeuw (1987). Silhouettes. Journal of Computational and Applied Mathematics 20.

    Examples
    --------
    >>> de, en = np.array([[0.0], [1.0]]), np.array([[10.0], [11.0]])
    >>> round(language_silhouette([de, en]).score, 3)  # 1 - 1/10.5 and 1 - 1/9.5, twice each
    0.9
    """
    cube = silhouette_points(embeddings, metric)
    n_langs, n, _ = cube.shape
    means = np.empty((n_langs, n_langs, n))  # from the sentences of the first to the second
    for a, b in itertools.combinations_with_replacement(range(n_langs), 2):
        distances = distances_within(cube[a], cube[b], metric, same=a == b)
        means[a, b] = distances.sum(axis=1, dtype=np.float64) / (n - (a == b))
        if a != b:
            means[b, a] = distances.sum(axis=0, dtype=np.float64) / n
    own = means[np.arange(n_langs), np.arange(n_langs)].copy()
    means[np.arange(n_langs), np.arange(n_langs)] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    # a sentence at distance 0 from its own and from another language belongs to both
    silhouettes = (other - own) / np.where(larger > 0, larger, 1)
    per_language = silhouettes.mean(axis=1)
    return LanguageSilhouette(
        score=float(per_language.mean()),
        per_language=per_language,
        sentences=silhouettes.astype(np.float32),
    )


def silhouette_points(
    embeddings: Sequence[npt.NDArray[np.floating]], metric: Metric = "euclidean"
) -> F64:
    """(n_langs, n, n_features) scaled so that squares stay in range, or of length 1."""
    points = stacked(embeddings).astype(np.float64)
    n_langs, n = len(embeddings), len(embeddings[0])
    if n_langs < 2 or n < 2:
        raise DegenerateInputError(
            f"silhouettes need at least 2 languages of 2 sentences, got {n_langs} of {n}"
        )
    if not np.isfinite(points).all():
        raise DegenerateInputError("silhouettes are undefined: a value is NaN or infinity")
    points /= np.abs(points).max() or 1.0
    if metric == "cosine":
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        if not lengths.all():
            raise DegenerateInputError(f"cosine is undefined: row {int(np.argmin(lengths))} is 0")
        points /= lengths
    if np.ptp(points, axis=0).max() <= len(points) * np.finfo(np.float64).eps:
        raise DegenerateInputError("silhouettes are undefined: all points are equal")
    return points.reshape(n_langs, n, -1)


def distances_within(
    X: F64, Y: F64, metric: Metric = "euclidean", *, same: bool
) -> npt.NDArray[np.float32]:
    """(n, n) distances from rows of X to rows of Y; 0 on the diagonal of the `same` language."""
    centre = (X.mean(axis=0) + Y.mean(axis=0)) / 2
    left = (X - centre).astype(np.float32)
    right = left if same else (Y - centre).astype(np.float32)
    squares = left @ (-2 * right).T
    squares += np.einsum("nd,nd->n", left, left)[:, None]
    squares += np.einsum("nd,nd->n", right, right)
    np.maximum(squares, 0, out=squares)
    if same:
        np.fill_diagonal(squares, 0)
    if metric == "cosine":  # half the square, for points of length 1
        squares /= 2
        return squares
    return np.sqrt(squares, out=squares)
