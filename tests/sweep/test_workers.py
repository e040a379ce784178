"""Workers come, die and are told to go; every run is done exactly once all the same."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mslt_core import jobs, sweep
from mslt_core.spec.errors import BadInputError, MsltError, StoreError
from mslt_core.spec.sweeps import Sweep
from mslt_core.sweep import workers

AT_ONCE = "return scored(store, spec)"
A_MOMENT = """
    time.sleep(0.05)
    return scored(store, spec)
"""
UNTIL_ASKED = """
    while not should_stop():
        time.sleep(0.01)
    return False
"""
DEAF = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(0.01)
"""


def all_done(store, plan):
    """All is done, and its workers have written what they had to say of it."""
    return lambda: (
        sweep.status(store, plan.digest).state == "done" and not store.sweeps.workers(plan.digest)
    )


def test_two_workers_do_each_run_once(store, sweep_of, workers_do, slots, until):
    slots(2)
    attempts = workers_do(A_MOMENT)
    plan = sweep_of(12)
    sweep.start(store, plan)
    assert len(store.sweeps.workers(plan.digest)) == 2
    sweep.resume(store, plan.digest)  # as from another page: there are enough
    assert len(store.sweeps.workers(plan.digest)) == 2
    until(all_done(store, plan))
    assert sorted(attempts()) == sorted(p.run for p in plan.runs)
    pids = {e["pid"] for e in store.sweeps.events(plan.digest) if e["event"] == "take"}
    assert len(pids) == 2, "both had a share"


@pytest.mark.parametrize("order", [sweep.resume, sweep.retry])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MSLT_REPORT_TO", "pigeon", "MSLT_REPORT_TO names 'pigeon'"),
        ("MSLT_SLOTS", "none", "MSLT_SLOTS"),
    ],
)
def test_what_would_fail_every_run_is_refused_before_the_order(
    store, sweep_of, monkeypatch, order, name, value, message
):
    plan = sweep_of(2)
    sweep.pause(store, plan.digest)
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInputError, match=message):
        order(store, plan.digest)
    assert store.sweeps.order(plan.digest) == "pause"


def test_no_more_workers_than_runs(store, sweep_of, workers_do, slots):
    slots(5)
    workers_do(UNTIL_ASKED)
    plan = sweep_of(2)
    sweep.start(store, plan)
    assert len(store.sweeps.workers(plan.digest)) == 2
    sweep.cancel(store, plan.digest)
    assert sweep.status(store, plan.digest).state == "cancelled"


def test_a_killed_worker_costs_its_run_alone(store, sweep_of, workers_do, slots, until):
    slots(2)
    attempts = workers_do("""
        if spec.seed == 0 and not os.path.exists(store.root / "killed"):
            (store.root / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return scored(store, spec)
    """)
    plan = sweep_of(6)
    sweep.start(store, plan)
    until(all_done(store, plan))  # the other worker takes the lost run up
    assert sorted(attempts()) == sorted([plan.runs[0].run, *(p.run for p in plan.runs)])


def test_the_last_worker_killed_leaves_a_sweep_that_can_be_resumed(
    store, sweep_of, workers_do, ends, until
):
    workers_do(UNTIL_ASKED)
    plan = sweep_of(3)
    sweep.start(store, plan)
    until(lambda: sweep.status(store, plan.digest).count("running"))
    os.kill(store.sweeps.workers(plan.digest)[0].pid, signal.SIGKILL)
    until(lambda: sweep.status(store, plan.digest).state == "idle")
    assert sweep.status(store, plan.digest).count("waiting") == 3
    workers_do(AT_ONCE)
    sweep.resume(store, plan.digest)
    until(all_done(store, plan))
    assert ends(plan) == sorted(p.run for p in plan.runs)


def test_who_started_it_may_be_killed(store, sweep_of, workers_do, until):
    workers_do(A_MOMENT)
    plan = sweep_of(4)
    starter = os.fork()
    if starter == 0:
        sweep.start(store, plan)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(starter, 0)
    until(all_done(store, plan))


def test_a_worker_that_joins_helps(store, sweep_of, workers_do, slots, until):
    attempts = workers_do(A_MOMENT)
    plan = sweep_of(30)
    sweep.start(store, plan)
    until(attempts)
    slots(2)
    sweep.resume(store, plan.digest)
    assert len(store.sweeps.workers(plan.digest)) == 2
    until(all_done(store, plan))
    assert sorted(attempts()) == sorted(p.run for p in plan.runs)


def test_pause_and_resume(store, sweep_of, workers_do, states, until):
    workers_do(UNTIL_ASKED)
    plan = sweep_of(2)
    sweep.start(store, plan)
    until(lambda: sweep.status(store, plan.digest).count("running"))
    sweep.pause(store, plan.digest)
    until(lambda: sweep.status(store, plan.digest).state == "paused")
    assert states(plan) == ["stopped", "absent"]
    workers_do(AT_ONCE)
    sweep.resume(store, plan.digest)
    until(all_done(store, plan))


def test_a_resume_at_once_after_a_pause_leaves_nobody_idle(store, sweep_of, workers_do, until):
    """A worker that is about to go signs off under the lock, so that another is started."""
    workers_do("""
        time.sleep(0.02)
        return not should_stop() and scored(store, spec)
    """)
    plan = sweep_of(20)
    sweep.start(store, plan)
    for _ in range(5):
        time.sleep(0.05)
        sweep.pause(store, plan.digest)
        sweep.resume(store, plan.digest)
    until(all_done(store, plan))


def test_a_single_run_that_is_stopped_by_hand_stays_stopped(store, sweep_of, workers_do, until):
    workers_do("""
        while spec.seed == 0 and not should_stop():
            time.sleep(0.01)
        return spec.seed != 0 and scored(store, spec)
    """)
    plan = sweep_of(3)
    sweep.start(store, plan)
    until(lambda: sweep.status(store, plan.digest).count("running"))
    store.runs.request_stop(plan.runs[0].run)
    until(lambda: sweep.status(store, plan.digest).state == "ended")
    assert [c.state for c in sweep.status(store, plan.digest).cells] == ["stopped", "done", "done"]


def test_cancel_kills_who_does_not_listen(store, sweep_of, workers_do, states, until):
    workers_do(DEAF)
    plan = sweep_of(2)
    sweep.start(store, plan)
    until(lambda: sweep.status(store, plan.digest).count("running"))
    sweep.cancel(store, plan.digest, patience_s=0.1, grace_s=0.3)
    until(lambda: not store.sweeps.workers(plan.digest))
    assert states(plan) == ["lost", "absent"]
    assert sweep.status(store, plan.digest).state == "cancelled"


def test_cancel_ends_a_worker_that_leads_no_group(store, sweep_of):
    """As one that a shell script started beside others, which must not be hit."""
    plan = sweep_of(1)
    worker = subprocess.Popen(["sleep", "60"])  # in the group of this process
    store.sweeps.enlist(plan.digest, worker.pid, "holder")
    try:
        sweep.cancel(store, plan.digest, patience_s=0, grace_s=5)
        assert worker.wait(timeout=0) == -signal.SIGTERM
    finally:
        worker.kill()


def test_a_worker_that_dies_at_once_does_not_keep_others_from_starting(
    store, sweep_of, slots, monkeypatch
):
    slots(2)
    ended = subprocess.Popen(["true"])
    ended.wait()
    started = []
    monkeypatch.setattr(jobs, "detach", lambda *asked: started.append(asked) or ended.pid)
    sweep.start(store, sweep_of(2))
    assert len(started) == 2


def test_a_worker_that_cannot_be_started_is_told(store, sweep_of, monkeypatch):
    monkeypatch.setattr(workers, "_command", lambda *_: ["/no/such/program"])
    with pytest.raises(MsltError, match=r"the worker could not be started: .*/no/such/program"):
        sweep.start(store, sweep_of(1))


def test_the_worker_command_is_the_command_line(store):
    command = sweep.workers._command(store, "0" * 16)
    assert command == [
        *(sys.executable, "-m", "mslt_core", "sweep", "work"),
        *("--store", str(store.root), "0" * 16),
    ]


def test_a_wrong_number_of_slots_leaves_no_plan_behind(store, planned, monkeypatch):
    monkeypatch.setenv("MSLT_SLOTS", "many")
    with pytest.raises(BadInputError, match="MSLT_SLOTS must be"):
        sweep.start(store, Sweep(runs=(planned(),), keep_weights=True))
    assert store.sweeps.digests() == []


def test_a_damaged_plan_says_that_its_runs_are_whole(store, sweep_of):
    plan = sweep_of(1)
    (store.sweeps.folder(plan.digest) / "plan.json").write_text('{"half')
    with pytest.raises(StoreError, match=r"plan.json is damaged.*Its runs are whole"):
        store.sweeps.get(plan.digest)
    store.sweeps.save(plan)  # as the message says
    assert store.sweeps.get(plan.digest).runs == plan.runs


def test_the_same_runs_are_the_same_sweep(store, planned):
    one = Sweep(runs=(planned(0), planned(1)), keep_weights=True)
    other = Sweep(runs=(planned(1), planned(0)), keep_weights=False)
    assert one.digest == other.digest
    store.sweeps.save(one)
    created_utc = store.sweeps.get(one.digest).created_utc
    store.sweeps.save(other)
    assert store.sweeps.get(one.digest).created_utc == created_utc
    assert store.sweeps.get(one.digest).keep_weights is False
