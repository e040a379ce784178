"""The mean cosine of sentences, what it is without a block, and the dimensions behind it."""

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.anisotropy import anisotropy, dominating
from mslt_core.spec.errors import DegenerateInputError

F64 = npt.NDArray[np.float64]


def rand(seed: int, n: int = 60, d: int = 5) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def mean_cosine(X: F64) -> float:
    """Straight from the definition."""
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    return float((unit @ unit.T)[~np.eye(len(X), dtype=bool)].mean())


def test_worked_by_hand():
    # rows of length 1: (1, 0), (0, 1), (0.6, 0.8); cosines 0, 0.6 and 0.8, each twice
    X = np.array([[2.0, 0.0], [0.0, 5.0], [3.0, 4.0]])
    found = anisotropy([X], np.arange(3))
    assert found.mean_cosine.value == pytest.approx(1.4 / 3)
    # of them the first dimension adds 0.6, the second 0.8
    np.testing.assert_allclose(found.shares, [0.6 / 1.4, 0.8 / 1.4])
    np.testing.assert_allclose(found.mean_cosine.without, [0.8, 0.6, 0.0], atol=1e-15)


def test_ignores_lengths_order_and_rotation():
    X = rand(0) + 0.5
    rotation = np.linalg.qr(rand(1, 5))[0]
    lengths = np.random.default_rng(2).uniform(0.1, 9, (60, 1))
    blocks = np.arange(60) % 6
    value = anisotropy([X], blocks).mean_cosine.value
    for other in (X * lengths, X[::-1], X @ rotation):
        assert anisotropy([other], blocks).mean_cosine.value == pytest.approx(value)


def test_all_languages_are_one_pool_and_blocks_leave_all_of_them():
    X, Y, blocks = rand(0, 20) + 0.5, rand(1, 20) - 0.2, np.arange(20) % 6
    found = anisotropy([X, Y], blocks).mean_cosine
    assert found.value == pytest.approx(mean_cosine(np.concatenate([X, Y])))
    for block, without in enumerate(found.without):
        kept = blocks != block
        assert without == pytest.approx(mean_cosine(np.concatenate([X[kept], Y[kept]])))
    assert found.sizes.tolist() == [4, 4, 3, 3, 3, 3]


def test_dominating_dimensions_are_named_and_told_apart_from_the_rest():
    X, blocks = rand(0, 300, 40), np.arange(300) % 10
    X[:, 7] += 20
    X[:, 3] -= 8
    found = anisotropy([X], blocks)
    assert dominating(found.shares).tolist() == [7, 3]
    assert found.shares[[7, 3]].sum() == pytest.approx(1.0, abs=0.02)
    assert found.mean_cosine.value > 0.8
    rest = np.delete(X, [3, 7], axis=1)
    assert found.without_dominating.value == pytest.approx(mean_cosine(rest))
    assert abs(found.without_dominating.value) < 0.05
    assert X[0, 7] > 10, "nothing is changed in place"


def test_an_even_space_is_dominated_by_none():
    assert dominating(anisotropy([rand(0, 300, 200)], np.arange(300)).shares).size == 0


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.3, 0.5, 0.2], []),  # of three dimensions none can have five times its part
        ([0.04, *[0.0096] * 100], []),
        ([0.06, *[0.0094] * 100], [0]),
        ([-0.5, *[0.0025] * 200], []),  # it makes sentences differ
    ],
)
def test_domination_needs_a_share_and_more_than_the_others(shares, expected):
    assert dominating(shares).tolist() == expected


def test_the_interval_covers_the_mean_cosine_of_all_sentences():
    """95 % of the time, here 400 times; three standard errors of that are 3.3 %."""
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(6, 4))
    shift = np.array([0.8, 0, 0, 0.3])

    def sentences(n: int) -> F64:
        return rng.normal(size=(n, 6)) @ directions / 2 + shift

    truth = mean_cosine(sentences(6000))
    hits = 0
    for _ in range(400):
        low, high = anisotropy([sentences(100)], np.arange(100) % 20).mean_cosine.interval()
        hits += bool(low <= truth <= high)
    assert hits / 400 == pytest.approx(0.95, abs=0.033)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ([np.zeros((4, 2))], DegenerateInputError, "row 0 of array 0 is 0"),
        ([np.full((4, 2), np.inf)], DegenerateInputError, "NaN or infinity"),
        ([np.ones((1, 2))], ValueError, "2 rows or more"),
        ([np.ones(4)], ValueError, "2 rows or more"),
        ([np.ones((5, 2))], ValueError, "5 rows need as many blocks, got \\(4,\\)"),
    ],
)
def test_says_what_is_wrong(arrays, error, message):
    with pytest.raises(error, match=message):
        anisotropy(arrays, np.zeros(1 if len(arrays[0]) == 1 else 4, dtype=int))
