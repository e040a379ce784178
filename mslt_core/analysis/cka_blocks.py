"""CKA of every two languages without each block of sentences: what intervals are made of."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.jackknife import Measured

F64 = npt.NDArray[np.float64]


def measured_cka(
    embeddings: Sequence[npt.NDArray[np.floating]], blocks: npt.NDArray[np.integer]
) -> Measured:
    r"""Debiased linear CKA of every two representations, and the same without each block.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_samples, n_features)
        As for `cka_matrix`.
    blocks : ndarray of shape (n_samples,)
        The block of each sentence, from `document_blocks`; at least 4 sentences must be left
        without one.

    Returns
    -------
    Measured
        Of shape (n_embeddings, n_embeddings).

    Raises
    ------
    ValueError, DegenerateInputError
        As `cka_matrix`.

    Notes
    -----
    With the Gram matrices' diagonals emptied, debiased HSIC is a sum over pairs of different
    sentences, one over triples and one over all, so a block is taken off by subtracting what its
    rows and columns put in: for l arrays O(l^2 n^2) time for all blocks together, 8 l n^2 bytes.

    Examples
    --------
    >>> X, Y = np.random.default_rng(0).normal(size=(2, 60, 4))
    >>> found = measured_cka([X, X + Y], np.arange(60) % 6)
    >>> found.value.shape, found.without.shape
    ((2, 2), (6, 2, 2))
    """
    value = cka_matrix(embeddings)
    order = np.argsort(blocks, kind="stable")
    _, starts, sizes = np.unique(blocks[order], return_index=True, return_counts=True)
    grams = _hollow_grams([X[order] for X in embeddings])
    flat = grams.reshape(len(grams), -1)
    whole = flat @ flat.T, grams.sum(axis=2)
    without = np.stack(
        [
            _cka_of(_without(grams, *whole, slice(start, start + size)))
            for start, size in zip(starts, sizes, strict=True)
        ]
    )
    return Measured(value=value, without=without, sizes=sizes.astype(np.int64))


def _hollow_grams(embeddings: Sequence[npt.NDArray[np.floating]]) -> F64:
    """(l, n, n): inner products of centred rows of total norm 1, nothing on the diagonal."""
    n = len(embeddings[0])
    grams = np.empty((len(embeddings), n, n))
    for X, gram in zip(embeddings, grams, strict=True):
        centred = X - X.mean(axis=0, dtype=np.float64)
        centred /= np.linalg.norm(centred)
        np.matmul(centred, centred.T, out=gram)
        np.fill_diagonal(gram, 0.0)
    return grams


def _without(grams: F64, products: F64, sums: F64, block: slice) -> F64:
    """Debiased HSIC (l, l), up to a common factor, of the sentences outside of a block.

    `products` (l, l) are the Gram matrices' inner products, `sums` (l, n) those of their rows.
    """
    n_arrays, n = grams.shape[:2]
    n_left = n - (block.stop - block.start)
    rows, corner = grams[:, block], grams[:, block, block]
    flat, flat_corner = rows.reshape(n_arrays, -1), corner.reshape(n_arrays, -1)
    pairs = products - 2 * flat @ flat.T + flat_corner @ flat_corner.T
    left = np.delete(sums - rows.sum(axis=1), np.arange(block.start, block.stop), axis=1)
    totals = left.sum(axis=1)
    return (
        pairs
        - 2 / (n_left - 2) * left @ left.T
        + np.outer(totals, totals) / ((n_left - 1) * (n_left - 2))
    )


def _cka_of(hsic: F64) -> F64:
    norms = np.sqrt(np.diagonal(hsic))
    return np.clip(hsic / np.outer(norms, norms), -1.0, 1.0)
