"""What is said of searches is true of the criteria that it names."""

import dataclasses
import types

from mslt_core import pipeline
from mslt_core.spec.judging import SearchCurve
from pages._shared.context import Context
from pages._shared.judged_basis import left_out
from pages._shared.lost_told import lost_told
from pages._shared.search_view import _criteria_told


def curve(name, regret, reached):
    return SearchCurve(
        name=name, regret=(regret,), low=(0.0,), high=(0.1,), reached=(reached,), named=(0.0,),
        n_repeats=6, n_different=3,
    )  # fmt: skip


def test_the_cheapest_is_among_those_that_found_a_good_set():
    # by regret: geography is the cheapest on the mean, but missed with one seed of three
    curves = (
        curve("geography", 0.01, 0.67),
        curve("model", 0.02, 1.0),
        curve("syntax", 0.03, 1.0),
        curve("script", 0.04, 1.0),
    )
    told = _criteria_told(curves)
    assert told == "2 of 3 criteria had trained one with every seed; Syntax lost the fewest points."
    assert _criteria_told(curves[:2]) == "None of 1 criteria had trained one with every seed."


def test_criteria_that_tie_are_not_passed_over():
    level = [curve(name, 0.03 + 1e-12 * i, 1.0) for i, name in enumerate(("syntax", "family"))]
    missed = curve("geography", 0.03, 0.67)
    found = (*level, missed, curve("script", 0.04, 1.0))
    assert _criteria_told(found) == (
        "3 of 4 criteria had trained one with every seed; Syntax and 1 more lost the fewest points."
    )


def test_criteria_that_one_reason_leaves_out_are_told_at_once():
    why = "k must be 2 or more for {}, got 1. Diversity is a sum over pairs."
    missing = {
        "syntax": why.format("syntax"),
        "inventory_average": why.format("inventory_average"),
        "embedding": "no embeddings are stored",
    }
    told = left_out(types.SimpleNamespace(missing=missing))
    assert [one.replace("\\", "") for one in told] == [
        "Syntax, Inventory, reported only are left out: k must be 2 or more, got 1. Diversity is a "
        "sum over pairs.",
        "LM embedding is left out: no embeddings are stored",
    ]


def test_lost_runs_of_the_experiment_are_named_with_their_reason():
    store = pipeline.open_store(pipeline.EXAMPLE)
    runs = store.runs.list()
    groups = tuple(pipeline.run_groups(store, runs))
    context = Context(store=store, runs=tuple(runs), groups=groups, chosen=())
    assert not lost_told(context)
    lost = [
        dataclasses.replace(info, state="lost", reason="scores.json is damaged", has_scores=False)
        for info in runs[:5]
    ]
    elsewhere = dataclasses.replace(lost[0], spec=lost[0].spec.but(budget=77))
    told = lost_told(dataclasses.replace(context, runs=(*lost, elsewhere, *runs[5:])))
    assert told.startswith("5 runs of this experiment are lost and in none of this: ")
    plain = told.replace("\\", "")
    assert f"{lost[0].spec.name} with seed {lost[0].spec.seed}" in plain
    assert "and 2 more (scores.json is damaged). Start them again on Train." in plain
