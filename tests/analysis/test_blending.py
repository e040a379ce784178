"""Blends: worked by hand, undefined where a part is, blind to what does not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from mslt_core.analysis.blending import blend, spearman

ONE, OTHER = np.array([3.0, 2.0, 1.0]), np.array([10.0, 30.0, 20.0])


def test_rank_shares_by_hand():
    # ONE: 1, 0.5, 0; OTHER: 0, 1, 0.5; weights 3 and 1
    assert blend([ONE, OTHER], [3, 1], "rank").tolist() == [0.75, 0.625, 0.125]


def test_z_scores_by_hand():
    # both have standard deviation sqrt(2/3) and 10 sqrt(2/3) around 2 and 20
    z = np.sqrt(1.5)
    expected = np.array([z - z, 0 + z, -z + 0]) / 2
    np.testing.assert_allclose(blend([ONE, OTHER], [1, 1], "zscore"), expected, atol=1e-12)


def test_reciprocal_rank_fusion_by_hand():
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    assert blend([ONE, OTHER], [1, 1], "rrf").tolist() == pytest.approx(expected)
    # equal weights: only their signs count
    assert blend([ONE, OTHER], [5, 1], "rrf").tolist() == pytest.approx(expected)


@pytest.mark.parametrize("normalisation", ["rank", "zscore", "rrf"])
def test_a_weight_below_zero_is_the_criterion_turned_round(normalisation):
    tied = np.array([1.0, 5.0, 5.0, 2.0])
    other = np.array([0.0, 1.0, 3.0, 2.0])
    expected = blend([-tied, other], [2, 1], normalisation)
    np.testing.assert_allclose(blend([tied, other], [-2, 1], normalisation), expected, atol=1e-12)


@pytest.mark.parametrize("normalisation", ["rank", "zscore", "rrf"])
def test_undefined_in_one_part_is_undefined(normalisation):
    found = blend([np.array([1.0, np.nan, 2.0]), ONE], [1, 1], normalisation)
    assert np.isnan(found).tolist() == [False, True, False]


@pytest.mark.parametrize("normalisation", ["rank", "zscore", "rrf"])
def test_a_part_without_weight_has_no_say(normalisation):
    broken = np.full(3, np.nan)
    found = blend([ONE, broken], [2, 0], normalisation)
    np.testing.assert_allclose(found, blend([ONE], [2], normalisation))


def test_a_part_that_is_the_same_for_all_has_no_say():
    found = blend([ONE, np.full(3, 0.1)], [1, 1], "zscore")
    assert np.argsort(-found).tolist() == [0, 1, 2]
    assert np.isfinite(found).all()


@given(st.integers(0, 1000))
def test_spearman_equals_scipy_s(seed):
    rng = np.random.default_rng(seed)
    scores = [rng.integers(0, 5, 30).astype(float) for _ in range(3)]
    expected = spearmanr(np.array(scores).T).statistic
    np.testing.assert_allclose(spearman(scores), expected, atol=1e-12)


def test_a_tie_shares_the_mean_of_its_ranks():
    # five of six share the first place: on average (4 / 2 + 1) of 5 others are behind
    tied = np.array([1.0, 1, 1, 1, 1, 0])
    assert blend([tied], [1], "rank").tolist() == pytest.approx([0.6] * 5 + [0])
    assert blend([tied], [1], "rrf").tolist() == pytest.approx([1 / 63] * 5 + [1 / 66])


def test_sets_without_a_score_in_one_part_do_not_count_in_the_others():
    one = np.array([4.0, 3, 2, 1])
    other = np.array([np.nan, 1, 2, np.nan])
    assert blend([one, other], [1, 1], "rank")[1:3].tolist() == [0.5, 0.5]


def test_spearman_is_over_common_sets_and_abstains():
    a = np.array([1.0, 2, 3, 4, np.nan])
    b = np.array([4.0, 3, 2, np.nan, 9])
    same = np.ones(5)
    found = spearman([a, b, same])
    assert found[0, 1] == pytest.approx(-1)
    assert np.isnan(found[2]).all()
