"""What would CKA be by chance? Its distribution when sentences are paired at random."""

import dataclasses

import numpy as np

from mslt_core.analysis.hsic import BANDWIDTH, F64, Embeddings, centred_grams, unit_grams
from mslt_core.spec.specs import Estimator, Kernel


@dataclasses.dataclass(frozen=True)
class CkaNull:
    """CKA of every two languages beside its distribution under shuffled pairing; all (l, l)."""

    value: F64
    """CKA of the true pairing."""
    expected: F64
    """Mean over all pairings."""
    standard_deviation: F64
    """Over all pairings."""
    skewness: F64
    """Over all pairings; without unit, 0 for a symmetric distribution."""
    z: F64
    """(value - expected) / standard_deviation."""
    p: F64
    """Share of pairings that give `value` or more, by the Pearson type III curve."""


def cka_null(
    embeddings: Embeddings,
    estimator: Estimator = "debiased",
    *,
    kernel: Kernel = "linear",
    bandwidth: float = BANDWIDTH,
) -> CkaNull:
    r"""Permutation moments of centred kernel alignment (CKA) for every two representations.

    The mean, spread and skewness over all n! ways of pairing the rows of one array with the
    rows of the other, in closed form, and how far out the true pairing lies.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_samples, n_features)
        As for `cka_matrix`; at least 6 rows.
    estimator, kernel, bandwidth
        As for `cka_matrix`.

    Returns
    -------
    CkaNull
        Matrices of shape (n_embeddings, n_embeddings), symmetric; the diagonal compares an
        array with itself. `expected` is exactly 0 for "debiased"; for "biased" it is what n
        and the spread of the spaces alone give. `p` is one-sided, in [0, 1].

    Raises
    ------
    ValueError, SpecError, DegenerateInputError
        As `cka_matrix`; fewer than 6 rows.

    Notes
    -----
    Single sentences are exchanged, across documents too: the null hypothesis is that nothing
    ties the sentences of one language to those of the other, not even a common document. A
    small p says that there is *some* tie, which almost any model shows; how strong it is, the
    interval says.

    Let U and V be the U-centred Gram matrices (diagonal and row sums 0), u and v the centred
    diagonals of the centred ones. The debiased statistic is :math:`Z = \langle U, V \rangle`,
    the biased one :math:`Z + \frac{n}{n-2} \langle u, v \rangle` plus a constant. Over all
    permutations Z and :math:`\langle u, v \rangle` are uncorrelated,

    .. math:: E Z = 0, \quad E Z^2 = \frac{2 \|U\|^2 \|V\|^2}{n (n - 3)},

    so that the spread of debiased CKA is :math:`\sqrt{2 / (n (n - 3))}` whatever the data. Third
    moments follow from :math:`\sum U_{ij}^3`, :math:`\mathrm{tr}\, U^3`,
    :math:`\sum u_i U_{ij}^2`, :math:`u^\top U u` and :math:`\sum u_i^3`. The tail is that of a
    Pearson type III (shifted gamma) curve with these moments: p = 0.05 is met to about 0.01 for
    near-normal representations and to 0.04 for very skewed ones; far out only its order of
    magnitude counts. O(l n^2 (n + d) + l^2 n) time,
    8 l n^2 bytes.

    References
    ----------
    Kazi-Aoual et al. (1995). Refined approximations to permutation tests for multivariate
    inference. Computational Statistics & Data Analysis 20.
    Josse, Pagès & Husson (2008). Testing the significance of the RV coefficient. CSDA 53.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X, Y = rng.normal(size=(2, 100, 5))
    >>> null = cka_null([X, Y + X])
    >>> round(float(null.standard_deviation[0, 1]), 4), bool(null.p[0, 1] < 0.001)
    (0.0144, True)
    """
    grams = centred_grams(embeddings, kernel, bandwidth, n_min=6)
    n = grams.shape[1]
    flat = grams.reshape(len(grams), -1)
    inner = flat @ flat.T
    diagonals = np.einsum("lnn->ln", grams).copy()
    traces = diagonals.sum(axis=1)
    means = np.outer(traces, traces) / (n - 1)
    pulls = diagonals - traces[:, None] / n
    # the U-centred ones have norm 1 from here on, so the pulls are put on the same scale
    between = inner - means - n / (n - 2) * (pulls @ pulls.T)
    sizes = np.sqrt(np.maximum(np.diagonal(between), 0.0))
    unit_grams(grams)
    pulls /= sizes[:, None]
    scale = np.outer(sizes, sizes)
    if estimator == "debiased":
        value, expected, weight = between / scale, np.zeros_like(inner), 0.0
        spread = np.ones_like(inner)
    else:
        spread = scale / np.sqrt(np.outer(np.diagonal(inner), np.diagonal(inner)))
        value, expected = inner / scale * spread, means / scale * spread
        weight = n / (n - 2)
    variance, third = _moments(grams, pulls, weight)
    deviation = np.sqrt(variance)
    skewness = third / deviation**3
    z = (value - expected) / (deviation * spread)
    return CkaNull(
        value=np.clip(value, -1.0, 1.0),
        expected=expected,
        standard_deviation=deviation * spread,
        skewness=skewness,
        z=z,
        p=_upper_tail(z, skewness),
    )


TRIPLES = (
    # how often, places, share of sum U^3, share of tr U^3
    (4, 2, 1, 0),  # the same two sentences three times
    (24, 3, -1, 0),  # the same two twice, and a third with one of them
    (6, 4, 2, 0),  # the same two twice, and two others
    (8, 3, 0, 1),  # a triangle
    (24, 4, 1, -1),  # a chain of three
    (8, 4, 2, 0),  # a star
    (12, 5, -4, 2),  # a chain of two, and two others
    (1, 6, 16, -8),  # six different sentences
)
"""Three pairs of sentences by what they share: sums over different sentences, made simple by
rows that sum to 0. For instance a_ij^2 a_ik summed over k other than i and j is -a_ij^3."""

TWO_PAIRS_AND_ONE = (
    (4, 2, 1),
    (2, 3, -2),
    (4, 3, -1),
    (8, 3, -1),
    (4, 4, 3),
    (4, 4, 2),
    (1, 5, -8),
)
"""The same for two pairs and one sentence: how often, places, share of sum u_i U_ij^2."""

PAIR_AND_TWO = ((2, 2, 1), (4, 3, -1), (1, 4, 2))
"""The same for one pair and two sentences: how often, places, share of u' U u."""


def _moments(units: F64, pulls: F64, weight: float) -> tuple[F64, F64]:
    """Second and third central moment (l, l) of <U, V> + weight <u, v> over all pairings."""
    n = units.shape[1]

    def orders(places: int) -> float:
        """How many ways to put different sentences in so many places."""
        return float(np.prod(np.arange(n, n - places, -1, dtype=np.float64)))

    squares = (pulls**2).sum(axis=1)
    variance = 2 / (n * (n - 3)) + weight**2 * np.outer(squares, squares) / (n - 1)
    cubes = np.array([(U**3).sum() for U in units])
    triangles = np.array([np.vdot(U @ U, U) for U in units])
    third = np.zeros((len(units), len(units)))
    for times, places, of_cubes, of_triangles in TRIPLES:
        sums = of_cubes * cubes + of_triangles * triangles
        third += times / orders(places) * np.outer(sums, sums)
    if not weight:
        return variance, third
    drawn = np.array([u @ (U**2).sum(axis=1) for u, U in zip(pulls, units, strict=True)])
    linked = np.array([u @ U @ u for u, U in zip(pulls, units, strict=True)])
    thrice = (pulls**3).sum(axis=1)
    two = sum(times / orders(places) * share**2 for times, places, share in TWO_PAIRS_AND_ONE)
    one = sum(times / orders(places) * share**2 for times, places, share in PAIR_AND_TWO)
    third += 3 * weight * two * np.outer(drawn, drawn)
    third += 3 * weight**2 * one * np.outer(linked, linked)
    third += weight**3 * n / ((n - 1) * (n - 2)) * np.outer(thrice, thrice)
    return variance, third


def _upper_tail(z: F64, skewness: F64) -> F64:
    """P(Z >= z) of a Pearson type III curve of mean 0, variance 1 and the given skewness."""
    from scipy.special import gammainc, gammaincc, ndtr

    # a shifted gamma of this shape; a nearly symmetric one is the normal curve
    shape = 4 / np.maximum(skewness**2, 1e-8)
    upper = gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    mirrored = gammainc(shape, np.maximum(shape - z * np.sqrt(shape), 0.0))
    return np.where(np.abs(skewness) < 1e-4, ndtr(-z), np.where(skewness > 0, upper, mirrored))
