"""Does a sentence find its translation in another language?"""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

CSLS_NEIGHBOURS = 10
"""Neighbours that cross-domain similarity local scaling looks at, as its authors do."""
GROUP = 10
"""Entries of which only the largest is looked at when the nearest are sought."""
TIE = 1e-12
"""Cosines this near are equal: rounding leaves about 1e-15 between equal sentences."""


@dataclasses.dataclass(frozen=True)
class Retrieval:
    """Translation retrieval between every two of several languages; row = the query's language.

    Means over the last axis are the scores, P@1 and mean reciprocal rank (MRR);
    `documents.share_over_documents` and `documents.mean_over_documents` give their intervals. The
    diagonal is NaN: a sentence does not look for itself.
    """

    hits: npt.NDArray[np.float32]
    """(n_langs, n_langs, n): P@1 of every sentence, 0 or 1; a tie shares the hit."""
    reciprocal_ranks: npt.NDArray[np.float32]
    """(n_langs, n_langs, n): in (0, 1]; the mean over the orders of a tie."""


def retrieval(
    embeddings: Sequence[npt.NDArray[np.floating]], *, csls_k: int = CSLS_NEIGHBOURS
) -> tuple[Retrieval, Retrieval]:
    r"""Retrieval of translations by cosine, for every two languages both ways.

    Row i must be the same sentence in every language.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n, n_features), or one 3-d array
        Any real dtype; computed in float64. At least two languages and two sentences.
    csls_k : int
        Neighbours of cross-domain similarity local scaling (CSLS), from 1 to n.

    Returns
    -------
    plain : Retrieval
        By cosine.
    csls : Retrieval
        By CSLS, which takes from a cosine how near both sentences are to the other language
        altogether, so that hubs (sentences near to everything) lose their pull.

    Raises
    ------
    ValueError
        If the arrays are not 2-d or their shapes differ.
    SpecError
        If `csls_k` does not fit n.
    DegenerateInputError
        With fewer than two languages or sentences, a value that is not finite, or a row of
        zeros, for which cosine is undefined.

    Notes
    -----
    :math:`\mathrm{CSLS}(x, y) = 2 \cos(x, y) - r(x) - r(y)` with r the mean cosine to the k
    nearest in the other language. Equal similarities share a hit: constant vectors score 1/n
    (P@1) and H_n/n (MRR), as guessing does. Scores fall as n grows: compare at equal n.
    O(l² n² d) time, two n x n arrays of memory.

    References
    ----------
    Conneau et al. (2018). Word Translation Without Parallel Data. ICLR, section 2.3; there k = 10.

    Examples
    --------
    >>> de, en = np.eye(3), np.eye(3)[[0, 2, 1]]
    >>> plain, csls = retrieval([de, en], csls_k=1)
    >>> plain.hits[0, 1].tolist()
    [1.0, 0.0, 0.0]
    """
    units = _unit_rows(embeddings)
    n_langs, n = len(units), len(units[0])
    if not 1 <= csls_k <= n:
        raise SpecError(f"csls_k must be from 1 to {n}, the number of sentences, got {csls_k}")
    shape = (n_langs, n_langs, n)
    found = [
        Retrieval(np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32))
        for _ in range(2)
    ]
    harmonic = _harmonic(n)
    for a, b in itertools.combinations(range(n_langs), 2):
        cosines = units[a] @ units[b].T
        local = cosines * 2
        local -= _nearest_mean(cosines, csls_k)[:, None]
        local -= _nearest_mean(np.ascontiguousarray(cosines.T), csls_k)
        for scores, similarities in zip(found, (cosines, local), strict=True):
            for query, other, axis in ((a, b, 1), (b, a, 0)):
                hits, ranks = _hits_and_ranks(similarities, axis, harmonic)
                scores.hits[query, other], scores.reciprocal_ranks[query, other] = hits, ranks
    return found[0], found[1]


def nearest_hits(X: npt.NDArray[np.floating], Y: npt.NDArray[np.floating]) -> F64:
    """(n, n): 1 where a row of `Y` is a row of `X`'s nearest by cosine; a tie shares it."""
    units = _unit_rows([X, Y])
    cosines = units[0] @ units[1].T
    highest = cosines >= cosines.max(axis=1, keepdims=True) - TIE
    return highest / highest.sum(axis=1, keepdims=True)


def _unit_rows(embeddings: Sequence[npt.NDArray[np.floating]]) -> list[F64]:
    shapes = sorted({X.shape for X in embeddings})
    if len(shapes) != 1 or len(shapes[0]) != 2:
        raise ValueError(f"every language needs the same 2-d shape, got {shapes}")
    if len(embeddings) < 2 or shapes[0][0] < 2:
        raise DegenerateInputError(
            f"retrieval needs at least 2 languages and 2 sentences, got {len(embeddings)} and "
            f"{shapes[0][0]}"
        )
    return [_units(X.astype(np.float64), number) for number, X in enumerate(embeddings, start=1)]


def _units(X: F64, number: int) -> F64:
    if not np.isfinite(X).all():
        raise DegenerateInputError(f"cosine is undefined: array {number} holds NaN or infinity")
    largest = np.abs(X).max(axis=1, keepdims=True)
    if not largest.all():
        row = int(np.argmin(largest))
        raise DegenerateInputError(f"cosine is undefined: row {row} of array {number} is 0")
    X /= largest  # squares of what is left stay in range
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return X


def _nearest_mean(cosines: F64, k: int) -> F64:
    """Mean of the k largest of every row."""
    n_rows, n = cosines.shape
    n_groups = n // GROUP
    if n_groups < 4 * k:
        return np.partition(cosines, n - k, axis=1)[:, n - k :].mean(axis=1)
    # k of the groups' largest are k entries, so the k-th largest of all is no smaller: few are left
    tops = cosines[:, : n_groups * GROUP].reshape(n_rows, GROUP, n_groups).max(axis=1)
    threshold = np.partition(tops, n_groups - k, axis=1)[:, n_groups - k]
    rows, columns = np.divmod(np.flatnonzero(cosines >= threshold[:, None]), n)
    large = cosines[rows, columns]
    first = np.searchsorted(rows, np.arange(n_rows))[:, None] + np.arange(k)
    return large[np.lexsort((-large, rows))][first].mean(axis=1)


def _hits_and_ranks(similarities: F64, axis: int, harmonic: F64) -> tuple[F64, F64]:
    """Hit and reciprocal rank of every query, a tie's mean over all orders of those tied."""
    own = np.expand_dims(np.diagonal(similarities), axis)
    better = np.count_nonzero(similarities > own + TIE, axis=axis)
    # the translation itself is among those that are at least as good
    tied = np.count_nonzero(similarities >= own - TIE, axis=axis) - better
    return (better == 0) / tied, (harmonic[better + tied] - harmonic[better]) / tied


def _harmonic(n: int) -> F64:
    """The harmonic numbers H_0 to H_n."""
    return np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n + 1))])
