"""Intervals and tests of differences: by hand, against SciPy, their ends."""

import numpy as np
import pytest
from scipy import stats

from mslt_core.analysis.paired import both_dfs, judged, mid_p_mcnemar


def one(estimate, items, seeds, **dfs):
    found = judged(np.array(estimate), np.array(items), np.array(seeds), **dfs)
    return [float(x) for x in (found.low, found.high, found.df, found.p)]


def test_seeds_alone_are_students_t():
    x = np.random.default_rng(0).normal(0.5, 1, size=5)
    test = stats.ttest_1samp(x, 0)
    expected = test.confidence_interval(0.95)
    found = one(x.mean(), 0.0, x.var(ddof=1) / 5, df_items=99, df_seeds=4)
    assert found == pytest.approx([expected.low, expected.high, 4, test.pvalue])


def test_both_worked_by_hand():
    # shares 3/4 of items (300 df) and 1/4 of seeds (2 df): 1/df = 0.75/300 + 0.25/2 = 0.1275
    low, high, df, p = one(1.0, 0.75, 0.25, df_items=300, df_seeds=2)
    assert df == pytest.approx(1 / 0.1275)
    half = stats.t.ppf(0.975, 1 / 0.1275)
    assert (low, high) == pytest.approx((1 - half, 1 + half))
    assert p == pytest.approx(2 * stats.t.sf(1.0, 1 / 0.1275))


def test_interval_and_test_agree():
    rng = np.random.default_rng(1)
    estimate, items, seeds = rng.normal(size=500), rng.random(500) / 9, rng.random(500) / 9
    found = judged(estimate, items, seeds, df_items=199, df_seeds=2)
    assert ((found.p < 0.05) == (found.low * found.high > 0)).all()


@pytest.mark.parametrize("estimate", [0.5, 0.0])
def test_without_any_variance_there_is_nothing_to_judge_by(estimate):
    """Three seeds that agree on ten items make neither a difference nor an equality certain."""
    low, high, _, p = one(estimate, 0.0, 0.0, df_items=9, df_seeds=2)
    assert np.isnan([low, high, p]).all()


def test_degrees_of_freedom_of_two_variances_are_welchs():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=4), 3 * rng.normal(size=6)
    welch = stats.ttest_ind(a, b, equal_var=False)
    found = both_dfs(
        np.array(a.var(ddof=1) / 4), np.array(3.0), np.array(b.var(ddof=1) / 6), np.array(5.0)
    )
    assert float(found) == pytest.approx(welch.df)
    none = both_dfs(np.array(0.0), np.array(3.0), np.array(0.0), np.array(5.0))
    assert float(none) == 3


@pytest.mark.parametrize(("b", "c"), [(0, 0), (0, 1), (1, 3), (3, 1), (7, 7), (4, 19), (300, 240)])
def test_mid_p_as_scipy_sums_it(b, c):
    n, k = b + c, min(b, c)
    exact = stats.binomtest(k, n).pvalue if n else 1.0
    # half of the two tails' outermost probability; where both tails meet it is counted once
    edge = stats.binom.pmf(k, n, 0.5) * (1 if b != c else 0)
    assert float(mid_p_mcnemar(np.array(b), np.array(c))) == pytest.approx(exact - edge, abs=1e-12)
