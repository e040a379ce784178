"""Several GPUs: who works sees one that nobody else has, as long as there are enough."""

import os
import subprocess

import psutil
import pytest

from mslt_core import machine, sweep
from mslt_core.spec.sweeps import Engine
from mslt_core.store.turns import Turns
from mslt_core.sweep import workers


@pytest.fixture(autouse=True)
def unnamed(monkeypatch, gpus):
    """No GPU here, and no slots asked for by whoever runs the tests."""
    monkeypatch.delenv("MSLT_SLOTS")
    gpus(dev=0, proc=0)


@pytest.fixture
def seen_by(monkeypatch, tmp_path):
    """What so many processes see that work at a time, and what else `asked` tells them."""

    def of(n, asked=lambda: None):
        turns = Turns(tmp_path / "turns", lambda *_: True)
        return [one(turns, f"{number:016x}", n, asked) for number in range(n)]

    def one(turns, digest, n, asked):
        with monkeypatch.context() as its_own:
            its_own.setattr(os, "environ", dict(os.environ))
            machine.Own().take(turns.turn("jobs", digest, machine.shared(n)))
            return os.environ.get("CUDA_VISIBLE_DEVICES"), asked()

    return of


@pytest.mark.parametrize(
    ("named", "counts", "expected"),
    [
        (None, {"dev": 2, "proc": 2}, ["0", "1", "0", "1", "0"]),
        (None, {"dev": 0, "proc": 3}, ["0", "1", "2", "0", "1"]),
        # a container may list the GPUs of its host, and have files for its own alone
        (None, {"dev": 1, "proc": 8}, ["0"] * 5),
        (None, {}, [None] * 5),
        ("2,5", {"dev": 8}, ["2", "5", "2", "5", "2"]),
        ("2, 5", {"dev": 8}, ["2", "5", "2", "5", "2"]),
        ("2,-1,5", {"dev": 8}, ["2"] * 5),
        ("GPU-8f2a", {"dev": 8}, ["GPU-8f2a"] * 5),
        ("", {"dev": 8}, [""] * 5),
        ("-1", {"dev": 8}, ["-1"] * 5),
    ],
)
def test_gpus_go_round(gpus, monkeypatch, seen_by, named, counts, expected):
    gpus(**counts)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert [seen for seen, _ in seen_by(5)] == expected


@pytest.mark.parametrize(
    ("n_gpus", "expected"), [(4, ["0,1,2", "3,0,1"]), (3, ["0,1,2"] * 2), (2, ["0,1"] * 2)]
)
def test_a_run_of_several_processes_gets_as_many(gpus, monkeypatch, seen_by, n_gpus, expected):
    gpus(dev=n_gpus)
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    assert [seen for seen, _ in seen_by(2)] == expected


def test_who_has_a_gpu_knows_of_the_others(gpus, seen_by):
    gpus(dev=4)
    # a process that it starts may have another one, and as many may work at a time as before
    every = ("0", "1", "2", "3")
    expected = [(gpu, (4, every)) for gpu in every]
    assert seen_by(4, lambda: (machine.slots(), machine.shared(4).gpus)) == expected


@pytest.mark.parametrize(
    ("n_gpus", "named", "processes", "expected"),
    [
        (0, None, "1", 1),
        (1, None, "1", 1),
        (4, None, "1", 4),
        (4, "2,3", "1", 2),
        (4, "", "1", 1),
        (4, "-1", "1", 1),
        (4, "3,NoDevFiles,2", "1", 1),
        (4, None, "2", 2),
        (3, None, "2", 1),
        (1, None, "2", 1),
        (4, None, "many", 4),
    ],
)
def test_unless_told_otherwise_there_is_a_slot_for_each_gpu(
    gpus, monkeypatch, n_gpus, named, processes, expected
):
    gpus(dev=n_gpus)
    monkeypatch.setenv("MSLT_PROCESSES", processes)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert machine.slots() == expected
    monkeypatch.setenv("MSLT_SLOTS", "3")
    assert machine.slots() == 3


@pytest.mark.parametrize(
    ("n_gpus", "processes", "n_works", "expected"),
    [(0, 1, 4, 0), (1, 1, 4, 4), (2, 1, 4, 2), (2, 1, 3, 2), (4, 2, 4, 2), (4, 2, 1, 1)],
)
def test_how_many_share_a_gpu(gpus, monkeypatch, n_gpus, processes, n_works, expected):
    gpus(dev=n_gpus)
    monkeypatch.setenv("MSLT_PROCESSES", str(processes))
    assert machine.shared(n_works).n_sharing == expected
    if n_gpus:
        most = machine.slots_of(expected)
        assert machine.shared(most).n_sharing <= expected < machine.shared(most + 1).n_sharing


WORK = """
    print(os.getpid(), "sees", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
"""
WAIT = f"""{WORK}
    while not should_stop():
        time.sleep(0.01)
    return False
"""


@pytest.fixture
def seen(store):
    """What the workers of a sweep said that they saw, with their number before it."""

    def of(plan):
        logs = [store.runs.folder(planned.run) / "worker.log" for planned in plan.runs]
        lines = "".join(log.read_text() for log in logs if log.exists()).splitlines()
        return [tuple(line.split(" sees ")) for line in lines]

    return of


@pytest.mark.parametrize(
    ("asked_for", "expected"), [(None, ["0", "1"]), (2, ["0", "1"]), (4, ["0", "0", "1", "1"])]
)
def test_the_workers_of_a_sweep_work_at_a_time_with_a_gpu_each(
    store, sweep_of, workers_do, slots, until, monkeypatch, seen, asked_for, expected
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    if asked_for:
        slots(asked_for)
    workers_do(WAIT)
    plan = sweep_of(5)
    sweep.start(store, plan)
    until(lambda: len(seen(plan)) == len(expected))
    assert sorted(gpu for _, gpu in seen(plan)) == expected
    sweep.cancel(store, plan.digest)


def test_a_worker_keeps_its_gpu(store, sweep_of, workers_do, until, monkeypatch, seen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    workers_do(f"""{WORK}
    time.sleep(0.2)
    return scored(store, spec)
""")
    plan = sweep_of(6)
    sweep.start(store, plan)
    until(lambda: len(seen(plan)) == 6 and not store.sweeps.workers(plan.digest))
    assert len(set(seen(plan))) == 2, "two workers, and each has always seen the same"
    assert {gpu for _, gpu in seen(plan)} == {"0", "1"}


def test_who_takes_a_dead_workers_place_takes_its_gpu(
    store, sweep_of, workers_do, until, monkeypatch, seen
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    workers_do(WAIT)
    plan = sweep_of(3)
    sweep.start(store, plan)
    until(lambda: len(seen(plan)) == 2)
    first, freed = seen(plan)[0]
    psutil.Process(int(first)).kill()
    until(lambda: len(store.sweeps.workers(plan.digest)) == 1)
    sweep.resume(store, plan.digest)
    until(lambda: len(seen(plan)) == 3)
    assert [gpu for _, gpu in seen(plan)].count(freed) == 2
    sweep.cancel(store, plan.digest)


def test_who_asks_a_cluster_sees_every_gpu(store, sweep_of, gpus, monkeypatch):
    started = []

    class Process:
        pid = 1

        def __init__(self, _command, env, **_kwargs):
            started.append(env.get("CUDA_VISIBLE_DEVICES"))

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    gpus(dev=2)
    monkeypatch.setattr(workers.cluster, "require_ray", lambda: None)
    sweep.start(store, sweep_of(2, engine=Engine(name="ray")))
    assert started == [None]
