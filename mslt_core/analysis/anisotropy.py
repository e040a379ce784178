"""Do all sentences point the same way, and which dimensions make them do so?"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.jackknife import Measured
from mslt_core.spec.errors import DegenerateInputError

MIN_SHARE = 0.05
"""A dimension that makes up this share of the mean cosine dominates it."""
TIMES_EVEN = 5
"""As much of it at least, in a narrow space, as this many dimensions would have on average."""

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anisotropy:
    """The mean cosine of different sentences, and what the dimensions add to it."""

    mean_cosine: Measured
    """A number in [-1, 1]; near 0 in an isotropic space."""
    shares: F64
    """(n_features,): the share of each dimension, in [-1, 1]; their sizes add up to 1."""
    without_dominating: Measured
    """The mean cosine with the dimensions that `dominating` names set to 0."""


def anisotropy(
    embeddings: Sequence[npt.NDArray[np.floating]], blocks: npt.NDArray[np.integer]
) -> Anisotropy:
    r"""The mean cosine of two different sentences, of whichever of the languages.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features)
        One array a language, of equal shape; any real dtype, computed in float64.
    blocks : ndarray of shape (n,)
        The block of each sentence, from `document_blocks`.

    Returns
    -------
    Anisotropy
        The mean cosine also without each block, for its interval.

    Raises
    ------
    ValueError
        If there are fewer than 2 rows, or not as many blocks as rows of a language.
    DegenerateInputError
        If a value is not finite or a row is 0.

    Notes
    -----
    Dimension k adds :math:`c_k = \frac{1}{n(n-1)} \sum_{i \ne j} u_{ik} u_{jk}` to the mean
    cosine of the rows :math:`u_i` of length 1; its share is :math:`c_k / \sum_k |c_k|`. In
    XLM-R base two of 768 dimensions make up most of it. O(l n d) time.

    References
    ----------
    Ethayarajh (2019). How Contextual are Contextualized Word Representations? EMNLP.
    Timkey & van Schijndel (2021). All Bark and No Bite: Rogue Dimensions in Transformer
    Language Models Obscure Representational Quality. EMNLP.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(100, 20))
    >>> X[:, 7] += 30
    >>> dominating(anisotropy([X], np.arange(100) % 10).shares)
    array([7])
    """
    cube = np.stack([X.astype(np.float64) for X in embeddings])
    if cube.ndim != 3 or cube.shape[0] * cube.shape[1] < 2:
        raise ValueError(f"2 rows or more are needed, got an array of shape {cube.shape}")
    if np.shape(blocks) != cube.shape[1:2]:
        raise ValueError(f"{cube.shape[1]} rows need as many blocks, got {np.shape(blocks)}")
    if not np.isfinite(cube).all():
        raise DegenerateInputError("the vectors hold NaN or infinity")
    if not cube.any(axis=2).all():
        lang, row = (int(i) for i in np.argwhere(~cube.any(axis=2))[0])
        raise DegenerateInputError(f"the cosine is undefined: row {row} of array {lang} is 0")
    added, without, sizes = _mean_products(cube, blocks)
    shares = added / max(np.abs(added).sum(), np.finfo(float).tiny)
    cube[..., dominating(shares)] = 0.0
    left, left_without, _ = _mean_products(cube, blocks)
    return Anisotropy(
        mean_cosine=Measured(value=np.array(added.sum()), without=without, sizes=sizes),
        shares=shares,
        without_dominating=Measured(value=np.array(left.sum()), without=left_without, sizes=sizes),
    )


def dominating(shares: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """The dimensions that make up an outsized share of the mean cosine, the largest first.

    Parameters
    ----------
    shares : array-like of shape (n_features,)
        Of `anisotropy`.

    Returns
    -------
    ndarray of int
        Numbers of dimensions, from 0; may be empty.
    """
    found = np.asarray(shares, dtype=np.float64)
    order = np.argsort(-found, kind="stable")
    return order[found[order] >= max(MIN_SHARE, TIMES_EVEN / len(found))]


def _mean_products(
    cube: F64, blocks: npt.NDArray[np.integer]
) -> tuple[F64, F64, npt.NDArray[np.int64]]:
    """What each dimension adds to the mean cosine; the mean cosine without each block; sizes."""
    # rows of which nothing is left are at right angles to all others
    lengths = np.linalg.norm(cube, axis=2, keepdims=True)
    unit = np.divide(cube, lengths, out=np.zeros_like(cube), where=lengths > 0)
    names, sizes = np.unique(blocks, return_counts=True)
    sums = np.stack([unit[:, blocks == name].sum(axis=(0, 1)) for name in names])
    squares = np.stack([(unit[:, blocks == name] ** 2).sum(axis=(0, 1)) for name in names])
    total, total_squares = sums.sum(axis=0), squares.sum(axis=0)
    n = len(cube) * len(blocks)
    left = n - len(cube) * sizes
    others = ((total - sums) ** 2 - (total_squares - squares)).sum(axis=1)
    pairs = left * (left - 1)
    without = np.divide(others, pairs, out=np.full(len(names), np.nan), where=pairs > 0)
    return (total**2 - total_squares) / (n * (n - 1)), without, sizes.astype(np.int64)
