"""Intervals for differences: by hand, against the definition, coverage, messages."""

import numpy as np
import pytest
from scipy import stats

from mslt_core.analysis.statistics import ratio_bootstrap, t_interval
from mslt_core.spec.errors import DegenerateInputError


def test_t_interval_worked_by_hand():
    # (1, 2, 3): mean 2, s = 1, s/sqrt(3) = 0.57735; t(df 2, 0.975) = 4.30265: half = 2.48414
    low, high = t_interval(np.array([1.0, 2.0, 3.0]))
    assert low == pytest.approx(2 - 2.48414, abs=1e-5)
    assert high == pytest.approx(2 + 2.48414, abs=1e-5)


def test_t_interval_equals_scipy():
    x = np.random.default_rng(0).normal(size=5)
    expected = stats.ttest_1samp(x, 0).confidence_interval(0.95)
    assert t_interval(x) == pytest.approx((expected.low, expected.high))


def test_t_interval_covers_three_seeds():
    rng = np.random.default_rng(1)
    intervals = [t_interval(rng.normal(0.02, 0.01, size=3)) for _ in range(2000)]
    covered = np.mean([low <= 0.02 <= high for low, high in intervals])
    assert 0.93 < covered < 0.97  # binomial standard error at 2,000: 0.005


def test_one_seed_has_no_interval():
    with pytest.raises(DegenerateInputError, match="at least 2 seeds, got 1"):
        t_interval(np.array([0.1]))


def test_bootstrap_of_a_constant_difference_is_that_difference():
    # every sentence has 4 words, a gets 1 right and b 2: (2 - 1) / 4 in every resample
    ones = np.ones(50, dtype=int)
    assert ratio_bootstrap(ones, 2 * ones, 4 * ones, seed=0) == pytest.approx((0.25, 0.25))


def test_bootstrap_equals_the_loop_from_the_definition():
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 9, size=60)
    a, b = rng.integers(0, sizes + 1), rng.integers(0, sizes + 1)
    counts = np.random.default_rng(7).multinomial(60, np.full(60, 1 / 60), size=300)
    slow = [
        sum(c * (y - x) for c, x, y in zip(row, a, b, strict=True))
        / sum(c * s for c, s in zip(row, sizes, strict=True))
        for row in counts
    ]
    expected = np.quantile(slow, [0.025, 0.975])
    assert ratio_bootstrap(a, b, sizes, seed=7, n_resamples=300) == pytest.approx(tuple(expected))


def test_bootstrap_covers_the_true_difference():
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(300):
        sizes = rng.integers(3, 12, size=200)
        a, b = rng.binomial(sizes, 0.6), rng.binomial(sizes, 0.65)
        low, high = ratio_bootstrap(a, b, sizes, seed=trial, n_resamples=400)
        covered += low <= 0.05 <= high
    assert covered / 300 > 0.91  # 0.95 minus three standard errors of 0.0126


def test_bootstrap_of_nothing_is_refused():
    empty = np.array([], dtype=int)
    with pytest.raises(DegenerateInputError, match="at least one scored item"):
        ratio_bootstrap(empty, empty, empty, seed=0)
