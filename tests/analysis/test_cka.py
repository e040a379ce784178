"""Linear CKA against hand-worked cases, its invariances, and the definition in trace form."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from mslt_core.analysis import hsic
from mslt_core.analysis.cka import cka_matrix, linear_cka
from mslt_core.spec.errors import DegenerateInputError, SpecError

RTOL = 1e-10  # float64 throughout; the formulas differ only in summation order
ESTIMATORS = ("debiased", "biased")
both = pytest.mark.parametrize("estimator", ESTIMATORS)

F64 = npt.NDArray[np.float64]


def rand(seed: int, n: int = 40, d: int = 6) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def column(*values: float) -> F64:
    return np.array(values, dtype=np.float64)[:, None]


def orthogonal(seed: int, d: int = 6) -> F64:
    return np.linalg.qr(rand(seed, d, d))[0]


def hsic_biased(K: F64, L: F64) -> float:
    """tr(K H L H) / (n - 1)^2 with the centring matrix H: Gretton et al. (2005)."""
    n = len(K)
    H = np.eye(n) - 1 / n
    return float(np.trace(K @ H @ L @ H) / (n - 1) ** 2)


def hsic_u_statistic(K: F64, L: F64) -> float:
    """Song et al. (2012), equation 5, on Gram matrices without their diagonals."""
    n = len(K)
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    return float(
        np.trace(K @ L)
        + K.sum() * L.sum() / ((n - 1) * (n - 2))
        - 2 / (n - 2) * K.sum(axis=0) @ L.sum(axis=1)
    ) / (n * (n - 3))


def u_centred(K: F64) -> F64:
    """Székely & Rizzo (2014): another way to the same U-statistic."""
    n = len(K)
    K = K - np.diag(np.diag(K))
    rows = K.sum(axis=1) / (n - 2)
    centred = K - rows[:, None] - rows + K.sum() / ((n - 1) * (n - 2))
    return centred - np.diag(np.diag(centred))


def twin(X: F64, Y: F64, estimator: str) -> float:
    hsic = hsic_biased if estimator == "biased" else hsic_u_statistic
    K, L = X @ X.T, Y @ Y.T
    return hsic(K, L) / np.sqrt(hsic(K, K) * hsic(L, L))


def test_biased_worked_by_hand():
    # y = (0, 0, 1) centred is (-1, -1, 2)/3: cos^2 = (3/3)^2 / (2 * 6/9) = 0.75
    assert linear_cka(column(0, 1, 2), column(0, 0, 1), "biased") == pytest.approx(0.75)


def test_debiased_worked_by_hand():
    # x = (1, 1, -1, -1): products of different rows are 1 for the pairs {0,1} and {2,3}, else -1.
    # Row sums 1 - 2 = -1, total -4; U-centred with n = 4, rows / 2 and total / 6:
    # 1 + 1/2 + 1/2 - 4/6 = 4/3 for the two pairs, -1 + 1 - 4/6 = -2/3 for the other four.
    # y = (1, -1, 1, -1) has its 4/3 at the pairs {0,2} and {1,3}. Over the six pairs
    # <x, y> = 2 (4/3)(-2/3) + 2 (-2/3)(4/3) + 2 (2/3)^2 = -24/9 and <x, x> = 2 (4/3)^2
    # + 4 (2/3)^2 = 48/9: CKA = -1/2. Biased: x and y are at right angles, so 0.
    x, y = column(1, 1, -1, -1), column(1, -1, 1, -1)
    assert linear_cka(x, y, "debiased") == pytest.approx(-0.5)
    assert linear_cka(x, y, "biased") == pytest.approx(0.0)


@both
@pytest.mark.parametrize("seed", range(3))
def test_ignores_rotation_scale_and_shift(estimator, seed):
    X, Y = rand(seed), rand(seed) + rand(seed + 10)
    moved = 2.5 * Y @ orthogonal(seed) + 7.0
    assert linear_cka(X, moved, estimator) == pytest.approx(linear_cka(X, Y, estimator), rel=RTOL)


@both
def test_ignores_the_order_of_the_sentences_and_which_comes_first(estimator):
    X, Y = rand(0), rand(0) + rand(1)
    order = np.random.default_rng(2).permutation(len(X))
    value = linear_cka(X, Y, estimator)
    assert linear_cka(X[order], Y[order], estimator) == pytest.approx(value, rel=RTOL)
    assert linear_cka(Y, X, estimator) == pytest.approx(value, rel=RTOL)


@both
def test_never_exceeds_one(estimator):
    # without care, rounding leaves 1 + 2e-16 for about a third of these
    same = [linear_cka(rand(seed), 3 * rand(seed), estimator) for seed in range(50)]
    assert max(same) <= 1.0


@both
@pytest.mark.parametrize("size", [1e-60, 1e60])
def test_ignores_scales_whose_fourth_power_is_out_of_range(estimator, size):
    X, Y = rand(0), rand(0) + rand(1)
    value = linear_cka(X, Y, estimator)
    assert linear_cka(size * X, Y, estimator) == pytest.approx(value, rel=RTOL)


@both
def test_notices_rows_that_are_not_paired(estimator):
    X = rand(0, n=200)
    assert linear_cka(X, X, estimator) == pytest.approx(1.0)
    assert linear_cka(X, np.roll(X, 1, axis=0), estimator) < 0.1


@both
def test_notices_one_stretched_direction(estimator):
    X = rand(0)
    stretched = X * np.array([10.0, 1, 1, 1, 1, 1])
    assert linear_cka(X, stretched, estimator) < 0.9


@both
def test_grows_with_what_is_shared(estimator):
    X, noise = rand(0, n=200), rand(1, n=200)
    values = [linear_cka(X, X + size * noise, estimator) for size in (0.0, 0.5, 1.0, 2.0, 8.0)]
    assert values == sorted(values, reverse=True)


@both
@pytest.mark.parametrize(
    ("n", "d_x", "d_y"),
    [(4, 1, 2), (5, 30, 30), (40, 6, 6), (40, 60, 3), (300, 2, 4)],
    ids=str,
)
def test_equals_the_definition(estimator, n, d_x, d_y):
    X, Y = rand(n, n, d_x), rand(n + 1, n, d_y)
    Y[:, 0] += X[:, 0]
    # values near 0 are differences of larger terms, so the tolerance is absolute as well
    expected = pytest.approx(twin(X, Y, estimator), rel=RTOL, abs=1e-12)
    assert linear_cka(X, Y, estimator) == expected


def test_debiased_equals_the_cosine_of_u_centred_gram_matrices():
    X, Y = rand(0, 50, 20), rand(1, 50, 30)
    K, L = u_centred(X @ X.T), u_centred(Y @ Y.T)
    cosine = np.sum(K * L) / (np.linalg.norm(K) * np.linalg.norm(L))
    assert linear_cka(X, Y, "debiased") == pytest.approx(cosine, rel=RTOL, abs=1e-12)


@both
@pytest.mark.parametrize(("n", "d"), [(30, 20), (300, 3)], ids=["grams", "features"])
@pytest.mark.parametrize("block", [7, 128], ids=["many slabs", "whole"])
def test_matrix_equals_its_pairs_on_both_ways(estimator, n, d, block, monkeypatch):
    monkeypatch.setattr(hsic, "BLOCK", block)
    embeddings = [rand(seed, n, d + seed) for seed in range(4)]
    matrix = cka_matrix(embeddings, estimator)
    expected = [[twin(X, Y, estimator) for Y in embeddings] for X in embeddings]
    np.testing.assert_allclose(matrix, expected, rtol=RTOL, atol=1e-12)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diagonal(matrix), 1.0)


@both
@pytest.mark.parametrize("bandwidth", [0.4, 0.8])
def test_rbf_equals_the_definition_with_scikit_learns_kernel(estimator, bandwidth):
    X, Y = rand(0), rand(0) + rand(1)

    def kernel(Z: F64) -> F64:
        sigma = bandwidth * np.median(pdist(Z))
        return rbf_kernel(Z, gamma=1 / (2 * sigma**2))

    hsic_of = hsic_biased if estimator == "biased" else hsic_u_statistic
    K, L = kernel(X), kernel(Y)
    expected = hsic_of(K, L) / np.sqrt(hsic_of(K, K) * hsic_of(L, L))
    found = cka_matrix([X, Y], estimator, kernel="rbf", bandwidth=bandwidth)
    assert found[0, 1] == pytest.approx(expected, rel=1e-9)


@both
def test_rbf_ignores_rotation_scale_and_shift_and_nears_linear_when_wide(estimator):
    X, Y = rand(0), rand(0) + rand(1)
    moved = 2.5 * Y @ orthogonal(1) + 7.0
    found, again, wide = (
        cka_matrix([X, Z], estimator, kernel="rbf", bandwidth=width)[0, 1]
        for Z, width in ((Y, 0.8), (moved, 0.8), (Y, 1e3))
    )
    assert again == pytest.approx(found, rel=1e-9)
    # at 1000 times the median distance what is left of the exponential is 1e-6
    assert wide == pytest.approx(linear_cka(X, Y, estimator), rel=1e-4)


def test_rbf_refuses_what_it_cannot_measure():
    with pytest.raises(SpecError, match="bandwidth must be above 0, got 0"):
        cka_matrix([rand(0), rand(1)], kernel="rbf", bandwidth=0)
    most = np.zeros((40, 3))
    most[:5] = rand(0, 5, 3)
    with pytest.raises(DegenerateInputError, match="most rows of array 2 are equal"):
        cka_matrix([rand(0), most], kernel="rbf")


def test_float32_input_loses_nothing_and_stays_as_it_was():
    X = rand(0).astype(np.float32) + 100
    Y, before = X[:, :3].copy(), X.copy()
    value = linear_cka(X, Y, "biased")
    assert value == linear_cka(X.astype(np.float64), Y.astype(np.float64), "biased")
    np.testing.assert_array_equal(X, before)


def test_only_the_biased_estimator_sees_likeness_in_noise():
    pairs = [(rand(seed, 50, 768), rand(seed + 100, 50, 768)) for seed in range(20)]
    biased = np.mean([linear_cka(X, Y, "biased") for X, Y in pairs])
    debiased = np.mean([linear_cka(X, Y, "debiased") for X, Y in pairs])
    # for independent noise the biased estimate comes near d / (n + d) = 0.94
    assert biased == pytest.approx(0.94, abs=0.01)
    # one value scatters by about sqrt(2) / n = 0.03, so the mean of 20 by 0.006
    assert debiased == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((np.zeros((3, 2)), np.zeros((4, 2))), r"equal rows, got shapes \(3, 2\) and \(4, 2\)"),
        ((np.zeros(3), np.zeros((3, 1))), r"2-d with equal rows, got shapes \(3,\) and \(3, 1\)"),
    ],
)
def test_refuses_arrays_that_cannot_be_paired(arrays, message):
    with pytest.raises(ValueError, match=message):
        linear_cka(*arrays)


@pytest.mark.parametrize(
    ("estimator", "n", "message"),
    [("debiased", 3, "at least 4 sentences, got 3"), ("biased", 1, "at least 2 sentences, got 1")],
)
def test_refuses_too_few_sentences(estimator, n, message):
    with pytest.raises(DegenerateInputError, match=message):
        linear_cka(rand(0, n), rand(1, n), estimator)


@both
@pytest.mark.parametrize("value", [0.0, 0.1, 1e8])
def test_refuses_equal_rows(estimator, value):
    with pytest.raises(DegenerateInputError, match="all rows of array 2 are equal"):
        linear_cka(rand(0), np.full((40, 3), value), estimator)


@both
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_values_that_are_not_finite(estimator, value):
    X = rand(0)
    X[3, 2] = value
    with pytest.raises(DegenerateInputError, match="array 1 holds NaN or infinity"):
        linear_cka(X, rand(1), estimator)


@pytest.mark.parametrize("X", [np.eye(6), 5.0 * np.eye(6)[:, :1]], ids=["right angles", "one row"])
def test_debiased_refuses_rows_without_relation(X):
    with pytest.raises(DegenerateInputError, match="no two rows of array 1 are related"):
        linear_cka(X, rand(0, 6), "debiased")
    assert 0 < linear_cka(X, rand(0, 6), "biased") < 1
