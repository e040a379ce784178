"""Searching with few runs: strategies, what they are judged by, and the odds of luck."""

import math
import tracemalloc

import numpy as np
import pytest

from mslt_core.analysis.search import (
    at_random,
    by_model,
    expected_improvement,
    in_order,
    leaves_to_chance,
    replay,
)
from mslt_core.analysis.sets import all_sets
from mslt_core.spec.errors import DegenerateInputError

TRIPLES = all_sets(7, 3)


def test_a_search_worked_by_hand():
    # seed 0 is searched in the order 2, 0, 1, 3; judged by seed 1: best 0.9, top three 3, 0, 1
    scores = np.array([[0.5, 0.8, 0.6, 0.1], [0.7, 0.6, 0.5, 0.9]])
    found = replay(scores, in_order(np.array([3.0, 2.0, 4.0, 1.0])), n_runs=4, n_repeats=1)
    # named after each run: 2, 2, 1, 1, whose scores on seed 1 are 0.5, 0.5, 0.6, 0.6
    np.testing.assert_allclose(found.regret, [[0.4, 0.4, 0.3, 0.3]])
    assert found.reached.tolist() == [[False, True, True, True]]
    assert found.named.tolist() == [[False, False, True, True]]


def test_luck_reaches_the_top_three_as_often_as_the_hypergeometric_says():
    scores = np.random.default_rng(0).normal(size=(3, 35))
    found = replay(scores, at_random(35), n_runs=6, n_repeats=3000)
    chance = 1 - math.comb(32, 6) / math.comb(35, 6)  # 0.44
    assert found.reached[:, 5].mean() == pytest.approx(chance, abs=4 * 0.5 / math.sqrt(3000))


def test_no_set_is_trained_twice_and_ties_go_by_lot():
    order = in_order(np.array([1.0, 2.0, 2.0, np.nan, 0.1 + 0.2, 0.3]))
    firsts = set()
    for seed in range(20):
        rng, tried = np.random.default_rng(seed), []
        for _ in range(6):
            tried.append(order(tried, np.zeros(len(tried)), rng))
        assert sorted(tried) == list(range(6))
        assert set(tried[:2]) == {1, 2}
        assert tried[5] == 3  # undefined comes last
        firsts.add((tried[0], tried[3]))
    assert len(firsts) == 4


def test_a_model_finds_what_its_features_tell_sooner_than_luck():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(35, 4))
    truth = features @ np.array([1.0, -0.5, 0.0, 0.3])
    scores = truth + rng.normal(scale=0.3, size=(3, 35))
    model = replay(scores, by_model(features), n_runs=6, n_repeats=35)
    luck = replay(scores, at_random(35), n_runs=6, n_repeats=350)
    assert model.reached[:, 5].mean() > 0.9
    assert model.regret[:, 5].mean() < luck.regret[:, 5].mean() / 3


def test_a_model_ignores_units_and_constant_features():
    rng = np.random.default_rng(2)
    features, scores = rng.normal(size=(35, 3)), rng.normal(size=(2, 35))
    first = replay(scores, by_model(features), n_runs=5, n_repeats=4)
    moved = np.column_stack([features * [1000.0, 0.01, 1.0] + 7, np.full(35, 3.0)])
    again = replay(scores, by_model(moved), n_runs=5, n_repeats=4)
    np.testing.assert_array_equal(first.regret, again.regret)


def test_expected_improvement_is_that_of_the_textbook():
    rng = np.random.default_rng(3)
    X, tried, scores = rng.normal(size=(9, 2)), [4, 0, 7], np.array([0.5, 1.5, 0.9])
    kernel = 0.5 * X @ X.T + 0.5 * np.exp(-((X[:, None] - X) ** 2).sum(axis=2) / 2)
    known, cross = kernel[np.ix_(tried, tried)] + 0.25 * np.eye(3), kernel[:, tried]
    z = (scores - scores.mean()) / scores.std()
    mean = scores.mean() + scores.std() * cross @ np.linalg.solve(known, z)
    variance = np.diag(kernel) - np.diag(cross @ np.linalg.solve(known, cross.T))
    sd = scores.std() * np.sqrt(variance)
    # by simulation: what a draw brings over the best mean among those tried, never below 0
    drawn = mean + sd * rng.standard_normal((400_000, 9))
    expected = np.maximum(drawn - mean[tried].max(), 0).mean(axis=0)
    np.testing.assert_allclose(expected_improvement(X, tried, scores), expected, atol=0.005)


@pytest.mark.parametrize("n_tried", [2, 5])
def test_expected_improvement_is_that_of_scikit_learns_process(n_tried):
    from scipy.stats import norm
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, DotProduct

    rng = np.random.default_rng(4)
    X, tried, scores = rng.normal(size=(35, 6)), list(range(n_tried)), rng.normal(size=n_tried)
    linear = DotProduct(sigma_0=0.0, sigma_0_bounds="fixed")
    kernel = 0.5 * linear + 0.5 * RBF(length_scale=1.0, length_scale_bounds="fixed")
    model = GaussianProcessRegressor(kernel, alpha=0.25, optimizer=None, normalize_y=True)
    mean, sd = model.fit(X[tried], scores).predict(X, return_std=True)
    z = (mean - mean[tried].max()) / sd
    expected = sd * (z * norm.cdf(z) + norm.pdf(z))
    np.testing.assert_allclose(expected_improvement(X, tried, scores), expected, rtol=1e-8)
    # without any spread the scores say nothing, and no number is lost
    assert np.isfinite(expected_improvement(X, tried, np.ones(n_tried))).all()


def test_many_sets_do_not_fill_the_memory():
    X = np.random.default_rng(6).normal(size=(8000, 4))
    tracemalloc.start()
    found = expected_improvement(X, [5, 7, 9], np.array([0.1, 0.3, 0.2]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.shape == (8000,)
    assert peak < 20e6, "all pairs would be 512 MB"


def test_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="at least 2, got 1"):
        replay(np.ones((1, 5)), at_random(5), n_runs=2)
    with pytest.raises(DegenerateInputError, match="from 1 to the 5 sets, got 6"):
        replay(np.ones((2, 5)), at_random(5), n_runs=6)
    with pytest.raises(DegenerateInputError, match="no feature differs"):
        by_model(np.ones((5, 2)))


@pytest.mark.parametrize("tied", [False, True])
def test_what_draws_no_lots_is_played_once_a_seed(tied):
    rng = np.random.default_rng(11)
    scores, goodness = rng.normal(size=(3, 9)), rng.normal(size=9)
    if tied:
        goodness[4] = goodness[7]
    assert leaves_to_chance(goodness) is tied
    if not tied:
        asked = {"strategy": in_order(goodness), "n_runs": 4, "n_repeats": 10}
        all_played = replay(scores, **asked)
        once = replay(scores, **asked, by_chance=False)
        for name in ("regret", "reached", "named"):
            np.testing.assert_array_equal(getattr(once, name), getattr(all_played, name))


def test_one_undefined_set_comes_last_for_sure_and_two_by_lot():
    assert not leaves_to_chance(np.array([0.1, np.nan, 0.3]))
    assert leaves_to_chance(np.array([0.1, np.nan, np.nan]))
