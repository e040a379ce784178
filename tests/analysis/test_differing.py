"""Differences of CKA and of shares: by hand, and how often their intervals hold the truth."""

import dataclasses

import numpy as np
import pytest

from mslt_core.analysis.cka_blocks import measured_between, measured_cka
from mslt_core.analysis.differing import correlation, ends_of_difference, second_of_difference
from mslt_core.analysis.documents import share_over_documents
from mslt_core.analysis.jackknife import Measured, document_blocks


def test_correlation_worked_by_hand():
    # (-1, 0, 1) with (-1, 2, -1): products 1 + 0 - 1 = 0; with (-2, 0, 2) it is 1
    a = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    b = np.array([[0.0, 5.0], [3.0, 7.0], [0.0, 9.0]])
    np.testing.assert_allclose(correlation(a, b), [0.0, 1.0], atol=1e-15)
    np.testing.assert_allclose(correlation(a, -b), [0.0, -1.0], atol=1e-15)
    assert correlation(a, np.ones_like(a)).tolist() == [0.0, 0.0]


def test_ends_worked_by_hand():
    # b = 7 reaches 3 down and 6 up, a = 2 reaches 8 down and 4 up: 5 - sqrt(9 + 16) and
    # 5 + sqrt(36 + 64); with r = 1 they are 5 - |3 - 4| and 5 + |6 - 8|
    b, a = np.array([7.0, 7.0]), np.array([2.0, 2.0])
    low, high = ends_of_difference(b, (b - 3, b + 6), a, (a - 8, a + 4), np.array([0.0, 1.0]))
    np.testing.assert_allclose(low, [0, 4])
    np.testing.assert_allclose(high, [15, 7])


def test_second_order_worked_by_hand():
    # 4 + 9 - 2 r 6
    r = np.array([0.0, 0.5, 1.0])
    found = second_of_difference(np.array(4.0), np.array(9.0), r)
    np.testing.assert_allclose(found, [13, 7, 1])


def shares(hits, blocks):
    found = share_over_documents(hits, blocks)
    sizes = np.unique(blocks, return_counts=True)[1].astype(np.int64)
    return Measured(
        value=found.value, without=found.replicates, sizes=sizes, ends=(found.low, found.high)
    )


def test_two_shares_that_are_all_hits_do_not_differ_for_certain():
    blocks, all_hit = np.arange(60) % 20, np.ones(60)
    found = shares(all_hit, blocks) - shares(all_hit, blocks)
    low, high = found.interval()
    # Wilson's of 20 blocks reaches 1 - 1 / (1 + 2.093^2 / 20) = 0.1797 below 1, and nothing above
    assert (low, high) == pytest.approx((-0.1797, 0.1797), abs=1e-4)


def test_a_mean_of_shares_that_are_all_hits_is_not_certain():
    blocks, all_hit = np.arange(60) % 20, np.ones((2, 60))
    mean = shares(all_hit, blocks).over(np.array([True, True]))
    assert mean.interval() == pytest.approx((1 - 0.1797, 1), abs=1e-4)
    # from a share that varies it differs by both of their reaches
    some = shares(np.stack([np.arange(60) % 7 > 0] * 2), blocks).over(np.array([True, True]))
    low, high = (mean - some).interval()
    s, t_low = some.interval(), float(some.value)
    assert low == pytest.approx(1 - t_low - np.hypot(0.1797, s[1] - t_low), abs=1e-4)
    assert high == pytest.approx(1 - s[0], abs=1e-9)


def test_a_mean_of_differences_of_cka_is_a_difference():
    rng = np.random.default_rng(0)
    one, other = (
        Measured(
            value=np.full(2, 0.5),
            without=0.5 + 0.01 * rng.normal(size=(10, 2)),
            sizes=np.full(10, 4),
            second=np.full(2, 1e-3),
        )
        for _ in range(2)
    )
    chosen = np.ones(2, dtype=np.bool_)
    low, high = (one - other).over(chosen).interval()
    assert low + high == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("p_a", "p_b", "alike"), [(0.98, 0.99, 0.8), (0.5, 0.6, 0.5), (0.05, 0.2, 0.6)]
)
def test_a_difference_of_shares_covers_the_truth(p_a, p_b, alike):
    rng, blocks, n_worlds = np.random.default_rng(2), np.arange(100) % 40, 1500
    common = np.sqrt(alike) * rng.normal(size=(n_worlds, 100))
    measured = []
    for p in (p_a, p_b):
        told = common + np.sqrt(1 - alike) * rng.normal(size=(n_worlds, 100))
        measured.append(shares((told < np.quantile(told, p)).astype(float), blocks))
    low, high = (measured[1] - measured[0]).interval()
    covered = np.mean((low <= p_b - p_a) & (p_b - p_a <= high))
    # near 1 it is cautious; the jackknife's covers 0.79 of the first
    assert 0.93 <= covered <= (1.0 if p_a > 0.9 else 0.975)


def two_checkpoints(rng, n, d, *, shared, alike, groups=None):
    """Four Gaussian languages in two checkpoints; CKA in them is shared[0]^2 and shared[1]^2.

    `alike` is how much of every sentence's variance stays from one checkpoint to the other; with
    `groups` a document's sentences have four tenths of it in common.
    """

    def part():
        own = rng.normal(size=(n, d))
        if groups is None:
            return own
        return np.sqrt(0.4) * rng.normal(size=(n, d))[groups] + np.sqrt(0.6) * own

    def both():
        first = part()
        return first, np.sqrt(alike) * first + np.sqrt(1 - alike) * part()

    scale = np.arange(1, d + 1) ** -0.5
    common, own = both(), [both() for _ in range(4)]
    return [
        [(np.sqrt(s) * common[place] + np.sqrt(1 - s) * one[place]) * scale for one in own]
        for place, s in enumerate(shared)
    ]


def test_a_difference_between_unrelated_languages_counts_its_second_order_once():
    rng, upper, ratios = np.random.default_rng(3), np.triu_indices(4, k=1), []
    for _ in range(8):
        arrays = two_checkpoints(rng, 80, 8, shared=(0.0, 0.0), alike=0.3)
        a, b = (measured_cka(X, np.arange(80) % 40) for X in arrays)
        found = b - a
        low, high = found.interval()
        error = (high - low) / 2 / 2.022691  # t(39)
        twice = found.standard_error() ** 2
        expected = np.maximum(twice - found.second, found.second)
        np.testing.assert_allclose(error[upper] ** 2, expected[upper], rtol=1e-5)
        ratios.append((twice / error**2)[upper].mean())
    assert 1.2 < np.mean(ratios) < 2  # 2 but for the first order, which is never taken below 0


def test_the_same_checkpoint_twice_does_not_differ():
    X, Y = np.random.default_rng(4).normal(size=(2, 60, 5))
    found = measured_cka([X, X + Y], np.arange(60) % 20)
    low, high = (found - found).interval()
    np.testing.assert_allclose((low, high), 0, atol=1e-9)
    # without the second order on both sides it is the jackknife's
    bare = dataclasses.replace(found, second=None)
    assert (found - bare).second is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shared", "alike", "together"),
    [
        ((0.0, 0.0), 0.0, False),
        ((0.0, 0.3), 0.5, False),
        ((0.3, 0.5), 0.8, False),
        ((0.9, 0.9), 0.9, False),
        ((0.0, 0.0), 0.5, True),
        ((0.3, 0.5), 0.8, True),
    ],
)
def test_a_difference_of_cka_covers_the_truth(shared, alike, together):
    rng, upper, hits = np.random.default_rng(5), np.triu_indices(4, k=1), []
    truth = shared[1] ** 2 - shared[0] ** 2
    for _ in range(100):
        sizes = rng.integers(1, 5, size=200)
        groups = np.repeat(np.arange(200), sizes)[:200] if together else np.arange(200)
        arrays = two_checkpoints(
            rng, 200, 16, shared=shared, alike=alike, groups=groups if together else None
        )
        blocks = document_blocks(groups)
        a, b = (
            measured_between(X, groups, blocks) if together else measured_cka(X, blocks)
            for X in arrays
        )
        low, high = (b - a).interval()
        hits += list((low[upper] <= truth) & (truth <= high[upper]))
    # 93 to 97 % wanted; beside that three standard errors of 600 values that come in sixes
    slack = 3 * np.sqrt(0.95 * 0.05 / 300)
    assert 0.93 - slack <= np.mean(hits) <= 0.97 + slack
