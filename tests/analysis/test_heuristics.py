"""Heuristics: near the best, honest about what must be in, and no swap away from better."""

import itertools
import math

import numpy as np
import pytest

from mslt_core.analysis.heuristics import farthest_sets, greedy_sets, improved_by_swaps
from mslt_core.analysis.sets import all_sets, sum_over_pairs


def matrix(seed: int, n: int) -> np.ndarray:
    values = np.random.default_rng(seed).random((n, n))
    return np.triu(values, 1) + np.triu(values, 1).T


def score(distances):
    return lambda members: sum_over_pairs(distances, members)


@pytest.mark.parametrize("kept", [(), (3,), (7, 1)])
@pytest.mark.parametrize("minimise", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_is_found_or_nearly(seed, minimise, kept):
    d = matrix(seed, 12)
    every = all_sets(12, 5, kept)
    scores = np.sort(score(d)(every) * (1 if minimise else -1))
    grown = np.concatenate(
        [
            greedy_sets(score(d), 12, 5, kept, minimise=minimise),
            farthest_sets(d, 5, kept, minimise=minimise),
        ]
    )
    assert all(set(kept) <= set(row) for row in grown.tolist())
    assert (np.diff(grown, axis=1) > 0).all()
    assert len(grown) > 2, "from every first language, not from what must be in alone"
    best = improved_by_swaps(grown, score(d), 12, kept, minimise=minimise)
    found = np.sort(score(d)(best) * (1 if minimise else -1))
    assert found[0] <= scores[len(scores) // 50]


@pytest.mark.parametrize("minimise", [False, True])
def test_no_swap_improves_what_is_returned(minimise):
    d = matrix(9, 11)
    sign = -1 if minimise else 1
    start = all_sets(11, 4, (2,))[::7]
    for row in improved_by_swaps(start, score(d), 11, (2,), minimise=minimise).tolist():
        mine = sign * sum(d[a, b] for a, b in itertools.combinations(row, 2))
        for out, new in itertools.product(set(row) - {2}, set(range(11)) - set(row)):
            other = sorted({*row} - {out} | {new})
            assert sign * sum(d[a, b] for a, b in itertools.combinations(other, 2)) <= mine + 1e-12


def test_what_has_no_distance_is_not_joined():
    d = matrix(0, 8)
    d[3], d[:, 3] = math.nan, math.nan
    for members in (greedy_sets(score(d), 8, 4, (5, 1)), farthest_sets(d, 4, (5, 1))):
        assert len(members)
        assert all({1, 5} <= set(row) and 3 not in row for row in members.tolist())


def test_nothing_is_found_where_nothing_has_a_score():
    d = matrix(0, 6)
    d[2], d[:, 2] = math.nan, math.nan
    for members in (greedy_sets(score(d), 6, 4, (2,)), farthest_sets(d, 4, (2,))):
        assert members.shape == (0, 4)
        assert improved_by_swaps(members, score(d), 6, (2,)).shape == (0, 4)
