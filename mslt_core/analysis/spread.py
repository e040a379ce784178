"""Effective rank and silhouette without each block of sentences: for their intervals."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.jackknife import Measured
from mslt_core.analysis.silhouette import distances_within, silhouette_points
from mslt_core.analysis.spectrum import effective_rank, effective_rank_of

F64 = npt.NDArray[np.float64]
Blocks = npt.NDArray[np.integer]


def measured_rank(embeddings: Sequence[npt.NDArray[np.floating]], blocks: Blocks) -> Measured:
    r"""Effective rank of the space that several languages share, and without each block.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features)
        As for `effective_rank`.
    blocks : ndarray of shape (n,)
        The block of each sentence, from `document_blocks`.

    Returns
    -------
    Measured
        A single number of directions. The rank grows with the number of sentences: the interval
        is about what so many sentences give on average, so compare at equal n.

    Raises
    ------
    ValueError, DegenerateInputError
        As `effective_rank`.

    Notes
    -----
    Each block's sums and products are taken from those of all, so that a block costs one
    eigenvalue problem: O(l n d^2 + n_blocks d^3) time.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> found = measured_rank([X, X + 1], np.arange(200) % 10)
    >>> found.without.shape, bool(np.all(found.without <= 3))
    ((10,), True)
    """
    value = effective_rank(embeddings)
    names, sizes = np.unique(blocks, return_counts=True)
    cube = np.stack([X.astype(np.float64) for X in embeddings])
    cube -= cube.mean(axis=(0, 1))
    cube /= np.abs(cube).max() or 1.0
    parts = [cube[:, blocks == name].reshape(-1, cube.shape[2]) for name in names]
    products = [part.T @ part for part in parts]
    whole, sums = np.sum(products, axis=0), np.array([part.sum(axis=0) for part in parts])
    total, n_points = sums.sum(axis=0), len(cube) * len(blocks)
    without = []
    for part, product, own in zip(parts, products, sums, strict=True):
        left = total - own
        centred = whole - product - np.outer(left, left) / (n_points - len(part))
        squares = np.linalg.eigvalsh(centred)[::-1]
        without.append(effective_rank_of(np.sqrt(np.maximum(squares, 0.0))))
    return Measured(value=np.array(value), without=np.array(without), sizes=sizes.astype(np.int64))


def measured_silhouette(embeddings: Sequence[npt.NDArray[np.floating]], blocks: Blocks) -> Measured:
    """Mean silhouette with the language as cluster, and without each block.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features)
        As for `language_silhouette`; Euclidean distances.
    blocks : ndarray of shape (n,)
        The block of each sentence, from `document_blocks`; at least 2 sentences must be left
        without one.

    Returns
    -------
    Measured
        A single number in [-1, 1]. Without a block its sentences are neither counted nor
        measured against, as if everything were computed anew.

    Raises
    ------
    ValueError, DegenerateInputError
        As `language_silhouette`.

    Notes
    -----
    O(l^2 n^2 d) time, 8 l^2 n n_blocks bytes.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> found = measured_silhouette([X, X + 10], np.arange(40) % 5)
    >>> bool(found.value > 0.5), found.without.shape
    (True, (5,))
    """
    cube = silhouette_points(embeddings)
    n_langs, n = cube.shape[:2]
    names, codes, sizes = np.unique(blocks, return_inverse=True, return_counts=True)
    belongs = np.equal.outer(codes, np.arange(len(names))).astype(np.float64)
    # from each sentence of the first language to each block of the second
    sums = np.empty((n_langs, n_langs, n, len(names)))
    for a, b in itertools.combinations_with_replacement(range(n_langs), 2):
        distances = distances_within(cube[a], cube[b], same=a == b).astype(np.float64)
        sums[a, b], sums[b, a] = distances @ belongs, distances.T @ belongs
    total = sums.sum(axis=3)
    left_out = [
        _score(total - sums[..., g], n - sizes[g])[:, codes != g].mean() for g in range(len(names))
    ]
    return Measured(
        value=_score(total, n).mean(),
        without=np.array(left_out),
        sizes=sizes.astype(np.int64),
    )


def _score(sums: F64, n: int) -> F64:
    """Silhouettes (l, n) from sums of distances (l, l, n) to n sentences of each language."""
    languages = np.arange(len(sums))
    own = sums[languages, languages] / (n - 1)
    others = sums / n
    others[languages, languages] = np.inf
    other = others.min(axis=1)
    larger = np.maximum(own, other)
    return (other - own) / np.where(larger > 0, larger, 1)
