"""How many directions does a space use, and how much of it only tells the languages apart?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.documents import Estimate, by_document, document_codes, jackknife
from mslt_core.analysis.neighbours import stacked
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

COLLAPSE = 0.5
"""Share of the reference's effective rank below which a space counts as collapsed."""


def effective_rank(embeddings: Sequence[npt.NDArray[np.floating]]) -> float:
    r"""Effective rank of the space that several languages share.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features), or one 3-d array
        Any real dtype; computed in float64.

    Returns
    -------
    float
        A number of directions, from 1 to min(n_features, points - 1), which isotropic points would
        reach. It falls when a space collapses, which makes languages mix and similarity rise
        without any sentence being better understood.

    Raises
    ------
    ValueError
        If the arrays are not 2-d or their shapes differ.
    DegenerateInputError
        If a value is not finite, or all points of each language are equal.

    Notes
    -----
    :math:`\exp(-\sum_i p_i \ln p_i)` with :math:`p_i = \sigma_i / \sum_j \sigma_j` from the
    singular values of the centred points; those below 10^-7 of the largest are taken as 0.
    O(n d²) time for n points.

    References
    ----------
    Roy & Vetterli (2007). The effective rank: a measure of effective dimensionality. EUSIPCO.

    Examples
    --------
    >>> square = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(effective_rank([square, square]), 6)
    2.0
    >>> effective_rank([square, square + [8.0, 0.0]]) < 1.8  # the languages lie apart along one
    True
    """
    points, largest = _checked(embeddings)
    cube = points.reshape(len(embeddings), -1, points.shape[1])
    within = cube - cube.mean(axis=1, keepdims=True)
    if np.linalg.norm(within) <= len(points) * np.finfo(np.float64).eps * largest:
        raise DegenerateInputError("the rank is undefined: all points of each language are equal")
    return effective_rank_of(_singular_values(points - points.mean(axis=0)))


def language_variance(
    embeddings: Sequence[npt.NDArray[np.floating]],
    groups: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> Estimate:
    """Share of all variance that the languages' means explain.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features), or one 3-d array
        Row i is the same sentence in every language.
    groups : array-like of shape (n,), optional
        The document of every sentence; see `documents.document_codes`.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        A single number in [0, 1]: sum of squares between the languages' means over the total sum
        of squares, with its delete-one-document jackknife interval. 0: all languages have the
        same mean; 1: sentences do not differ within a language. Shuffled labels give
        (n_langs - 1) / (points - 1) on average.

    Raises
    ------
    ValueError
        If the arrays are not 2-d, their shapes differ, or `groups` does not fit.
    DegenerateInputError
        If a value is not finite, all points are equal, or there are fewer than two documents.

    Examples
    --------
    >>> de, en = np.array([[0.0], [2.0]]), np.array([[2.0], [4.0]])
    >>> float(language_variance([de, en]).value)  # means 1 and 3: 4 · 1² of 4 + 0 + 0 + 4
    0.5
    """
    points, largest = _checked(embeddings)
    n_langs = len(embeddings)
    centred = points - points.mean(axis=0)
    if np.linalg.norm(centred) <= len(points) * np.finfo(np.float64).eps * largest:
        raise DegenerateInputError("variance is undefined: all points are equal")
    cube = centred.reshape(n_langs, -1, points.shape[1])
    n = cube.shape[1]
    codes, n_groups = document_codes(groups, n)
    sizes = np.bincount(codes, minlength=n_groups)
    if sizes.max() == n:
        raise DegenerateInputError("one document holds all sentences")
    sums = np.stack([by_document(X.T, codes) for X in cube])  # (n_langs, n_features, n_groups)
    squares = by_document(np.einsum("lnd,lnd->n", cube, cube), codes)
    value = _share_between(sums.sum(axis=-1, keepdims=True), squares.sum(), np.array([n]))
    rest = sums.sum(axis=-1, keepdims=True) - sums
    replicates = _share_between(rest, squares.sum() - squares, n - sizes)
    return jackknife(value[0], replicates, level=level)


def collapse_explains(
    *,
    mixing: float,
    reference_mixing: float,
    rank: float,
    reference_rank: float,
    fraction: float = COLLAPSE,
) -> bool:
    """Whether more mixing than in a reference may be nothing but a collapsing space.

    Parameters
    ----------
    mixing, reference_mixing : float
        Any measure that rises with mixing: mingling score, CKA, retrieval.
    rank, reference_rank : float
        Effective ranks of the two spaces, from the same sentences.
    fraction : float
        Share of the reference's rank below which the space counts as collapsed.

    Returns
    -------
    bool
        True where mixing rose and the effective rank fell below `fraction` of the reference's.

    Raises
    ------
    SpecError
        If `fraction` is not between 0 and 1.

    Examples
    --------
    >>> collapse_explains(mixing=0.9, reference_mixing=0.5, rank=20.0, reference_rank=100.0)
    True
    """
    if not 0 < fraction <= 1:
        raise SpecError(f"fraction must be above 0 and at most 1, got {fraction:g}")
    return mixing > reference_mixing and rank < fraction * reference_rank


def _checked(embeddings: Sequence[npt.NDArray[np.floating]]) -> tuple[F64, float]:
    """All points, scaled so that squares stay in range, and their norm."""
    points = stacked(embeddings).astype(np.float64)
    if not np.isfinite(points).all():
        raise DegenerateInputError("the spectrum is undefined: a value is NaN or infinity")
    points /= np.abs(points).max() or 1.0
    return points, float(np.linalg.norm(points))


def _singular_values(X: F64) -> F64:
    """Singular values, falling."""
    if len(X) > X.shape[1]:
        # from the Gram matrix: many points cost no more than one product
        values = np.sqrt(np.clip(np.linalg.eigvalsh(X.T @ X)[::-1], 0, None))
    else:
        values = np.linalg.svd(X, compute_uv=False)
    return values


def effective_rank_of(values: F64) -> float:
    """Effective rank of singular values, falling; tiny ones count as 0.

    Examples
    --------
    >>> round(effective_rank_of(np.array([2.0, 2.0, 1e-12])), 6)
    2.0
    """
    # the root of float64's precision is what a Gram matrix can tell from 0
    values = values[values > 1e-7 * values[0]]
    p = values / values.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def _share_between(sums: F64, squares: F64, n: npt.NDArray[np.integer]) -> F64:
    """Between-language share from sums (n_langs, n_features, m), squares (m,) and n (m,)."""
    total_mean = (sums.sum(axis=0) ** 2).sum(axis=0) / (len(sums) * n)
    between = (sums**2).sum(axis=(0, 1)) / n - total_mean
    return between / (squares - total_mean)
