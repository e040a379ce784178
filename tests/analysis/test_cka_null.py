"""CKA by chance: closed-form moments against every permutation there is, and against shuffles."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.cka_null import cka_null
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]

RTOL = 1e-9  # float64 throughout; the formulas differ only in summation order
both = pytest.mark.parametrize("estimator", ["debiased", "biased"])


def skewed(seed: int, n: int, d: int) -> F64:
    return np.random.default_rng(seed).exponential(size=(n, d)) ** 2


def test_debiased_moments_worked_by_hand():
    # debiased CKA has mean 0 and variance 2 / (n (n - 3)) whatever the arrays: n = 8 gives
    # 2 / 40 = 0.05
    null = cka_null([skewed(0, 8, 3), skewed(1, 8, 2)])
    assert null.expected[0, 1] == 0
    assert null.standard_deviation[0, 1] == pytest.approx(np.sqrt(0.05))


@both
@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_moments_are_those_of_all_permutations(estimator, kernel):
    X, Y = skewed(0, 6, 3), skewed(1, 6, 2)
    every = np.array(
        [
            cka_matrix([X, Y[list(order)]], estimator, kernel=kernel)[0, 1]
            for order in itertools.permutations(range(6))
        ]
    )
    null = cka_null([X, Y], estimator, kernel=kernel)
    deviations = every - every.mean()
    assert null.value[0, 1] == pytest.approx(every[0], rel=RTOL)
    assert null.expected[0, 1] == pytest.approx(every.mean(), rel=RTOL, abs=1e-12)
    assert null.standard_deviation[0, 1] == pytest.approx(every.std(), rel=RTOL)
    assert null.skewness[0, 1] == pytest.approx((deviations**3).mean() / every.std() ** 3, rel=1e-8)


@both
def test_p_agrees_with_shuffles(estimator):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(2, 60, 4))
    Y[:, 0] += 0.3 * X[:, 0]
    shuffled = np.array(
        [cka_matrix([X, Y[rng.permutation(60)]], estimator)[0, 1] for _ in range(2000)]
    )
    null = cka_null([X, Y], estimator)
    # 2000 shuffles know the mean to 0.03 and the spread to a few percent of the spread
    assert null.expected[0, 1] == pytest.approx(
        shuffled.mean(), abs=0.1 * null.standard_deviation[0, 1]
    )
    assert null.standard_deviation[0, 1] == pytest.approx(shuffled.std(), rel=0.15)
    # a share of 2000 to three standard errors, and the curve is an approximation
    share = np.mean(shuffled >= null.value[0, 1])
    assert null.p[0, 1] == pytest.approx(share, abs=3 * np.sqrt(0.25 / 2000))


def test_p_is_as_often_small_as_it_says_where_nothing_is_shared():
    arrays = [np.random.default_rng(seed).normal(size=(40, 5)) for seed in range(30)]
    p = cka_null(arrays).p[np.triu_indices(30, k=1)]
    # 435 values: three standard errors of a share near 0.05 and near 0.5
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.032)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.075)


def test_notices_what_is_shared():
    X, Y = skewed(0, 100, 5), skewed(1, 100, 5)
    null = cka_null([X, Y, X + Y])
    assert null.p[0, 2] < 1e-4
    assert null.z[0, 2] > 5
    assert null.p[0, 1] > 0.01


def test_expected_biased_cka_of_few_sentences_is_high():
    # independent noise, 50 sentences of 768 features: about d / (n + d) = 0.94
    arrays = [np.random.default_rng(seed).normal(size=(50, 768)) for seed in range(2)]
    null = cka_null(arrays, "biased")
    assert null.expected[0, 1] == pytest.approx(0.94, abs=0.01)
    assert abs(null.z[0, 1]) < 4


@both
def test_ignores_rotation_scale_shift_and_order(estimator):
    X, Y = skewed(0, 30, 4), skewed(1, 30, 4)
    turn = np.linalg.qr(skewed(2, 4, 4))[0]
    order = np.random.default_rng(0).permutation(30)
    null, moved = (
        cka_null([X, Y], estimator),
        cka_null([X[order], 9 * Y[order] @ turn - 1], estimator),
    )
    for part in ("value", "expected", "standard_deviation", "skewness", "z", "p"):
        np.testing.assert_allclose(getattr(moved, part), getattr(null, part), rtol=1e-7, atol=1e-12)


def test_refuses_too_few_sentences():
    with pytest.raises(DegenerateInputError, match="at least 6 sentences, got 5"):
        cka_null([skewed(0, 5, 2), skewed(1, 5, 2)])
