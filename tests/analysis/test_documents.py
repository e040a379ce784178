"""Intervals over documents: by hand, against SciPy, coverage, messages."""

import numpy as np
import pytest
from scipy import stats

from mslt_core.analysis.documents import (
    mean_over_documents,
    share_over_documents,
)
from mslt_core.analysis.jackknife import jackknifed
from mslt_core.spec.errors import DegenerateInputError


def test_worked_by_hand():
    # documents (1, 2), (3), (5): mean 11/4; without each 8/2 = 4, 8/3, 6/3 = 2, their mean 26/9.
    # squares (10/9)^2 + (2/9)^2 + (8/9)^2 = 168/81, times 2/3: s^2 = 1.38272, s = 1.17589;
    # t(df 2, 0.975) = 4.30265: half = 5.05945
    mean = mean_over_documents(np.array([1, 2, 3, 5]), [0, 0, 1, 2])
    np.testing.assert_allclose(mean.replicates, [4, 8 / 3, 2])
    assert mean.value == 2.75
    assert mean.low == pytest.approx(2.75 - 5.05945, abs=1e-4)
    assert mean.high == pytest.approx(2.75 + 5.05945, abs=1e-4)


def test_it_is_the_jackknife_of_blocks_where_documents_are_equal():
    groups = np.repeat(np.arange(8), 3)
    x = np.random.default_rng(9).normal(size=24)
    mean = mean_over_documents(x, groups)
    blocks = jackknifed(lambda kept: x[kept].mean(), groups)
    np.testing.assert_allclose((mean.low, mean.high), blocks.interval(), rtol=1e-12)


def test_without_groups_a_mean_has_students_interval():
    x = np.random.default_rng(0).normal(size=30)
    mean = mean_over_documents(x)
    expected = stats.ttest_1samp(x, 0).confidence_interval(0.95)
    assert (mean.low, mean.high) == pytest.approx((expected.low, expected.high))


def test_with_sizes_it_is_a_ratio_of_sums():
    # 1 of 2 words, 3 of 4: 4/6; without the first 3/4, without the second 1/2
    mean = mean_over_documents(np.array([1, 3]), sizes=np.array([2, 4]))
    assert mean.value == pytest.approx(4 / 6)
    assert mean.replicates.tolist() == [0.75, 0.5]


def test_many_at_once_equal_each_alone_and_names_and_order_do_not_matter():
    rng = np.random.default_rng(1)
    values, groups = rng.normal(size=(2, 3, 40)), rng.integers(0, 9, 40)
    sizes = rng.integers(1, 5, size=(3, 40))
    order = rng.permutation(40)
    names = np.array([f"doc{g}" for g in groups])
    many = mean_over_documents(values, groups, sizes=sizes)
    assert many.value.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        one = mean_over_documents(values[i, j][order], names[order], sizes=sizes[j][order])
        assert many.value[i, j] == pytest.approx(float(one.value))
        assert many.low[i, j] == pytest.approx(float(one.low))


def test_nan_stays_nan_where_it_is():
    values = np.ones((2, 5))
    values[0] = np.nan
    mean = mean_over_documents(values)
    assert np.isnan(mean.low[0])
    assert mean.low[1] == 1
    share = share_over_documents(values, [0, 0, 1, 1, 2])
    assert np.isnan(share.low[0])
    assert share.high[1] == 1


@pytest.mark.parametrize(("hits", "n"), [(0, 12), (5, 12), (12, 12), (999, 1000)], ids=str)
def test_a_share_without_groups_has_wilsons_interval(hits, n):
    share = share_over_documents(np.arange(n) < hits)
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_sentences_that_come_in_equal_copies_count_once():
    # every document is one sentence four times: the interval of 60 sentences, not of 240
    hits = np.random.default_rng(2).random(60) < 0.7
    copies, groups = np.repeat(hits, 4), np.repeat(np.arange(60), 4)
    alone, grouped = share_over_documents(hits), share_over_documents(copies, groups)
    # t(59) and 59 for 60 make it wider by 3 %
    ratio = float((grouped.high - grouped.low) / (alone.high - alone.low))
    assert 1.0 < ratio < 1.05


def test_a_share_of_1_is_not_certain():
    share = share_over_documents(np.ones(100), np.repeat(np.arange(20), 5))
    assert share.high == 1
    # Wilson of 20 documents: 1 / (1 + t^2/20) with t(19) = 2.093
    assert share.low == pytest.approx(1 / (1 + 2.09302**2 / 20), abs=1e-5)
    # the 20 are blocks of 80 documents: these are what is counted, and only there
    of_blocks = share_over_documents(np.ones(100), np.repeat(np.arange(20), 5), n_documents=80)
    assert of_blocks.low == pytest.approx(1 / (1 + 2.09302**2 / 80), abs=1e-5)
    most, groups = np.arange(100) > 3, np.arange(100) % 20
    blocks, documents = (share_over_documents(most, groups, n_documents=n) for n in (None, 80))
    assert (blocks.low, blocks.high) == (documents.low, documents.high)


def test_covers_the_true_mean_of_documents_whose_sentences_are_alike():
    rng = np.random.default_rng(3)
    covered, naive = 0, 0
    for _ in range(1000):
        sizes = rng.integers(1, 6, size=60)
        groups = np.repeat(np.arange(60), sizes)
        values = rng.normal(size=60)[groups] + rng.normal(size=len(groups))
        mean, ungrouped = mean_over_documents(values, groups), mean_over_documents(values)
        covered += bool(mean.low <= 0 <= mean.high)
        naive += bool(ungrouped.low <= 0 <= ungrouped.high)
    # binomial standard error at 1,000: 0.007; the unequal documents cost half a point
    assert 0.925 < covered / 1000 < 0.97
    assert naive < 0.9 * 1000


def test_covers_the_true_share():
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(1000):
        groups = np.repeat(np.arange(80), rng.integers(1, 6, size=80))
        # documents with their own chance, 0.9 on average: Beta(9, 1)
        share = share_over_documents(rng.random(len(groups)) < rng.beta(9, 1, 80)[groups], groups)
        covered.append(bool(share.low <= 0.9 <= share.high))
    assert 0.93 < np.mean(covered) < 0.98  # conservative: never fewer than Wilson's


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"a document for 3 sentences, got \(2,\)"):
        mean_over_documents(np.zeros(3), [0, 1])
    with pytest.raises(DegenerateInputError, match="at least 2 documents, got 1"):
        mean_over_documents(np.zeros(3), [0, 0, 0])
    with pytest.raises(DegenerateInputError, match="one document holds all there is"):
        mean_over_documents(np.zeros(3), sizes=np.array([4, 0, 0]))
