"""What a sweep consists of: sets, the product with everything else, and how it is told."""

import csv
import dataclasses
import math

import pytest

from mslt_core import pipeline, sweep
from mslt_core.data.tasks.cldr_ner import CldrNer
from mslt_core.pipeline import recipes
from mslt_core.pipeline.presets import preset
from mslt_core.spec.errors import DataError, MsltError, SpecError
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import Where
from mslt_core.spec.sweeps import PlannedRun, Sweep, SweepSpec
from mslt_core.sweep import planning, presets

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


def test_batches_that_processes_cannot_share_are_refused_before_anything_is_read(
    monkeypatch, planned, store
):
    runs = [planned(), planned(batch_size=20, data="gone")]
    monkeypatch.setenv("MSLT_PROCESSES", "8")
    with pytest.raises(SpecError, match="a batch of 20 cannot be shared evenly by 8 processes"):
        sweep.check(runs)
    with pytest.raises(SpecError, match="a batch of 20 cannot be shared"):
        sweep.start(store, Sweep(runs=tuple(runs), keep_weights=False))
    assert store.sweeps.digests() == []


def test_the_same_weights_under_two_names_are_told_as_two_models(planned):
    runs = [planned(), planned(model="copy")]
    assert "MSLT(de, en) × 2 models" in sweep.told(runs)
    own = PlannedRun(spec=runs[0].spec.but(task="own"), where=Where(data="/home/me/reviews"))
    assert sweep.told([own]).startswith("MSLT(de, en) on own data (reviews), ")


def test_a_tracker_that_is_not_here_is_refused_before_any_run(monkeypatch, planned):
    monkeypatch.setenv("MSLT_REPORT_TO", "tensorbord")
    with pytest.raises(MsltError, match="MSLT_REPORT_TO names 'tensorbord', which is unknown"):
        sweep.check([planned()])


def test_the_picks_of_criteria_name_each_set_once(store):
    found = sweep.picks(pipeline.Access(store=store), "ar,de,en,es,fr,ru,zh", (3,), ["syntax"] * 2)
    assert found == (("ar", "de", "zh"),)


def test_picks_are_those_of_the_model_that_is_to_be_trained(store, tiny_checkpoint):
    access, pool = pipeline.Access(store=store), ("ar", "de", "en", "es", "fr", "ru", "zh")
    for criterion in ("embedding", "vocabulary_coverage"):
        (found,) = sweep.picks(access, pool, (3,), [criterion], str(tiny_checkpoint))
        asked = SelectSpec(pool=pool, k=3, criterion=criterion, model=str(tiny_checkpoint))
        assert found == pipeline.select(access, asked).sets.best(1)[0].source_langs
    assert found != sweep.picks(access, pool, (3,), [criterion])[0]


def test_uneven_shares_are_checked_in_every_set(tmp_path):
    """Beside a language of few rows one of many must give more than it may have."""
    sizes = {"de": 100, "en": 100, "zh": 1000}
    for lang, n in sizes.items():
        rows = [f"{lang} {i}\t{'no' if i % 2 else 'yes'}\n" for i in range(n)]
        (tmp_path / f"train-{lang}.tsv").write_text("text\tlabel\n" + "".join(rows))
    (tmp_path / "test-fr.tsv").write_text("text\tlabel\noui\tyes\nnon\tno\n")
    told = "kind: classification\ntitle: Uneven\nlabels: [yes, no]\n"
    (tmp_path / "task.yaml").write_text(told.replace("[yes, no]", "['yes', 'no']"))
    spec = asked(
        **{"task": "own", "data": str(tmp_path), "budgets": (250,), "recipe": (("alpha", 1.0),)},
        source_sets=(("de", "en"), ("de", "zh"), ("en", "zh")),
    )
    with pytest.raises(DataError, match=r"has 100 training examples, 125 are wanted"):
        sweep.plan(spec)
    assert len(sweep.plan(spec.but(budgets=(150,)))) == 3


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
    on_example = sweep.PRESETS["figure-4"]("cldr-ner", None, None, (), {})
    assert (on_example.n_runs, on_example.models) == (31 * 3, ("base",))
    assert len(sweep.plan(on_example.but(source_sets=(("en",),)))) == 3  # it has so much data
    on_paper = sweep.PRESETS["figure-4"]("wikiann", "/data", None, (), {})
    assert on_paper.n_runs == 31 * 3 * 2
    assert on_paper.paper_recipe


def test_the_search_for_a_learning_rate_is_around_the_usual_one():
    found = sweep.PRESETS["learning-rate"]("cldr-ner", None, None, (), {})
    assert found.learning_rates == (7.5e-5, 1.5e-4, 3e-4, 6e-4, 1.2e-3)
    runs = sweep.plan(found)
    assert [planned.spec.learning_rate for planned in runs] == list(found.learning_rates)
    assert sweep.told(runs).startswith("SSLT(en) × 5 learning rates on cldr-ner,")
    shifted = [dataclasses.replace(p, spec=p.spec.but(eval_task="wikiann")) for p in runs]
    assert "on cldr-ner scored on wikiann, " in sweep.told(shifted)
    # judged by what no target has a part in, once, after the last step
    assert {(p.spec.select, p.spec.holdout) for p in runs} == {("source", 200)}
    assert {p.spec.eval_every for p in runs} == {runs[0].spec.steps}


def test_the_search_goes_by_what_is_asked_of_its_runs():
    asked = {"tune": "head", "batch_size": 8}
    found = sweep.PRESETS["learning-rate"]("cldr-ner", None, None, (64, 128), asked)
    assert found.learning_rates == (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3)  # around a head's
    runs = [planned.spec for planned in sweep.plan(found)]
    assert {spec.budget for spec in runs} == {64, 128}
    # each is scored once, at its end, whose points are the only ones to choose from
    assert all(spec.eval_every >= spec.steps for spec in runs)
    by_hand = {"steps": 7, "select": "source", "eval_every": 2, "holdout": 20}
    [one, *_] = sweep.plan(sweep.PRESETS["learning-rate"]("cldr-ner", None, None, (64,), by_hand))
    assert (one.spec.steps, one.spec.eval_every, one.spec.holdout) == (7, 2, 20)


def test_the_search_is_around_the_papers_rate_where_its_recipe_is_asked_for(monkeypatch):
    table_5 = {"learning_rate": 5e-6, "steps": 8, "max_length": 64}
    monkeypatch.setattr(planning, "preset", lambda *_: table_5)
    search = sweep.PRESETS["learning-rate"]
    found = search("cldr-ner", None, None, (64,), {}, paper_recipe=True)
    assert found.learning_rates == (1.25e-6, 2.5e-6, 5e-6, 1e-5, 2e-5)
    runs = [planned.spec for planned in sweep.plan(found)]
    assert {(spec.steps, spec.eval_every, spec.max_length) for spec in runs} == {(8, 8, 64)}
    mine = search("cldr-ner", None, None, (64,), {"learning_rate": 1e-4}, paper_recipe=True)
    assert mine.learning_rates[2] == 1e-4  # what is said outright goes first


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


def _translated(folder, **meanings):
    """A spec over data of one's own: language to the meanings that its training rows have."""
    told = "kind: classification\nlabels: [a, b]\ncolumns: {meaning: meaning}\n"
    (folder / "task.yaml").write_text(told, encoding="utf-8")
    for lang, numbers in meanings.items():
        rows = [f"{lang} {i}\t{'ab'[i % 2]}\tm{i}\n" for i in numbers]
        (folder / f"train-{lang}.tsv").write_text("text\tlabel\tmeaning\n" + "".join(rows))
        (folder / f"test-{lang}.tsv").write_text(f"text\tlabel\tmeaning\n{lang}\ta\tt\n")
    return asked(task="own", data=str(folder), budgets=(16,))


def test_a_set_that_lacks_meanings_is_refused_whatever_else_its_languages_are_in(tmp_path):
    """de and en have ten meanings between them, not the sixteen that two shares of eight are."""
    spec = _translated(tmp_path, de=range(10), en=range(10), fr=range(10, 20))
    apart = spec.but(source_sets=(("de", "fr"), ("en", "fr")))
    assert len(sweep.plan(apart, roots=(tmp_path,))) == 2
    with pytest.raises(DataError, match="2 training examples that no other language has taken"):
        sweep.plan(spec.but(source_sets=(("de", "en"), *apart.source_sets)), roots=(tmp_path,))


def test_every_set_is_drawn_only_where_one_may_lack_rows(tmp_path, monkeypatch):
    """And once for all learning rates: a page plans at every change of a control."""
    drawn = []
    monkeypatch.setattr(recipes, "pick", lambda spec, _: drawn.append(spec.source_langs))
    spec = _translated(tmp_path, de=range(10), en=range(10), fr=range(10, 20))
    sets = (("de", "en"), ("de", "fr"), ("en", "fr"))
    spec = spec.but(source_sets=sets, learning_rates=(1e-5, 2e-5))
    for budget, n_drawn in ((10, 0), (11, 3)):
        sweep.plan(spec.but(budgets=(budget,)), roots=(tmp_path,))
        extra = len(drawn) - 4  # two rates, each language once in its smallest set
        assert extra == n_drawn, (budget, drawn)
        drawn.clear()


@pytest.mark.slow
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


def test_shares_that_are_not_equal_are_counted():
    sets = sweep.all_sets("de,en,es", (1, 2))
    planned = sweep.plan(asked(source_sets=sets, seeds=(0, 1), recipe=(("alpha", 0.5),)))
    shares = [pipeline.realised(p.spec, p.where) for p in planned[3:6]]
    assert all(sum(share.values()) == 100 for share in shares)
    counts = [", ".join(f"{lang} {n}" for lang, n in share.items()) for share in shares]
    assert sweep.shares_told(planned) == (
        "100 examples in all, shared as the recipe says "
        f"(MSLT(de, en): {counts[0]}; MSLT(de, es): {counts[1]}; MSLT(en, es): {counts[2]})"
    )


def test_shares_of_more_sets_than_a_few_and_of_several_budgets():
    shots = (("shots", 10), ("shot_langs", ("sw",)))
    planned = sweep.plan(asked(source_sets=(("de",), ("en",)), budgets=(100, 200), recipe=shots))
    assert sweep.shares_told(planned) == (
        "100 or 200 examples in all, shared as the recipe says "
        "(SSLT(de) + 10 sw of 100: de 90, sw 10; SSLT(en) + 10 sw of 100: en 90, sw 10; "
        "SSLT(de) + 10 sw of 200: de 190, sw 10; and so on)"
    )


def test_alone_a_language_has_all():
    planned = sweep.plan(asked(source_sets=(("en",),), recipe=(("alpha", 0.5),)))
    assert sweep.shares_told(planned) == "100 examples in all, 100 a language"


@pytest.fixture
def small_swahili(monkeypatch):
    """Swahili has 60 training examples."""
    train = CldrNer.train
    monkeypatch.setattr(
        CldrNer, "train", lambda self, lang: train(self, lang)[: 60 if lang == "sw" else None]
    )
    # other content, so another name: what there is of it is kept by that
    monkeypatch.setattr(CldrNer, "fingerprint", lambda _: "small swahili")


@pytest.mark.usefixtures("small_swahili")
def test_a_target_with_too_little_data_has_no_oracle():
    recipe = (("steps", 2), ("target_langs", ("de", "sw", "tr")))
    spec = asked(oracles=True, budgets=(60, 61), recipe=recipe)
    planned = sweep.plan(spec)
    oracles = {(p.spec.budget, *p.spec.source_langs) for p in planned if p.spec.oracle}
    assert oracles == {(60, "de"), (60, "sw"), (60, "tr"), (61, "de"), (61, "tr")}
    assert sweep.remarks(spec, planned) == (
        "No oracle of sw: Swahili (sw) has 60 training examples, 61 are wanted.",
    )


def test_a_plan_that_is_whole_needs_no_remark():
    spec = asked(oracles=True, recipe=(("target_langs", ("de", "sw")),))
    assert sweep.remarks(spec, sweep.plan(spec)) == ()
    assert sweep.remarks(asked(), sweep.plan(asked())) == ()


def test_where_table_5_tells_nothing_that_is_said():
    spec = asked(paper_recipe=True)
    assert sweep.remarks(spec, sweep.plan(spec)) == (
        "Table 5 of the paper tells nothing of cldr-ner with base: the defaults are taken.",
    )


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("seed", 3, "Use --seeds."),
        ("budget", 500, "Use --budgets."),
        ("task", "xnli", "Use --task."),
        ("data", "/data", "Use --data."),
        ("model", "base", "Use --models."),
        ("source_langs", ["de"], "Use --sets or --sizes."),
        ("oracle", True, "Use --oracles."),
        ("roots", "/", "Leave it out."),
        ("model_fingerprint", "f", "Leave it out."),
        ("eval_draw", "sample", "Leave it out."),
    ],
)
def test_a_recipe_holds_nothing_that_would_be_lost(name, value, hint):
    with pytest.raises(SpecError, match=f"a sweep says {name} elsewhere.*{hint}"):
        sweep.plan(asked(recipe=((name, value),)))


def test_a_rate_is_in_the_recipe_or_varied():
    recipe = (("learning_rate", 1e-4),)
    assert sweep.plan(asked(recipe=recipe))[0].spec.learning_rate == 1e-4
    with pytest.raises(SpecError, match="Use --learning-rates"):
        sweep.plan(asked(recipe=recipe, learning_rates=(1e-3,)))
