"""Runs that may have learnt nothing are told by their own sources."""

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


BELOW = "Right no more often than the majority label"
NEAR = "Better than the majority label by two standard errors at most"


@pytest.mark.parametrize(
    ("right", "n_items", "told"),
    [
        (0.0, 1000, BELOW),
        (0.3, 1000, BELOW),
        (0.333, 1000, BELOW),
        # the standard error of 36 % is 1.5 points with 1,000 items and 0.5 with 10,000
        (0.36, 1000, NEAR),
        (0.37, 1000, ""),
        (0.36, 10_000, ""),
        # sqrt(0.34 * 0.66 / 200) is 3.35 points, and 34 % is 1 point above 1/3
        (0.34, 200, NEAR),
        (1.0, 10, ""),
    ],
)
def test_no_better_than_a_constant_answer(right, n_items, told):
    one = run({"en": (right, 1 / 3), "de": (0.9, 1 / 3)}, n_items=n_items)
    said = nothing_learnt([one])
    assert said.startswith(told)
    assert bool(said) == bool(told)


def test_all_sources_count_together_and_targets_do_not():
    """A single source may be hard; and transfer may fail where the sources were learnt."""
    assert not nothing_learnt([run({"de": (0.3, 0.34), "en": (0.6, 0.34)}, ("de", "en"))])
    assert not nothing_learnt([run({"en": (0.6, 0.34), "sw": (0.34, 0.34)})])


def test_the_standard_error_is_that_of_the_sum_over_the_items_of_all_sources():
    # of one source: 0.32 - 0.25 = 0.07 < 2 sqrt(0.32 * 0.68 / 100) = 0.093
    # of two together: 0.34 - 0.25 = 0.09 > 2 sqrt(0.34 * 0.66 / 200) = 0.067
    one, both = {"en": (0.32, 0.25)}, {"en": (0.34, 0.25), "es": (0.34, 0.25)}
    assert nothing_learnt([run(one, n_items=100)]).startswith(NEAR)
    assert nothing_learnt([run(both, ("en", "es"), n_items=100)]) == ""


def test_words_of_a_sentence_are_one_item():
    # 1,000 words alone would make 37 % of 33.4 % surely better, in 100 sentences they do not
    info, _ = run({"en": (0.37, 0.334)})
    words = TargetScores(accuracy=0.37, majority_accuracy=0.334, n_items=100, n_tokens=1000)
    assert "37.0 % against 33.4 %, 100 items" in nothing_learnt([(info, {"en": words})])


def test_what_is_not_scored_or_has_a_single_label_tells_nothing():
    assert nothing_learnt([run({"sw": (0.1, 0.34)})]) == ""
    assert nothing_learnt([run({"en": (0.1, None)})]) == ""
    assert nothing_learnt([run({"en": (1.0, 1.0)})]) == ""


def test_runs_are_named_with_their_seeds_and_what_they_got_right():
    low, close = {"en": (0.3, 0.34)}, {"en": (0.35, 0.34)}
    told = nothing_learnt(
        [run(low, seed=2), run({"en": (0.29, 0.34)}), run({"en": (0.9, 0.3)}, seed=1)]
    )
    assert told == (
        f"{BELOW}, even on their own sources: SSLT(en) (seed 0, 2: 29.0 to 30.0 % against "
        "34.0 %, 1,000 items). They seem to have learnt nothing; another learning rate may help."
    )
    told = nothing_learnt([run(low), run(close, seed=1)])
    assert "SSLT(en) (seed 0: 30.0 % against" in told
    assert told.endswith(
        f" {NEAR}, even on their own sources: SSLT(en) (seed 1: 35.0 % against 34.0 %, 1,000 "
        "items). They may have learnt nothing, or too little for so few items to show."
    )
