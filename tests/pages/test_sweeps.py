"""The Train page with a whole sweep: the plan, what it costs, and how far it is."""

import dataclasses
import os
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mslt_core import jobs, machine, pipeline, sweep
from mslt_core.pipeline import PROJECT
from mslt_core.spec.sweeps import Sweep, SweepSpec
from mslt_core.sweep import estimating, workers
from mslt_core.sweep.probing import Pace
from pages._shared.context import Context
from pages._shared.plan import Plan, expected_s, free_seeds
from pages._shared.plan_told import told
from pages._shared.recipe import Recipe
from pages._shared.sweep_controls import sweep_spec

TIMEOUT_S = 120  # a cold import on a busy machine


@pytest.fixture(autouse=True)
def no_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(workers, "_staff", lambda *_: None)


@pytest.fixture
def open_train():
    def run(**chosen):
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
        app.switch_page("pages/train.py").run()
        for key, value in {"extent": "A whole sweep", **chosen}.items():
            app.session_state[key] = value
            app.run()
        assert not app.exception
        assert not app.error
        return app

    return run


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.warning)
    titles = [str(warning.title) for warning in app.warning]
    told = [*titles, *(str(e.value) for kind in kinds for e in kind)]
    return re.sub(r"\\(.)", r"\1", "\n".join(told))


def labels(app):
    return [button.label for button in app.button]


@pytest.fixture
def stored():
    """Three sets and two seeds that are planned, with nobody at work."""
    spec = SweepSpec(
        task="cldr-ner",
        source_sets=sweep.all_sets("de,en,es", (1,)),
        budgets=(64,),
        seeds=(0, 1),
        recipe=(("steps", 4),),
    )
    made = Sweep(runs=sweep.plan(spec), keep_weights=True)
    store = pipeline.open_store()
    sweep.start(store, made)
    return store, made


def test_a_few_sets_stay_the_first_look():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/train.py").run()
    assert "start" in [button.key for button in app.button]
    assert "start_sweep" not in [button.key for button in app.button]


def test_what_is_done_already_is_said(open_train):
    text = words(open_train())
    assert "35 sets on cldr-ner, 1,000 examples each**: 35 runs, all done already." in text
    assert "Nothing is left to do" in text


def test_the_plan_tells_data_disk_and_time(open_train):
    app = open_train(seeds=5, sizes=[2, 3])
    text = words(app)
    assert "56 sets × 5 seeds on cldr-ner, 1,000 examples each**: 280 runs, 168 of them" in text
    assert re.search(r"about \d+ (min|s) here", text)
    assert "1,000 examples in all, 500 or 333 to 334 a language" in text
    assert re.search(r"6\.7 MB a run, dropped after scoring; [\d.]+ GB free", text)
    assert "by the shipped runs, which another machine made" in text
    assert "Measure the time here" in labels(app)


def test_measuring_can_be_stopped_and_asked_for_again(open_train, monkeypatch):
    def cancel(store, kind, digest):
        with store.works(kind).claim(digest):
            store.works(kind).set_state(digest, "stopped", "stopped on request")

    monkeypatch.setattr(jobs, "start", lambda store, probe, where: store.jobs.create(probe, where))
    monkeypatch.setattr(jobs, "cancel", cancel)
    app = open_train(budgets="500", rates="1e-4, 3e-4")
    app.button(key="measure").click().run()
    assert "Measure the time here" not in labels(app)
    next(button for button in app.button if button.label == "Stop").click().run()
    assert not app.exception
    assert "Measure the time here" in labels(app)
    assert "could not be measured" not in words(app)


def test_start_stores_the_plan(open_train):
    app = open_train(seeds=4)
    app.button(key="start_sweep").click().run()
    store = pipeline.open_store()
    [digest] = store.sweeps.digests()
    assert len(store.sweeps.get(digest).runs) == 140
    assert store.sweeps.get(digest).keep_weights is False
    assert "no worker is at it" in words(app)


def test_a_disk_that_is_too_small(open_train, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    app = open_train(seeds=4)
    assert "The disk is too small." in words(app)
    assert re.search(r"The sweep needs [\d.]+ MB, 1\.0 MB are free", words(app))
    assert app.button(key="start_sweep").disabled
    app.checkbox(key="sweep_anyway").check().run()
    assert not app.button(key="start_sweep").disabled


def test_a_gpu_that_is_too_small(open_train, monkeypatch, tmp_path):
    (tmp_path / "nvidia0").touch()
    monkeypatch.setattr(machine, "GPU_FILES", (f"{tmp_path}/nvidia[0-9]*",))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("MSLT_SLOTS", "4")
    measured = Pace(fixed_s=1.0, step_s=0.1, item_s=0.01)
    monkeypatch.setattr(estimating, "measured_pace", lambda *_: measured)
    app = open_train(seeds=4)
    assert "Measure the memory here" in labels(app), "the time is known, the memory is not"
    assert not app.button(key="start_sweep").disabled
    measured = Pace(fixed_s=1.0, step_s=0.1, item_s=0.01, gpu_bytes=24e9, gpu_total=80e9)
    app.run()
    text = words(app)
    assert "Too many runs for a GPU." in text
    told = "24.0 GB of 80.0 GB a run, with a tenth to spare 3 fit on a GPU side by side."
    assert f"4 runs would share a GPU here: {told} Set MSLT_SLOTS to 3 or less, and start" in text
    assert f"GPU: {told} Time is told" in text
    assert "as if 4 runs on a GPU were each as fast as one alone" in text
    assert app.button(key="start_sweep").disabled
    app.checkbox(key="sweep_anyway").check().run()
    assert not app.button(key="start_sweep").disabled


def test_further_budgets_rates_and_price(open_train):
    text = words(open_train(seeds=5, price=3600.0, keep=True))
    assert "6.7 MB a run, 0.5 GB kept" in text  # 70 runs
    assert re.search(r"Cost: \d+\.\d\d", text)
    varied = words(open_train(budgets="500", rates="1e-4, 3e-4"))
    assert "35 sets × 2 budgets × 2 learning rates" in varied
    assert "The time is not known yet" in varied


def test_a_link_carries_the_whole_form():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=TIMEOUT_S).run()
    app.switch_page("pages/train.py")
    asked = {
        **{"extent": "A whole sweep", "budgets": "500", "rates": "1e-4,3e-4", "keep": "keep"},
        **{"models": "base", "oracles": "true", "price": "2.5"},
    }
    for name, value in asked.items():
        app.query_params[name] = value
    told = words(app.run())
    assert "35 sets × 2 budgets × 2 learning rates" in told
    assert app.selectbox(key="keep").value is True
    assert app.toggle(key="oracles").value
    assert app.number_input(key="price").value == 2.5


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["many", "nan", "inf", "12.7", "1e400"])
def test_further_budgets_are_whole_numbers(open_train, typed):
    told = words(open_train(budgets=typed))
    assert f"Budgets must be whole numbers joined by commas, got '{typed}'" in told
    assert "please report" not in told


@pytest.mark.parametrize(
    "typed", ["nan", *(pytest.param(t, marks=pytest.mark.slow) for t in ("inf", "fast"))]
)
def test_rates_that_are_none(open_train, typed):
    told = words(open_train(rates=typed))
    assert typed in told
    assert "please report" not in told


@pytest.fixture
def recipe_of():
    """A recipe as the controls give it, some fields changed."""

    def make(**changes):
        fields = {
            **{"budget": 1000, "steps": 70, "steps_given": False, "n_seeds": 1, "batch_size": 16},
            **{"learning_rate": None, "max_length": None, "eval_limit": 500, "tune": "all"},
            **{"lora_rank": 8, "alpha": 0.0, "rows": None, "shots": 0, "shot_langs": ()},
            **{"eval_every": None, "select": "last", "holdout": 0, "eval_task": None},
            **{"eval_data": None, "keep_every": None, "precision": "float32", "from_paper": None},
            **{"group_by_length": False},
        }
        return Recipe(**{**fields, **changes})

    return make


def test_another_data_set_that_will_be_scored_is_in_the_plan(recipe_of):
    context = Context(pipeline.open_store(), (), (), ())

    def told_of(**changes):
        plan = Plan("wikiann", "d", "base", (("en",),), (0,), recipe_of(**changes))
        return told(context, plan, 7)

    assert told_of(eval_task="own", eval_data="e").endswith(
        "scored on 7 languages of own data, another data set."
    )
    assert told_of().endswith("scored on 7 languages.")


@pytest.mark.parametrize(
    ("further", "given", "kept"),
    [((), False, True), ((), True, True), ((300,), False, False), ((300,), True, True)],
)
def test_steps_given_by_hand_are_kept_for_every_budget(recipe_of, further, given, kept):
    varied = {"models": ("base",), "further": further, "learning_rates": (None,), "oracles": False}
    recipe = recipe_of(steps_given=given)
    spec = sweep_spec("cldr-ner", None, (("en",),), recipe, varied)
    assert spec.budgets == (1000, *further)
    assert dict(spec.recipe).get("steps") == (70 if kept else None)


def test_a_search_scores_every_run_once_whatever_its_budget(recipe_of):
    varied = {"models": ("base",), "further": (3000,), "learning_rates": (1e-4,), "oracles": False}
    varied["judged_on_sources"] = True
    spec = sweep_spec("cldr-ner", None, (("en",),), recipe_of(steps=125), varied)
    # two passes over 3,000 examples, 16 a step: 375 steps, where 1,000 have 125
    assert dict(spec.recipe)["eval_every"] == 375


@pytest.mark.parametrize("models", [("xlm-r-base",), ("base", "xlm-r-large")])
def test_a_search_by_the_papers_steps_scores_at_their_end(recipe_of, models):
    """Table 5 has 12,500 steps for XNLI with any budget: at the best of many points it is easier to
    score well, and each takes as long as the last."""
    varied = {"models": models, "further": (3000,), "learning_rates": (2e-5,), "oracles": False}
    varied["judged_on_sources"] = True
    left = recipe_of(from_paper=("learning_rate", "steps", "batch_size"), learning_rate=2e-5)
    spec = sweep_spec("xnli", "data", (("en",),), left, varied)
    assert dict(spec.recipe)["eval_every"] == 12_500
    assert "steps" not in dict(spec.recipe)


def test_what_is_left_to_the_paper_is_each_models_own(recipe_of):
    varied = {"models": ("xlm-r-base", "xlm-r-large"), "further": (), "oracles": False}
    varied["learning_rates"] = (None,)
    left = recipe_of(from_paper=("learning_rate", "steps", "batch_size"), learning_rate=2e-5)
    spec = sweep_spec("wikiann", "data", (("en",),), left, varied)
    assert spec.paper_recipe
    assert spec.learning_rates == (None,)
    assert not {"steps", "batch_size", "learning_rate"} & set(dict(spec.recipe))
    typed = recipe_of(from_paper=("steps",), learning_rate=1e-5)
    spec = sweep_spec("wikiann", "data", (("en",),), typed, varied)
    assert spec.learning_rates == (1e-5,)
    assert dict(spec.recipe)["batch_size"] == 16
    assert not sweep_spec("wikiann", "data", (("en",),), recipe_of(), varied).paper_recipe


def test_the_search_for_a_learning_rate(open_train):
    told = words(open_train(sets_by="learning-rate"))
    assert "SSLT(en) × 5 learning rates on cldr-ner, 1,000 examples each**: 5 runs" in told
    app = open_train(sets_by="learning-rate", rate="1e-3")
    app.button(key="start_sweep").click().run()
    store = pipeline.open_store()
    planned = store.sweeps.get(store.sweeps.digests()[0]).runs
    assert [p.spec.learning_rate for p in planned] == [2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3]


@pytest.mark.slow
def test_the_paper_tells_nothing_of_the_example(open_train):
    app = open_train(paper=True)
    said = "Table 5 of the paper tells nothing of cldr-ner with base: the defaults are taken."
    assert words(app).count(said) == 2  # at the recipe, and of the plan
    assert "35 sets on cldr-ner" in words(app)


def test_the_papers_recipe_for_the_task_and_the_model():
    def page(typed):
        import dataclasses

        import streamlit as st

        from mslt_core import pipeline
        from pages._shared.recipe import recipe

        for key, value in typed.items():
            st.session_state.setdefault(key, value)
        offer = dataclasses.replace(pipeline.task_offer("cldr-ner", None), name="xnli")
        found = recipe(offer, "FacebookAI/xlm-roberta-large")
        st.session_state["found"] = found.fields() | {"left": found.from_paper}

    def opened(**typed):
        app = AppTest.from_function(page, kwargs={"typed": typed}, default_timeout=TIMEOUT_S).run()
        assert not app.exception
        return app, app.session_state["found"]

    app, found = opened(paper=True)
    assert (found["learning_rate"], found["steps"]) == (5e-6, 12_500)
    assert (found["batch_size"], found["max_length"]) == (16, 512)
    assert "learning rate 5e-6, 12,500 steps, batches of 16, up to 512 sub-words" in words(app)
    assert "It does not tell budget, warm-up, precision and seeds" in words(app)
    app, found = opened(paper=True, rate="1e-5", steps=7)
    assert (found["learning_rate"], found["steps"]) == (1e-5, 7)
    assert found["left"] == ("batch_size", "max_length")
    assert "learning rate" not in words(app)
    _, found = opened()
    assert (found["learning_rate"], found["max_length"], found["left"]) == (None, None, None)


def test_table_5_has_the_weight_decay_that_is_always_taken():
    from mslt_core.pipeline.presets import preset
    from mslt_core.spec.specs import TrainSpec

    decay = TrainSpec.model_fields["weight_decay"].default
    assert preset("xnli", "xlm-r-base")["weight_decay"] == decay == 0.01


@pytest.mark.slow
def test_steps_typed_on_the_page_reach_every_budget(open_train):
    app = open_train(budgets="500", steps=7)
    app.button(key="start_sweep").click().run()
    store = pipeline.open_store()
    planned = store.sweeps.get(store.sweeps.digests()[0]).runs
    assert {(p.spec.budget, p.spec.steps) for p in planned} == {(1000, 7), (500, 7)}


def test_runs_of_another_model_take_no_seed(recipe_of):
    store = pipeline.open_store()
    shipped = next(i for i in store.runs.list() if i.spec.source_langs == ("en",))
    used = {i.spec.seed for i in store.runs.list() if i.spec.source_langs == ("en",)}
    context = Context(store=store, runs=tuple(store.runs.list()), groups=(), chosen=())
    recipe = recipe_of(steps=shipped.spec.steps, eval_limit=shipped.spec.eval_limit)

    def first(model):
        return free_seeds(context, "cldr-ner", recipe, (("en",),), model)[0]

    assert 0 in used
    assert first("base") == first(None) not in used
    assert first("FacebookAI/xlm-roberta-base") == first("models/xlm-roberta-large/") == 0
    assert expected_s(context, Plan("cldr-ner", None, "base", (("en",),), (0,), recipe)) > 0
    other = Plan("cldr-ner", None, "FacebookAI/xlm-roberta-base", (("en",),), (0,), recipe)
    assert expected_s(context, other) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [("queued", (2,)), ("running", (2,)), ("stopped", (1,)), ("failed", (1,)), ("lost", (1,))],
)
def test_a_seed_that_was_not_finished_is_trained_before_another(recipe_of, state, expected):
    runs = pipeline.open_store().runs.list()
    one = next(i for i in runs if i.spec.source_langs == ("en",) and i.spec.seed == 0)
    spec = one.spec.but(seed=1)
    other = dataclasses.replace(one, spec=spec, state=state, has_scores=False)
    context = Context(pipeline.open_store(), (one, other), (), ())
    recipe = recipe_of(steps=one.spec.steps, eval_limit=one.spec.eval_limit)
    assert free_seeds(context, "cldr-ner", recipe, (("en",),), "base") == expected


@pytest.mark.slow
def test_uneven_shares_and_oracles_are_told(open_train):
    text = words(open_train(sets_by="listed", listed="de,en", alpha=0.5, oracles=True))
    assert re.search(r"as the recipe says \(MSLT\(de, en\): de \d+, en \d+\)\.", text)
    assert "1 sets" not in text
    assert re.search(r"and \d+ oracles", text)


def test_picks_and_lists(open_train):
    assert re.search(r"\d sets on cldr-ner", words(open_train(sets_by="picks")))
    listed = open_train(sets_by="listed", listed="en\nen, de\n\nde,en")
    assert "2 sets on cldr-ner" in words(listed)
    assert "31 sets on cldr-ner" in words(open_train(sets_by="figure-4"))
    alone = words(open_train(sets_by="listed", listed="en", budget=64, steps=4))
    assert re.search(r"64 examples each\W*: 1 run\b", alone)


def test_how_far_it_is_with_failures_and_buttons(open_train, stored):
    store, made = stored
    failed = made.runs[1]
    store.runs.create(failed.spec, failed.where)
    with store.runs.claim(failed.run):
        store.runs.set_state(failed.run, "failed", "loss became NaN at step 3")
    app = open_train()
    text = words(app)
    assert "0 of 6 runs done" in text
    assert "**SSLT(en), seed 0** failed: loss became NaN at step 3" in text
    assert app.get("plotly_chart")
    assert {"Resume", "Cancel", "Retry failed"} <= set(labels(app))
    app.button(key="sweep_Cancel").click().run()
    assert store.sweeps.order(made.digest) == "cancel"
    assert "was cancelled" in words(app)
    app.button(key="sweep_Retry failed").click().run()
    assert store.sweeps.wanted_again(made.digest) == {failed.run}
    assert store.sweeps.order(made.digest) == "go"


@pytest.fixture
def alike(stored):
    """Another sweep of the same title: it differs from `stored` in its steps alone."""
    store, made = stored
    of_recipe = SweepSpec(
        task="cldr-ner",
        source_sets=sweep.all_sets("de,en,es", (1,)),
        budgets=(64,),
        seeds=(0, 1),
        recipe=(("steps", 5),),
    )
    other = sweep.start(store, Sweep(runs=sweep.plan(of_recipe), keep_weights=True))
    return store, made.digest, other


def test_the_sweep_that_was_just_started_is_looked_at(open_train, alike):
    app = open_train(sets_by="listed", listed="ar\nfr", budget=64)
    assert "The sweep of 3 sets × 2 seeds on cldr-ner, 64 examples each" in words(app)
    app.button(key="start_sweep").click().run()
    assert "The sweep of 2 sets on cldr-ner, 64 examples each" in words(app)


def test_sweeps_with_one_title_are_told_apart_and_clicks_reach_the_chosen_one(open_train, alike):
    store, *both = alike
    app = open_train()
    title = "3 sets × 2 seeds on cldr-ner, 64 examples each"
    assert set(app.selectbox(key="sweep").options) == {f"{title} ({d[:4]})" for d in both}
    app.selectbox(key="sweep").select(both[0]).run()
    app.button(key="sweep_Cancel").click().run()
    assert [store.sweeps.order(digest) for digest in both] == ["cancel", "go"]
    assert app.selectbox(key="sweep").value == both[0]


def test_a_disk_that_became_too_small_meanwhile(open_train, stored, monkeypatch):
    store, made = stored
    sweep.pause(store, made.digest)
    app = open_train()
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    app.button(key="sweep_Resume").click().run()
    assert "1.0 MB are free where the store is" in words(app)
    assert {"Resume", "Cancel"} <= set(labels(app))
    assert app.get("plotly_chart")
    assert store.sweeps.order(made.digest) == "pause"


def test_one_reason_is_told_once(open_train, stored):
    store, made = stored
    for run, reason in zip(made.runs[:3], ("no data", "no data", "too hot"), strict=True):
        store.runs.create(run.spec, run.where)
        with store.runs.claim(run.run):
            store.runs.set_state(run.run, "failed", reason)
    text = words(open_train())
    names = [f"{run.spec.name}, seed {run.spec.seed}" for run in made.runs[:3]]
    assert f"**2 runs** failed ({names[0]}; {names[1]}): no data" in text
    assert f"**{names[2]}** failed: too hot" in text
    assert text.count("no data") == 1


def test_pausing_what_runs(open_train, stored):
    store, made = stored
    store.sweeps.enlist(made.digest, os.getpid(), "holder")
    app = open_train()
    assert "is under way" in words(app)
    app.button(key="sweep_Pause").click().run()
    assert store.sweeps.order(made.digest) == "pause"
    assert "is pausing, after the present step" in words(app)


def test_a_click_is_kept_that_comes_with_the_last_step(stored):
    store, made = stored

    def at_the_second_look_it_has_just_ended(root, digest):
        import streamlit as st

        from mslt_core import pipeline
        from pages._shared.context import Context
        from pages._shared.sweep_view import _look

        st.session_state["context"] = Context(pipeline.open_store(root), (), (), ())
        looks = st.session_state["looks"] = st.session_state.get("looks", 0) + 1
        _look(root, digest, looks == 2)

    args = {"root": str(store.root), "digest": made.digest}
    app = AppTest.from_function(
        at_the_second_look_it_has_just_ended, kwargs=args, default_timeout=60
    ).run()
    app.button(key="sweep_Cancel").click().run()
    assert store.sweeps.order(made.digest) == "cancel"


def test_the_example_alone_offers_no_start(open_train, monkeypatch):
    monkeypatch.setenv("MSLT_STORE", str(pipeline.EXAMPLE))
    assert open_train(seeds=5).button(key="start_sweep").disabled
