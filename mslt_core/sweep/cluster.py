"""A sweep on a Ray cluster: every run is a task, the run folders on a shared store stay the truth.

The store must lie where all nodes see it under the same path, on a file system whose locks hold
between machines (NFS from version 4 on does). Ray's ports know no password: keep them on a private
network.
"""

import contextlib
import importlib.util
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mslt_core.pipeline import open_store
from mslt_core.spec.errors import BadInputError, MsltError
from mslt_core.spec.sweeps import Engine, PlannedRun, Sweep
from mslt_core.store import Store
from mslt_core.sweep import working

logger = logging.getLogger(__name__)

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # a task that asks for no share of a GPU may still see the node's
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def require_ray() -> None:
    """Refuse the engine where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        raise MsltError(
            "Ray is not installed",
            hint="Install it with `pip install -r requirements-cluster.txt`, on every node.",
        )


def drive(store: Store, digest: str) -> None:
    """Ask the nodes to do all runs, and again those whose node died for good, until none is left.

    Whoever kills this process ends Ray's tasks with it; a resume starts another one.
    """
    sweep = store.sweeps.get(digest)
    store.sweeps.enlist(digest, os.getpid(), "holder")
    try:
        with _connected(sweep.engine) as ray:
            task = ray.remote(
                num_cpus=1,
                num_gpus=sweep.engine.gpus_per_run,
                max_retries=sweep.engine.retries,
                max_calls=0,  # a process does many runs: its imports take as long as a short one
            )(do_one)
            while left := _left(store, sweep):
                _wait_for(
                    ray, [task.remote(str(store.root), digest, planned.run) for planned in left]
                )
    finally:
        store.sweeps.discharge(digest, os.getpid())


def _wait_for(ray: Any, tasks: Sequence[Any]) -> None:
    """Until all have ended; an error if none came as far as a run, as without the store there."""
    errors = []
    for ref in tasks:
        try:
            ray.get(ref)
        except ray.exceptions.RayError as e:
            logger.warning("a task was lost: %s", e)
            errors.append(e)
    # one whose node died goes to another; an error of its own would come again and again
    own = [e for e in errors if isinstance(e, ray.exceptions.RayTaskError)]
    if len(own) == len(tasks):
        raise MsltError(
            f"no node can do a run: {own[-1].cause}",
            hint="Every node needs the same program, and the store under the same path.",
        )


def do_one(root: str, digest: str, run: str) -> str:
    """What a node does: wait until the run is free, do it, and say how it ended.

    A task that Ray sends out again may find that its first process still lives.
    """
    store = open_store(root)
    sweep = store.sweeps.get(digest)
    planned = [one for one in sweep.runs if one.run == run]
    while True:
        with store.sweeps.locked(digest):
            if store.sweeps.order(digest) != "go":
                return "halted"
            found = working.take(store, sweep, planned)
        if isinstance(found, PlannedRun):
            state = working.do_run(store, sweep, found, in_turn=False)
            if state is not None:
                return state
        elif found == "settled":
            return "settled"
        time.sleep(working.LOOK_EVERY_S)


def _left(store: Store, sweep: Sweep) -> list[PlannedRun]:
    """Runs to send out. Who finds none signs off under the lock, as workers do."""
    digest = sweep.digest
    with store.sweeps.locked(digest):
        again = store.sweeps.wanted_again(digest)
        left = [p for p in sweep.runs if working.hold_of(store, p.run, again) != "settled"]
        if store.sweeps.order(digest) == "go" and left:
            return left
        store.sweeps.discharge(digest, os.getpid())
        return []


@contextlib.contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    """Ray, connected to the cluster or with one of its own; the latter ends here."""
    require_ray()
    os.environ.update(ENVIRONMENT)  # before its import, which reads them
    import ray

    paths = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
    variables = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    options: dict[str, Any] = {"log_to_driver": False, "runtime_env": {"env_vars": variables}}
    if engine.address == "local":
        ray.init(include_dashboard=False, **options)
    else:
        ray.init(address=engine.address, **options)
    try:
        gpus = ray.cluster_resources().get("GPU", 0.0)
        if engine.gpus_per_run > gpus:  # its tasks would wait for ever without a word
            raise BadInputError(
                f"a run wants {engine.gpus_per_run:g} GPUs, the cluster has {gpus:g}",
                hint="Lower --gpus-per-run.",
            )
        yield ray
    finally:
        ray.shutdown()
