"""How often a language is among the best sets, and what it brings."""

import itertools

import numpy as np
import pytest
from scipy.stats import hypergeom

from mslt_core.analysis.recurrence import hypergeometric_p, main_effect_weights, top_counts
from mslt_core.analysis.sets import all_sets
from mslt_core.spec.errors import DegenerateInputError

RTOL = 1e-10  # float64; sums in another order

SEVEN = all_sets(7, 3)


def test_counts_by_hand():
    # sets 01, 02, 12; the best two are 12 and 01: language 1 is in both
    members = np.array([[0, 1], [0, 2], [1, 2]])
    assert top_counts(np.array([0.8, 0.1, 0.9]), members, 2).tolist() == [1, 2, 1]


def test_counts_add_up_and_ignore_the_order_of_sets():
    means = np.random.default_rng(0).normal(size=(4, len(SEVEN)))
    counts = top_counts(means, SEVEN, 5)
    assert counts.sum(axis=1).tolist() == [15] * 4
    order = np.random.default_rng(1).permutation(len(SEVEN))
    assert (top_counts(means[:, order], SEVEN[order], 5) == counts).all()


@pytest.mark.parametrize("n_top", [0, 36])
def test_the_best_are_some_of_the_sets(n_top):
    with pytest.raises(DegenerateInputError, match=f"1 to 35 sets, got {n_top}"):
        top_counts(np.zeros(35), SEVEN, n_top)


def test_p_by_hand():
    # of 4 sets 2 hold it; both of the best 2: C(2,2) C(2,0) / C(4,2) = 1/6, twice that
    assert hypergeometric_p(2, 2, 2, 4) == pytest.approx(1 / 3)
    assert hypergeometric_p(1, 2, 2, 4) == 1.0


@pytest.mark.parametrize(("n_top", "n_with", "n_sets"), [(5, 15, 35), (5, 10, 20), (20, 15, 21)])
def test_p_is_scipys(n_top, n_with, n_sets):
    law = hypergeom(n_sets, n_with, n_top)
    for count in range(max(0, n_top + n_with - n_sets), min(n_top, n_with) + 1):
        expected = min(1.0, 2 * min(law.cdf(count), law.sf(count - 1)))
        assert hypergeometric_p(count, n_top, n_with, n_sets) == pytest.approx(expected)


def test_sets_drawn_by_lot_are_seldom_called():
    rng = np.random.default_rng(0)
    found = [
        hypergeometric_p(int(top_counts(rng.normal(size=35), SEVEN, 5)[0]), 5, 15, 35)
        for _ in range(2000)
    ]
    assert np.mean(np.array(found) <= 0.05) < 0.05 + 0.01  # counts are few: it rejects less often


def test_impossible_counts():
    with pytest.raises(DegenerateInputError, match="leave 0 to 2 among 2, got 3"):
        hypergeometric_p(3, 2, 2, 4)


def test_effects_by_hand():
    # sets 01, 02, 12 score 5, 3, 1: language 0 is in 5 and 3, without it 1: 4 - 1
    weights = main_effect_weights(np.array([[0, 1], [0, 2], [1, 2]]))
    assert (weights @ np.array([5.0, 3.0, 1.0])).tolist() == [3.0, 0.0, -3.0]


def test_effects_are_differences_of_means():
    means = np.random.default_rng(0).normal(size=len(SEVEN))
    effects = main_effect_weights(SEVEN) @ means
    for lang in range(7):
        holds = (lang == SEVEN).any(axis=1)
        expected = means[holds].mean() - means[~holds].mean()
        assert effects[lang] == pytest.approx(expected, rel=RTOL)
    assert effects.sum() == pytest.approx(0, abs=1e-12)


def test_a_language_that_adds_a_point_to_each_of_its_sets_is_found():
    means = np.array([1.0 if 3 in langs else 0.0 for langs in itertools.combinations(range(7), 3)])
    effects = main_effect_weights(SEVEN) @ means
    assert effects[3] == pytest.approx(1.0)
    # the others are pushed out: with 3 in 5 of 15 of their sets, and in 10 of 20 without them
    assert effects[0] == pytest.approx(5 / 15 - 10 / 20)


def test_a_language_of_every_set_has_no_effect():
    assert (main_effect_weights(np.array([[0, 1], [0, 2]]))[0] == 0).all()
