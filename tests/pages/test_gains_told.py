"""What is said of the intervals where some targets know less of the seeds than others."""

import dataclasses

from mslt_core.commands import standard_told
from mslt_core.spec.evidence import SeedPool
from mslt_core.spec.results import GainResult, TargetGain
from pages._shared.gains_told import answer, intervals_told

KNOWN = TargetGain(
    lang="fi", estimate=0.1, low=0.0, high=0.2, sd_items=0.03, sd_seeds=0.04, df=9, p=0.05,
    test="t", n_items=50, n_seeds=2, score_a=0.5, score_b=0.6, trained_on=False,
    majority_accuracy=None,
)  # fmt: skip


def result(mean, *gains, interval) -> GainResult:
    return GainResult(
        metric="accuracy", name_a="a", name_b="b", gains=gains, mean=mean, zero_shot=("fi",),
        interval=interval, average="shared",
        pool=SeedPool(n_sets=12, n_runs=24, prior_df=float("inf")),
    )  # fmt: skip


def test_a_target_whose_seeds_nobody_tells_does_not_speak_for_the_mean():
    unsure = dataclasses.replace(KNOWN, lang="fr", sd_seeds=None)
    told = intervals_told(result(KNOWN, KNOWN, unsure, interval="items"))
    assert "test items and seeds are both samples, and both are in them" in told
    assert "Of fr too few sets tell the seeds' noise: test items alone." in told
    assert "Fewer than three seeds" not in told


def test_where_all_know_as_much_nothing_is_added():
    assert "too few" not in intervals_told(result(KNOWN, KNOWN, interval="both"))
    unsure = dataclasses.replace(KNOWN, sd_seeds=None)
    told = intervals_told(result(unsure, unsure, interval="items"))
    assert told.startswith("Fewer than three seeds")
    assert "too few sets" not in told


def test_one_language_is_not_several():
    told = answer(result(KNOWN, KNOWN, interval="both"))
    assert "on **1 of 1** unseen language, beyond" in told
    also = dataclasses.replace(KNOWN, lang="fr")  # not in the mean: not zero-shot for all
    assert "**1 of 1** language unseen by all sets" in answer(
        result(KNOWN, KNOWN, also, interval="both")
    )
    assert "on 1 of 1 unseen language, beyond" in standard_told.gain(
        result(KNOWN, KNOWN, interval="both")
    )


def test_where_nothing_is_zero_shot_no_count_of_none_is_told():
    seen = dataclasses.replace(result(None, interval="both"), zero_shot=())
    for told in (
        answer(seen), standard_told.gain(seen), standard_told.gains([seen, seen])
    ):  # fmt: skip
        assert told.startswith("Every target was trained on by one of the sets")
