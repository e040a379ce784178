"""What a sweep will cost: by finished runs, by shipped ones, by a probe, and on which disk."""

import math
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from mslt_core import jobs, pipeline, sweep
from mslt_core.pipeline import checkpoints, training
from mslt_core.spec.sweeps import Engine, Sweep, SweepSpec
from mslt_core.store import Store
from mslt_core.sweep import disk, probing
from mslt_core.sweep.probing import Pace


@pytest.fixture
def runs():
    """Three sets and two seeds of a recipe that nobody has shipped."""
    spec = SweepSpec(
        task="cldr-ner",
        source_sets=sweep.all_sets("de,en,es", (1,)),
        budgets=(96,),
        seeds=(0, 1),
        recipe=(("steps", 50), ("eval_limit", 10)),
    )
    return sweep.plan(spec)


def keep_pace(store, runs, **seconds):
    pace = {name: np.array(value, np.float64) for name, value in seconds.items()}
    store.arrays.put(sweep.probes_of(runs)[runs[-1].run], pace)


def test_time_by_a_probe(store, runs):
    assert [probe.run.steps for probe, _ in sweep.probes(store, runs)] == [6]
    assert sweep.estimate(store, runs, keep_weights=True).source == "unknown"
    keep_pace(store, runs, fixed_s=2.0, step_s=0.1, item_s=0.01)
    assert sweep.probes(store, runs) == [], "one probe tells all sets and seeds"
    found = sweep.estimate(store, runs, keep_weights=True, price_per_hour=360.0)
    n_targets = len(runs[0].spec.target_langs)
    # a run: 2 s, 50 steps of 0.1 s, 10 items a target of 0.01 s
    assert found.seconds == pytest.approx(6 * (2.0 + 5.0 + n_targets * 0.1))
    assert found.cost == pytest.approx(found.seconds / 10)
    assert found.source == "probe"
    pair = sweep.estimate(store, runs, keep_weights=True, n_workers=2)
    assert pair.seconds == pytest.approx(found.seconds / 2)


def test_time_by_finished_runs_goes_before_a_probe(store, runs, done_at_once):
    keep_pace(store, runs, fixed_s=1e6, step_s=1.0, item_s=1.0)
    plan = Sweep(runs=runs, keep_weights=True, engine=Engine())
    store.sweeps.save(plan)
    store.runs.create(runs[0].spec, runs[0].where)
    sweep.do_run(store, plan, runs[0], done_at_once)
    found = sweep.estimate(store, runs, keep_weights=True)
    assert (found.source, found.n_done) == ("runs", 1)
    assert found.seconds < 60


def test_shipped_runs_are_another_machines(store):
    if not pipeline.EXAMPLE.is_dir():
        pytest.skip("the example is not here")
    below = Store(store.root, example=pipeline.EXAMPLE)
    spec = SweepSpec(task="cldr-ner", source_sets=(("de", "en"),), budgets=(1000,), seeds=(0, 99))
    found = sweep.estimate(below, sweep.plan(spec), keep_weights=True)
    assert (found.source, found.n_done) == ("shipped", 1)
    assert 1 < found.seconds < 60


@pytest.fixture
def thousand(tmp_path, monkeypatch):
    """A base of a thousand numbers."""
    base = tmp_path / "half"
    base.mkdir()
    save_file({"a": np.zeros((10, 100), np.float16)}, base / "model.safetensors")
    monkeypatch.setattr(checkpoints, "model_folder", lambda _: base)
    disk.weights_bytes.cache_clear()
    yield
    disk.weights_bytes.cache_clear()


@pytest.mark.usefixtures("thousand")
def test_disk(store, planned):
    runs = [planned(seed, steps=200) for seed in range(6)]
    found = sweep.estimate(store, runs, keep_weights=True, n_workers=2)
    # runs are saved in float32; a state to resume from has the weights and AdamW's two moments
    assert (found.weights_bytes, found.kept_bytes) == (4000, 6 * 4000)
    assert found.passing_bytes == 2 * (2 * 3 * 4000)
    assert found.needed_bytes == math.ceil(1.1 * (24_000 + 48_000))
    assert found.fits
    alone = sweep.estimate(store, runs[:1], keep_weights=True)
    # a single run asks for as much by itself, whether its weights stay or not
    assert alone.needed_bytes == math.ceil(1.1 * (4000 + 2 * 3 * 4000))
    assert sweep.estimate(store, runs[:1], keep_weights=False).needed_bytes == alone.needed_bytes
    assert sweep.estimate(store, runs, keep_weights=False).kept_bytes == 0


@pytest.mark.usefixtures("thousand")
def test_states_that_are_there_already_need_no_more_room(store, planned):
    runs = [planned(seed, steps=200) for seed in range(6)]
    states = store.runs.folder(runs[0].run) / "checkpoints" / "step-000100"
    states.mkdir(parents=True)
    (states / "optimizer.pt").write_bytes(b"x" * 9000)
    # listed and gone when it is looked at, as where a run at work drops an older state
    (states / "scheduler.pt").symlink_to(states / "nothing")
    found = sweep.estimate(store, runs, keep_weights=False, n_workers=1)
    assert found.passing_bytes == 4000 + 2 * 3 * 4000 - 9000


@pytest.mark.usefixtures("thousand")
def test_disk_with_the_weights_of_some_steps(store, planned):
    runs = [planned(seed, steps=100, keep_every=25) for seed in range(21)]
    found = sweep.estimate(store, runs, keep_weights=True)
    # those after 25, 50 and 75 besides the last: four times 4000
    assert (found.kept_bytes, found.passing_bytes) == (21 * 16_000, 0)
    dropped = sweep.estimate(store, runs, keep_weights=False)
    assert (dropped.kept_bytes, dropped.passing_bytes) == (0, 16_000)
    assert sweep.keeps_weights(runs)  # who asks for them wants them, however many runs there are
    assert not sweep.keeps_weights([planned(seed) for seed in range(21)])
    assert sweep.keeps_weights([planned(seed) for seed in range(20)])


@pytest.mark.usefixtures("thousand")
def test_short_runs_keep_no_state_to_resume_from(store, planned):
    runs = [planned(seed, steps=199) for seed in range(6)]
    assert sweep.estimate(store, runs, keep_weights=False, n_workers=2).passing_bytes == 2 * 4000
    assert sweep.estimate(store, runs, keep_weights=True, n_workers=2).passing_bytes == 0
    mixed = [*runs, planned(6, steps=200)]  # two at a time: the long one may be beside any
    assert sweep.estimate(store, mixed, keep_weights=True, n_workers=2).passing_bytes == 2 * 24_000


def test_a_runs_time_is_split_at_its_reports():
    seen = [
        (0.0, 0, "reading the data"),
        (1.0, 0, "loading the model"),
        (4.0, 1, "training"),  # warming up: not counted
        (5.0, 6, "training"),
        (6.5, 6, "scoring de, 1 of 2 languages"),  # warming up as well
        (7.5, 6, "scoring en, 2 of 2 languages"),
        (8.0, 6, training.KEEPING),
    ]
    # 5 steps in 1 s; the second target's 16 items took 0.5 s; 28 s - 6 x 0.2 s - 2 x 0.5 s are
    # fixed, among them the 20 s that the weights took: they are no time of the items
    assert probing._measured(seen, 28.0, 16) == Pace(
        fixed_s=pytest.approx(25.8), step_s=0.2, item_s=0.5 / 16
    )


PACE = Pace(fixed_s=0.0, step_s=0.0, item_s=1.0)
"""A second an item, and nothing else."""


@pytest.mark.parametrize(
    ("changes", "n_scored"),
    [
        ({}, 2 * 100),
        # points at 30, 60, 90 and after the last step, whose weights are those that are kept
        ({"eval_every": 30}, 4 * 200),
        ({"eval_every": 50}, 2 * 200),
        # beside the points the best weights are scored again
        ({"eval_every": 50, "select": "target"}, (2 + 1) * 200),
        ({"eval_every": 50, "select": "source", "holdout": 7}, (2 + 1) * 200 + 2 * 7),
        ({"eval_limit": None}, 2 * probing.ALL_ITEMS),
    ],
)
def test_every_point_of_a_learning_curve_takes_its_time(planned, changes, n_scored):
    spec = planned(**{"steps": 100, "eval_limit": 100, **changes}).spec
    assert PACE.run_s(spec) == n_scored


def test_what_a_probe_cannot_know_is_said(store, planned):
    some, every = [planned()], [planned(eval_limit=None)]
    for runs in (some, every):
        keep_pace(store, runs, fixed_s=1.0, step_s=0.1, item_s=0.01)
    assert sweep.estimate(store, some, keep_weights=True).supposed == ""
    found = sweep.estimate(store, every, keep_weights=True)
    assert found.supposed == "with 2,000 test items a language supposed where all are scored"


def test_a_probe_takes_no_more_rows_than_the_sources_have(planned):
    def budgets(**changes):
        runs = [planned(**changes)]
        return [probe.run.budget for probe in sweep.probes_of(runs).values()]

    assert budgets(budget=100, batch_size=4) == [6 * 4]
    assert budgets(budget=100, batch_size=32) == [50], "of the two sources of SSLT one is taken"
    assert budgets(budget=2, batch_size=32) == [1]
    assert budgets(budget=12, shots=5, shot_langs=("sw",)) == [3]  # (12 - 5) / 2


def test_one_probe_for_all_sets_budgets_and_oracles(planned):
    sets = [planned(), planned(source_langs=("sw",)), planned(budget=20)]
    oracles = [
        planned(source_langs=(lang,), target_langs=(lang,), oracle=True) for lang in ("de", "sw")
    ]
    assert len(set(sweep.probes_of([*sets, *oracles]).values())) == 1


def test_oracles_are_estimated_too(store, planned):
    runs = [
        planned(source_langs=(lang,), target_langs=(lang,), oracle=True, eval_limit=10)
        for lang in ("de", "sw")
    ]
    keep_pace(store, runs, fixed_s=0.0, step_s=0.0, item_s=1.0)
    assert sweep.estimate(store, runs, keep_weights=True).seconds == 2 * 10


def test_a_probe_is_a_real_run(store, tiny_checkpoint, monkeypatch):
    monkeypatch.setenv("MSLT_REPORT_TO", "nonesuch")  # no tracker is told of a probe
    spec = SweepSpec(
        task="cldr-ner",
        models=(str(tiny_checkpoint),),
        source_sets=(("de", "en"),),
        budgets=(20,),  # fewer than the probe's steps would take
        recipe=(("steps", 100), ("eval_limit", 40)),
    )
    runs = sweep.plan(spec)
    [(probe, where)] = sweep.probes(store, runs)
    store.jobs.create(probe, where)
    assert jobs.work(store, "jobs", probe.digest(), sweep.execute_probe) == "done"
    pace = sweep.measured_pace(store, probe)
    assert 0 < pace.step_s < 5
    assert 0 < pace.item_s < 5
    assert sweep.estimate(store, runs, keep_weights=True).seconds > 100 * pace.step_s
    assert store.runs.list() == [], "a probe leaves no run"
    assert os.environ["MSLT_REPORT_TO"] == "nonesuch"
