"""HSIC of what is left when documents are taken out of Gram matrices, without forming them anew."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.hsic import F64
from mslt_core.analysis.leaving_out import Documents


def cosines(hsic: F64) -> F64:
    """HSIC of every two (l, l) as CKA."""
    norms = np.sqrt(np.diagonal(hsic))
    cka = np.clip(hsic / np.outer(norms, norms), -1.0, 1.0)
    np.fill_diagonal(cka, 1.0)
    return cka


def document_centred(gram: F64, docs: Documents) -> None:
    """Empty the documents' own blocks and add a_i + a_j elsewhere so that rows sum to 0."""
    blocks = [gram[s, s] for s in docs.slices]
    for block in blocks:
        block[:] = 0.0
    offsets = _offsets(gram.sum(axis=1)[None], docs, docs.sizes)[0]
    gram += offsets[:, None]
    gram += offsets
    for block in blocks:
        block[:] = 0.0


def _offsets(row_sums: F64, docs: Documents, sizes: npt.NDArray[np.intp]) -> F64:
    """What to add to rows and columns so that rows without their own document sum to 0.

    `row_sums` (l, n) and `sizes` are 0 where a document is left out. Solves
    r_i + (n - m_g) a_i + A - A_g = 0 with A_g, A the sums of a over i's document and over all.
    """
    n = sizes.sum()
    of_documents = np.add.reduceat(row_sums, docs.starts, axis=1)
    rest = n - 2 * sizes
    total = -(of_documents / rest).sum(axis=1) / (1 + (sizes / rest).sum())
    own = -(of_documents + sizes * total[:, None]) / rest
    return -(row_sums + (total[:, None] - own)[:, docs.codes]) / (n - sizes)[docs.codes]


def without_each(grams: F64, products: F64, docs: Documents) -> Iterator[F64]:
    """HSIC (l, l) of what is left without each document in turn."""
    n_arrays = len(grams)
    for number, rows in enumerate(docs.slices):
        sizes = docs.sizes.copy()
        sizes[number] = 0
        slab = grams[:, rows]
        flat = slab.reshape(n_arrays, -1)
        # rows summed to 0 before, so now they sum to minus what went
        row_sums = -slab.sum(axis=1)
        row_sums[:, rows] = 0.0
        yield _recentred(products - 2 * (flat @ flat.T), row_sums, docs, sizes)


def without_blocks(
    grams: F64, products: F64, docs: Documents, blocks: npt.NDArray[np.bool_]
) -> Iterator[F64]:
    """HSIC (l, l) of what is left without each block of documents, (n_blocks, n_documents)."""
    n_arrays = len(grams)
    for block in blocks:
        gone = block[docs.codes]
        slab = grams[:, gone]
        corner = slab[:, :, gone].reshape(n_arrays, -1)
        row_sums = -slab.sum(axis=1)
        row_sums[:, gone] = 0.0
        flat = slab.reshape(n_arrays, -1)
        left = products - 2 * (flat @ flat.T) + corner @ corner.T
        yield _recentred(left, row_sums, docs, np.where(block, 0, docs.sizes))


def _recentred(products: F64, row_sums: F64, docs: Documents, sizes: npt.NDArray[np.intp]) -> F64:
    """Products of matrices that are centred anew after documents were taken out of them."""
    offsets = _offsets(row_sums, docs, sizes)
    offsets[:, sizes[docs.codes] == 0] = 0.0
    return products + 2 * (row_sums @ offsets.T)


def second_order(grams: F64, cka: F64, docs: Documents) -> F64:
    """Variance that every two documents add by how they combine, beyond what each adds alone.

    CKA is, to first order, a sum over pairs of documents of what they add to the numerator less
    half of what they add to both norms; this is the variance of that sum if its terms were
    independent, with rows and columns centred.
    """
    n_arrays, n_documents = len(grams), len(docs.sizes)
    squares = np.zeros((n_arrays, n_arrays))
    sums = np.zeros((n_arrays, n_arrays, n_documents))
    bounds = [*docs.starts, len(docs.codes)]
    for first in range(0, n_documents, 32):
        last = min(first + 32, n_documents)
        # what is left of the diagonal is mirrored, and a slab stays in the processor's cache
        rows, rest = slice(bounds[first], bounds[last]), slice(bounds[first], None)
        slabs = grams[:, rows, rest].copy()
        for a in range(n_arrays):
            for b in range(a):
                terms = _pair_terms(slabs[a], slabs[b], cka[a, b])
                blocks = _block_sums(terms, docs.starts[first:] - bounds[first], last - first)
                # every pair of documents once
                blocks[:, : last - first] = np.triu(blocks[:, : last - first], k=1)
                squares[a, b] += 2 * np.vdot(blocks, blocks)
                sums[a, b, first:last] += blocks.sum(axis=1)
                sums[a, b, first:] += blocks.sum(axis=0)
    # take the means of rows and columns off: |B - r - r' + m|^2 without the diagonal
    means = sums / n_documents
    total = means.mean(axis=2)
    squares -= 4 * (sums * means).sum(axis=2) - 2 * total * sums.sum(axis=2)
    level = total / 2
    offsets = means - level[..., None]
    squares += 2 * (n_documents - 2) * (offsets**2).sum(axis=2) + 2 * offsets.sum(axis=2) ** 2
    variance = 2 * np.maximum(squares, 0.0)
    return variance + variance.T


def _pair_terms(K: F64, L: F64, cka: float) -> F64:
    """K L - cka (K^2 + L^2) / 2, element by element."""
    terms = K - L
    terms *= terms
    terms *= -cka / 2
    products = K * L
    products *= 1 - cka
    terms += products
    return terms


def _block_sums(terms: F64, starts: npt.NDArray[np.intp], n_rows: int) -> F64:
    """Sums over the sentences of every two documents, of which `n_rows` are in the rows."""
    if terms.shape[1] == len(starts):
        return terms
    columns: F64 = np.add.reduceat(terms, starts, axis=1)
    return np.add.reduceat(columns, starts[:n_rows], axis=0)
