"""Runs that share a GPU: what a probe tells of its memory, and the refusal of too many."""

import numpy as np
import pytest

from mslt_core import jobs, sweep
from mslt_core.__main__ import main
from mslt_core.pipeline import open_store
from mslt_core.spec.errors import MsltError
from mslt_core.spec.sweeps import Engine, SweepSpec
from mslt_core.sweep import probing, workers
from tests.sweep.test_sweep_command import SMALL

LARGE_GPU = 80_000_000_000


@pytest.fixture(autouse=True)
def two_gpus(gpus):
    gpus(dev=2)


@pytest.fixture
def keep_pace(store):
    """``keep_pace(run, held=12e9)``: a probe's answer, as if made on such a GPU."""

    def keep(planned, held, total=LARGE_GPU):
        found = {"fixed_s": 1.0, "step_s": 0.1, "item_s": 0.01}
        found |= {"gpu_bytes": held, "gpu_total": total}
        arrays = {name: np.array(value, np.float64) for name, value in found.items()}
        store.arrays.put(sweep.probes_of([planned])[planned.run], arrays)

    return keep


@pytest.fixture
def estimate(store, slots):
    def of(runs, n_slots):
        slots(n_slots)
        return sweep.estimate(store, runs, keep_weights=False)

    return of


@pytest.mark.parametrize(
    ("held", "n_fit"), [(12e9, 6), (12.1e9, 6), (12.2e9, 5), (64e9, 1), (80e9, 1)]
)
def test_how_many_runs_fit_beside_each_other(planned, keep_pace, estimate, held, n_fit):
    runs = [planned(seed) for seed in range(20)]
    keep_pace(runs[0], held)
    # a tenth is left over; what was measured has fitted
    assert estimate(runs, 2).n_fit == n_fit
    for n_slots, crowded in ((2, False), (2 * n_fit, False), (2 * n_fit + 1, True)):
        found = estimate(runs, n_slots)
        assert (found.n_sharing, found.crowded) == (-(-n_slots // 2), crowded)


def test_no_more_share_a_gpu_than_there_are_runs_left(planned, keep_pace, estimate):
    runs = [planned(seed) for seed in range(2)]
    keep_pace(runs[0], 60e9)
    found = estimate(runs, 16)
    assert (found.n_sharing, found.n_fit, found.crowded) == (1, 1, False)


def test_what_other_machines_would_do_crowds_no_gpu_here(planned, keep_pace, store, slots):
    runs = [planned(seed) for seed in range(20)]
    keep_pace(runs[0], 30e9)
    slots(4)
    found = sweep.estimate(store, runs, keep_weights=False, n_workers=10)
    assert (found.n_workers, found.n_sharing, found.crowded) == (10, 2, False)


def test_the_largest_recipe_counts_and_an_unknown_one_leaves_it_unknown(
    planned, keep_pace, estimate
):
    small, large = planned(), planned(batch_size=64)
    keep_pace(small, 3e9)
    assert estimate([small], 1).n_fit == 24
    assert estimate([small, large], 1).n_fit is None
    keep_pace(large, 30e9)
    assert estimate([small, large], 1).n_fit == 2


@pytest.mark.parametrize("held", [80e9, 81e9])  # with what is put on top for CUDA
def test_a_gpu_too_small_for_the_widest_batch(planned, keep_pace, estimate, held):
    run = planned()
    keep_pace(run, held)
    found = estimate([run], 1)
    assert (found.n_fit, found.crowded) == (1, False)
    told = "a run may need more than the 80.0 GB of a GPU, if its longest rows meet"
    assert sweep.memory_told(found) == told


def test_without_a_gpu_nothing_is_told(planned, keep_pace, estimate, gpus, tmp_path):
    (tmp_path / "dev" / "nvidia0").unlink()
    (tmp_path / "dev" / "nvidia1").unlink()
    run = planned()
    keep_pace(run, 0.0, 0.0)
    found = estimate([run], 8)
    assert (found.n_sharing, found.n_fit, found.crowded) == (0, None, False)
    assert sweep.memory_told(found) == ""


def test_the_time_of_runs_that_share_a_gpu_is_supposed(planned, keep_pace, estimate):
    runs = [planned(seed) for seed in range(8)]
    keep_pace(runs[0], 0.0, 0.0)
    assert estimate(runs, 8).supposed == "", "there is a GPU, and torch does not use it"
    keep_pace(runs[0], 2e9)
    assert estimate(runs, 2).supposed == ""
    assert estimate(runs, 8).supposed == "as if 4 runs on a GPU were each as fast as one alone"


def test_finished_runs_do_not_tell_the_memory(store, planned, slots, done_at_once):
    runs = [planned(seed) for seed in range(4)]
    store.runs.create(runs[0].spec, runs[0].where)
    jobs.work(store, "runs", runs[0].run, done_at_once)
    slots(2)
    assert sweep.probes(store, runs) == [], "a GPU each: the finished run tells all"
    slots(3)
    assert len(sweep.probes(store, runs)) == 1


def test_what_does_not_fit_is_refused(store, planned, keep_pace, slots):
    runs = [planned(seed) for seed in range(20)]
    keep_pace(runs[0], 12e9)
    slots(14)
    told = (
        r"^7 runs would share a GPU here: 12\.0 GB of 80\.0 GB a run, with a tenth to spare 6 fit "
        "on a GPU side by side"
    )
    hint = r"Set MSLT_SLOTS to 12 or less, or `sweep resume --anyway`\."
    with pytest.raises(MsltError, match=rf"{told}\. {hint}$"):
        sweep.require_room(store, runs, keep_weights=False, engine=Engine(), order="resume")
    sweep.require_room(store, runs, keep_weights=False, engine=Engine(name="ray"))
    slots(12)
    sweep.require_room(store, runs, keep_weights=False, engine=Engine())


def test_a_probe_measures_the_memory(store, tiny_checkpoint, monkeypatch):
    asked = []

    def gpu_memory(spec, where, folder):
        asked.append((spec.source_langs, where.model, folder.exists()))
        return 5_000_000_000, LARGE_GPU

    monkeypatch.setattr(probing, "gpu_memory", gpu_memory)
    spec = SweepSpec(
        task="cldr-ner",
        models=(str(tiny_checkpoint),),
        source_sets=(("de",),),
        budgets=(20,),
        recipe=(("steps", 4), ("eval_limit", 4)),
    )
    runs = sweep.plan(spec)
    [(probe, where)] = sweep.probes(store, runs)
    store.jobs.create(probe, where)
    work = jobs.work(store, "jobs", probe.digest(), sweep.execute_probe, in_turn=False)
    assert work == "done"
    assert sweep.estimate(store, runs, keep_weights=False).n_fit == 14
    assert asked == [(("de",), str(tiny_checkpoint), False)]


def test_the_command_line_tells_and_refuses(store, keep_pace, slots, monkeypatch, capsys):
    monkeypatch.setenv("MSLT_STORE", str(store.root))
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    spec = SweepSpec(
        task="cldr-ner",
        source_sets=(("en",), ("de", "en")),
        budgets=(64,),
        recipe=(("steps", 4), ("eval_limit", 4)),
    )
    keep_pace(sweep.plan(spec)[0], 50e9)
    slots(4)
    assert main(["sweep", "plan", *SMALL, "--seeds", "0,1"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "gpu 50.0 GB of 80.0 GB a run, with a tenth to spare one fits on a GPU" in shown
    assert "2 runs would share a GPU" in shown
    assert "Set MSLT_SLOTS to 2 or less." in shown
    assert main(["sweep", "start", *SMALL, "--seeds", "0,1"]) != 0
    assert "2 runs would share a GPU" in capsys.readouterr().err
    assert open_store().sweeps.digests() == []
    assert main(["sweep", "start", *SMALL, "--seeds", "0,1", "--anyway"]) == 0
    slots(2)
    assert main(["sweep", "resume"]) == 0
