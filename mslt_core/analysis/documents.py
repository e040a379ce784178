"""How sure is a number that is taken over sentences? Intervals over documents.

Sentences of one document are alike, and the translations of a sentence are the same sentence: what
is drawn anew in thought is always a document with all its sentences in all languages.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.leaving_out import jackknife_variance, quantile
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Estimate:
    """Numbers with their intervals; `shape` is any, () for a single number."""

    value: F64
    """(*shape)"""
    low: F64
    """(*shape)"""
    high: F64
    """(*shape)"""
    replicates: F64
    """(n_groups, *shape): the number without each document in turn."""


def document_codes(groups: npt.ArrayLike | None, n: int) -> tuple[npt.NDArray[np.intp], int]:
    """Place of every sentence's document, and how many documents there are.

    Parameters
    ----------
    groups : array-like of shape (n,), optional
        The document of every sentence, by any name; without it each sentence stands alone.
    n : int
        Number of sentences.

    Returns
    -------
    codes : ndarray of shape (n,)
        From 0 to n_groups - 1.
    n_groups : int

    Raises
    ------
    ValueError
        If there is not one document a sentence.
    DegenerateInputError
        With fewer than two documents there is no spread to estimate.

    Examples
    --------
    >>> codes, n_groups = document_codes(["news", "news", "wiki"], 3)
    >>> codes.tolist(), n_groups
    ([0, 0, 1], 2)
    """
    names = np.arange(n) if groups is None else np.asarray(groups)
    if names.shape != (n,):
        raise ValueError(f"groups must name a document for {n} sentences, got {names.shape}")
    kinds, codes = np.unique(names, return_inverse=True)
    if len(kinds) < 2:
        raise DegenerateInputError(f"an interval needs at least 2 documents, got {len(kinds)}")
    return codes.astype(np.intp), len(kinds)


def by_document(values: npt.NDArray[np.number], codes: npt.NDArray[np.intp]) -> F64:
    """Sums (..., n_groups) over the sentences of every document, of values (..., n)."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.add.reduceat(values[..., order].astype(np.float64), starts, axis=-1)


def jackknife(value: npt.ArrayLike, replicates: F64, *, level: float = 0.95) -> Estimate:
    r"""Delete-one-document jackknife interval from a number and its replicates.

    Parameters
    ----------
    value : array of any shape
        The numbers from all documents.
    replicates : ndarray of shape (n_groups, *shape)
        The same numbers without each document in turn.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        Student's t interval about `value`, n_groups - 1 degrees of freedom. NaN stays NaN.

    Raises
    ------
    DegenerateInputError
        With fewer than two documents.

    Notes
    -----
    :math:`s^2 = \frac{G-1}{G} \sum_g (\theta_{(g)} - \bar\theta)^2`. Documents may have different
    numbers of sentences: they count as draws from a population of documents, each as one, so it is
    `leaving_out.jackknife_variance` with sizes that are all equal.

    References
    ----------
    Efron & Stein (1981). The Jackknife Estimate of Variance. Annals of Statistics 9.

    Examples
    --------
    >>> mean = jackknife(2.0, np.array([2.5, 2.0, 1.5]))  # of 1, 2 and 3
    >>> round(float(mean.low), 3), round(float(mean.high), 3)
    (-0.484, 4.484)
    """
    n_groups = len(replicates)
    if n_groups < 2:
        raise DegenerateInputError(f"an interval needs at least 2 documents, got {n_groups}")
    value = np.asarray(value, dtype=np.float64)
    half = quantile(level, n_groups) * _standard_error(replicates)
    return Estimate(value, value - half, value + half, replicates)


def mean_over_documents(
    values: npt.NDArray[np.number],
    groups: npt.ArrayLike | None = None,
    *,
    sizes: npt.NDArray[np.number] | None = None,
    level: float = 0.95,
) -> Estimate:
    """Mean of values of sentences, with its delete-one-document jackknife interval.

    Parameters
    ----------
    values : ndarray of shape (..., n)
        One value a sentence: a hit, a reciprocal rank, an entropy; or, with `sizes`, a sum over
        the sentence's words. What they were compared with stays as it is when a document is
        left out.
    groups : array-like of shape (n,), optional
        See `document_codes`.
    sizes : ndarray of shape (..., n), optional
        Words in each sentence: the mean is then sum of values over sum of sizes.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        Of shape (...), in the unit of `values`.

    Raises
    ------
    DegenerateInputError
        With fewer than two documents, or if one document holds all the words.
    ValueError
        If `groups` does not fit.

    Examples
    --------
    >>> hits = np.array([1.0, 1.0, 0.0, 1.0])
    >>> mean = mean_over_documents(hits, ["a", "a", "b", "b"])
    >>> float(mean.value), mean.replicates.tolist()
    (0.75, [0.5, 1.0])
    """
    codes, _ = document_codes(groups, values.shape[-1])
    sums = by_document(values, codes)
    counts = by_document(np.ones(values.shape[-1]) if sizes is None else sizes, codes)
    totals, all_sums = counts.sum(axis=-1), sums.sum(axis=-1)
    rest = totals[..., None] - counts
    if not np.all(rest > 0):
        raise DegenerateInputError("a mean is undefined: one document holds all there is")
    replicates = (all_sums[..., None] - sums) / rest
    return jackknife(all_sums / totals, np.moveaxis(replicates, -1, 0), level=level)


def share_over_documents(
    hits: npt.NDArray[np.number],
    groups: npt.ArrayLike | None = None,
    *,
    n_documents: int | None = None,
    level: float = 0.95,
) -> Estimate:
    r"""Share of hits among sentences, with Wilson's interval widened for documents.

    Parameters
    ----------
    hits : ndarray of shape (..., n)
        From 0 to 1 a sentence; a tie shares a hit.
    groups : array-like of shape (n,), optional
        See `document_codes`. Without it this is Wilson's interval for n sentences.
    n_documents : int, optional
        Where the groups are blocks of several documents: how many these are in all.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        Of shape (...), within [0, 1]; of length above 0 even where all or no sentences hit.

    Raises
    ------
    DegenerateInputError
        With fewer than two documents.
    ValueError
        If `groups` does not fit.

    Notes
    -----
    Wilson's interval with :math:`p(1-p)/s^2` sentences, where s is the jackknife's standard error
    over documents, at most n, and with t in place of z. Where p is 0 or 1 nothing can be said of
    how alike a document's sentences are, and only documents are counted.

    References
    ----------
    Wilson (1927). Probable Inference, the Law of Succession, and Statistical Inference. JASA 22.
    Korn & Graubard (1998). Confidence Intervals for Proportions With Small Expected Number of
    Positive Counts Estimated From Survey Data. Survey Methodology 24.

    Examples
    --------
    >>> share = share_over_documents(np.array([1, 1, 1, 0]))
    >>> round(float(share.low), 3), round(float(share.high), 3)
    (0.301, 0.954)
    """
    n = hits.shape[-1]
    mean = mean_over_documents(hits, groups, level=level)
    p, n_groups = np.clip(mean.value, 0, 1), len(mean.replicates)
    if groups is None:
        low, high = wilson(p, np.full(p.shape, float(n)), _quantile(None, level))
        return Estimate(mean.value, low, high, mean.replicates)
    variance, error = p * (1 - p), _standard_error(mean.replicates)
    certain = (variance == 0) | (error == 0)
    size = np.where(certain, n_documents or n_groups, variance / np.where(certain, 1, error) ** 2)
    low, high = wilson(p, np.minimum(size, n), _quantile(n_groups, level))
    return Estimate(mean.value, low, high, mean.replicates)


def wilson(p: F64, n: F64, z: float) -> tuple[F64, F64]:
    """Wilson's score interval for a share `p` of `n`, z standard errors to each side.

    Examples
    --------
    >>> low, high = wilson(np.array(1.0), np.array(4.0), 1.96)
    >>> round(float(low), 3), float(high)
    (0.51, 1.0)
    """
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # the ends at p = 0 and p = 1 are 0 and 1 but for rounding
    return np.clip(np.minimum(centre - half, p), 0, 1), np.clip(np.maximum(centre + half, p), 0, 1)


def _standard_error(replicates: F64) -> F64:
    each_as_one = np.ones(len(replicates), dtype=np.intp)
    # equal documents: the value from all of them falls out
    return np.sqrt(jackknife_variance(np.zeros(replicates.shape[1:]), replicates, each_as_one))


def _quantile(n_groups: int | None, level: float) -> float:
    if n_groups is not None:
        return quantile(level, n_groups)
    # here and not above: it would take a third of the command line's start-up
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
