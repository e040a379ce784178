"""How alike are representations of the same sentences? Linear centred kernel alignment (CKA)."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.specs import Estimator

GRAM_BYTES = 2**29
"""Most memory that all Gram matrices together may take."""


def linear_cka(
    X: npt.NDArray[np.floating], Y: npt.NDArray[np.floating], estimator: Estimator = "debiased"
) -> float:
    """Linear centred kernel alignment (CKA) of two representations.

    Row i of `X` and row i of `Y` must describe the same sentence.

    Parameters
    ----------
    X, Y : ndarray of shape (n_samples, n_features_x), (n_samples, n_features_y)
        Any real dtype; computed in float64. The widths may differ.
    estimator : {"debiased", "biased"}
        How the Hilbert-Schmidt independence criterion (HSIC) inside CKA is estimated;
        see `cka_matrix`.

    Returns
    -------
    float
        Without unit. 1: equal up to rotation and one common scale. 0: as unrelated as chance.
        "biased" lies in [0, 1]; "debiased" is at most 1 and falls slightly below 0 by chance.

    Raises
    ------
    ValueError
        If the arrays are not 2-d or their numbers of rows differ.
    DegenerateInputError
        Where CKA is undefined; see `cka_matrix`.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0]])
    >>> Y = np.array([[0.0], [0.0], [1.0]])
    >>> round(linear_cka(X, Y, "biased"), 6)
    0.75
    """
    return float(cka_matrix([X, Y], estimator)[0, 1])


def cka_matrix(
    embeddings: Sequence[npt.NDArray[np.floating]], estimator: Estimator = "debiased"
) -> npt.NDArray[np.float64]:
    r"""Linear centred kernel alignment (CKA) of every two of several representations.

    Row i must describe the same sentence in all of them.

    Parameters
    ----------
    embeddings : sequence of ndarrays of shape (n_samples, n_features)
        Any real dtype; computed in float64. The widths may differ.
    estimator : {"debiased", "biased"}
        "debiased" has expectation near 0 for unrelated representations, whatever their size.
        "biased" is pushed towards 1 when n_samples is near or below n_features: independent
        noise with 50 samples of 768 features scores 0.94.

    Returns
    -------
    ndarray of shape (n_embeddings, n_embeddings)
        Symmetric, ones on the diagonal, without unit. "biased" lies in [0, 1]; "debiased" is
        at most 1 and falls slightly below 0 by chance.

    Raises
    ------
    ValueError
        If an array is not 2-d or the numbers of rows differ.
    DegenerateInputError
        If all rows of one array are equal (CKA is 0/0 there), a value is not finite, or there
        are fewer than 2 rows ("debiased": fewer than 4). The debiased estimator is also 0/0
        where no two rows are related: all rows but one equal, or all at right angles.

    Notes
    -----
    With centred columns and the Gram matrices :math:`K = XX^\top, L = YY^\top`,
    :math:`\mathrm{CKA} = h(K, L) / \sqrt{h(K, K)\, h(L, L)}`, where up to a factor that
    cancels the biased HSIC is :math:`h = \langle K, L \rangle_F = \|Y^\top X\|_F^2` and the
    debiased one, a U-statistic, is

    .. math:: h = \langle K, L \rangle_F - \frac{n}{n-2} \sum_i K_{ii} L_{ii}
              + \frac{\sum_i K_{ii} \sum_i L_{ii}}{(n-1)(n-2)}.

    Each Gram matrix is formed once, and all pairs are one matrix product: for l arrays
    O(l n^2 d + l^2 n^2) time, and 8 l n^2 bytes beside float64 copies of the arrays. Where n is
    much larger than d, or that memory would exceed `GRAM_BYTES`, each pair is computed from
    its features: O(l^2 n d^2) time and 8 d^2 bytes.

    References
    ----------
    Kornblith et al. (2019). Similarity of Neural Network Representations Revisited. ICML.
    Song et al. (2012). Feature Selection via Dependence Maximization. JMLR 13, equation 5.
    """
    # the debiased estimator draws four different rows
    _check_shapes(embeddings, n_min=4 if estimator == "debiased" else 2)
    centred = [_centred(X, number) for number, X in enumerate(embeddings, start=1)]
    hsic = _inner_products(centred)
    if estimator == "debiased":
        n = len(centred[0])
        # the Gram matrices' diagonals, every sentence with itself, are what biases HSIC
        diagonals = np.stack([np.einsum("nd,nd->n", X, X) for X in centred])
        traces = diagonals.sum(axis=1)
        hsic += np.outer(traces, traces) / ((n - 1) * (n - 2))
        hsic -= n / (n - 2) * (diagonals @ diagonals.T)
        _check_related(np.diagonal(hsic), n)
    norms = np.sqrt(np.diagonal(hsic))
    cka = np.clip(hsic / np.outer(norms, norms), -1.0, 1.0)  # rounding can leave 1 + 2e-16
    np.fill_diagonal(cka, 1.0)
    return cka


def _check_shapes(embeddings: Sequence[npt.NDArray[np.floating]], n_min: int) -> None:
    shapes = [X.shape for X in embeddings]
    if any(len(shape) != 2 for shape in shapes) or len({shape[0] for shape in shapes}) != 1:
        raise ValueError(
            f"the arrays must be 2-d with equal rows, got shapes {' and '.join(map(str, shapes))}"
        )
    if shapes[0][0] < n_min:
        raise DegenerateInputError(f"CKA needs at least {n_min} sentences, got {shapes[0][0]}")


def _centred(X: npt.NDArray[np.floating], number: int) -> npt.NDArray[np.float64]:
    """Take the column means off and scale to norm 1, so that fourth powers stay in range."""
    X64 = X.astype(np.float64)
    size = np.linalg.norm(X64)
    if not np.isfinite(size):
        raise DegenerateInputError(f"CKA is undefined: array {number} holds NaN or infinity")
    X64 -= X64.mean(axis=0)
    norm = np.linalg.norm(X64)
    # equal rows rarely centre to exactly zero: 0.1 summed three times is not 0.3
    if norm <= len(X64) * np.finfo(np.float64).eps * size:
        raise DegenerateInputError(f"CKA is undefined: all rows of array {number} are equal")
    X64 /= norm
    return X64


def _inner_products(centred: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """<X X', Y Y'> of every two arrays, on the cheaper of two ways to the same numbers."""
    n_arrays, n = len(centred), len(centred[0])
    d = max(X.shape[1] for X in centred)
    if n < (n_arrays + 1) * d and 8 * n_arrays * n**2 <= GRAM_BYTES:
        grams = np.empty((n_arrays, n, n))
        for X, gram in zip(centred, grams, strict=True):
            # A times A.T makes NumPy call BLAS's symmetric product, half a general one's work
            np.matmul(X, X.T, out=gram)
        flat = grams.reshape(n_arrays, -1)
        return flat @ flat.T
    inner = np.empty((n_arrays, n_arrays))
    for i, j in itertools.combinations_with_replacement(range(n_arrays), 2):
        inner[i, j] = inner[j, i] = np.linalg.norm(centred[i].T @ centred[j]) ** 2
    return inner


def _check_related(own_hsic: npt.NDArray[np.float64], n: int) -> None:
    """Refuse arrays whose U-statistic with themselves is nothing but rounding."""
    # the arrays have norm 1, so the terms that cancelled here are at most about 1
    vanished = np.flatnonzero(own_hsic <= n * np.finfo(np.float64).eps)
    if vanished.size:
        raise DegenerateInputError(
            f"debiased CKA is undefined: no two rows of array {vanished[0] + 1} are related",
            hint="All rows but one are equal, or all are at right angles.",
        )
