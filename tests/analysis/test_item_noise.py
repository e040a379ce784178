"""What other test items would change: by hand, what it ignores, against resampling."""

import numpy as np
import pytest

from mslt_core.analysis.classes import macro_f1
from mslt_core.analysis.item_noise import (
    item_covariance,
    item_variance,
    macro_f1_influence,
    ratio_influence,
)
from mslt_core.analysis.paired import judged
from mslt_core.spec.errors import DegenerateInputError

F32 = 1e-6  # influences are kept in single precision


def test_influence_worked_by_hand():
    # 3 of 4 words right: R = 3/4, mean size 2. (1 - 0.75 * 1) / 2 = 0.125; (2 - 0.75 * 3) / 2
    found = ratio_influence(np.array([1, 2]), np.array([1, 3]))
    assert found == pytest.approx([0.125, -0.125], abs=F32)


def test_variance_of_an_accuracy_is_the_textbooks():
    # 3 of 4 right: p (1 - p) / (n - 1) = 0.1875 / 3
    hits = np.array([1, 1, 1, 0])
    found = item_variance(ratio_influence(hits, np.ones(4))[None])
    assert float(found) == pytest.approx(0.1875 / 3, rel=F32)


def test_it_ignores_the_order_of_items_and_the_scale_of_sizes():
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 9, size=60)
    hits = rng.integers(0, sizes + 1)
    order = rng.permutation(60)
    one = item_variance(ratio_influence(hits, sizes)[None])
    other = item_variance(ratio_influence(2 * hits[order], 2 * sizes[order])[None])
    assert other == pytest.approx(one, rel=F32)


@pytest.mark.parametrize("n", [200, 1000])
def test_span_f1_as_resampling_has_it(n):
    """The slow twin: draw sentences again, and take the spread of the F1."""
    rng = np.random.default_rng(n)
    gold = rng.integers(0, 4, size=n)
    predicted = rng.integers(0, 4, size=n)
    true = rng.binomial(np.minimum(gold, predicted), 0.7)
    drawn = rng.integers(0, n, size=(4000, n))
    f1 = 2 * true[drawn].sum(axis=1) / (predicted + gold)[drawn].sum(axis=1)
    found = item_variance(ratio_influence(2 * true, predicted + gold)[None])
    # a variance from 4,000 samples has a standard error of 2.2 %
    assert float(found) == pytest.approx(f1.var(), rel=0.08)


def test_a_difference_of_two_runs_as_the_paired_bootstrap_has_it():
    """Sentences are drawn again, whole, and the same ones for both runs."""
    n, rng = 600, np.random.default_rng(11)
    gold = rng.integers(0, 4, size=n)
    hard = rng.beta(2, 1, size=n)  # both runs find the same sentences hard
    true = [rng.binomial(gold, share * hard) for share in (0.8, 1.0)]
    below = [found + gold + rng.integers(0, 2, size=n) for found in true]
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=4000)
    one, other = (2 * (drawn @ of) / (drawn @ under) for of, under in zip(true, below, strict=True))
    influence = [ratio_influence(2 * of, under) for of, under in zip(true, below, strict=True)]
    found = item_variance((influence[1] - influence[0])[None])
    # a variance from 4,000 samples has a standard error of 2.2 %
    assert float(found) == pytest.approx((other - one).var(), rel=0.08)
    ends = np.quantile(other - one, [0.025, 0.975])
    estimate = np.array(2 * true[1].sum() / below[1].sum() - 2 * true[0].sum() / below[0].sum())
    interval = judged(estimate, found, np.array(0.0), df_items=n - 1, df_seeds=1)
    width = ends[1] - ends[0]
    assert (interval.low, interval.high) == pytest.approx(tuple(ends), abs=0.05 * width)


def test_macro_f1_as_resampling_has_it():
    rng = np.random.default_rng(5)
    gold = rng.integers(0, 3, size=400)
    predicted = np.where(rng.random(400) < 0.6, gold, rng.integers(0, 3, size=400))
    drawn = rng.integers(0, 400, size=(4000, 400))
    p, g = predicted[drawn], gold[drawn]
    by_label = [
        2 * ((p == k) & (g == k)).sum(axis=1) / ((p == k).sum(axis=1) + (g == k).sum(axis=1))
        for k in range(3)
    ]
    scores = np.mean(by_label, axis=0)
    assert scores[0] == pytest.approx(macro_f1(p[0], g[0]))
    found = item_variance(macro_f1_influence(predicted, gold)[None])
    assert float(found) == pytest.approx(scores.var(), rel=0.08)


def test_pairing_takes_off_what_both_runs_find_hard():
    hits = np.random.default_rng(1).integers(0, 2, size=300)
    same = ratio_influence(hits, np.ones(300))
    assert float(item_variance((same - same)[None])) == 0
    flipped = ratio_influence(1 - hits, np.ones(300))
    apart = float(item_variance((same - flipped)[None]))
    assert apart == pytest.approx(4 * float(item_variance(same[None])), rel=1e-4)


def test_seeds_and_items_are_the_two_way_layouts():
    """(MS_seeds + MS_items - MS_rest) / (n_seeds n_items), from the definition."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3, 40)) + rng.normal(size=40) + rng.normal(size=(3, 1))
    by_seed, by_item = x.mean(axis=1), x.mean(axis=0)
    rest = x - by_seed[:, None] - by_item + x.mean()
    ms_seeds, ms_items = 40 * by_seed.var(ddof=1), 3 * by_item.var(ddof=1)
    ms_rest = (rest**2).sum() / (2 * 39)
    influence = x - by_seed[:, None]
    found = by_seed.var(ddof=1) / 3 + float(item_variance(influence, 1.0))
    assert found == pytest.approx((ms_seeds + ms_items - ms_rest) / 120, rel=1e-9)


def test_seeds_that_agree_to_the_last_answer_leave_the_items_noise():
    one = np.array([0.5, -0.5, 0.5, -0.5])
    # both seeds the same: no noise of seeds, and the variance is that of one
    assert float(item_variance(np.stack([one, one]), 0.0)) == pytest.approx(1 / 12)
    # nothing in common, and no variance known over seeds: the whole variance of the mean
    other = np.array([0.5, 0.5, -0.5, -0.5])
    assert float(item_variance(np.stack([one, other]), 0.0)) == pytest.approx(0.5 / 12)
    assert float(item_variance(np.stack([one, other]), 0.1)) == 0


def test_covariance_of_sets_gives_the_variance_of_their_difference():
    rng = np.random.default_rng(3)
    influence = rng.normal(size=(2, 3, 50)) + rng.normal(size=(2, 1, 50))
    influence -= influence.mean(axis=2, keepdims=True)
    found = item_covariance(influence)
    apart = found[0, 0] + found[1, 1] - 2 * found[0, 1]
    assert apart == pytest.approx(float(item_variance(influence[1] - influence[0], 1.0)))


def test_it_says_what_is_missing():
    with pytest.raises(DegenerateInputError, match="at least 2 of them, got 1"):
        item_variance(np.zeros((3, 1)))
    with pytest.raises(DegenerateInputError, match="at least 2 of them, got 1"):
        item_covariance(np.zeros((2, 3, 1)))
    with pytest.raises(DegenerateInputError, match="without a single answer"):
        ratio_influence(np.zeros(3), np.zeros(3))
