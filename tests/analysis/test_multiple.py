"""Many questions at once: by hand, by definition, and how often the best is lost."""

import numpy as np
import pytest

from mslt_core.analysis.multiple import holm, may_be_best


def test_holm_worked_by_hand():
    # sorted 0.01, 0.02, 0.03, 0.6 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.6
    assert holm(np.array([0.6, 0.03, 0.01, 0.02])) == pytest.approx([0.6, 0.06, 0.04, 0.06])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_holm_by_its_definition():
    """The slow twin: reject in order until one is not below alpha over the tests left."""
    p = np.random.default_rng(0).random((200, 6)) ** 3
    for alpha in (0.01, 0.05, 0.2):
        for row, adjusted in zip(p, holm(p), strict=True):
            rejected = 0
            for value in sorted(row):
                if value > alpha / (6 - rejected):
                    break
                rejected += 1
            assert (adjusted <= alpha).sum() == rejected


def question(means, variance, df=1e6):
    n = len(means)
    apart = np.sqrt(2 * variance * (1 - np.eye(n)))
    return np.array(means, dtype=float), variance * np.eye(n), apart, np.full((n, n), df)


def test_two_sets_are_a_one_sided_test():
    # one-sided 5 %: the normal quantile 1.645 of a difference with a standard deviation of 1
    assert may_be_best(*question([0.0, 1.64], 0.5)).tolist() == [True, True]
    assert may_be_best(*question([0.0, 1.65], 0.5)).tolist() == [False, True]


def test_many_sets_are_dunnetts():
    """Set 0 as far behind nine others as Dunnett's one-sided test allows at 5 %: by
    simulation of its definition, a bit less and a bit more."""
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(100_000, 10))
    allowed = np.quantile((drawn[:, 1:] - drawn[:, :1]).max(axis=1) / np.sqrt(2), 0.95)
    for factor, inside in ((0.93, True), (1.07, False)):  # 2,000 draws: a few percent
        means = [-factor * allowed, *[0.0] * 9]
        assert bool(may_be_best(*question(means, 0.5))[0]) is inside


def test_it_ignores_order_shift_and_scale():
    rng = np.random.default_rng(3)
    means = rng.normal(size=20)
    plain = may_be_best(*question(means, 0.2))
    order = rng.permutation(20)
    assert (may_be_best(*question(means[order], 0.2)) == plain[order]).mean() > 0.94  # redrawn
    assert (may_be_best(*question(5 + 3 * means, 1.8)) == plain).all()


def test_correlated_means_are_told_apart_more_easily():
    means, _, _, df = question([0.0, 1.0, 1.0, 1.0], 1.0)
    shared = 0.95 * np.ones((4, 4)) + 0.05 * np.eye(4)
    apart = np.sqrt(0.1 * (1 - np.eye(4)))
    assert not may_be_best(means, shared, apart, df)[0]
    assert may_be_best(*question([0.0, 1.0, 1.0, 1.0], 1.0))[0]


def test_a_set_equal_to_another_to_the_last_digit():
    zeros = np.zeros((2, 2))
    assert may_be_best(np.array([0.5, 0.5]), zeros, zeros, np.ones((2, 2))).all()
    # no noise is seen, which is not the same as none: neither leaves the other out
    assert may_be_best(np.array([0.5, 0.6]), zeros, zeros, np.ones((2, 2))).all()
    assert may_be_best(np.array([0.5]), zeros[:1, :1], zeros[:1, :1], zeros[:1, :1]).tolist() == [
        True
    ]


@pytest.mark.parametrize("n_sets", [4, 30])
def test_the_best_is_lost_in_one_of_twenty(n_sets):
    """All sets equal, the hardest case: the first one, as good as any, is kept in 95 %."""
    rng = np.random.default_rng(n_sets)
    kept = []
    for _ in range(600):
        variance = np.full(n_sets, rng.chisquare(2 * n_sets) / (2 * n_sets))
        sd = np.sqrt(2 * variance.mean() * (1 - np.eye(n_sets)))
        df = np.full((n_sets, n_sets), 2.0 * n_sets)
        found = may_be_best(rng.normal(size=n_sets), np.eye(n_sets), sd, df, n_draws=500)
        kept.append(found[0])
    assert 0.93 < np.mean(kept) < 0.98  # binomial standard error at 600: 0.009
