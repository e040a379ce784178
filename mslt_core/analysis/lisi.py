"""The integration score of single-cell biology, applied to languages."""

import dataclasses

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.jackknife import Measured
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

TOLERANCE = 1e-5
"""Nats by which a point's entropy may miss ln(perplexity), as in the authors' code."""
MAX_STEPS = 50
MAX_STEP = 1000.0
"""Times as much as before that a step may make of beta."""
N_NEIGHBOURS = 90
"""Of which a third is the perplexity, as the authors have it."""
MAX_SHORT = 0.01
"""Largest share of points that may run out of stored neighbours when a block is left out."""


@dataclasses.dataclass(frozen=True)
class Lisi:
    """Local inverse Simpson's index (LISI) of the languages around every sentence."""

    score: float
    """(median - 1) / (n_langs - 1): 0 islands, 1 all languages in equal parts everywhere."""
    shuffled: float
    """The same for one seeded shuffle of the labels: about what mixing by chance reaches."""
    per_language: F64
    """(n_langs,): the same over the sentences of one language."""
    sentences: npt.NDArray[np.float32]
    """(n_langs, n): effective number of languages around a sentence, from 1 to n_langs."""
    perplexity: float


def ilisi(
    indices: npt.NDArray[np.integer],
    distances: npt.NDArray[np.floating],
    n_langs: int,
    *,
    perplexity: float | None = None,
    seed: int = 0,
) -> Lisi:
    r"""Integration LISI: effective number of languages among the neighbours, weighted by nearness.

    Parameters
    ----------
    indices, distances : ndarrays of shape (n_langs · n, n_neighbours)
        `neighbours(stacked(embeddings), ...)`: language after language, equally many sentences.
    n_langs : int
        At least 2.
    perplexity : float, optional
        Effective number of neighbours, above 1 and below n_neighbours; a third of n_neighbours
        if not given, as the authors have it (there 30 of 90).
    seed : int
        Of the shuffle beside it.

    Returns
    -------
    Lisi
        Scaled to [0, 1] as in scIB. Shuffled labels do not reach 1, since few neighbours cannot
        hold all languages equally: compare with `shuffled`.

    Raises
    ------
    SpecError
        If `n_langs` or `perplexity` does not fit.
    DegenerateInputError
        If the languages cannot have equally many sentences.

    Notes
    -----
    Weights :math:`p_{ij} \propto e^{-\beta_i d_{ij}}`, with :math:`\beta_i` such that their
    entropy is ln(perplexity), found by bisection; :math:`\mathrm{LISI}_i = 1 / \sum_l (\sum_{j
    \in l} p_{ij})^2`. Where all neighbours are equally near the weights are equal.

    References
    ----------
    Korsunsky et al. (2019). Fast, sensitive and accurate integration of single-cell data with
    Harmony. Nature Methods 16.
    Luecken et al. (2022). Benchmarking atlas-level data integration in single-cell genomics.
    Nature Methods 19 (scIB, which scales the median).

    Examples
    --------
    >>> pairs = np.array([[1, 2], [0, 3], [3, 0], [2, 1]])  # of two languages: {0, 1} and {2, 3}
    >>> near_first = np.tile([0.0, 1.0], (4, 1))
    >>> [round(ilisi(pairs, near_first, 2, perplexity=p).score, 2) for p in (1.2, 1.9)]
    [0.09, 0.82]
    """
    n_neighbours = indices.shape[1]
    perplexity = n_neighbours / 3 if perplexity is None else perplexity
    if n_langs < 2:
        raise SpecError(f"iLISI needs at least 2 languages, got {n_langs}")
    if not 1 < perplexity < n_neighbours:
        raise SpecError(
            f"perplexity must be above 1 and below {n_neighbours}, the neighbours that are there, "
            f"got {perplexity:g}"
        )
    n, rest = divmod(len(indices), n_langs)
    if rest:
        raise DegenerateInputError(
            f"iLISI needs equally many sentences in each of {n_langs} languages, got "
            f"{len(indices)} points in all"
        )
    weights = _weights(distances.astype(np.float64), np.log(perplexity))
    labels = np.repeat(np.arange(n_langs), n)
    values = _inverse_simpson(labels[indices], weights, n_langs)
    mixed = np.random.default_rng(seed).permutation(labels)
    shuffled = _inverse_simpson(mixed[indices], weights, n_langs)
    sentences = values.reshape(n_langs, n)
    return Lisi(
        score=float(_scaled(np.median(values), n_langs)),
        shuffled=float(_scaled(np.median(shuffled), n_langs)),
        per_language=_scaled(np.median(sentences, axis=1), n_langs),
        sentences=sentences.astype(np.float32),
        perplexity=perplexity,
    )


def measured_ilisi(
    indices: npt.NDArray[np.integer],
    distances: npt.NDArray[np.floating],
    n_langs: int,
    blocks: npt.NDArray[np.integer],
) -> Measured:
    r"""Integration LISI of the nearest 90 neighbours, and without each block of sentences.

    Parameters
    ----------
    indices, distances : ndarrays of shape (n_langs · n, n_stored)
        As for `ilisi`, with a reserve: the next nearest move up where a block is left out.
    n_langs : int
        At least 2.
    blocks : ndarray of shape (n,)
        The block of each sentence, from `document_blocks`, the same in all languages.

    Returns
    -------
    Measured
        A single number in [0, 1]. Without a block its sentences are neither counted nor anyone's
        neighbours, as if everything were computed anew.

    Raises
    ------
    SpecError
        If `n_langs` does not fit or too few points are left.
    DegenerateInputError
        If more than 1 % of the points that are left run out of stored neighbours.

    Notes
    -----
    A median is no smooth function of its points, so that leaving out single ones says nothing of
    its spread; blocks of many points do (Shao & Wu). What sentences add two by two and more, as
    each other's neighbours, counts more than once (Efron & Stein): the interval is too wide
    rather than too narrow, up to twice where the 90 neighbours are a sixth of all points.
    O(n_blocks n_langs n) searches for weights.

    References
    ----------
    Efron & Stein (1981). The Jackknife Estimate of Variance. Annals of Statistics 9.
    Shao & Wu (1989). A General Theory for Jackknife Variance Estimation. Annals of Statistics 17.

    Examples
    --------
    >>> from mslt_core.analysis.neighbours import neighbours
    >>> near = neighbours(np.random.default_rng(0).normal(size=(80, 3)), 79)
    >>> found = measured_ilisi(near.indices, near.distances, 2, np.arange(40) % 8)
    >>> found.without.shape, bool(found.value > 0.5)
    ((8,), True)
    """
    _, codes, sizes = np.unique(blocks, return_inverse=True, return_counts=True)
    block = np.tile(codes, n_langs)
    first = min(N_NEIGHBOURS, indices.shape[1])
    value = ilisi(indices[:, :first], distances[:, :first], n_langs).score
    labels = np.repeat(np.arange(n_langs), len(codes))
    without = np.empty(len(sizes))
    for g, size in enumerate(sizes):
        k = min(N_NEIGHBOURS, n_langs * (len(codes) - int(size)) - 1)
        counted = block != g
        kept = counted[indices] & counted[:, None]
        kept &= np.cumsum(kept, axis=1) <= k
        full = kept.sum(axis=1) == k
        n_short = int((counted & ~full).sum())
        if n_short > MAX_SHORT * counted.sum():
            raise DegenerateInputError(
                f"{n_short} of {counted.sum()} points run out of neighbours when a block is left "
                f"out",
                hint=f"Store more than {indices.shape[1]} neighbours.",
            )
        kept &= full[:, None]
        weights = _weights(distances[kept].reshape(-1, k).astype(np.float64), np.log(k / 3))
        near = labels[indices[kept].reshape(-1, k)]
        without[g] = _scaled(np.median(_inverse_simpson(near, weights, n_langs)), n_langs)
    return Measured(value=np.array(value), without=without, sizes=sizes.astype(np.int64))


def _scaled(lisi: F64 | np.floating, n_langs: int) -> F64:
    return np.asarray((lisi - 1) / (n_langs - 1), dtype=np.float64)


def _weights(distances: F64, target: float) -> F64:
    """Weights of each row's neighbours whose entropy is `target` nats."""
    apart = distances - distances.min(axis=1, keepdims=True)  # weights do not change, nor underflow
    scale = apart.mean(axis=1, keepdims=True)
    apart /= np.where(scale > 0, scale, 1)
    low, high = np.zeros(len(apart)), np.full(len(apart), np.inf)
    beta, weights = np.ones(len(apart)), np.empty_like(apart)
    open_ = np.arange(len(apart))
    for _ in range(MAX_STEPS):
        here = apart[open_]
        p = np.exp(-beta[open_, None] * here)
        total = p.sum(axis=1)
        weights[open_] = p = p / total[:, None]
        mean = np.einsum("ij,ij->i", here, p)
        excess = np.log(total) + beta[open_] * mean - target
        wide = excess > 0
        low[open_[wide]] = beta[open_[wide]]
        high[open_[~wide]] = beta[open_[~wide]]
        beta[open_] = _next(
            beta[open_], excess, np.einsum("ij,ij,ij->i", here, here, p) - mean**2,
            low[open_], high[open_],
        )  # fmt: skip
        open_ = open_[np.abs(excess) >= TOLERANCE]
        if not len(open_):
            break
    return weights


def _next(beta: F64, excess: F64, variance: F64, low: F64, high: F64) -> F64:
    """Newton's step (the entropy falls by beta · variance), or where that leads out, half way."""
    slope = beta * variance
    # where more neighbours than the perplexity are equally near, no beta does: none may overflow
    longest = MAX_STEP * beta
    newton = beta + np.minimum(excess, longest * slope) / np.where(slope > 0, slope, np.inf)
    half_way = np.where(np.isinf(high), 2 * beta, (low + high) / 2)
    return np.where((newton > low) & (newton < high), newton, half_way)


def _inverse_simpson(langs: npt.NDArray[np.integer], weights: F64, n_langs: int) -> F64:
    cells = langs + n_langs * np.arange(len(langs))[:, None]
    parts = np.bincount(cells.ravel(), weights.ravel(), minlength=n_langs * len(langs))
    return 1 / (parts.reshape(-1, n_langs) ** 2).sum(axis=1)
