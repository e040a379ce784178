"""What CKA is made of: centred Gram matrices and how much any two of them have in common."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError
from mslt_core.spec.specs import Kernel

BANDWIDTH = 0.8
"""Of the RBF kernel, as a share of the median distance (Kornblith et al. 2019, table 2)."""

BLOCK = 128
"""Rows of all Gram matrices that are formed at a time: they stay in the processor's cache."""

F64 = npt.NDArray[np.float64]
Embeddings = Sequence[npt.NDArray[np.floating]]


def centred(embeddings: Embeddings, n_min: int) -> list[F64]:
    """Float64 copies with the column means taken off, each of Frobenius norm 1.

    Raises ValueError where rows cannot be paired, and DegenerateInputError for fewer than
    `n_min` rows, values that are not finite, and arrays whose rows are all equal.
    """
    shapes = [X.shape for X in embeddings]
    if any(len(shape) != 2 for shape in shapes) or len({shape[0] for shape in shapes}) != 1:
        raise ValueError(
            f"the arrays must be 2-d with equal rows, got shapes {' and '.join(map(str, shapes))}"
        )
    if shapes[0][0] < n_min:
        raise DegenerateInputError(f"CKA needs at least {n_min} sentences, got {shapes[0][0]}")
    return [_centred(X, number) for number, X in enumerate(embeddings, start=1)]


def _centred(X: npt.NDArray[np.floating], number: int) -> F64:
    """Take the column means off and scale to norm 1, so that fourth powers stay in range."""
    X64 = X.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # the check below says it in words
        means = X64.mean(axis=0)
        X64 -= means
        norm = np.linalg.norm(X64)
    if not np.isfinite(norm):
        raise DegenerateInputError(f"CKA is undefined: array {number} holds NaN or infinity")
    # equal rows rarely centre to exactly zero: 0.1 summed three times is not 0.3
    size = np.hypot(norm, np.sqrt(len(X64)) * np.linalg.norm(means))
    if norm <= len(X64) * np.finfo(np.float64).eps * size:
        raise DegenerateInputError(f"CKA is undefined: all rows of array {number} are equal")
    X64 /= norm
    return X64


def linear_products(arrays: Sequence[F64]) -> F64:
    """<X X', Y Y'> of every two centred arrays, on the cheaper of two ways to the same numbers."""
    n_arrays, n = len(arrays), len(arrays[0])
    if n >= (n_arrays + 1) * max(X.shape[1] for X in arrays):
        inner = np.empty((n_arrays, n_arrays))
        for i, j in itertools.combinations_with_replacement(range(n_arrays), 2):
            inner[i, j] = inner[j, i] = np.linalg.norm(arrays[i].T @ arrays[j]) ** 2
        return inner
    inner = np.zeros((n_arrays, n_arrays))
    room = np.empty(n_arrays * min(BLOCK, n) * n)  # once: new memory costs as much as filling it
    for start in range(0, n, BLOCK):
        rows = min(BLOCK, n - start)
        # Gram matrices are symmetric: what is left of the diagonal need not be formed
        slabs = room[: n_arrays * rows * (n - start)].reshape(n_arrays, rows, n - start)
        for X, slab in zip(arrays, slabs, strict=True):
            np.matmul(X[start : start + rows], X[start:].T, out=slab)
        slabs[:, :, :rows] /= np.sqrt(2)  # the square on the diagonal is the only one not mirrored
        flat = slabs.reshape(n_arrays, -1)
        inner += 2 * (flat @ flat.T)
    return inner


def centred_grams(embeddings: Embeddings, kernel: Kernel, bandwidth: float, n_min: int) -> F64:
    """Doubly centred Gram matrices of trace 1, shape (n_embeddings, n, n): 8 l n^2 bytes."""
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise SpecError(f"bandwidth must be above 0, got {bandwidth}")
    arrays = centred(embeddings, n_min)
    grams = np.empty((len(arrays), len(arrays[0]), len(arrays[0])))
    for number, (X, gram) in enumerate(zip(arrays, grams, strict=True), start=1):
        # A times A.T makes NumPy call BLAS's symmetric product, half a general one's work
        np.matmul(X, X.T, out=gram)
        if kernel == "rbf":
            _to_rbf(gram, bandwidth, number)
    return grams


def _to_rbf(gram: F64, bandwidth: float, number: int) -> None:
    """Turn inner products into centred RBF similarities exp(-d^2 / (2 sigma^2)), in place."""
    squares = np.diagonal(gram).copy()
    gram *= -2
    gram += squares[:, None]
    gram += squares
    np.maximum(gram, 0.0, out=gram)  # rounding can leave -1e-17
    np.fill_diagonal(gram, 0.0)
    # the upper triangle without the diagonal: a sentence's distance to itself is no distance
    median = np.median(np.sqrt(gram[np.triu_indices(len(gram), k=1)]))
    if median <= 0:
        raise DegenerateInputError(
            f"RBF CKA is undefined: most rows of array {number} are equal, "
            "so that the median distance is 0"
        )
    gram /= -2 * (bandwidth * median) ** 2
    np.exp(gram, out=gram)
    means = gram.mean(axis=0)
    gram -= means
    gram -= means[:, None] - means.mean()
    gram /= np.trace(gram)


def debiased(inner: F64, diagonals: F64) -> F64:
    """The U-statistic of HSIC, up to a common factor, from the biased one.

    `inner` (l, l) holds <K, L> of every two centred Gram matrices, `diagonals` (l, n) theirs:
    every sentence with itself is what biases HSIC.
    """
    n = diagonals.shape[1]
    traces = diagonals.sum(axis=1)
    hsic = inner + np.outer(traces, traces) / ((n - 1) * (n - 2))
    hsic -= n / (n - 2) * (diagonals @ diagonals.T)
    check_related(np.diagonal(hsic), n)
    return hsic


def check_related(own_hsic: F64, n: int) -> None:
    """Refuse arrays whose U-statistic with themselves is nothing but rounding."""
    # the Gram matrices have trace 1, so the terms that cancelled here are at most about 1
    vanished = np.flatnonzero(own_hsic <= n * np.finfo(np.float64).eps)
    if vanished.size:
        raise DegenerateInputError(
            f"debiased CKA is undefined: no two rows of array {vanished[0] + 1} are related",
            hint="All rows but one are equal, or all are at right angles.",
        )


def unit_grams(grams: F64) -> F64:
    """U-centre centred Gram matrices in place: diagonal and row sums 0, Frobenius norm 1.

    The inner product of two of them is debiased CKA (Székely & Rizzo 2014).
    """
    n = grams.shape[1]
    diagonals = np.einsum("lnn->ln", grams).copy()
    # with its diagonal gone a row sums to minus the diagonal's entry
    grams += diagonals[:, :, None] / (n - 2)
    grams += (diagonals / (n - 2))[:, None]
    grams -= diagonals.sum(axis=1)[:, None, None] / ((n - 1) * (n - 2))
    for gram in grams:
        np.fill_diagonal(gram, 0.0)
    return to_unit(grams)


def to_unit(grams: F64) -> F64:
    """Scale matrices without diagonal to Frobenius norm 1, in place; refuse empty ones."""
    sizes = np.array([np.linalg.norm(gram) for gram in grams])
    check_related(sizes**2, grams.shape[1])
    grams /= sizes[:, None, None]
    return grams
