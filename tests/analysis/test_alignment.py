"""Alignment error by hand, against its definition, and with intervals that leave documents out."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.distance import cdist

from mslt_core.analysis.alignment import alignment_errors
from mslt_core.analysis.leaving_out import jackknife_variance, quantile
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]
RTOL = 1e-9  # float64 throughout; the formulas differ only in summation order
both = pytest.mark.parametrize("distance", ["euclidean", "cosine"])


def rand(seed: int, n: int = 45, d: int = 5) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def twin(X: F64, Y: F64, distance: str) -> tuple[float, float]:
    every = cdist(X, Y, distance)
    apart = ~np.eye(len(X), dtype=bool)
    return float(np.diagonal(every).mean()), float(np.diagonal(every).mean() / every[apart].mean())


def test_worked_by_hand():
    # x = 0, 1, ..., 9 and y = x + 1: every translation is 1 away. |x_i - y_j| = |i - j - 1| for
    # i != j: sum over k = i - j of (10 - |k|) |k - 1|, k = 1..9: 0+8+14+18+20+20+18+14+8 = 120,
    # k = -1..-9: 18+24+28+30+30+28+24+18+10 = 210; 330 / 90 = 11/3, so 1 / (11/3) = 3/11.
    x = np.arange(10.0)[:, None]
    found = alignment_errors([x, x + 1])
    assert found.raw[0, 1] == pytest.approx(1.0)
    assert found.relative[0, 1] == pytest.approx(3 / 11)
    assert found.raw_low[0, 1] == pytest.approx(1.0)  # no spread at all


@both
def test_equals_the_definition_with_scipys_distances(distance):
    arrays = [rand(0) + 1, rand(0) + 0.5 * rand(1), rand(2)]
    found = alignment_errors(arrays, distance=distance)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        raw, relative = twin(arrays[a], arrays[b], distance)
        assert found.raw[a, b] == found.raw[b, a] == pytest.approx(raw, rel=RTOL)
        assert found.relative[a, b] == found.relative[b, a] == pytest.approx(relative, rel=RTOL)
    np.testing.assert_array_equal(np.diagonal(found.raw), 0.0)


@both
def test_interval_equals_computing_without_each_document(distance):
    groups = np.repeat(np.arange(15), 3)
    X, Y = rand(0) + 1, rand(0) + rand(1)
    found = alignment_errors([X, Y], groups, distance=distance)
    left = np.array([twin(X[groups != g], Y[groups != g], distance) for g in range(15)])
    raw, relative = twin(X, Y, distance)
    t, sizes = quantile(0.95, 15), np.full(15, 3)
    half = t * np.sqrt(jackknife_variance(np.array(raw), left[:, 0], sizes))
    assert found.raw_high[0, 1] - raw == pytest.approx(half, rel=1e-7)
    half = t * np.sqrt(jackknife_variance(np.log(relative), np.log(left[:, 1]), sizes))
    assert found.relative_high[0, 1] == pytest.approx(relative * np.exp(half), rel=1e-7)
    assert found.relative_low[0, 1] == pytest.approx(relative * np.exp(-half), rel=1e-7)


def test_relative_ignores_scale_shift_rotation_and_order():
    X, Y = rand(0), rand(0) + rand(1)
    turn, order = np.linalg.qr(rand(2, 5, 5))[0], np.random.default_rng(3).permutation(45)
    found = alignment_errors([X, Y])
    moved = alignment_errors([4 * X[order] @ turn + 2, 4 * Y[order] @ turn + 2])
    assert moved.relative[0, 1] == pytest.approx(found.relative[0, 1], rel=RTOL)
    assert moved.raw[0, 1] == pytest.approx(4 * found.raw[0, 1], rel=RTOL)


@both
def test_notices_shuffled_rows_and_closer_translations(distance):
    X, noise = rand(0, 200), rand(1, 200)
    sizes = (0.1, 0.5, 2.0)
    near = [alignment_errors([X, X + s * noise], distance=distance).relative[0, 1] for s in sizes]
    assert near == sorted(near)
    shuffled = alignment_errors([X, np.roll(X, 1, axis=0)], distance=distance)
    assert shuffled.relative_low[0, 1] < 1 < shuffled.relative_high[0, 1] + 0.05
    assert shuffled.relative[0, 1] == pytest.approx(1.0, abs=0.1)


def test_interval_of_the_relative_error_holds_the_truth_about_95_times_in_100():
    # independent standard normals: relative error 1 in expectation
    arrays = [rand(seed, 40, 8) for seed in range(40)]
    found = alignment_errors(arrays)
    upper = np.triu_indices(40, k=1)
    held = (found.relative_low[upper] <= 1) & (found.relative_high[upper] >= 1)
    assert 0.92 <= held.mean() <= 0.98  # of 780 pairs of 40 arrays


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ([rand(0), rand(1, 45, 4)], ValueError, r"of one shape, got \(45, 5\) and \(45, 4\)"),
        ([rand(0), np.full((45, 5), np.nan)], DegenerateInputError, "array 2 holds NaN"),
        ([np.ones((45, 5)), np.ones((45, 5))], DegenerateInputError, "arrays 1 and 2 coincide"),
    ],
)
def test_says_what_is_wrong(arrays, error, message):
    with pytest.raises(error, match=message):
        alignment_errors(arrays)


def test_cosine_refuses_a_row_of_zeros():
    X = rand(0)
    X[7] = 0
    with pytest.raises(DegenerateInputError, match="row 7 of array 2 is 0"):
        alignment_errors([rand(1), X], distance="cosine")
