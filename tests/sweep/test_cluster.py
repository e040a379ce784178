"""A sweep on a Ray cluster of two nodes, one of which is killed while it works."""

import contextlib
import importlib.util
import subprocess
from types import SimpleNamespace

import psutil
import pytest

from mslt_core import pipeline, sweep
from mslt_core.__main__ import main
from mslt_core.spec.errors import MsltError, StoreError
from mslt_core.spec.sweeps import Engine, Sweep, SweepSpec
from mslt_core.sweep import cluster, workers

LONG_S = 240.0
NO_RAY = importlib.util.find_spec("ray") is None


@pytest.fixture
def asked(tiny_checkpoint):
    """Six short runs of the tiny model."""
    spec = SweepSpec(
        task="cldr-ner",
        models=(str(tiny_checkpoint),),
        source_sets=sweep.all_sets("de,en,es", (1, 2)),
        budgets=(64,),
        recipe=(("steps", 60), ("eval_limit", 4), ("target_langs", ["en", "tr"])),
    )
    return sweep.plan(spec)


def stored(store, runs, engine):
    made = Sweep(runs=runs, keep_weights=False, engine=engine)
    store.sweeps.save(made)
    store.sweeps.set_order(made.digest, "go")
    return made


@pytest.fixture
def two_nodes(monkeypatch):
    """A cluster of two nodes with one processor each, and the second of them."""
    for name, value in cluster.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = made.add_node(num_cpus=1)
    made.wait_for_nodes()
    yield made, second
    made.shutdown()


def halted_at_work(store, plan, node):
    """The node's processes, halted in the middle of a run; none where they are between two.

    A run takes a second: without this it may end while its node is on the way out.
    """
    raylet = node.all_processes["raylet"][0].process
    processes = psutil.Process(raylet.pid).children(recursive=True)
    for process in processes:
        process.suspend()
    events = store.sweeps.events(plan.digest)
    pids = {process.pid for process in processes}
    taken = {event["run"] for event in events if event.get("pid") in pids}
    if taken - {event["run"] for event in events if event["event"] == "end"}:
        return processes
    for process in processes:
        process.resume()
    return []


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.skipif(NO_RAY, reason="ray is not installed: requirements-cluster.txt")
def test_a_node_killed_in_mid_sweep_loses_no_run(store, asked, two_nodes, ends, until):
    made, second = two_nodes
    plan = stored(store, asked, Engine(name="ray", address=made.address))
    log = store.sweeps.folder(plan.digest) / "worker.log"
    with log.open("wb") as file:
        driver = subprocess.Popen(
            workers._command(store, plan.digest), stdout=file, stderr=file, cwd=pipeline.PROJECT
        )
    try:
        halted = until(lambda: ends(plan) and halted_at_work(store, plan, second))
        made.remove_node(second, allow_graceful=False)
        for process in halted:
            process.kill()
        assert driver.wait(LONG_S) == 0, log.read_text()
    finally:
        driver.kill()
    assert sweep.status(store, plan.digest).state == "done"
    assert ends(plan) == sorted(planned.run for planned in plan.runs)
    taken = [e["run"] for e in store.sweeps.events(plan.digest) if e["event"] == "take"]
    assert len(taken) == len(plan.runs) + 1, "one run was taken up again"


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.skipif(NO_RAY, reason="ray is not installed: requirements-cluster.txt")
def test_more_gpus_than_there_are_is_said_at_once(store, asked, two_nodes):
    plan = stored(store, asked, Engine(name="ray", address=two_nodes[0].address, gpus_per_run=0.25))
    with pytest.raises(MsltError, match=r"a run wants 0\.25 GPUs, the cluster has 0"):
        sweep.serve(store, plan.digest)


@pytest.mark.skipif(NO_RAY, reason="ray is not installed: requirements-cluster.txt")
def test_nodes_that_cannot_do_a_run_end_the_sweep_with_the_reason(store, sweep_of, monkeypatch):
    """Such as nodes that do not see the store: sent out again, the tasks would fail for ever."""
    from ray import exceptions

    plan, asked = sweep_of(2, engine=Engine(name="ray")), []

    def fail(_):
        asked.append(1)
        assert len(asked) < 20, "it never ends"
        raise exceptions.RayTaskError("do_one", "the trace", StoreError("there is no sweep"))

    ray = SimpleNamespace(remote=lambda **_: lambda _: task, get=fail, exceptions=exceptions)
    task = SimpleNamespace(remote=lambda *_: None)
    monkeypatch.setattr(cluster, "_connected", lambda _: contextlib.nullcontext(ray))
    with pytest.raises(MsltError, match="no node can do a run: there is no sweep"):
        sweep.serve(store, plan.digest)
    assert store.sweeps.workers(plan.digest) == []


def test_without_ray_the_engine_is_refused_before_anything_is_stored(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MSLT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(workers, "_staff", lambda *_: None)
    assert main(["sweep", "start", "--sets", "en", "--engine", "ray"]) == 1
    assert "pip install -r requirements-cluster.txt" in capsys.readouterr().err
    assert not (tmp_path / "store" / "sweeps").exists()


def test_a_task_whose_run_is_done_or_whose_sweep_is_paused_ends_at_once(
    store, sweep_of, done_at_once
):
    plan = sweep_of(2)
    sweep.work_through(store, plan.digest, done_at_once)
    assert cluster.do_one(str(store.root), plan.digest, plan.runs[0].run) == "settled"
    store.sweeps.set_order(plan.digest, "pause")
    assert cluster.do_one(str(store.root), plan.digest, plan.runs[0].run) == "halted"
