"""Several GPUs: each worker sees one, the next worker the next."""

import subprocess

import psutil
import pytest

from mslt_core import jobs, sweep
from mslt_core.spec.specs import EmbedSpec, Where
from mslt_core.spec.sweeps import Engine
from mslt_core.sweep import workers


@pytest.fixture(autouse=True)
def unnamed(monkeypatch, gpus):
    """No GPU here, none named and no slots asked for by whoever runs the tests."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("MSLT_SLOTS")
    gpus(dev=0, proc=0)


@pytest.fixture
def started(monkeypatch):
    """What each worker that is started would see; none is."""
    seen = []

    class Process:
        pid = 1

        def __init__(self, _command, env, **_kwargs):
            seen.append(env.get("CUDA_VISIBLE_DEVICES"))

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    return seen


@pytest.mark.parametrize(
    ("named", "counts", "expected"),
    [
        (None, {"dev": 2, "proc": 2}, ["0", "1", "0", "1", "0"]),
        (None, {"dev": 0, "proc": 3}, ["0", "1", "2", "0", "1"]),
        # a container may list the GPUs of its host, and have files for its own alone
        (None, {"dev": 1, "proc": 8}, ["0"] * 5),
        (None, {}, [None] * 5),
        ("2,5", {"dev": 8}, ["2", "5", "2", "5", "2"]),
        ("GPU-8f2a", {"dev": 8}, ["GPU-8f2a"] * 5),
        ("", {"dev": 8}, [""] * 5),
    ],
)
def test_gpus_go_round(gpus, monkeypatch, started, tmp_path, named, counts, expected):
    gpus(**counts)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    for slot in range(5):
        jobs.detach(["true"], tmp_path / "log", slot=slot)
    assert started == expected


@pytest.mark.parametrize(
    ("n_gpus", "expected"), [(4, ["0,1,2", "3,0,1"]), (3, ["0,1,2"] * 2), (2, ["0,1", "1,0"])]
)
def test_a_run_of_several_processes_gets_as_many(
    gpus, monkeypatch, started, tmp_path, n_gpus, expected
):
    gpus(dev=n_gpus)
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    for slot in range(2):
        jobs.detach(["true"], tmp_path / "log", slot=slot)
    assert [set(seen.split(",")) for seen in started] == [set(e.split(",")) for e in expected]


@pytest.mark.parametrize(
    ("n_gpus", "named", "processes", "expected"),
    [
        (0, None, "1", 1),
        (1, None, "1", 1),
        (4, None, "1", 4),
        (4, "2,3", "1", 2),
        (4, "", "1", 1),
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
    assert jobs.slots() == expected
    monkeypatch.setenv("MSLT_SLOTS", "3")
    assert jobs.slots() == 3


@pytest.mark.parametrize(
    ("n_gpus", "processes", "n_works", "expected"),
    [(0, 1, 4, 0), (1, 1, 4, 4), (2, 1, 4, 2), (2, 1, 3, 2), (4, 2, 4, 2), (4, 2, 1, 1)],
)
def test_how_many_share_a_gpu(gpus, monkeypatch, n_gpus, processes, n_works, expected):
    gpus(dev=n_gpus)
    monkeypatch.setenv("MSLT_PROCESSES", str(processes))
    assert jobs.sharing(n_works) == expected
    if n_gpus:
        most = jobs.slots_of(expected)
        assert jobs.sharing(most) <= expected < jobs.sharing(most + 1)


def test_without_a_slot_all_are_seen(gpus, started, tmp_path):
    gpus(dev=4)
    jobs.detach(["true"], tmp_path / "log")
    assert started == [None]


@pytest.fixture
def seen(store):
    """The GPU that each living worker of a sweep was given."""

    def of(plan):
        events = [e for e in store.sweeps.events(plan.digest) if e["event"] == "staff"]
        living = {worker.pid for worker in store.sweeps.workers(plan.digest)}
        return sorted(e["slot"] for e in events if e["pid"] in living)

    return of


WAIT = """
    print("sees", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
    while not should_stop():
        time.sleep(0.01)
    return False
"""


def log(store, plan):
    told = [store.runs.folder(p.run) / "worker.log" for p in plan.runs]
    return sorted(path.read_text().strip() for path in told if path.exists())


def test_the_workers_of_a_sweep_have_a_gpu_each(store, sweep_of, workers_do, slots, until, gpus):
    gpus(dev=2)
    slots(4)
    workers_do(WAIT)
    plan = sweep_of(4)
    sweep.start(store, plan)
    until(lambda: len("".join(log(store, plan)).split("sees")) == 5)
    assert log(store, plan) == ["sees 0", "sees 0", "sees 1", "sees 1"]
    sweep.cancel(store, plan.digest)


def test_who_takes_a_dead_workers_place_takes_its_gpu(
    store, sweep_of, workers_do, slots, until, gpus, seen
):
    gpus(dev=2)
    slots(2)
    workers_do(WAIT)
    plan = sweep_of(3)
    sweep.start(store, plan)
    assert seen(plan) == [0, 1]
    first = next(e["pid"] for e in store.sweeps.events(plan.digest) if e["event"] == "staff")
    psutil.Process(first).kill()
    until(lambda: seen(plan) == [1])
    sweep.resume(store, plan.digest)
    assert seen(plan) == [0, 1]
    sweep.cancel(store, plan.digest)


def test_who_asks_a_cluster_sees_every_gpu(store, sweep_of, started, gpus, monkeypatch):
    gpus(dev=2)
    monkeypatch.setattr(workers.cluster, "require_ray", lambda: None)
    sweep.start(store, sweep_of(2, engine=Engine(name="ray")))
    assert started == [None]


def test_single_runs_go_round_too(store, started, slots, gpus):
    gpus(dev=2)
    slots(2)
    for layer in range(3):
        spec = EmbedSpec(checkpoint="c" * 16, corpus="0" * 16, lang="en", layer=layer)
        jobs.start(store, spec, Where())
    assert started == ["0", "1", "0"]
