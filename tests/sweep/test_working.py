"""A worker takes what is free, does it once, and leaves what others have or what has ended."""

import dataclasses
import os
import shutil
import signal

import pytest

from mslt_core import sweep
from mslt_core.spec.errors import StoreError, TrainingError
from mslt_core.store import Progress
from mslt_core.sweep import working


def test_every_run_is_done_once_in_the_order_of_the_plan(store, sweep_of, done_at_once, states):
    plan = sweep_of(3)
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["done"] * 3
    ended = [e["run"] for e in store.sweeps.events(plan.digest) if e["event"] == "end"]
    assert ended == [p.run for p in plan.runs]
    sweep.work_through(store, plan.digest, done_at_once)
    assert len(store.sweeps.events(plan.digest)) == 6  # a second worker finds nothing to take
    assert store.sweeps.workers(plan.digest) == []


def test_what_was_done_elsewhere_is_not_done_again(store, sweep_of, done_at_once, ends):
    plan = sweep_of(3)
    store.runs.create(plan.runs[1].spec, plan.runs[1].where)
    sweep.do_run(store, plan, plan.runs[1], done_at_once)
    before = ends(plan)
    sweep.work_through(store, plan.digest, done_at_once)
    assert ends(plan) == sorted(p.run for p in plan.runs)
    assert before == [plan.runs[1].run]


def test_a_failing_run_stops_no_other_and_is_not_tried_again(store, sweep_of, done_at_once, states):
    plan = sweep_of(3)
    tried = []

    def execute(store, spec, where, *, report, should_stop):
        tried.append(spec.seed)
        if spec.seed == 1:
            raise TrainingError("loss became NaN at step 8", hint="Lower it.")
        return done_at_once(store, spec, where, report=report, should_stop=should_stop)

    sweep.work_through(store, plan.digest, execute)
    sweep.work_through(store, plan.digest, execute)
    assert tried == [0, 1, 2]
    assert states(plan) == ["done", "failed", "done"]
    now = sweep.status(store, plan.digest)
    assert now.state == "ended"
    assert [c.told for c in now.cells if c.state == "failed"] == [
        "loss became NaN at step 8. Lower it."
    ]
    log = store.runs.folder(plan.runs[1].run) / "worker.log"
    assert "TrainingError" in log.read_text(), "the trace is in the run's own log"


def test_retry_is_for_failed_and_stopped_runs_alone(
    store, sweep_of, done_at_once, states, monkeypatch
):
    plan = sweep_of(3)

    def failing(store, spec, where, *, report, should_stop):
        if spec.seed == 0:
            raise MemoryError
        if spec.seed == 1:
            store.runs.request_stop(spec.digest())
            return False
        return done_at_once(store, spec, where, report=report, should_stop=should_stop)

    sweep.work_through(store, plan.digest, failing)
    assert [c.state for c in sweep.status(store, plan.digest).cells] == [
        "failed",
        "stopped",
        "done",
    ]
    monkeypatch.setattr(sweep.workers, "_staff", lambda *_: None)
    assert sweep.retry(store, plan.digest) == tuple(p.run for p in plan.runs[:2])
    assert [c.state for c in sweep.status(store, plan.digest).cells] == [
        "waiting",
        "waiting",
        "done",
    ]
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["done"] * 3
    assert store.sweeps.wanted_again(plan.digest) == frozenset()


def test_a_pause_stops_the_run_at_hand_and_a_resume_takes_it_up(
    store, sweep_of, done_at_once, states, monkeypatch
):
    plan = sweep_of(2)

    def pausing(store, spec, where, *, report, should_stop):
        assert not should_stop()
        sweep.pause(store, plan.digest)
        return not should_stop()

    sweep.work_through(store, plan.digest, pausing)
    assert states(plan) == ["stopped", "absent"]
    assert sweep.status(store, plan.digest).state == "paused"
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["stopped", "absent"], "a paused sweep takes nothing"
    monkeypatch.setattr(sweep.workers, "_staff", lambda *_: None)
    sweep.resume(store, plan.digest)
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["done", "done"]


def test_a_pause_ends_the_wait_for_a_turn(store, sweep_of, planned, done_at_once, monkeypatch):
    plan, other = sweep_of(1), planned(seed=99)
    store.runs.create(other.spec, other.where)
    store.turns.enter("runs", other.run)  # this process answers for it, and lives
    monkeypatch.setattr("time.sleep", lambda _: sweep.pause(store, plan.digest))
    sweep.work_through(store, plan.digest, done_at_once)
    assert store.runs.status(plan.runs[0].run).state == "stopped"
    assert sweep.status(store, plan.digest).cells[0].state == "waiting"


def test_sigterm_ends_the_worker_and_not_the_sweep(store, sweep_of, done_at_once, states):
    plan = sweep_of(2)

    def execute(store, spec, where, *, report, should_stop):
        os.kill(os.getpid(), signal.SIGTERM)

    sweep.work_through(store, plan.digest, execute)
    assert states(plan) == ["stopped", "absent"]
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["done", "done"]


def test_a_run_that_kills_its_process_is_left_alone_in_the_end(
    store, sweep_of, done_at_once, states
):
    plan = sweep_of(2)
    killer = plan.runs[0]
    for _ in range(sweep.working.MAX_DEATHS):
        with store.sweeps.locked(plan.digest):
            assert sweep.working.take(store, plan, plan.runs) == killer
        (store.runs.folder(killer.run) / "worker.json").unlink()  # as if this process had died
        assert states(plan)[0] == "lost"
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["failed", "done"]
    assert "killed 3 times without getting further" in store.runs.status(killer.run).reason


def test_a_run_whose_taking_fails_is_not_kept_by_who_lives_on(store, sweep_of, monkeypatch):
    """As on a node of a cluster, whose process does many runs."""
    plan = sweep_of(1)

    def refused(*_, **__):
        raise StoreError("the disk is full")

    with monkeypatch.context() as full, store.sweeps.locked(plan.digest):
        full.setattr(type(store.sweeps), "note", refused)
        with pytest.raises(StoreError, match="the disk is full"):
            working.take(store, plan, plan.runs)
    assert working.hold_of(store, plan.runs[0].run, ()) == "free"


def test_a_run_that_gets_further_each_time_is_taken_up_again(store, sweep_of, done_at_once, states):
    plan = sweep_of(1)
    events = [
        {"event": "take", "run": plan.runs[0].run, "step": step} for step in (0, 100, 200, 300)
    ]
    for event in events:
        store.sweeps.note(plan.digest, "take", event["run"], step=event["step"])
    from mslt_core.spec.results import TrainingPoint

    store.runs.create(plan.runs[0].spec, plan.runs[0].where)
    store.runs.append_history(
        plan.runs[0].run,
        TrainingPoint(
            step=400, loss=1.0, learning_rate=1e-4, grad_norm=1.0, elapsed_s=1.0, samples_per_s=1.0
        ),
    )
    (store.runs.folder(plan.runs[0].run) / "worker.json").unlink()
    sweep.work_through(store, plan.digest, done_at_once)
    assert states(plan) == ["done"]


@pytest.mark.parametrize("keep", [True, False])
def test_weights_are_kept_or_dropped_after_scoring(store, sweep_of, done_at_once, keep):
    plan = sweep_of(2, keep_weights=keep)
    sweep.work_through(store, plan.digest, done_at_once)
    for run in plan.runs:
        assert (store.runs.folder(run.run) / "model").exists() is keep
        assert store.runs.info(run.run).has_scores


@pytest.mark.parametrize("keep", [True, False])
def test_a_worker_that_lives_keeps_what_a_second_start_asks_for(
    store, sweep_of, done_at_once, keep
):
    plan = sweep_of(2, keep_weights=not keep)

    def started_again(store, spec, where, *, report, should_stop):
        store.sweeps.save(dataclasses.replace(plan, keep_weights=keep))
        return done_at_once(store, spec, where, report=report, should_stop=should_stop)

    sweep.work_through(store, plan.digest, started_again)
    assert {(store.runs.folder(run.run) / "model").exists() for run in plan.runs} == {keep}


def test_weights_that_another_sweep_keeps_stay(store, sweep_of, done_at_once):
    plan = sweep_of(2, keep_weights=False)
    store.sweeps.save(dataclasses.replace(plan, runs=plan.runs[:1], keep_weights=True))
    sweep.work_through(store, plan.digest, done_at_once)
    kept = [(store.runs.folder(run.run) / "model").exists() for run in plan.runs]
    assert kept == [True, False]


def test_a_run_that_another_sweep_just_took_is_waited_for(store, sweep_of, monkeypatch):
    """Its worker may be killed, and this one would have left a run undone."""
    plan = sweep_of(1)

    def faster(store, digest, planned):
        store.runs.create(planned.spec, planned.where)
        return False

    monkeypatch.setattr(working, "_is_taken", faster)
    with store.sweeps.locked(plan.digest):
        assert working.take(store, plan, plan.runs) == "held"


def test_a_done_run_whose_question_is_damaged_is_told_and_holds_nothing_up(
    store, sweep_of, done_at_once
):
    plan = sweep_of(2)
    sweep.work_through(store, plan.digest, done_at_once)
    folder = store.runs.folder(plan.runs[0].run)
    (folder / "spec.json").write_text('{"half')
    log = store.sweeps.folder(plan.digest) / "worker.log"
    log.write_text(f'out of memory\n{{"sweep": "{plan.digest}"}}\n')
    now = sweep.status(store, plan.digest)
    assert [cell.state for cell in now.cells] == ["failed", "done"]
    assert now.cells[0].told == f"{folder} is damaged: delete the folder, and resume the sweep"
    assert now.state == "ended"
    assert now.last_words == "out of memory"
    shutil.rmtree(folder)
    sweep.work_through(store, plan.digest, done_at_once)
    assert {cell.state for cell in sweep.status(store, plan.digest).cells} == {"done"}


def test_status_tells_progress_pace_and_time_left(store, sweep_of, done_at_once, monkeypatch):
    plan = sweep_of(4)
    store.runs.create(plan.runs[0].spec, plan.runs[0].where)
    assert sweep.do_run(store, plan, plan.runs[0], done_at_once) == "done"
    for event in store.sweeps.events(plan.digest):
        assert event["took_s"] < 5
    (store.sweeps.folder(plan.digest) / "events.jsonl").write_text("")
    store.sweeps.note(plan.digest, "end", plan.runs[0].run, state="done", took_s=90.0)
    store.sweeps.enlist(plan.digest, os.getpid(), "holder")
    store.runs.create(plan.runs[1].spec, plan.runs[1].where)
    with store.runs.claim(plan.runs[1].run):
        store.runs.set_state(plan.runs[1].run, "running")
        progress = Progress(done=40, total=100, message="training", elapsed_s=30.0)
        store.runs.report(plan.runs[1].run, progress)
        now = sweep.status(store, plan.digest)
    assert [c.state for c in now.cells] == ["done", "running", "waiting", "waiting"]
    assert now.state == "running"
    assert now.per_hour == 40.0  # one worker, 90 s a run
    assert now.eta_s == (90 - 30) + 90 + 90
    assert now.cells[1].told == "training, 40 of 100"
    assert now.cells[0].told == "done in 0 s"
    assert now.title == "MSLT(de, en) × 4 seeds on wikiann, 100 examples each"


def test_a_sweep_without_workers_says_so(store, sweep_of):
    plan = sweep_of(2)
    now = sweep.status(store, plan.digest)
    assert (now.state, now.n_workers, now.eta_s, now.per_hour) == ("idle", 0, None, None)


def test_a_worker_gives_a_gpus_memory_back_after_every_run(
    store, sweep_of, done_at_once, monkeypatch
):
    released = []
    monkeypatch.setattr(working, "release_memory", lambda: released.append(1))
    plan = sweep_of(2)
    sweep.work_through(store, plan.digest, done_at_once)
    assert len(released) == 2
