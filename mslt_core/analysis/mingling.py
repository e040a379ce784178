"""Do the languages mix? Languages among the nearest neighbours, against shuffled labels."""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.documents import Estimate, by_document, document_codes, jackknife
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]
Indices = npt.NDArray[np.integer]

MAX_SHORT = 0.01
"""Largest share of points that may run out of stored neighbours when a document is left out."""
CHUNK = 1 << 15
"""Points that are counted again at a time."""


@dataclasses.dataclass(frozen=True)
class Mingling:
    """How far the languages mix among the k nearest neighbours of every sentence."""

    score: float
    """Mean entropy over the entropy to expect of shuffled labels: 0 islands, 1 shuffled."""
    per_language: F64
    """(n_langs,): the same over the sentences of one language; their mean is `score`."""
    sentences: npt.NDArray[np.float32]
    """(n_langs, n): the same for single sentences."""
    shares: F64
    """(n_langs, n_langs): share of language b (column) among the neighbours of language a."""
    k: int
    expected_entropy: float
    """Nats: mean entropy of shuffled labels, exactly."""


def mingling(indices: Indices, n_langs: int, *, k: int = 15) -> Mingling:
    r"""Mingling score: entropy of the languages among each sentence's k nearest neighbours.

    Parameters
    ----------
    indices : ndarray of shape (n_langs · n, at least k)
        `neighbours(stacked(embeddings), ...).indices` in the original space: language after
        language, equally many sentences each, the point itself left out.
    n_langs : int
        At least 2.
    k : int
        Neighbours that are looked at; scores of different k (or n) do not compare.

    Returns
    -------
    Mingling
        Score without unit. 0: every sentence has neighbours of a single language (islands). 1: as
        mixed as if the labels were shuffled over the points. Above 1: mixed more evenly than by
        chance, as where the translations of a sentence are its nearest neighbours, each language
        once; at most ln(min(k, n_langs)) / expected_entropy. A space that collapses also mixes:
        read it beside the effective rank.

    Raises
    ------
    SpecError
        If `k` or `n_langs` does not fit.
    DegenerateInputError
        If the languages cannot have equally many sentences.

    Notes
    -----
    :math:`\bar H / E[H]` with :math:`H_i = -\sum_l \frac{c_{il}}{k} \ln \frac{c_{il}}{k}`. Under
    shuffled labels a count is hypergeometric: k draws from n_langs · n labels of which n are
    language l. By symmetry :math:`E[H] = n_\text{langs} E[h(c)]` is the same for every point,
    whatever its own language; it is summed exactly, no shuffle is drawn. A raw entropy says less:
    with 21 languages of 1,000 sentences and k = 15 shuffled labels reach 0.76 of ln 21.

    Examples
    --------
    >>> islands = np.array([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4]])
    >>> mingling(islands, 2, k=2).score
    0.0
    >>> everyone = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
    >>> round(mingling(everyone, 2, k=3).score, 6)
    1.0
    """
    n = _n_sentences(indices, n_langs, k)
    counts = _counts(indices[:, :k] // n, n_langs)
    expected = expected_entropy(n_langs, n, k)
    sentences = (_entropies(counts, k) / expected).reshape(n_langs, n)
    per_language = sentences.mean(axis=1)
    return Mingling(
        score=float(per_language.mean()),
        per_language=per_language,
        sentences=sentences.astype(np.float32),
        shares=counts.reshape(n_langs, n, n_langs).mean(axis=1) / k,
        k=k,
        expected_entropy=expected,
    )


def mingling_interval(
    indices: Indices,
    n_langs: int,
    groups: npt.ArrayLike | None = None,
    *,
    k: int = 15,
    level: float = 0.95,
) -> Estimate:
    """Delete-one-document jackknife interval of the mingling score, of all and of each language.

    Parameters
    ----------
    indices : ndarray of shape (n_langs · n, more than k)
        As for `mingling`, with a reserve: 3 k neighbours or more.
    n_langs, k : int
        As for `mingling`.
    groups : array-like of shape (n,), optional
        The document of every sentence, the same in all languages; see
        `documents.document_codes`.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        Of shape (1 + n_langs,): the score, then each language's.

    Raises
    ------
    SpecError
        If `k` or `n_langs` does not fit.
    DegenerateInputError
        With fewer than two documents, or if there are too few stored neighbours: more than 1 %
        of the points that lose one cannot fill its place.

    Notes
    -----
    A document is left out as a whole: its points are no longer counted and no longer neighbours,
    the next nearest move up, and the expected entropy is that of the smaller set. This is what
    computing everything anew without the document gives, at the cost of the points that had a
    neighbour in it. Keeping the neighbours as they are would leave out how the score depends on
    them. Points that run out of stored neighbours keep the entropy of those they have.
    """
    n = _n_sentences(indices, n_langs, k)
    codes, n_groups = document_codes(groups, n)
    sizes = np.bincount(codes, minlength=n_groups)
    if n - sizes.max() < 1 or n_langs * (n - sizes.max()) <= k:
        raise DegenerateInputError(f"one document holds nearly all of the {n} sentences")
    entropies = _entropies(_counts(indices[:, :k] // n, n_langs), k)
    full = entropies.reshape(n_langs, n)
    sums = full.sum(axis=1)[:, None] - by_document(full, codes)
    sums += _changes(indices, entropies, n_langs, codes, n_groups=n_groups, k=k)
    kinds, kind = np.unique(sizes, return_inverse=True)
    expected = np.array([expected_entropy(n_langs, n - int(size), k) for size in kinds])[kind]
    replicates = (sums / ((n - sizes) * expected)).T
    value = full.mean(axis=1) / expected_entropy(n_langs, n, k)
    return jackknife(
        np.concatenate([[value.mean()], value]),
        np.hstack([replicates.mean(axis=1, keepdims=True), replicates]),
        level=level,
    )


def expected_entropy(n_langs: int, n: int, k: int) -> float:
    """Mean entropy in nats of the labels of k different points, n_langs labels of n points each.

    Examples
    --------
    >>> round(float(expected_entropy(21, 1000, 15) / np.log(21)), 2)
    0.76
    """
    # here and not above: it would take a third of the command line's start-up
    from scipy.stats import hypergeom

    counts = np.arange(k + 1)
    return float(n_langs * hypergeom.pmf(counts, n_langs * n, n, k) @ _terms(k))


def _n_sentences(indices: Indices, n_langs: int, k: int) -> int:
    if n_langs < 2:
        raise SpecError(f"mingling needs at least 2 languages, got {n_langs}")
    if not 2 <= k <= indices.shape[1]:
        raise SpecError(
            f"k must be from 2 to {indices.shape[1]}, the neighbours that are there, got {k}"
        )
    n, rest = divmod(len(indices), n_langs)
    if rest:
        raise DegenerateInputError(
            f"mingling needs equally many sentences in each of {n_langs} languages, got "
            f"{len(indices)} points in all"
        )
    return n


def _terms(k: int) -> F64:
    """-(c/k) ln(c/k) of every count c from 0 to k."""
    shares = np.arange(1, k + 1) / k
    return np.concatenate([[0.0], -shares * np.log(shares)])


def _counts(langs: Indices, n_langs: int) -> npt.NDArray[np.intp]:
    """How often each language occurs in every row."""
    cells = langs + n_langs * np.arange(len(langs))[:, None]
    return np.bincount(cells.ravel(), minlength=n_langs * len(langs)).reshape(-1, n_langs)


def _entropies(counts: npt.NDArray[np.intp], k: int) -> F64:
    return _terms(k)[counts].sum(axis=1)


def _changes(
    indices: Indices,
    entropies: F64,
    n_langs: int,
    codes: npt.NDArray[np.intp],
    *,
    n_groups: int,
    k: int,
) -> F64:
    """How each language's sum of entropies changes where other documents' points lose neighbours.

    (n_langs, n_groups): column g is for leaving out document g.
    """
    n = len(codes)
    document = np.tile(codes, n_langs)
    points = np.arange(len(indices))
    lost = points[:, None] * n_groups + document[indices[:, :k]]
    point, group = np.divmod(np.unique(lost), n_groups)
    others = document[point] != group
    point, group = point[others], group[others]
    changes, n_short = np.zeros(n_langs * n_groups), 0
    for start in range(0, len(point), CHUNK):
        p, g = point[start : start + CHUNK], group[start : start + CHUNK]
        kept = document[indices[p]] != g[:, None]
        kept &= np.cumsum(kept, axis=1) <= k
        n_kept = kept.sum(axis=1)
        n_short += int((n_kept < k).sum())
        cells = (indices[p] // n + n_langs * np.arange(len(p))[:, None])[kept]
        counts = np.bincount(cells, minlength=n_langs * len(p)).reshape(-1, n_langs)
        shares = counts / np.maximum(n_kept, 1)[:, None]
        anew = -(shares * np.log(np.where(counts, shares, 1))).sum(axis=1)
        cell = p // n * n_groups + g
        changes += np.bincount(cell, anew - entropies[p], minlength=len(changes))
    if n_short > MAX_SHORT * len(point):
        raise DegenerateInputError(
            f"{n_short} of {len(point)} points run out of neighbours when a document is left out",
            hint=f"Store more than {indices.shape[1]} neighbours, or choose a smaller k.",
        )
    return changes.reshape(n_langs, n_groups)
