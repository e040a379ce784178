"""How far apart are translations? Alignment error, by itself and beside that of non-pairs."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.leaving_out import documents, jackknife_variance, quantile
from mslt_core.spec.errors import DegenerateInputError

Distance = Literal["euclidean", "cosine"]

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class AlignmentErrors:
    """Mean distance of translation pairs for every two languages; every matrix is (l, l)."""

    raw: F64
    raw_low: F64
    raw_high: F64
    relative: F64
    """`raw` as a share of the mean distance of sentences that are not translations."""
    relative_low: F64
    relative_high: F64
    raw_without: F64
    """(n_documents, l, l): `raw` without each document, in the order of their labels."""
    relative_without: F64
    n: int
    n_documents: int
    level: float


def alignment_errors(
    embeddings: Sequence[npt.NDArray[np.floating]],
    groups: npt.ArrayLike | None = None,
    *,
    distance: Distance = "euclidean",
    level: float = 0.95,
) -> AlignmentErrors:
    r"""Alignment error of every two languages: the mean distance of translation pairs.

    Row i must describe the same sentence in all arrays.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_samples, n_features)
        One space, so of equal width; any real dtype, computed in float64. See
        `analysis.spaces` for what may be done to the space before.
    groups : array-like of shape (n_samples,), optional
        Document of each sentence, for the intervals; without it each is one of its own.
    distance : {"euclidean", "cosine"}
        Length of the difference, or 1 minus the cosine (0 to 2).
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    AlignmentErrors
        Matrices of shape (n_embeddings, n_embeddings), symmetric, 0 on the diagonal. `raw` is in
        the unit of the embeddings. `relative` is without unit. 0: translations coincide; 1: they
        are no closer than any two sentences of the two languages; above 1: farther.

    Raises
    ------
    ValueError
        If the arrays are not 2-d and of one shape, or there is not one group a sentence.
    DegenerateInputError
        If a value is not finite, two languages' non-pairs all coincide, a row is 0 ("cosine"),
        or there are too few documents (fewer than 10).

    Notes
    -----
    .. math:: \mathcal{A}(s, t) = \frac{1}{n} \sum_i d(x_i, y_i), \qquad
              \mathcal{A}_{rel} = \frac{\mathcal{A}}{\frac{1}{n(n-1)} \sum_{i \ne j} d(x_i, y_j)}

    A collapsing space lowers `raw` and leaves `relative` alone. Intervals: delete-one-document
    jackknife with Student's t, `relative` on the logarithm. Euclidean: O(l^2 n^2 d) time,
    24 n^2 bytes; cosine: O(l^2 n^2).

    References
    ----------
    Busing, Meijer & van der Leeden (1999). Delete-m jackknife for unequal m. Statistics and
    Computing 9.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> found = alignment_errors([X, X + [3.0, 4.0, 0.0]])
    >>> round(float(found.raw[0, 1]), 6), bool(found.relative[0, 1] < 1)
    (5.0, True)
    """
    arrays = _checked(embeddings, distance)
    docs = documents(groups, len(arrays[0]))
    arrays = [X[docs.order] for X in arrays]
    n, sizes, n_arrays = len(docs.codes), docs.sizes, len(arrays)
    square = np.zeros((n_arrays, n_arrays))
    raw, relative = square.copy(), square.copy()
    raw_half, log_half = square.copy(), square.copy()
    raw_without, without = np.zeros((2, len(sizes), n_arrays, n_arrays))
    t = quantile(level, len(sizes))
    for a in range(n_arrays):
        for b in range(a):
            pairs, others = _distances(arrays[a], arrays[b], distance)
            error, ratio, left, left_ratio = _left_out(pairs, others, docs.starts, sizes)
            if not ratio < np.inf:
                raise DegenerateInputError(
                    f"the relative error is undefined: all rows of arrays {b + 1} and {a + 1} "
                    "coincide"
                )
            raw[a, b] = raw[b, a] = error
            relative[a, b] = relative[b, a] = ratio
            raw_without[:, a, b] = raw_without[:, b, a] = left
            without[:, a, b] = without[:, b, a] = left_ratio
            raw_half[a, b] = raw_half[b, a] = t * _error(np.array(error), left, sizes)
            if ratio > 0:
                logs = np.log(np.maximum(left_ratio, np.finfo(float).tiny))
                log_half[a, b] = log_half[b, a] = t * _error(np.log(ratio), logs, sizes)
    return AlignmentErrors(
        raw=raw,
        raw_low=np.maximum(raw - raw_half, 0.0),
        raw_high=raw + raw_half,
        relative=relative,
        relative_low=relative * np.exp(-log_half),
        relative_high=relative * np.exp(log_half),
        raw_without=raw_without,
        relative_without=without,
        n=n,
        n_documents=len(sizes),
        level=level,
    )


def _error(value: F64, left_out: F64, sizes: npt.NDArray[np.intp]) -> float:
    return float(np.sqrt(jackknife_variance(np.asarray(value), left_out, sizes)))


def _checked(embeddings: Sequence[npt.NDArray[np.floating]], distance: Distance) -> list[F64]:
    shapes = [X.shape for X in embeddings]
    if len(set(shapes)) != 1 or len(shapes[0]) != 2:
        raise ValueError(
            f"the arrays must be 2-d and of one shape, got {' and '.join(map(str, shapes))}"
        )
    arrays = [X.astype(np.float64) for X in embeddings]
    for number, X in enumerate(arrays, start=1):
        if not np.isfinite(X).all():
            raise DegenerateInputError(f"array {number} holds NaN or infinity")
        if distance == "cosine":
            lengths = np.linalg.norm(X, axis=1)
            if not lengths.all():
                raise DegenerateInputError(
                    f"the cosine is undefined: row {int(np.argmin(lengths))} of array {number} is 0"
                )
            np.divide(X, lengths[:, None], out=X)
    return arrays


def _distances(X: F64, Y: F64, distance: Distance) -> tuple[F64, F64]:
    """Distance of each pair (n,), and of everything to everything (n, n)."""
    products = X @ Y.T
    if distance == "cosine":
        np.subtract(1.0, products, out=products)
        return np.diagonal(products).copy(), products
    # |x - y| of near ones loses digits as a difference of squares, so pairs are taken directly
    pairs = np.linalg.norm(X - Y, axis=1)
    products *= -2
    products += np.einsum("nd,nd->n", X, X)[:, None]
    products += np.einsum("nd,nd->n", Y, Y)
    np.sqrt(np.maximum(products, 0.0, out=products), out=products)
    return pairs, products


def _left_out(
    pairs: F64, every: F64, starts: npt.NDArray[np.intp], sizes: npt.NDArray[np.intp]
) -> tuple[float, float, F64, F64]:
    """Mean distance of pairs, its share of that of non-pairs, and both without each document."""
    n = len(pairs)
    others = every - np.diag(np.diagonal(every))
    of_pairs = np.add.reduceat(pairs, starts)
    rows, columns = others.sum(axis=1), others.sum(axis=0)
    gone = np.add.reduceat(rows + columns, starts)
    # sentences inside the document were taken off with their row and with their column
    gone -= [others[s : s + m, s : s + m].sum() for s, m in zip(starts, sizes, strict=True)]
    rest = n - sizes
    mean, mean_of_others = float(pairs.mean()), float(others.sum() / (n * (n - 1)))
    left = (pairs.sum() - of_pairs) / rest
    left_others = (others.sum() - gone) / (rest * (rest - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = mean / mean_of_others if mean_of_others > 0 else np.inf
        return mean, ratio, left, left / left_others
