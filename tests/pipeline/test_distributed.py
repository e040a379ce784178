"""A run of several processes, from the command line: its answer, and what is left when it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch

from mslt_core import jobs
from mslt_core.pipeline import EXAMPLE_MODEL, check_data, execute_training, make_train_spec
from mslt_core.spec.errors import SpecError
from mslt_core.store import Store

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    torch.accelerator.is_available(), reason="two processes need two GPUs where there is one"
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def ask(**changes):
    fields = {
        "data": None,
        "model": EXAMPLE_MODEL,
        "source_langs": ["de", "en"],
        "target_langs": ["fr"],
        "budget": 64,
        "eval_limit": 8,
    }
    return make_train_spec(task="cldr-ner", **{**fields, **changes})


def wait_for(said, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while not (found := said()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def environments():
    """Of the children of this process, of which others may have some, too."""
    for child in psutil.Process().children():
        with contextlib.suppress(OSError):
            yield Path(f"/proc/{child.pid}/environ").read_bytes().split(b"\0")


@pytest.fixture
def long_run(store, monkeypatch):
    """A worker that trains for minutes with one further process; the run, and both processes."""
    monkeypatch.setenv("MSLT_PROCESSES", "2")
    spec, where = ask(steps=20_000)
    run = jobs.start(store, spec, where)
    wait_for(lambda: store.runs.history(run) or store.runs.status(run).state == "failed")
    first = psutil.Process(store.runs.process(run).pid)
    (second,) = first.children()  # a worker of its own has no others
    yield run, first, second
    for process in (first, second):
        if process.is_running():
            process.kill()


def test_a_batch_that_cannot_be_shared_is_refused_before_a_run_exists(store, monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "3")
    with pytest.raises(SpecError, match="a batch of 16 cannot be shared evenly by 3 processes"):
        check_data(*ask(steps=2), store)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mslt_core",
            "train",
            "--sources",
            "en",
            "--seed",
            "77",
            "--processes",
            "5",
        ],
        cwd=ROOT,
        env={**os.environ, "MSLT_STORE": str(store.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "a batch of 16 cannot be shared evenly by 5 processes" in done.stderr
    assert store.runs.list() == []


@pytest.mark.slow
def test_only_the_first_process_scores_and_writes(store, monkeypatch):
    monkeypatch.setenv("MSLT_PROCESSES", "2")
    spec, where = ask(steps=6, eval_every=2, select="source", holdout=8)
    store.runs.create(spec, where)
    assert jobs.work(store, "runs", spec.digest(), execute_training) == "done"
    assert [point.step for point in store.runs.curve(spec.digest())] == [2, 4, 6]
    assert [point.step for point in store.runs.history(spec.digest())] == [1, 2, 3, 4, 5, 6]
    ours = [f"MSLT_PARENT={os.getpid()}".encode() in environment for environment in environments()]
    assert not any(ours)
    # the next run of the same process is one of a single process again
    monkeypatch.delenv("MSLT_PROCESSES")
    spec, where = ask(steps=2)
    store.runs.create(spec, where)
    assert jobs.work(store, "runs", spec.digest(), execute_training) == "done"


@pytest.mark.slow
def test_who_is_asked_to_stop_stops_with_a_checkpoint(store, long_run):
    run, _, second = long_run
    status = jobs.cancel(store, "runs", run, patience_s=30)
    assert (status.state, status.reason) == ("stopped", "stopped on request")
    assert len(list((store.runs.folder(run) / "checkpoints").glob("step-*"))) == 1
    wait_for(lambda: not second.is_running(), 10)


@pytest.mark.slow
def test_sigterm_to_the_group_is_no_failure_and_leaves_nobody(store, long_run):
    run, first, second = long_run
    os.killpg(first.pid, signal.SIGTERM)
    status = jobs.wait(store, "runs", run, timeout_s=30)
    assert (status.state, status.reason) == ("stopped", "its process was told to end")
    wait_for(lambda: not second.is_running(), 10)


@pytest.mark.slow
def test_a_killed_first_process_leaves_no_orphan(store, long_run):
    run, first, second = long_run
    first.kill()
    wait_for(lambda: not second.is_running(), 10)
    assert store.runs.status(run).state == "lost"


@pytest.mark.slow
def test_a_killed_second_process_fails_the_run_with_a_sentence(store, long_run):
    run, _, second = long_run
    second.kill()
    status = jobs.wait(store, "runs", run, timeout_s=30)
    assert status.state == "failed"
    assert status.reason.startswith("process 2 of 2 was killed (SIGKILL). Started again")
