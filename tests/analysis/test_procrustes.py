"""The best rotation, scored on sentences that it has not seen."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.linalg import orthogonal_procrustes

from mslt_core.analysis import procrustes
from mslt_core.analysis.jackknife import Measured, document_blocks
from mslt_core.analysis.procrustes import procrustes_residuals
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]


def rand(seed: int, n: int = 80, d: int = 6) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_worked_by_hand():
    # On a line the best map is +1 or -1. Fitted it is +1 for y = x; scored on x = (1, -1) and
    # y = (1, 1), both of norm sqrt 2: 1 - (1 - 1) / 2 = 1; on y = (1, -1): 1 - 2 / 2 = 0.
    part = procrustes._Part
    x = part(fit=np.array([[1.0], [-1.0]]), score=np.array([[1.0], [-1.0]]), squares=np.ones(2))
    for scored, expected in (([1.0, 1.0], 1.0), ([1.0, -1.0], 0.0), ([-1.0, 1.0], 2.0)):
        y = part(fit=x.fit, score=np.array(scored)[:, None], squares=np.ones(2))
        dots = procrustes._turned(x, y)
        assert procrustes._residual(x, y, dots) == pytest.approx(expected)
    # y = (1, 1) without its first row: 1 + 1 / 1; without its second: 1 - 1 / 1
    y = part(fit=x.fit, score=np.ones((2, 1)), squares=np.ones(2))
    left = procrustes._without(x, y, procrustes._turned(x, y), np.array([0, 1]), 2)
    np.testing.assert_allclose(left, [2.0, 0.0])


@pytest.mark.parametrize("d", [6, 100], ids=["narrow", "wider than the half"])
def test_equals_scipys_rotation_on_unseen_rows(d):
    X = rand(0, d=d)
    Y = X + rand(1, d=d)
    docs = procrustes.documents(None, 80)
    half = procrustes._half(docs, np.random.default_rng(0))
    scores = []
    for fit in (half, ~half):
        x, y = X - X[fit].mean(axis=0), Y - Y[fit].mean(axis=0)
        if d > 80:  # what the fitting half does not show has no counterpart
            x, y = (
                Z @ (b := np.linalg.svd(Z[fit], full_matrices=False)[2][:39].T) @ b.T
                for Z in (x, y)
            )
            left, _, right = np.linalg.svd(x[fit].T @ y[fit])
            turn = left[:, :39] @ right[:39]
        else:
            turn = orthogonal_procrustes(x[fit], y[fit])[0]
        norms = [np.linalg.norm((Z - Z[fit].mean(axis=0))[~fit]) for Z in (X, Y)]
        scores.append(1 - np.sum((x[~fit] @ turn) * y[~fit]) / np.prod(norms))
    found = procrustes_residuals([X, Y])
    assert found.residual[0, 1] == pytest.approx(np.mean(scores), rel=1e-8)


def test_ignores_rotation_scale_and_shift():
    X, Y = rand(0), rand(0) + 0.5 * rand(1)
    moved = 3 * Y @ np.linalg.qr(rand(2, 6, 6))[0] + 4
    found, again = (procrustes_residuals([X, Z]).residual for Z in (Y, moved))
    np.testing.assert_allclose(again, found, atol=1e-10)
    assert procrustes_residuals([Y, moved]).residual[0, 1] == pytest.approx(0, abs=1e-10)


def test_noise_is_at_one_though_it_looks_good_where_it_was_fitted():
    arrays = [rand(seed, 100, 60) for seed in range(6)]
    found = procrustes_residuals(arrays)
    upper = np.triu_indices(6, k=1)
    assert found.residual[upper].mean() == pytest.approx(1.0, abs=0.03)
    assert found.by_chance[upper].mean() == pytest.approx(1.0, abs=0.03)
    turn, _ = orthogonal_procrustes(arrays[0], arrays[1])
    in_sample = 1 - np.sum((arrays[0] @ turn) * arrays[1]) / (
        np.linalg.norm(arrays[0]) * np.linalg.norm(arrays[1])
    )
    assert in_sample < 0.6


def test_grows_with_noise_and_notices_shuffled_rows():
    X, noise = rand(0, 200), rand(1, 200)
    values = [procrustes_residuals([X, X + s * noise]).residual[0, 1] for s in (0.0, 0.3, 1, 3)]
    assert values == sorted(values)
    assert procrustes_residuals([X, np.roll(X, 1, axis=0)]).residual[0, 1] > 0.8


def test_documents_stay_together_and_halves_are_even():
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(30), 3))
    docs = procrustes.documents(groups, 90)
    half = procrustes._half(docs, np.random.default_rng(0))
    assert half.sum() == 45
    assert all(len(set(half[groups == g])) == 1 for g in range(30))


def test_widths_may_differ_and_few_components_are_close_where_they_hold_all():
    X = rand(0, 80, 4) @ rand(1, 4, 30)
    exact, short = (
        procrustes_residuals([X, X @ rand(2, 30, 9)], n_components=k) for k in (None, 4)
    )
    np.testing.assert_allclose(short.residual, exact.residual, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: procrustes_residuals([rand(0), rand(1, 79)]), ValueError, "2-d with equal rows"),
        (lambda: procrustes_residuals([rand(0)], n_components=0), SpecError, "1 or more, got 0"),
        (lambda: procrustes_residuals([np.ones((80, 3))]), DegenerateInputError, "all equal"),
        (lambda: procrustes_residuals([np.full((80, 3), np.nan)]), DegenerateInputError, "array 1"),
    ],
)
def test_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


def in_documents(rng, n_docs=40, each=5, d=6):
    """Paired rows whose documents are alike inside: half of the variance lies between them."""
    codes = np.repeat(np.arange(n_docs), each)

    def rows():
        return (rng.normal(size=(n_docs, d))[codes] + rng.normal(size=(len(codes), d))) / 2**0.5

    X = rows()
    return X, X + rows(), codes


def test_without_a_block_is_scored_on_the_same_maps():
    X, Y, codes = in_documents(np.random.default_rng(0), 12)
    blocks = codes // 2
    found = procrustes_residuals([X, Y], codes, blocks=blocks)
    plain = procrustes_residuals([X, Y], codes)
    np.testing.assert_array_equal(found.residual, plain.residual)
    assert plain.without.shape == (0, 2, 2)
    half = procrustes._half(procrustes.documents(codes, len(X)), np.random.default_rng(0))
    for block in range(6):
        scores = []
        for fit in (half, ~half):
            x, y = X - X[fit].mean(axis=0), Y - Y[fit].mean(axis=0)
            turn = orthogonal_procrustes(x[fit], y[fit])[0]
            x, y = (Z[~fit & (blocks != block)] for Z in (x, y))
            scores.append(1 - np.sum((x @ turn) * y) / (np.linalg.norm(x) * np.linalg.norm(y)))
        assert found.without[block, 0, 1] == pytest.approx(np.mean(scores), rel=1e-8)
    np.testing.assert_array_equal(found.without, found.without.transpose(0, 2, 1))
    assert found.sizes.tolist() == [10] * 6


def test_a_block_that_is_a_whole_half_is_refused():
    X, codes = rand(0, 40), np.repeat(np.arange(10), 4)
    half = procrustes._half(procrustes.documents(codes, 40), np.random.default_rng(0))
    with pytest.raises(DegenerateInputError, match="one block of documents is all that a half"):
        procrustes_residuals([X, X + 1], codes, blocks=half.astype(int))


@pytest.mark.slow
def test_the_interval_holds_what_the_fitted_maps_leave_of_other_documents():
    rng = np.random.default_rng(5)
    far = in_documents(np.random.default_rng(6), 4000, 2)[:2]
    held, n_times = 0, 300
    for _ in range(n_times):
        X, Y, codes = in_documents(rng)
        found = procrustes_residuals([X, Y], codes, blocks=document_blocks(codes))
        low, high = Measured(
            value=found.residual, without=found.without, sizes=found.sizes
        ).interval()
        half = procrustes._half(procrustes.documents(codes, len(X)), np.random.default_rng(0))
        truth = np.mean([of_maps(X[fit], Y[fit], *far) for fit in (half, ~half)])
        held += bool(low[0, 1] <= truth <= high[0, 1])
    # 95 % of 300 times, give or take two standard errors of 1.3 %
    assert 0.92 <= held / n_times <= 0.98


def of_maps(X, Y, far_X, far_Y):
    """What the map that is fitted to X and Y leaves of a great many other sentences."""
    turn, _ = orthogonal_procrustes(X - X.mean(axis=0), Y - Y.mean(axis=0))
    x, y = far_X - X.mean(axis=0), far_Y - Y.mean(axis=0)
    return 1 - np.sum((x @ turn) * y) / (np.linalg.norm(x) * np.linalg.norm(y))
