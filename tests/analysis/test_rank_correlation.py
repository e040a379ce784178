"""Spearman's correlation with its interval."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from mslt_core.analysis.rank_correlation import rank_correlation
from mslt_core.spec.errors import DegenerateInputError


def test_worked_by_hand():
    # rank differences 1, 1, 0, 0, 0: 1 - 6 * 2 / (5 * 24) = 0.9; z = artanh 0.9 = 1.4722;
    # half = 1.96 sqrt((1 + 0.405) / 2) = 1.6427: tanh(-0.1705), tanh(3.1149)
    found = rank_correlation(np.arange(5.0), np.array([1.0, 0, 2, 3, 4]))
    assert found.rho == pytest.approx(0.9)
    assert (found.low, found.high) == pytest.approx((-0.1688, 0.9961), abs=5e-4)


def test_ignores_scale_and_notices_direction():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=20), rng.normal(size=20)
    found, bent = rank_correlation(x, y), rank_correlation(np.exp(x), 3 * y + 1)
    assert bent == found
    assert rank_correlation(x, -y).rho == pytest.approx(-found.rho)


def test_ties_are_scipys():
    x, y = np.array([0.0, 0, 1, 2, 2, 3]), np.array([1.0, 2, 2, 3, 1, 5])
    rho, p = spearmanr(x, y)
    found = rank_correlation(x, y)
    assert (found.rho, found.p) == pytest.approx((rho, p))


def test_a_perfect_order_stays_in_range():
    found = rank_correlation(np.arange(9.0), np.arange(9.0))
    assert found.rho == found.high == 1.0
    assert 0.9 < found.low < 1


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_the_interval_covers(rho):
    rng, hits, n = np.random.default_rng(3), 0, 400
    # Spearman's rho of a normal pair
    true = 6 / np.pi * np.arcsin(rho / 2)
    for _ in range(n):
        x, e = rng.normal(size=(2, 17))
        found = rank_correlation(x, rho * x + np.sqrt(1 - rho**2) * e)
        hits += found.low <= true <= found.high
    assert hits / n > 0.92  # 95 % less three standard errors


def test_its_messages():
    with pytest.raises(DegenerateInputError, match="at least 5 points, got 4"):
        rank_correlation(np.arange(4.0), np.arange(4.0))
    with pytest.raises(DegenerateInputError, match="differ in both"):
        rank_correlation(np.zeros(6), np.arange(6.0))
