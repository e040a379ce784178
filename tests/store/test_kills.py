"""kill -9 at random moments: nothing half written, nothing lost that was acknowledged."""

import itertools
import logging
import multiprocessing
import os
import random
import signal
import time

import numpy as np
import pytest

from mslt_core.spec.results import TrainingPoint
from mslt_core.spec.specs import Where

N_KEYS = 3
LONGEST_LIFE_S = 0.08  # a writer writes some ten entries in that time

fork = multiprocessing.get_context("fork")  # a fresh interpreter takes half a second to come up

KILLS = [20, pytest.param(200, marks=pytest.mark.slow)]


def killed_in_midst(writer, *args):
    """Run ``writer(acknowledge, *args)``, kill it, and return what it had acknowledged."""
    reading, writing = os.pipe()

    def acknowledge(*numbers):
        os.write(writing, b" ".join(b"%d" % n for n in numbers) + b"\n")

    process = fork.Process(target=writer, args=(acknowledge, *args), daemon=True)
    process.start()
    os.close(writing)
    with os.fdopen(reading) as acknowledged:
        first = acknowledged.readline()  # so that its life is counted from its first write
        time.sleep(random.uniform(0, LONGEST_LIFE_S))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        return [tuple(map(int, line.split())) for line in [first, *acknowledged]]


def write_arrays(acknowledge, arrays, specs, first):
    for generation in itertools.count(first):
        for key, spec in enumerate(specs):
            arrays.put(spec, {name: np.full(50_000, generation, np.int64) for name in ("a", "b")})
            acknowledge(key, generation)


@pytest.mark.parametrize("n_kills", KILLS)
def test_arrays(store, embed_spec, caplog, n_kills):
    specs = [embed_spec(layer=layer) for layer in range(N_KEYS)]
    last = dict.fromkeys(range(N_KEYS), 0)
    for _ in range(n_kills):
        last.update(killed_in_midst(write_arrays, store.arrays, specs, max(last.values()) + 1))
        for key, spec in enumerate(specs):
            found = store.arrays.peek(spec)
            if found is None:
                assert last[key] == 0
                continue
            values = np.unique([found["a"], found["b"]])
            assert len(values) == 1, "two generations in one entry"
            assert values[0] >= last[key], "an acknowledged write is lost"
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def write_history(acknowledge, runs, run, first):
    with runs.claim(run):
        for step in itertools.count(first):
            runs.append_history(
                run,
                TrainingPoint(
                    step=step,
                    loss=1 / 3,
                    learning_rate=1e-3,
                    grad_norm=1.0,
                    elapsed_s=0.1,
                    samples_per_s=1.0,
                ),
            )
            acknowledge(step)


@pytest.mark.parametrize("n_kills", KILLS)
def test_history(store, train_spec, n_kills):
    store.runs.create(train_spec(), Where())
    run = train_spec().digest()
    checkpoint = 0
    for _ in range(n_kills):
        acknowledged = killed_in_midst(write_history, store.runs, run, checkpoint + 1)
        last = acknowledged[-1][0]
        steps = [point.step for point in store.runs.history(run)]
        # the point that was being written when the kill came may be there or not
        assert steps in (list(range(1, last + 1)), list(range(1, last + 2)))
        checkpoint = last // 2
        store.runs.truncate_history(run, checkpoint)
    assert store.runs.history(run)[-1].step == checkpoint


def write_states(acknowledge, runs, spec, outcome):
    """Queue, run and finish again and again; acknowledges 1 for queued, 2 for done."""
    run = spec.digest()
    while True:
        runs.create(spec, Where(), again=True)
        acknowledge(1)
        with runs.claim(run):
            runs.set_state(run, "running")
            runs.write_outcome(run, **outcome)
            runs.set_state(run, "done")
            acknowledge(2)


@pytest.mark.parametrize("n_kills", KILLS)
def test_states(store, train_spec, outcome, caplog, n_kills):
    run = train_spec().digest()
    predictions = {"ar": {"n_correct": np.arange(5)}}
    for _ in range(n_kills):
        killed_in_midst(write_states, store.runs, train_spec(), outcome(predictions=predictions))
        state = store.runs.status(run).state
        assert state in {"done", "lost"}
        if state == "done":
            assert store.runs.outcome(run)["scores"]["sw"].accuracy == 0.5
            assert store.runs.predictions(run, "ar") is not None
        assert [info.state for info in store.runs.list()] == [state]
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
