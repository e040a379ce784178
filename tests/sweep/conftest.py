"""Sweeps over runs that take no time, and workers in processes of their own."""

import contextlib
import inspect
import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mslt_core import machine
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.spec.sweeps import PlannedRun, Sweep
from mslt_core.store import Store
from mslt_core.sweep import workers

PROJECT = Path(__file__).resolve().parents[2]
LONG_S = 120.0  # far more than anything here takes; only a hanging test waits for it


def scored(store, spec):
    """Leave what a finished run leaves."""
    one = TargetScores(accuracy=0.5, span_f1=0.4, majority_accuracy=0.3, n_items=2, n_tokens=7)
    store.runs.write_outcome(
        spec.digest(),
        scores=dict.fromkeys(spec.target_langs, one),
        predictions={},
        sampled={lang: ["1"] for lang in spec.source_langs},
        tokens_seen=dict.fromkeys(spec.source_langs, 9),
        device="cpu",
        weights="a" * 16,
        n_layers=4,
    )
    (store.runs.folder(spec.digest()) / "model").mkdir(exist_ok=True)
    return True


WORKER = """
import os, signal, sys, time
signal.alarm(120)  # the end of it even where the tests themselves are killed
sys.path.insert(0, {project!r})
from mslt_core import sweep
from mslt_core.spec.results import TargetScores
from mslt_core.store import Store

{scored}

def execute(store, spec, where, *, report, should_stop):
    with open({tally!r}, "a") as file:
        file.write(spec.digest() + "\\n")
    {body}

sweep.work_through(Store({root!r}), sys.argv[1], execute)
"""


def pytest_configure(config):
    config.addinivalue_line("markers", "cluster: runs a sweep on a two-node Ray cluster")


@pytest.fixture(autouse=True)
def slots(monkeypatch):
    """One, unless ``slots(2)`` says otherwise, however many GPUs there are."""
    monkeypatch.setenv("MSLT_SLOTS", "1")
    return lambda n: monkeypatch.setenv("MSLT_SLOTS", str(n))


@pytest.fixture
def gpus(monkeypatch, tmp_path):
    """``gpus(dev=2, proc=4)``: as many entries as a machine has where the driver lists GPUs.

    None is named.
    """
    for name in ("CUDA_VISIBLE_DEVICES", machine.ALL_GPUS):
        monkeypatch.delenv(name, raising=False)

    def make(**counts):
        for place, n in counts.items():
            folder = tmp_path / place
            folder.mkdir(exist_ok=True)
            for i in range(n):
                (folder / f"nvidia{i}").touch()
            (folder / "nvidiactl").touch()
        listed = (f"{tmp_path}/dev/nvidia[0-9]*", f"{tmp_path}/proc/nvidia[0-9]*")
        monkeypatch.setattr(machine, "GPU_FILES", listed)

    return make


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def sweep_of(store, planned):
    """``sweep_of(4)``: a stored sweep of so many runs of the same set."""

    def make(n_runs, **fields):
        runs = tuple(planned(seed) for seed in range(n_runs))
        made = Sweep(runs=runs, keep_weights=fields.pop("keep_weights", True), **fields)
        store.sweeps.save(made)
        return made

    return make


@pytest.fixture(scope="session")
def planned():
    """``planned(seed, budget=200)``: a run of a sweep, some fields changed."""
    return _planned


def _planned(seed=0, **changes):
    fields = {
        "task": "wikiann",
        "data": "d" * 16,
        "model": "base",
        "model_fingerprint": "f" * 16,
        "source_langs": ("de", "en"),
        "target_langs": ("de", "sw"),
        "budget": 100,
        "steps": 10,
        "learning_rate": 3e-4,
        "seed": seed,
    }
    return PlannedRun(spec=TrainSpec(**{**fields, **changes}), where=Where())


@pytest.fixture
def done_at_once():
    """An `Execute` that scores and is done."""

    def execute(store, spec, where, *, report, should_stop):
        return scored(store, spec)

    return execute


@pytest.fixture
def workers_do(store, tmp_path, monkeypatch):
    """Makes a sweep's workers do the given lines of Python; its answer tells what they began."""
    tally = tmp_path / "tally"
    tally.touch()

    def replace(body):
        code = WORKER.format(
            project=str(PROJECT),
            scored=inspect.getsource(scored),
            tally=str(tally),
            root=str(store.root),
            body=textwrap.indent(textwrap.dedent(body).strip(), " " * 4).strip(),
        )
        monkeypatch.setattr(
            workers, "_command", lambda _, digest: [sys.executable, "-c", code, digest]
        )
        return lambda: tally.read_text().split()

    yield replace
    for digest in store.sweeps.digests():
        for process in store.sweeps.workers(digest):
            if process.pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def until():
    """Waits for a condition, whose value it is once it is true."""

    def wait(condition):
        deadline = time.monotonic() + LONG_S
        while not (value := condition()):
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.02)
        return value

    return wait


@pytest.fixture
def states(store):
    """The state of every run of a sweep, in the order of the plan."""

    def of(sweep):
        runs = [planned.run for planned in sweep.runs]
        return [store.runs.status(r).state if store.runs.exists(r) else "absent" for r in runs]

    return of


@pytest.fixture
def ends(store):
    """The runs that came to an end in a state, once for each time."""

    def of(sweep, state="done"):
        events = store.sweeps.events(sweep.digest)
        return sorted(e["run"] for e in events if e["event"] == "end" and e["state"] == state)

    return of
