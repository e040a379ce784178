"""The order of training rows: every language in every batch, every row once an epoch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.models.batches import balanced_batches, batches_within, padded, parted

sizes_of_langs = st.lists(st.integers(1, 60), min_size=1, max_size=7)


def lengths_of(sizes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(3, 40, size) for size in sizes]


def lang_of(order, sizes):
    return np.searchsorted(np.cumsum(sizes), order, side="right")


def counts(order, sizes):
    langs = lang_of(order, sizes)
    return np.stack([(langs == lang).sum(axis=1) for lang in range(len(sizes))], axis=1)


def test_shares_worked_by_hand():
    # 6 + 3 rows in batches of 3: 2 and 1 in each; three batches are one epoch
    order = balanced_batches(lengths_of([6, 3]), steps=3, batch_size=3, seed=0)
    assert counts(order, [6, 3]).tolist() == [[2, 1]] * 3
    assert sorted(order.ravel()) == list(range(9))


@given(sizes_of_langs, st.integers(1, 40), st.integers(1, 20), st.booleans())
def test_every_batch_has_every_language_within_one_of_its_share(sizes, steps, batch_size, grouped):
    order = balanced_batches(lengths_of(sizes), steps, batch_size, seed=1, group_by_length=grouped)
    assert order.shape == (steps, batch_size)
    share = batch_size * np.array(sizes) / sum(sizes)
    of_lang = counts(order, sizes)
    assert (of_lang >= np.floor(share)).all()
    assert (of_lang <= np.ceil(share)).all()


@given(sizes_of_langs, st.integers(1, 40), st.integers(1, 20), st.booleans())
def test_no_row_is_used_again_before_all_of_its_language_were(sizes, steps, batch_size, grouped):
    order = balanced_batches(lengths_of(sizes), steps, batch_size, seed=2, group_by_length=grouped)
    used = np.bincount(order.ravel(), minlength=sum(sizes))
    for of_lang in np.split(used, np.cumsum(sizes)[:-1]):
        assert of_lang.max() - of_lang.min() <= 1


@given(sizes_of_langs, st.integers(1, 4), st.integers(1, 20))
def test_whole_epochs_use_each_row_once_each(sizes, epochs, batch_size):
    # batch_size epochs fill whole batches, whatever the number of rows
    steps = epochs * sum(sizes)
    order = balanced_batches(lengths_of(sizes), steps, batch_size, seed=3)
    assert (np.bincount(order.ravel()) == epochs * batch_size).all()


@given(sizes_of_langs, st.integers(1, 60), st.integers(1, 20))
def test_no_language_falls_behind_over_the_run(sizes, steps, batch_size):
    order = balanced_batches(lengths_of(sizes), steps, batch_size, seed=4)
    share = steps * batch_size * np.array(sizes) / sum(sizes)
    assert (np.abs(counts(order, sizes).sum(axis=0) - share) < len(sizes)).all()


def test_same_seed_same_order_other_seed_other_order():
    args = (lengths_of([30, 20]), 20, 8)
    assert (balanced_batches(*args, seed=5) == balanced_batches(*args, seed=5)).all()
    assert (balanced_batches(*args, seed=5) != balanced_batches(*args, seed=6)).any()


def share_of_padding(lengths, order):
    in_order = np.concatenate(lengths)[order]
    return 1 - in_order.sum() / (in_order.max(axis=1) * order.shape[1]).sum()


def test_rows_of_like_length_meet_where_asked_for():
    lengths = lengths_of([800, 800, 800])
    order = balanced_batches(lengths, 150, 16, seed=8, group_by_length=True)
    random = balanced_batches(lengths, 150, 16, seed=8)
    assert share_of_padding(lengths, order) < 0.15
    assert share_of_padding(lengths, random) > 0.4


def test_batches_in_random_order_have_rows_of_all_lengths():
    lengths = lengths_of([1600, 800])
    order = balanced_batches(lengths, 150, 16, seed=11)
    in_order = np.concatenate(lengths)[order]
    # independent draws: the variance of a batch's mean is a 16th of that of single rows
    ratio = 16 * in_order.mean(axis=1).var() / in_order.var()
    assert 0.6 < ratio < 1.4  # of groups it is 15 or more
    grouped = balanced_batches(lengths, 150, 16, seed=11, group_by_length=True)
    assert 16 * np.concatenate(lengths)[grouped].mean(axis=1).var() / in_order.var() > 10


def test_short_batches_do_not_come_first():
    lengths = lengths_of([800])
    order = balanced_batches(lengths, 50, 16, seed=9, group_by_length=True)
    mean_length = lengths[0][order].mean(axis=1)
    place = np.arange(50) - 24.5
    assert abs(np.corrcoef(place, mean_length)[0, 1]) < 0.4  # 1.0 without the shuffle


@pytest.mark.parametrize("grouped", [False, True])
def test_a_pool_never_holds_two_copies_of_a_row(grouped):
    # 40 rows in batches of 8: five batches an epoch, so no batch may hold a row twice
    order = balanced_batches(lengths_of([20, 20]), 500, 8, seed=10, group_by_length=grouped)
    assert all(len(set(batch)) == 8 for batch in order.tolist())


def test_a_batch_in_parts_worked_by_hand():
    rows, lengths = ["long", "short", "middle", "tiny", "longest"], [7, 3, 5, 1, 9]
    assert parted(rows, lengths, 2) == [["tiny", "short", "middle"], ["long", "longest"]]
    assert parted(rows, lengths, 1) == [rows]
    assert parted(rows[:1], lengths[:1], 2) == [["long"]]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 120))
def test_batches_within_a_budget(lengths, max_subwords):
    lengths = np.array(lengths, dtype=np.int64)
    batches = batches_within(lengths, max_subwords)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch].max() <= max_subwords


def test_budget_worked_by_hand():
    # sorted 2 3 3 9; 3 rows x 3 = 9 fit in 10, a fourth would make 4 x 9
    batches = batches_within(np.array([9, 3, 2, 3]), 10)
    assert [batch.tolist() for batch in batches] == [[2, 1, 3], [0]]


@pytest.mark.parametrize(("multiple_of", "width"), [(1, 3), (8, 8)])
def test_padding(multiple_of, width):
    rows = [np.array([5, 6, 7]), np.array([8])]
    together = padded(rows, fill=1, multiple_of=multiple_of)
    assert together.shape == (2, width)
    assert together[0].tolist() == [5, 6, 7] + [1] * (width - 3)
    assert together[1].tolist() == [8] + [1] * (width - 1)
