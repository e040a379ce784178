"""Criteria against results: worked by hand, honest about noise, ties as ties."""

import itertools

import numpy as np
import pytest
from scipy import stats

from mslt_core.analysis import judging
from mslt_core.analysis.exchanging import exchanged_sets
from mslt_core.analysis.judging import (
    held_out_regret,
    judge,
    picked,
    spearman,
    spearman_draws,
)
from mslt_core.analysis.plausible import plausible_means
from mslt_core.analysis.sets import all_sets
from mslt_core.spec.errors import DegenerateInputError

TRIPLES = all_sets(7, 3)


def permutation_p(goodness, means, members, **chosen):
    return judging.permutation_p(goodness, means, exchanged_sets(members, **chosen))


def test_a_pick_worked_by_hand():
    # 0.6 0.9 0.7 0.7: the pick at 0.7 shares ranks 2 and 3, and beats one and half another of 3
    found = judge(np.array([0.6, 0.9, 0.7, 0.7]), np.array([2]))
    assert (found.rank, found.regret, found.beats) == pytest.approx((2.5, 0.2, 0.5))


def test_tied_picks_are_averaged():
    # ranks 1 and 4; regrets 0 and 0.3; beats 3/3 and 0/3
    found = judge(np.array([0.6, 0.9, 0.7, 0.8]), np.array([0, 1]))
    assert (found.rank, found.regret, found.beats) == pytest.approx((2.5, 0.15, 0.5))


def test_sets_tie_up_to_rounding():
    assert picked(np.array([0.1 + 0.2, 0.3, 0.29])).tolist() == [0, 1]
    with pytest.raises(DegenerateInputError, match="no set has a score"):
        picked(np.full(3, np.nan))


def test_random_choice_is_in_the_middle():
    means = np.random.default_rng(0).normal(size=35)
    found = judge(means, np.arange(35))
    assert (found.rank, found.beats) == pytest.approx((18, 0.5))
    assert found.regret == pytest.approx(means.max() - means.mean())


def test_regret_on_seeds_that_were_not_looked_at():
    # seed 0 is judged by seed 1 and the other way round; pick: set 2
    scores = np.array([[0.5, 0.9, 0.6], [0.8, 0.7, 0.6]])
    # by seed 1 set 0 is best: 0.5 - 0.6 on seed 0; by seed 0 set 1: 0.7 - 0.6 on seed 1
    np.testing.assert_allclose(held_out_regret(scores, np.array([2])), [-0.1, 0.1])
    with pytest.raises(DegenerateInputError, match="at least 2 of them, got 1"):
        held_out_regret(scores[:1], np.array([2]))


def test_correlation_is_that_of_scipy():
    rng = np.random.default_rng(3)
    goodness, means = rng.integers(0, 5, size=35).astype(float), rng.normal(size=35)
    assert spearman(goodness, means) == pytest.approx(stats.spearmanr(goodness, means).statistic)
    goodness[3] = np.nan
    expected = stats.spearmanr(goodness, means, nan_policy="omit").statistic
    assert spearman(goodness, means) == pytest.approx(expected)
    assert np.isnan(spearman(np.ones(35), means))


def test_draws_are_correlated_one_by_one_and_a_level_one_goes_with_nothing():
    goodness = np.array([3.0, np.nan, 1.0, 2.0])
    # the known sets rank 3 1 2: as the goodness does; the other way; no set better than another,
    # which must not be told in the order that the sets are named in; and a tie of two
    draws = np.array([[0.9, 0, 0.1, 0.5], [0.1, 0, 0.9, 0.5], [0.3] * 4, [0.9, 0, 0.1, 0.1]])
    found = spearman_draws(goodness, draws)
    assert found[:3].tolist() == pytest.approx([1.0, -1.0, 0.0])
    assert found[3] == pytest.approx(stats.spearmanr([3, 1, 2], [0.9, 0.1, 0.1]).statistic)


def test_criteria_are_as_likely_to_go_with_mere_noise_either_way():
    # more noise than sets differ: many draws have all sets alike, in the order of their names
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(3, 20)) - rng.normal(scale=0.2, size=20)
    draws = plausible_means(scores, 1000, np.random.default_rng(0))
    assert (np.ptp(draws, axis=1) == 0).any()
    by_name = spearman_draws(np.arange(20.0), draws)
    assert (by_name[np.ptp(draws, axis=1) == 0] == 0).all()


def test_permuting_languages_is_that_of_a_loop():
    # 4 languages, pairs: 24 orders, each looked up by hand
    rng = np.random.default_rng(4)
    pairs = all_sets(4, 2)
    goodness, means = rng.normal(size=6), rng.normal(size=6)
    place = {tuple(row): i for i, row in enumerate(pairs.tolist())}
    rho = []
    for order in itertools.permutations(range(4)):
        moved = [goodness[place[tuple(sorted((order[a], order[b])))]] for a, b in pairs.tolist()]
        rho.append(stats.spearmanr(moved, means).statistic)
    expected = np.mean(np.abs(rho) >= abs(rho[0]) - 1e-9)
    assert permutation_p(goodness, means, pairs) == pytest.approx(expected)


def test_chance_is_rejected_as_often_as_it_says_although_sets_overlap():
    # scores and criterion are sums of independent properties of languages: sets are far from
    # independent, and a test that took them for it would reject far too often
    rng = np.random.default_rng(5)
    exact, naive = [], []
    for _ in range(300):
        goodness = rng.normal(size=7)[TRIPLES].sum(axis=1)
        means = rng.normal(size=7)[TRIPLES].sum(axis=1)
        exact.append(permutation_p(goodness, means, TRIPLES) <= 0.05)
        naive.append(stats.spearmanr(goodness, means).pvalue <= 0.05)
    assert 0.02 <= np.mean(exact) <= 0.08
    assert np.mean(naive) > 0.25


@pytest.mark.parametrize("n", [40, 150])
def test_many_single_languages_are_exchanged_too(n):
    """All sets of one: the plain permutation test of Spearman's correlation."""
    rng = np.random.default_rng(n)
    members, means = np.arange(n)[:, None], rng.normal(size=n)
    assert permutation_p(means + rng.normal(scale=0.1, size=n), means, members) == 1 / 5040
    goodness = rng.normal(size=n)
    p = stats.spearmanr(goodness, means).pvalue
    # 5,040 orders are drawn: a standard error of 0.7 % at most
    assert permutation_p(goodness, means, members) == pytest.approx(p, abs=0.03)


def test_a_fixed_language_stays_where_it_is():
    with_first = all_sets(7, 3, kept=[2])
    rng = np.random.default_rng(6)
    goodness, means = rng.normal(size=15), rng.normal(size=15)
    assert 0 < permutation_p(goodness, means, with_first, fixed=2) <= 1
    with pytest.raises(DegenerateInputError, match="all sets were trained"):
        permutation_p(goodness, means, with_first)


def test_more_languages_than_can_be_exchanged_in_every_way():
    pairs = all_sets(9, 2)
    rng = np.random.default_rng(7)
    goodness = rng.normal(size=9)[pairs].sum(axis=1)
    assert permutation_p(goodness, goodness, pairs) <= 0.001
    first, again = (permutation_p(goodness, rng.normal(size=36), pairs, seed=s) for s in (0, 0))
    assert 0 < first <= 1
    assert 0 < again <= 1
