"""Sets as arrays: all of them, once each, scored as by definition, ranked with ties."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.analysis.sets import (
    MAX_SETS,
    all_sets,
    n_sets,
    ranked,
    sum_over_members,
    sum_over_pairs,
    swaps,
    union_sizes,
)
from mslt_core.spec.errors import SpecError

ATOL = 1e-12


def as_tuples(members):
    return [tuple(row) for row in members.tolist()]


@pytest.mark.parametrize("n", [1, 3, 7])
@pytest.mark.parametrize("kept", [(), (0,), (2, 1)])
def test_all_sets_are_those_of_itertools(n, kept):
    if n <= max(kept, default=0):
        pytest.skip("the pool is too small for what must be in")
    for k in range(max(1, len(kept)), n + 1):
        expected = [s for s in itertools.combinations(range(n), k) if set(kept) <= set(s)]
        assert as_tuples(all_sets(n, k, kept)) == expected
        assert n_sets(n, k, len(kept)) == len(expected)


def test_too_many_sets_are_refused_before_they_are_made():
    # C(40, 6) = 3,838,380
    with pytest.raises(SpecError, match=r"40 languages have 3,838,380 sets of 6, more than"):
        all_sets(40, 6)
    assert len(all_sets(40, 6, kept=(0, 1))) == math.comb(38, 4) <= MAX_SETS


@pytest.mark.parametrize(("n", "k", "kept"), [(3, 4, ()), (3, 0, ()), (5, 1, (0, 1))])
def test_a_size_that_does_not_fit_is_refused(n, k, kept):
    with pytest.raises(SpecError, match=rf"k must be from \d to {n}, the pool's size, got {k}"):
        all_sets(n, k, kept)


@given(st.integers(0, 10_000), st.integers(2, 7), st.data())
def test_scores_equal_the_definition(seed, n, data):
    k = data.draw(st.integers(1, n))
    rng = np.random.default_rng(seed)
    matrix = rng.random((n, n))
    matrix += matrix.T
    values, has = rng.normal(size=n), rng.random((n, 70)) < rng.random()
    members = all_sets(n, k)
    pairs, added, unions = (
        sum_over_pairs(matrix, members),
        sum_over_members(values, members),
        union_sizes(has, members),
    )
    for i, chosen in enumerate(itertools.combinations(range(n), k)):
        by_pair = sum(matrix[a, b] for a, b in itertools.combinations(chosen, 2))
        assert pairs[i] == pytest.approx(by_pair, abs=ATOL)
        assert added[i] == pytest.approx(sum(values[m] for m in chosen), abs=ATOL)
        assert unions[i] == len(set().union(*(np.flatnonzero(has[m]).tolist() for m in chosen)))


def test_unions_are_the_same_in_pieces(monkeypatch):
    has = np.random.default_rng(0).random((9, 500)) < 0.3
    members = all_sets(9, 4)
    whole = union_sizes(has, members)
    monkeypatch.setattr("mslt_core.analysis.sets.CHUNK_BYTES", 200)
    assert (union_sizes(has, members) == whole).all()


def test_what_is_missing_spoils_its_sets_alone():
    matrix = np.array([[0, 1, np.nan], [1, 0, 2], [np.nan, 2, 0]])
    found = sum_over_pairs(matrix, all_sets(3, 2))
    np.testing.assert_array_equal(found, [1, np.nan, 2])
    np.testing.assert_array_equal(
        sum_over_members(np.array([1, np.nan, 3]), all_sets(3, 1)), [1, np.nan, 3]
    )


# ranks


SOME_SCORES = st.lists(st.one_of(st.integers(0, 4).map(float), st.just(np.nan)), max_size=12)


@given(SOME_SCORES, st.booleans())
def test_ranks_equal_the_definition(values, minimise):
    scores = np.array(values, dtype=np.float64)
    ranks, order = ranked(scores, minimise=minimise)
    sign = -1 if minimise else 1
    for score, rank in zip(scores, ranks, strict=True):
        better = np.sum(sign * scores > sign * score)  # NaN is never greater
        assert rank == (0 if np.isnan(score) else better + 1)
    keys = [(not r, r, i) for i, r in zip(order, ranks[order], strict=True)]
    assert keys == sorted(keys)
    assert sorted(order.tolist()) == list(range(len(scores)))


def test_scores_that_differ_by_rounding_are_tied():
    ranks, order = ranked(np.array([0.1 + 0.2, 0.5, 0.3, 0.3 + 3e-9]))
    assert ranks.tolist() == [3, 1, 3, 2]
    assert order.tolist() == [1, 3, 0, 2]


def test_large_scores_are_tied_relative_to_their_size():
    ranks, _ = ranked(np.array([1e12, 1e12 + 1, 1e12 + 1e5]))
    assert ranks.tolist() == [2, 2, 1]


def test_small_scores_are_tied_relative_to_their_size():
    ranks, _ = ranked(np.array([1e-12, 2e-12, 2e-12 * (1 + 1e-15)]))
    assert ranks.tolist() == [3, 1, 1]


def test_swaps_share_all_languages_but_one():
    members = all_sets(6, 3)
    for i, chosen in enumerate(as_tuples(members)):
        near = {as_tuples(members)[j] for j in swaps(members, i)}
        assert near == {s for s in as_tuples(members) if len(set(s) & set(chosen)) == 2}
