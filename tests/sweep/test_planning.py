"""What a sweep consists of: sets, the product with everything else, and how it is told."""

import csv
import math

import pytest

from mslt_core import pipeline, sweep
from mslt_core.pipeline.presets import preset
from mslt_core.spec.errors import MsltError, SpecError
from mslt_core.spec.sweeps import SweepSpec
from mslt_core.sweep import presets

PAPER = pipeline.PROJECT.parent / "shared" / "paper"


def asked(**changes):
    fields = {
        "task": "cldr-ner",
        "source_sets": (("en",), ("de", "en")),
        "budgets": (100,),
    }
    return SweepSpec(**{**fields, **changes})


def test_all_sets_of_the_papers_pool():
    sets = sweep.all_sets(("ru", "zh", "ar", "de", "en", "es", "fr"), (3,))
    assert len(sets) == len(set(sets)) == math.comb(7, 3)
    assert sets[0] == ("ar", "de", "en")
    assert len(sweep.all_sets(presets.FIGURE_4_POOL, range(1, 6))) == 31
    assert sweep.all_sets(("en", "de"), (2, 1, 2)) == (("de",), ("en",), ("de", "en"))


@pytest.mark.parametrize("size", [0, 3])
def test_sizes_that_the_pool_does_not_have(size):
    with pytest.raises(SpecError, match=f"a pool of 2 languages has no sets of {size}"):
        sweep.all_sets(("de", "en"), (size,))


def test_the_picks_of_criteria_name_each_set_once(store):
    found = sweep.picks(pipeline.Access(store=store), "ar,de,en,es,fr,ru,zh", (3,), ["syntax"] * 2)
    assert found == (("ar", "de", "zh"),)


def test_every_value_with_every_other_one_seed_after_the_other():
    spec = asked(budgets=(100, 200), learning_rates=(1e-4, 3e-4), seeds=(0, 1))
    runs = [planned.spec for planned in sweep.plan(spec)]
    assert len(runs) == spec.n_runs == 2 * 2 * 2 * 2
    assert len({run.digest() for run in runs}) == 16
    assert [run.seed for run in runs] == [0] * 8 + [1] * 8
    assert runs[0].source_langs == ("en",)


def test_planned_runs_are_those_that_are_started_one_by_one():
    for planned in sweep.plan(asked(seeds=(0, 3), recipe=(("eval_limit", 20), ("steps", 7)))):
        spec, where = pipeline.make_train_spec(
            task="cldr-ner",
            data=None,
            model="base",
            source_langs=planned.spec.source_langs,
            budget=100,
            seed=planned.spec.seed,
            eval_limit=20,
            steps=7,
        )
        assert (planned.spec, planned.where) == (spec, where)


def test_the_set_that_asks_most_of_a_language_is_checked():
    huge = 10**6  # SSLT(en) has not so many; in the set of two it would be half of it
    with pytest.raises(MsltError):
        sweep.plan(asked(budgets=(huge,)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_sets": ()}, "at least one set of source languages"),
        ({"source_sets": (("en",), ())}, "at least one set of source languages"),
        ({"seeds": ()}, "at least one seed"),
        ({"seeds": (1, 1)}, "the same seed is given twice"),
        ({"seeds": tuple(range(5001))}, "at most 10,000 runs, got 10,002"),
    ],
)
def test_a_plan_that_makes_no_sense(changes, message):
    with pytest.raises(SpecError, match=message):
        asked(**changes)


def test_the_plan_in_a_sentence():
    spec = asked(source_sets=sweep.all_sets("de,en,es", (2,)), budgets=(100, 1000), seeds=(0, 1))
    runs = sweep.plan(spec)
    assert (
        sweep.told(runs) == "3 sets × 2 budgets × 2 seeds on cldr-ner, 100 or 1,000 examples each"
    )
    assert sweep.shares_told(runs) == (
        "100 examples in all, 50 a language; 1,000 examples in all, 500 a language"
    )


def test_sweeps_are_found_by_the_beginning_of_their_name(store, sweep_of):
    with pytest.raises(MsltError, match="no sweep was started"):
        sweep.find_sweep(store, None)
    plan = sweep_of(1)
    assert sweep.find_sweep(store, None) == plan.digest == sweep.find_sweep(store, plan.digest[:4])
    with pytest.raises(MsltError, match="'zz' is the name of 0 sweeps"):
        sweep.find_sweep(store, "zz")


# --- presets


def test_figure_4_on_the_example_and_on_the_papers_models():
    on_example = sweep.PRESETS["figure-4"]("cldr-ner", None, None)
    assert (on_example.n_runs, on_example.models) == (31 * 3, ("base",))
    on_paper = sweep.PRESETS["figure-4"]("wikiann", "/data", None)
    assert on_paper.n_runs == 31 * 3 * 2
    assert on_paper.paper_recipe


def test_the_search_for_a_learning_rate_is_around_the_usual_one():
    found = sweep.PRESETS["learning-rate"]("cldr-ner", None, None)
    assert found.learning_rates == (7.5e-5, 1.5e-4, 3e-4, 6e-4, 1.2e-3)
    runs = sweep.plan(found)
    assert [planned.spec.learning_rate for planned in runs] == list(found.learning_rates)
    assert sweep.told(runs).startswith("SSLT(en) × 5 learning rates on cldr-ner")


@pytest.mark.parametrize(
    "model", ["FacebookAI/xlm-roberta-large", "/models/xlm-roberta-large/", "xlm-r-large"]
)
def test_a_model_is_known_by_its_id_or_its_folder(model):
    assert preset("xnli", model)["learning_rate"] == 5e-6
    assert preset("paws-x", model)["steps"] == 30_000


@pytest.mark.parametrize(
    ("task", "model"),
    [("cldr-ner", "FacebookAI/xlm-roberta-base"), ("xnli", "bert-base"), ("xnli", "bloom-7b1")],
)
def test_no_preset_where_the_paper_tells_none(task, model):
    assert preset(task, model) is None


@pytest.mark.realdata
def test_presets_are_the_papers_table_5():
    path = PAPER / "table5_hyperparameters.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7
    for row in rows:
        found = preset(row["task"], row["model"])
        assert found["max_length"] == int(row["cutoff_length"])
        assert found["weight_decay"] == float(row["weight_decay"])
        assert found["learning_rate"] == float(row["learning_rate"])
        assert found["batch_size"] == int(row["batch_size"])
        assert found["steps"] == int(row["steps"])
        assert found.get("gradient_accumulation", 1) == int(row["gradient_accumulation"])
        assert found.get("lora_rank") == (int(row["lora_rank"]) if row["lora_rank"] else None)
        assert ",".join(found.get("lora_modules", ())) == row["lora_modules"]


def test_oracles_stand_beside_the_sets():
    """Every target with training data, trained and scored alone, with every seed."""
    planned = sweep.plan(asked(oracles=True, seeds=(0, 1), recipe=(("steps", 2),)))
    oracles = [p.spec for p in planned if p.spec.oracle]
    sets = [p.spec for p in planned if not p.spec.oracle]
    assert len(sets) == 4
    targets = sets[0].target_langs
    assert {(s.source_langs, s.seed) for s in oracles} == {
        ((lang,), seed) for lang in targets for seed in (0, 1)
    }
    assert all(s.target_langs == s.source_langs and s.budget == 100 for s in oracles)
    assert sweep.told(planned).startswith("2 sets × 2 seeds on cldr-ner, 100 examples each, and 48")


def test_shares_that_are_not_equal_are_not_told_as_if_they_were():
    planned = sweep.plan(asked(recipe=(("steps", 2), ("alpha", 0.5))))
    assert sweep.shares_told(planned) == "100 examples in all, not the same for every language"
