"""Intervals for CKA: they leave documents out exactly, and hold the truth as often as they say."""

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.cka_intervals import between_documents as gram_matrices
from mslt_core.analysis.cka_intervals import cka_intervals
from mslt_core.analysis.hsic_documents import cosines, without_each
from mslt_core.analysis.leaving_out import documents, jackknife_variance
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

RTOL = 1e-9  # float64 throughout; the formulas differ only in summation order
SIZES = [1, 2, 3, 4] * 5


def rand(seed: int, n: int = 50, d: int = 6) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def labels(sizes: list[int] = SIZES) -> npt.NDArray[np.intp]:
    return np.repeat(np.arange(len(sizes)), sizes)


def between_documents(X: F64, Y: F64, groups: npt.NDArray[np.intp]) -> float:
    """The definition: offsets that make rows sum to 0 without the own document, solved for."""
    apart = groups[:, None] != groups
    n = len(X)
    system = np.diag(apart.sum(axis=1)) + apart

    def kernel(Z: F64) -> F64:
        K = (Z @ Z.T) * apart
        offsets = np.linalg.solve(system, -K.sum(axis=1))
        return (K + offsets[:, None] + offsets) * apart

    K, L = kernel(X), kernel(Y)
    assert np.abs(K.sum(axis=1)).max() < 1e-9 * n
    return float((K * L).sum() / (np.linalg.norm(K) * np.linalg.norm(L)))


def test_jackknife_variance_worked_by_hand():
    # The mean of (1, 2, 6) is 3; without each value it is 4, 3.5 and 1.5. With one value a group
    # the pseudo-values are the values themselves, (4 + 1 + 9) / (n (n - 1) = 6) about their mean.
    left_out = np.array([4.0, 3.5, 1.5])
    value = jackknife_variance(np.array(3.0), left_out, np.array([1, 1, 1]))
    assert value == pytest.approx(14 / 6)


def test_single_sentences_give_debiased_cka_itself():
    X, Y = rand(0), rand(0) + rand(1)
    found = cka_intervals([X, Y])
    np.testing.assert_allclose(found.between, found.value, rtol=RTOL)
    np.testing.assert_allclose(found.value, cka_matrix([X, Y]), rtol=RTOL)
    assert found.n_documents == found.n == 50


def test_between_documents_equals_its_definition():
    X, Y = rand(0), rand(0) + rand(1)
    found = cka_intervals([X, Y], labels())
    expected = between_documents(X, Y, labels())
    assert found.between[0, 1] == pytest.approx(expected, rel=RTOL)
    assert found.n_documents == len(SIZES)


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_leaving_out_equals_computing_without(kernel):
    arrays, groups = [rand(0), rand(0) + rand(1), rand(2, d=9)], labels()
    docs = documents(groups, 50)
    _, grams = gram_matrices(arrays, docs, kernel, 100.0)
    flat = grams.reshape(3, -1)
    left_out = [cosines(h) for h in without_each(grams, flat @ flat.T, docs)]
    for number in (0, 3, 17):
        rest = groups != number
        # a wide RBF kernel is the linear one, whose bandwidth does not matter
        rtol = RTOL if kernel == "linear" else 0.02
        expected = between_documents(arrays[0][rest], arrays[1][rest], groups[rest])
        assert left_out[number][0, 1] == pytest.approx(expected, rel=rtol)


def test_ignores_the_order_of_rows_and_the_names_of_documents():
    X, Y, groups = rand(0), rand(0) + rand(1), labels()
    order = np.random.default_rng(2).permutation(50)
    found = cka_intervals([X, Y], groups)
    moved = cka_intervals([X[order], Y[order]], np.char.add("n", (99 - groups).astype(str))[order])
    for part in ("value", "between", "low", "high", "standard_error"):
        np.testing.assert_allclose(
            getattr(moved, part), getattr(found, part), rtol=1e-7, atol=1e-12
        )


def test_ignores_rotation_scale_and_shift():
    X, Y = rand(0), rand(0) + rand(1)
    turned = 3 * Y @ np.linalg.qr(rand(2, 6, 6))[0] + 5
    found, moved = (cka_intervals([X, Z], labels()) for Z in (Y, turned))
    np.testing.assert_allclose(moved.low, found.low, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(moved.high, found.high, rtol=1e-7)


def test_notices_documents_that_alone_look_like_alignment():
    # nothing is shared but which sentences belong together
    groups = np.repeat(np.arange(100), 3)
    X, Y = (rand(s, 100, 50)[groups] + rand(s + 9, 300, 50) for s in (0, 1))
    found = cka_intervals([X, Y], groups)
    assert found.value[0, 1] > 0.05
    assert found.low[0, 1] < 0 < found.high[0, 1] < found.value[0, 1]


def test_is_wider_with_fewer_documents_and_a_higher_level():
    X, Y = rand(0, 200), rand(0, 200) + rand(1, 200)
    few, many = (cka_intervals([X[:n], Y[:n]]) for n in (50, 200))
    assert few.standard_error[0, 1] > 1.4 * many.standard_error[0, 1]
    sure = cka_intervals([X, Y], level=0.99)
    assert sure.low[0, 1] < many.low[0, 1] < many.high[0, 1] < sure.high[0, 1]


def test_encloses_the_value_and_stays_below_one():
    X = rand(0, 60)
    found = cka_intervals([X, X + 0.01 * rand(1, 60), X, rand(2, 60)])
    assert (found.low <= found.between).all()
    assert (found.between <= found.high).all()
    assert (found.high <= 1).all()
    np.testing.assert_array_equal(np.diagonal(found.low), 1.0)
    assert found.low[0, 2] == pytest.approx(1.0)  # the same array twice


def coverage(
    n: int, d: int, shared: float, *, documents_share: float = 0.0, decay: float = 0.5, rounds: int
) -> float:
    """How often the 95 % interval holds the true CKA, shared^2, of Gaussian representations.

    Axis k has variance k^-2decay; sentences of one document (of 1 to 5, as in PUD) have
    `documents_share` of their variance in common. Eight languages at a time, two by two alike;
    where nothing is shared every two count.
    """
    rng = np.random.default_rng(n + d)
    scale = np.arange(1, d + 1) ** -decay
    a, b = np.triu_indices(8, k=1) if not shared else (np.arange(0, 8, 2), np.arange(1, 8, 2))
    hits = []
    for _ in range(rounds):
        sizes = rng.choice([1, 2, 3, 4, 5], size=n, p=[0.25, 0.3, 0.23, 0.1, 0.12])
        groups = np.repeat(np.arange(n), sizes)[:n] if documents_share else np.arange(n)

        def part() -> F64:
            topics = rng.normal(size=(n, d))[groups]  # noqa: B023
            own = rng.normal(size=(n, d))
            return np.sqrt(documents_share) * topics + np.sqrt(1 - documents_share) * own

        arrays = []
        for _ in range(4):
            common = np.sqrt(shared) * part()
            arrays += [(common + np.sqrt(1 - shared) * part()) * scale for _ in range(2)]
        found = cka_intervals(arrays, groups)
        hits += list((found.low[a, b] <= shared**2) & (shared**2 <= found.high[a, b]))
    return float(np.mean(hits))


@pytest.mark.parametrize("documents_share", [0.0, 0.4])
@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_holds_the_truth_about_95_times_in_100(shared, documents_share):
    # 160 to 840 values: the standard error of the share is at most 0.017
    share = coverage(60, 12, shared, documents_share=documents_share, rounds=40 if shared else 15)
    assert 0.90 <= share <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "d", "shared", "documents_share", "decay", "rounds"),
    [
        (100, 50, 0.0, 0.0, 0.5, 30),
        (100, 50, 0.15, 0.4, 0.5, 150),
        (100, 2, 0.3, 0.4, 0.0, 150),
        (100, 50, 0.9, 0.0, 0.5, 150),
        (300, 200, 0.0, 0.0, 0.0, 15),
        (300, 200, 0.0, 0.4, 0.0, 15),
        (300, 200, 0.3, 0.0, 0.0, 60),
        (300, 200, 0.6, 0.4, 0.5, 60),
        (1000, 384, 0.0, 0.4, 0.5, 4),
        (1000, 384, 0.6, 0.4, 0.5, 12),
    ],
)
def test_coverage_at_full_size(n, d, shared, documents_share, decay, rounds):
    found = coverage(n, d, shared, documents_share=documents_share, decay=decay, rounds=rounds)
    n_values = rounds * (4 if shared else 28)
    # 93 to 97 % wanted; beside that three standard errors of a share of so many values
    slack = 3 * np.sqrt(0.95 * 0.05 / n_values)
    assert 0.93 - slack <= found <= 0.97 + slack


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        (np.zeros(49), ValueError, r"one group a sentence is needed, 50, got shape \(49,\)"),
        (np.arange(50) // 6, DegenerateInputError, "at least 10 documents, got 9"),
        (np.maximum(np.arange(50) - 20, 0), DegenerateInputError, "one document holds 21 of 50"),
    ],
)
def test_refuses_groups_that_tell_nothing(groups, error, message):
    with pytest.raises(error, match=message):
        cka_intervals([rand(0), rand(1)], groups)


def test_refuses_a_level_that_is_no_probability():
    with pytest.raises(SpecError, match=r"level must be between 0 and 1, got 95"):
        cka_intervals([rand(0), rand(1)], level=95)
