"""All sets at once against a loop over `itertools.combinations`, and what the page has to do."""

import itertools
import resource
import time

import numpy as np
import pytest

from mslt_core.analysis.selection import diversity
from mslt_core.analysis.sets import all_sets, ranked
from mslt_core.pipeline import EXAMPLE, Access, compare
from mslt_core.spec.selecting import SelectSpec
from mslt_core.store import Store

pytestmark = pytest.mark.benchmark

EXAMPLE_LANGS = "ar,bg,de,el,en,es,fi,fr,he,hi,id,it,ja,ko,pl,pt,ru,sv,th,tr,zh"


def seconds(work):
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def symmetric(n):
    matrix = np.random.default_rng(0).random((n, n))
    matrix += matrix.T
    np.fill_diagonal(matrix, 0)
    return matrix


def by_loop(matrix, k):
    """The definition: one set after the other."""
    scores = {
        chosen: sum(matrix[a, b] for a, b in itertools.combinations(chosen, 2))
        for chosen in itertools.combinations(range(len(matrix)), k)
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def at_once(matrix, k):
    members = all_sets(len(matrix), k)
    scores = diversity(matrix, members)
    ranks, order = ranked(scores)
    return members, scores, ranks, order


@pytest.mark.parametrize(("n", "k"), [(21, 3), (60, 4)])
def test_all_sets_against_a_loop(n, k):
    matrix = symmetric(n)
    at_once(matrix, k)  # warm-up
    fast_s, (members, scores, _, order) = seconds(lambda: at_once(matrix, k))
    slow_s, expected = seconds(lambda: by_loop(matrix, k))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"\n{len(members):,} sets of {k} out of {n}: at once {fast_s:.3f} s, loop {slow_s:.2f} s, "
        f"ratio {slow_s / fast_s:.0f}; peak {peak:.0f} MB with the loop's own"
    )
    assert [tuple(members[i]) for i in order[:100]] == [s for s, _ in expected[:100]]
    assert scores[order[0]] == pytest.approx(expected[0][1])


def test_all_criteria_over_21_languages(tmp_path):
    access = Access(store=Store(tmp_path, example=EXAMPLE), compute=False)
    asked = SelectSpec(pool=EXAMPLE_LANGS, k=3, targets=("sw", "vi"))
    first_s, _ = seconds(lambda: compare(access, asked))
    again_s, result = seconds(lambda: compare(access, asked))
    n_sets = len(next(iter(result.by_criterion.values())))
    print(
        f"\n{n_sets:,} sets under {len(result.by_criterion)} criteria with correlations: "
        f"first {first_s:.2f} s, then {again_s:.3f} s"
    )
    assert result.missing == {}
