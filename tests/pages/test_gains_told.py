"""What is said of the intervals where some targets know less of the seeds than others."""

import dataclasses

from mslt_core.commands import standard_told
from mslt_core.spec.evidence import SeedPool
from mslt_core.spec.results import GainResult, TargetGain
from pages._shared.gains_told import answer, averaged_over
from pages._shared.imported_told import unpaired
from pages._shared.intervals_told import intervals_told

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
    told = intervals_told([result(KNOWN, KNOWN, unsure, interval="items")])
    assert "test items and seeds are both samples, and both are in them" in told
    assert "Of fr too few sets tell the seeds' noise: test items alone." in told
    assert "Fewer than three seeds" not in told


def test_where_all_know_as_much_nothing_is_added():
    assert "too few" not in intervals_told([result(KNOWN, KNOWN, interval="both")])
    unsure = dataclasses.replace(KNOWN, sd_seeds=None)
    told = intervals_told([result(unsure, unsure, interval="items")])
    assert told.startswith("Fewer than three seeds")
    assert "too few sets" not in told


def test_each_kind_of_interval_is_told_with_its_sets():
    alone = dataclasses.replace(KNOWN, sd_seeds=None, n_seeds=1)
    sets = {
        "MSLT(ar, en)": result(alone, alone, interval="items"),
        "MSLT(de, en)": result(KNOWN, KNOWN, interval="both"),
        "MSLT(en, es)": result(dataclasses.replace(KNOWN, df=14), KNOWN, interval="both"),
    }
    one, *others = (dataclasses.replace(r, name_b=name) for name, r in sets.items())
    told = intervals_told([one, *others]).replace("\\", "")
    assert told == (
        "MSLT(ar, en): fewer than three seeds, so intervals (95 %, paired test items) and p carry "
        "the items' sampling only. Another seed may move every point further than that. "
        "MSLT(de, en) and MSLT(en, es): 95 %, Student's t; test items and seeds are both samples, "
        "and both are in them. The seeds' noise leans on all 12 sets (24 runs): 9 to 14 degrees of "
        "freedom for the means."
    )
    assert intervals_told(others).startswith("Intervals: 95 %, Student's t; test items and seeds")
    assert "12 sets" not in intervals_told([one])


def test_across_imported_results_and_runs_items_are_not_called_paired():
    alone = dataclasses.replace(KNOWN, sd_seeds=None, n_seeds=1)
    own = result(alone, alone, interval="items")
    across = dataclasses.replace(own, name_b="b (imported)", pool=None)
    assert "(95 %, test items) and p carry" in intervals_told([across])
    both = dataclasses.replace(across, name_a="a (imported)")
    assert "(95 %, paired test items)" in intervals_told([both])
    longer = "test items are not paired, which makes intervals longer"
    assert longer in unpaired([], [across])
    seeds = dataclasses.replace(KNOWN, sd_items=None)
    without = dataclasses.replace(across, mean=seeds, gains=(seeds,), interval="seeds")
    assert longer not in unpaired([], [own, both, without])
    assert "trained and tested alike is what you said" in unpaired([], [without])
    assert not unpaired([], [own, both])


def test_targets_that_carry_something_else_than_the_mean_are_named():
    none = dataclasses.replace(KNOWN, sd_items=None, sd_seeds=None, low=None, high=None)
    alone = dataclasses.replace(KNOWN, lang="sw", sd_seeds=None)
    told = intervals_told([result(none, none, alone, interval="none")])
    assert "no interval. On sw they carry the items' sampling alone." in told


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


def test_a_mean_over_one_language_is_told_so():
    told = averaged_over([result(KNOWN, KNOWN, interval="both")])
    assert told == "Means are over the one language that no set here trained on: fi."


def test_where_nothing_is_zero_shot_no_count_of_none_is_told():
    seen = dataclasses.replace(result(None, interval="both"), zero_shot=())
    for told in (
        answer(seen), standard_told.gain(seen), standard_told.gains([seen, seen])
    ):  # fmt: skip
        assert told.startswith("Every target was trained on by one of the sets")
