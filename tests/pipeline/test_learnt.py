"""Runs that learnt nothing are told by their own sources."""

import pytest

from mslt_core.pipeline import nothing_learnt
from mslt_core.spec.results import TargetScores
from tests.pipeline.test_gaps import result


def run(scores, sources=("en",), seed=0, n_items=1000):
    info = result(sources, dict.fromkeys(scores, 0.5), seed).info
    return info, {
        lang: TargetScores(
            item_accuracy=right, majority_accuracy=majority, n_items=n_items, n_tokens=n_items
        )
        for lang, (right, majority) in scores.items()
    }


@pytest.mark.parametrize(
    ("right", "n_items", "is_told"),
    [
        (0.333, 1000, True),
        (0.30, 1000, True),
        # the standard error of 36 % is 1.5 points with 1,000 items and 0.5 with 10,000
        (0.36, 1000, True),
        (0.37, 1000, False),
        (0.36, 10_000, False),
        (1.0, 10, False),
    ],
)
def test_no_better_than_a_constant_answer(right, n_items, is_told):
    one = run({"en": (right, 1 / 3), "de": (0.9, 1 / 3)}, n_items=n_items)
    assert bool(nothing_learnt([one])) == is_told


def test_all_sources_count_together_and_targets_do_not():
    """A single source may be hard; and transfer may fail where the sources were learnt."""
    assert not nothing_learnt([run({"de": (0.3, 0.34), "en": (0.6, 0.34)}, ("de", "en"))])
    assert not nothing_learnt([run({"en": (0.6, 0.34), "sw": (0.34, 0.34)})])


def test_what_is_not_scored_tells_nothing():
    assert nothing_learnt([run({"sw": (0.1, 0.34)})]) == ""
    assert nothing_learnt([run({"en": (0.1, None)})]) == ""


def test_runs_are_named_with_their_seeds():
    low = {"en": (0.3, 0.34)}
    told = nothing_learnt([run(low, seed=2), run(low), run({"en": (0.9, 0.3)}, seed=1)])
    assert "even on their own sources: SSLT(en) (seed 0, 2). They" in told
