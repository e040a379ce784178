"""Plateaus, thirds and trends over a few languages."""

import itertools

import numpy as np
import pytest

from mslt_core.analysis.trend import plateau, terciles, trend
from mslt_core.spec.errors import DegenerateInputError


def test_a_plateau_by_hand():
    # upper ends of the gains 1→2, 2→3, 3→4, 4→5: from 3 on all are below 0.005
    assert plateau([1, 2, 3, 4, 5], [0.03, 0.006, 0.004, -0.001]) == 3


@pytest.mark.parametrize(
    ("highs", "found"),
    [
        ([0.001, 0.002], 1),
        ([0.001, 0.005], None),  # the margin itself is not below it
        ([0.001, None], None),
        ([None, 0.001], 2),
        ([0.004, 0.006], None),  # a later gain counts however flat it was before
    ],
)
def test_only_what_stays_below_for_sure_is_a_plateau(highs, found):
    assert plateau([1, 2, 3], highs) == found


def test_thirds_keep_equal_values_together():
    # values below: 0, 1, 1, 1, 4, 5 of 6; times 3 / 6, rounded down: 0, 0, 0, 0, 2, 2
    assert terciles(np.array([1.0, 2, 2, 2, 3, 4])).tolist() == [0, 0, 0, 0, 2, 2]
    assert terciles(np.array([3.0, 1, 2])).tolist() == [2, 0, 1]
    assert terciles(np.zeros(0)).tolist() == []


def test_a_trend_by_hand():
    # 10 pairs of x = 0 1 2 3 4, y = 0 1 4 3 4; slopes 1 2 1 1, 3 1 1, -1 0, 1: median 1.
    # pairs of y: 8 rise, 1 falls (4, 3), 1 ties (4, 4): tau-b = 7 / sqrt(10 * 9)
    found = trend(np.arange(5.0), np.array([0.0, 1, 4, 3, 4]))
    assert found.slope == pytest.approx(1.0)
    assert found.tau == pytest.approx(7 / np.sqrt(90))
    assert found.low <= 1 <= found.high
    assert found.n == 5


def test_p_is_that_of_all_orders():
    x, y = np.arange(6.0), np.array([2.0, 0, 1, 4, 3, 5])

    def concordance(order):
        return sum(np.sign(order[j] - order[i]) for i, j in itertools.combinations(range(6), 2))

    ours = abs(concordance(y))
    others = [abs(concordance(order)) >= ours for order in itertools.permutations(y)]
    assert trend(x, y).p == pytest.approx(np.mean(others))


def test_a_trend_ignores_shifts_and_notices_direction():
    rng = np.random.default_rng(0)
    x, y = rng.random(12), rng.random(12)
    found, moved, turned = trend(x, y), trend(x + 3, y - 7), trend(x, -y)
    assert moved.slope == pytest.approx(found.slope)
    assert (turned.slope, turned.tau) == pytest.approx((-found.slope, -found.tau))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_the_interval_covers_the_true_slope():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        x = rng.random(10)
        found = trend(x, 2 * x + rng.standard_normal(10))
        inside += found.low <= 2 <= found.high
    # 95 % of 400 with a binomial sd of 1.1 %; Sen's steps are coarse at n = 10
    assert 0.925 <= inside / 400 <= 0.99


def test_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="at least 5 targets, got 4"):
        trend(np.arange(4.0), np.arange(4.0))
    with pytest.raises(DegenerateInputError, match="differ in distance and in gain"):
        trend(np.ones(6), np.arange(6.0))
