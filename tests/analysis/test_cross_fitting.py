"""Choosing on some seeds, scoring on the others."""

import numpy as np
import pytest

from mslt_core.analysis.cross_fitting import DEPENDENCE, N_FOLDS, best_by_others
from mslt_core.analysis.paired import judged
from mslt_core.spec.errors import DegenerateInputError


def test_worked_by_hand():
    # set means without seed 0: 0.60, 0.65; without 1: 0.65, 0.55; without 2: 0.55, 0.60
    scores = np.array([[0.6, 0.5], [0.5, 0.7], [0.7, 0.6]])
    assert best_by_others(scores).tolist() == [1, 0, 1]


def test_a_seed_has_no_say_in_what_it_scores():
    scores = np.random.default_rng(0).normal(size=(3, 9))
    for seed in range(3):
        other = scores.copy()
        other[seed] = other[seed, ::-1]
        assert best_by_others(other)[seed] == best_by_others(scores)[seed]


def test_what_a_seed_does_to_all_sets_is_no_matter():
    scores = np.random.default_rng(1).normal(size=(4, 9))
    moved = scores + np.array([[5.0], [-3.0], [0.0], [1.0]])
    assert best_by_others(moved).tolist() == best_by_others(scores).tolist()


def test_many_seeds_are_put_into_three_parts():
    scores = np.random.default_rng(2).normal(size=(10, 35))
    chosen = best_by_others(scores)
    # seeds 0, 3, 6, 9 are one part, and a plain loop over the parts says the same
    for seed in range(10):
        rest = [s for s in range(10) if s % N_FOLDS != seed % N_FOLDS]
        assert chosen[seed] == scores[rest].mean(axis=0).argmax()


def test_ties_go_to_the_first():
    assert best_by_others(np.zeros((2, 3))).tolist() == [0, 0]


def test_one_seed_has_no_others():
    with pytest.raises(DegenerateInputError, match="at least 2 of them, got 1"):
        best_by_others(np.zeros((1, 3)))


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 3.0])
@pytest.mark.parametrize(("n_seeds", "n_sets"), [(2, 35), (3, 7), (3, 35), (5, 35), (10, 35)])
def test_intervals_cover(n_seeds, n_sets, spread):
    """Sets spread by 0 to 3 of the seeds' standard deviations; the luck of being picked is gone."""
    n, rng = 2000, np.random.default_rng(n_seeds * n_sets)
    true = spread * rng.normal(size=(n, n_sets))
    scores = true[:, None] + rng.normal(size=(n, n_seeds, n_sets))
    baseline = rng.normal(size=(n, n_seeds))
    chosen = np.array([best_by_others(of_one) for of_one in scores])
    at = np.arange(n)[:, None]
    by_seed = scores[at, np.arange(n_seeds), chosen] - baseline
    aimed_at = true[at, chosen].mean(axis=1)
    assert abs((by_seed.mean(axis=1) - aimed_at).mean()) < 0.08  # 4 standard errors
    # one run's variance is 1, known from many sets; a difference has twice that
    known = judged(
        by_seed.mean(axis=1), np.zeros(n), np.full(n, DEPENDENCE * 2 / n_seeds),
        df_items=1.0, df_seeds=100.0,
    )  # fmt: skip
    covered = np.mean((known.low <= aimed_at) & (aimed_at <= known.high))
    assert 0.92 < covered < 0.98  # 93 to 97 %, and 2 standard errors of 2,000 draws
