"""Workers: started once, stopped on request, and every end of theirs told in the state."""

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from mslt_core import jobs, machine
from mslt_core.spec.errors import AlreadyRunningError, BadInputError, StoreError, TrainingError
from mslt_core.spec.results import TargetScores
from mslt_core.spec.specs import EmbedSpec, TrainSpec, Where
from mslt_core.store import Progress, Store

PROJECT = Path(__file__).resolve().parents[1]
LONG_S = 30.0  # far more than anything here takes; only a hanging test waits for it

RECORD = {
    "scores": {},
    "sampled_hash": "",
    "tokens_seen": {},
    "device": "cpu",
    "weights": "",
    "n_layers": 1,
}

WORKER = """
import os, signal, subprocess, sys, time
signal.alarm(60)  # the end of it even where the tests themselves are killed
sys.path.insert(0, {project!r})
from mslt_core import jobs
from mslt_core.store import Store

def execute(store, spec, where, *, report, should_stop):
    print("at work on", spec.digest(), "with", os.environ["TOKENIZERS_PARALLELISM"], flush=True)
    {body}

jobs.work(Store({root!r}), *sys.argv[1:], execute)
"""
AT_ONCE = "return True"
UNTIL_ASKED = """
    while not should_stop():
        time.sleep(0.01)
    return False
"""
DEAF = """
    while True:
        time.sleep(0.01)
"""
STUBBORN = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    helper = subprocess.Popen(["sleep", "60"])
    print("helper", helper.pid, flush=True)
    while True:
        time.sleep(0.01)
"""


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture(autouse=True)
def one_slot(monkeypatch):
    monkeypatch.setenv("MSLT_SLOTS", "1")


def question(layer=2):
    return EmbedSpec(checkpoint="c" * 16, corpus="0" * 16, lang="en", layer=layer)


@pytest.fixture
def worker_does(store, monkeypatch):
    """Makes `jobs.start` start workers whose work is the given lines of Python."""

    def replace(body):
        body = textwrap.indent(textwrap.dedent(body).strip(), " " * 4).strip()
        code = WORKER.format(project=str(PROJECT), root=str(store.root), body=body)
        monkeypatch.setattr(
            jobs, "_command", lambda _, kind, digest: [sys.executable, "-c", code, kind, digest]
        )

    yield replace
    for works in (store.runs, store.jobs):
        for folder in store.root.glob(f"{works.kind}/*"):
            if (process := works.process(folder.name)) and process.pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def until(condition):
    """Wait for `condition`, which is its value once it is true."""
    deadline = time.monotonic() + LONG_S
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
    return value


def log(store, digest):
    return (store.jobs.folder(digest) / "worker.log").read_text()


def state(store, digest):
    return store.jobs.status(digest).state


def queued(store, spec):
    assert store.jobs.create(spec, Where(data="/data"))
    return spec.digest()


def done_at_once(store, spec, where, /, *, report, should_stop):
    return True


# --- being the worker, in this process


def test_execute_gets_the_question_and_its_end_is_the_state(store):
    digest = queued(store, question())
    got = []

    def execute(store, spec, where, *, report, should_stop):
        got.append((spec, where, should_stop(), state(store, digest)))
        report(3, 10, "embedding en")
        return True

    assert jobs.work(store, "jobs", digest, execute) == "done"
    assert got == [(question(), Where(data="/data"), False, "running")]
    status = store.jobs.status(digest)
    assert (status.state, status.reason) == ("done", "")
    progress = status.progress
    assert (progress.done, progress.total, progress.message) == (3, 10, "embedding en")
    assert not store.jobs.is_alive(digest)
    assert store.turns.ahead("jobs", "0" * 16) == 0


class RustError(Exception):
    """As safetensors raises it."""


class OutOfMemoryError(RuntimeError):
    """As torch names its own."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TrainingError("loss became NaN at step 812", hint="Lower it."), "NaN at step 812. Lower"),
        (MemoryError(), "out of memory. Choose a smaller batch"),
        (OutOfMemoryError("CUDA out of memory. Tried"), "GPU out of memory. .*MSLT_SLOTS"),
        (OSError(errno.ENOSPC, "No space left on device"), r"Disk full: \S+ .B free on /"),
        (RustError("IoError: No space left on device (os error 28)"), "Disk full: "),
        (ZeroDivisionError("first\nlast line"), "ZeroDivisionError: last line"),
        (AssertionError(), "AssertionError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_becomes_a_reason(store, capsys, error, reason):
    digest = queued(store, question())

    def execute(store, spec, where, *, report, should_stop):
        raise error

    assert jobs.work(store, "jobs", digest, execute) == "failed"
    status = store.jobs.status(digest)
    assert status.state == "failed"
    assert_matches(reason, status.reason)
    assert "Traceback" in capsys.readouterr().err


def assert_matches(pattern, text):
    with pytest.raises(AssertionError, match=pattern):
        raise AssertionError(text)


def test_a_run_that_left_no_scores_is_not_done(store):
    spec = train_spec()
    store.runs.create(spec, Where())
    with pytest.raises(ValueError, match="cannot be done: it has no scores"):
        jobs.work(store, "runs", spec.digest(), done_at_once)
    assert store.runs.status(spec.digest()).state == "lost"


def train_spec():
    return TrainSpec(
        task="wikiann",
        data="d" * 16,
        model="base",
        model_fingerprint="f" * 16,
        source_langs=("de",),
        target_langs=("de", "sw"),
        budget=100,
        steps=10,
        learning_rate=3e-4,
    )


def test_a_run_from_start_to_scores(store):
    spec = train_spec()
    store.runs.create(spec, Where())

    def execute(store, spec, where, *, report, should_stop):
        scores = TargetScores(
            accuracy=0.5, span_f1=0.4, majority_accuracy=0.3, n_items=2, n_tokens=7
        )
        store.runs.write_outcome(
            spec.digest(),
            scores=dict.fromkeys(spec.target_langs, scores),
            predictions={},
            sampled={"de": ["train-de.tsv:1"]},
            tokens_seen={"de": 9},
            device="cpu",
            weights="a" * 16,
            n_layers=4,
        )
        return True

    assert jobs.work(store, "runs", spec.digest(), execute) == "done"
    assert store.runs.list()[0].mean_score == 0.5


def test_sigterm_stops_and_is_then_as_before(store):
    digest = queued(store, question())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def execute(store, spec, where, *, report, should_stop):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LONG_S)

    assert jobs.work(store, "jobs", digest, execute) == "stopped"
    assert store.jobs.status(digest).reason == "its process was told to end"
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_request_stops(store):
    digest = queued(store, question())

    def execute(store, spec, where, *, report, should_stop):
        assert not should_stop()
        store.jobs.request_stop(digest)
        return not should_stop()

    assert jobs.work(store, "jobs", digest, execute) == "stopped"
    assert store.jobs.status(digest).reason == "stopped on request"


def test_two_workers_are_one_too_many(store):
    digest = queued(store, question())
    with (
        store.jobs.claim(digest),
        pytest.raises(AlreadyRunningError, match="Already running since"),
    ):
        jobs.work(store, "jobs", digest, done_at_once)
    assert state(store, digest) == "lost"


def test_time_adds_up_over_attempts_and_the_pace_tells_the_rest(store, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])
    digest = queued(store, question())
    store.jobs.report(digest, Progress(done=40, total=100, elapsed_s=7.0))
    seen = []

    def execute(store, spec, where, *, report, should_stop):
        for done, pause_s in ((0, 5), (41, 60), (44, 6), (46, 4), (100, 108)):
            clock[0] += pause_s
            report(done, 100, "training")
            seen.append(store.jobs.status(digest).progress)
        return True

    jobs.work(store, "jobs", digest, execute)
    # loading took 5 + 60 s and says nothing about the pace: 5 steps in 10 s, 54 to go; of what
    # comes after the last step, such as scoring, nothing is known
    assert [p.eta_s for p in seen] == [None, None, pytest.approx(112.0), pytest.approx(108.0), None]
    assert [p.elapsed_s for p in seen] == [12.0, 72.0, 78.0, 82.0, 190.0]
    last = store.jobs.status(digest).progress
    assert (last.done, last.elapsed_s, last.eta_s) == (100, 190.0, None)


def test_reports_are_written_a_few_times_a_second(store, monkeypatch):
    digest = queued(store, question())
    written = []
    really = store.jobs.report
    monkeypatch.setattr(
        store.jobs, "report", lambda *args, **kw: (written.append(args), really(*args, **kw))
    )
    clock = [0.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])

    def execute(store, spec, where, *, report, should_stop):
        for done in range(1000):
            clock[0] += 0.001
            report(done, 1000, "training")
        report(1000, 1000, "scoring")
        return True

    jobs.work(store, "jobs", digest, execute)
    # once at the start, three times in the second, for the new message and at the end
    assert len(written) == pytest.approx(6, abs=1)
    assert store.jobs.status(digest).progress.done == 1000


# --- a worker of its own


def test_start_does_the_work_elsewhere(store, worker_does, monkeypatch):
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    worker_does(AT_ONCE)
    before = set(psutil.Process().children())  # the browser stories' server may still run
    digest = jobs.start(store, question(), Where())
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "done"
    assert log(store, digest) == f"at work on {digest} with false\n"
    until(lambda: not set(psutil.Process().children()) - before)  # reaped, no zombie is left


@pytest.mark.parametrize(("slots", "threads"), [("1", "None"), ("1000", "1")])
def test_workers_side_by_side_share_the_cores(store, worker_does, monkeypatch, slots, threads):
    monkeypatch.setenv("MSLT_SLOTS", slots)
    monkeypatch.delenv("OMP_NUM_THREADS")
    worker_does("""
        print("threads:", os.environ.get("OMP_NUM_THREADS"))
        return True
    """)
    digest = jobs.start(store, question(), Where())
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "done"
    assert f"threads: {threads}\n" in log(store, digest)


def test_starting_what_is_being_done_changes_nothing(store, worker_does):
    worker_does(UNTIL_ASKED)
    digest = jobs.start(store, question(), Where())
    pids = {store.jobs.process(digest).pid}
    until(lambda: state(store, digest) == "running")
    for _ in range(3):
        assert jobs.start(store, question(), Where()) == digest
        pids.add(store.jobs.process(digest).pid)
    assert len(pids) == 1
    jobs.cancel(store, "jobs", digest)
    assert log(store, digest).count("at work") == 1


def test_a_done_run_is_started_only_on_demand_and_a_done_job_always(store, monkeypatch):
    launched = []
    monkeypatch.setattr(jobs, "_launch", lambda *args: launched.append(args[1]))
    for spec, works in ((train_spec(), store.runs), (question(), store.jobs)):
        works.create(spec, Where())
        (store.root / works.kind / spec.digest() / "scores.json").write_text(json.dumps(RECORD))
        with works.claim(spec.digest()):
            works.set_state(spec.digest(), "running")
            works.set_state(spec.digest(), "done")
        jobs.start(store, spec, Where())
    assert launched == ["jobs"]
    jobs.start(store, train_spec(), Where(), again=True)
    assert launched == ["jobs", "runs"]


def test_a_worker_that_cannot_be_started_is_a_failure(store, monkeypatch):
    monkeypatch.setattr(jobs, "_command", lambda *_: ["/no/such/program"])
    digest = jobs.start(store, question(), Where())
    status = store.jobs.status(digest)
    assert status.state == "failed"
    assert "the worker could not be started: " in status.reason
    assert "/no/such/program" in status.reason


def test_a_worker_that_dies_before_its_claim_is_lost(store, monkeypatch):
    monkeypatch.setattr(jobs, "_command", lambda *_: [sys.executable, "-c", "import nonsense"])
    digest = jobs.start(store, question(), Where())
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "lost"
    assert "No module named 'nonsense'" in log(store, digest)


def test_a_worker_that_ends_before_it_is_written_down_is_lost(store, monkeypatch):
    def detach(*_, **__):
        ended = subprocess.Popen(["true"])
        ended.wait()
        return ended.pid

    monkeypatch.setattr(jobs, "detach", detach)
    assert state(store, jobs.start(store, question(), Where())) == "lost"


def test_a_start_that_fails_half_way_can_be_tried_again(store, worker_does, monkeypatch):
    """Else the work would wait, as queued, for a worker that nobody starts."""

    def refused(*_):
        raise StoreError("cannot write turns")

    worker_does(AT_ONCE)
    with monkeypatch.context() as within:
        within.setattr(type(store.turns), "enter", refused)
        with pytest.raises(StoreError, match="cannot write turns"):
            jobs.start(store, question(), Where())
    assert state(store, question().digest()) == "lost"
    digest = jobs.start(store, question(), Where())
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "done"


def test_a_killed_worker_is_lost_and_can_be_started_again(store, worker_does):
    worker_does(DEAF)
    digest = jobs.start(store, question(), Where())
    until(lambda: state(store, digest) == "running")
    os.kill(store.jobs.process(digest).pid, signal.SIGKILL)
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "lost"
    worker_does(AT_ONCE)
    jobs.start(store, question(), Where())
    assert jobs.wait(store, "jobs", digest, timeout_s=LONG_S).state == "done"


def test_a_worker_outlives_who_started_it(store, worker_does):
    worker_does(UNTIL_ASKED)
    launcher = os.fork()
    if launcher == 0:
        jobs.start(store, question(), Where())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(launcher, 0)
    digest = question().digest()
    until(lambda: state(store, digest) == "running")
    assert jobs.cancel(store, "jobs", digest).state == "stopped"


def test_the_worker_command_is_the_command_line(store):
    command = jobs._command(store, "runs", "0" * 16)
    assert command[1:] == ["-m", "mslt_core", "work", "--store", str(store.root), "runs", "0" * 16]


def test_being_a_worker_loads_no_torch():
    code = "import sys, mslt_core.jobs; print({'torch', 'transformers'} & sys.modules.keys())"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "set()\n"


# --- turns


def test_workers_take_turns_oldest_first_and_pass_over_the_dead(store, worker_does):
    worker_does(UNTIL_ASKED)
    first, second, third = (jobs.start(store, question(layer), Where()) for layer in range(3))
    until(lambda: state(store, first) == "running")
    until(lambda: "2 ahead" in store.jobs.status(third).progress.message)
    assert state(store, second) == state(store, third) == "queued"
    os.kill(store.jobs.process(second).pid, signal.SIGKILL)
    assert jobs.cancel(store, "jobs", first).state == "stopped"
    until(lambda: state(store, third) == "running")
    assert state(store, second) == "lost"
    jobs.cancel(store, "jobs", third)


def test_who_is_started_again_stands_at_the_end(store, monkeypatch):
    monkeypatch.setattr(jobs, "_launch", lambda *_: None)
    first, second = (jobs.start(store, question(layer), Where()) for layer in range(2))
    (store.jobs.folder(first) / "worker.json").unlink()  # as if its worker had been killed
    assert state(store, first) == "lost"
    jobs.start(store, question(0), Where())
    assert [store.turns.ahead("jobs", digest) for digest in (first, second)] == [1, 0]


def test_who_does_the_work_is_shown_what_it_waits_for(store, monkeypatch):
    monkeypatch.setenv("MSLT_SLOTS", "1")
    first, second = (queued(store, question(layer)) for layer in range(2))
    store.turns.enter("jobs", first)  # this process answers for it, and lives
    monkeypatch.setattr(jobs.time, "sleep", lambda _: store.turns.leave("jobs", first))
    shown = []

    def execute(store, spec, where, /, *, report, should_stop):
        report(1, 2, "at it")
        return True

    jobs.work(store, "jobs", second, execute, show=lambda *told: shown.append(told))
    assert shown == [
        (0, 0, "waiting for its turn, 1 ahead"),
        (0, 0, "starting"),
        (1, 2, "at it"),
    ]


@pytest.mark.parametrize(("text", "end"), [("1", "stopped"), ("2", "done")])
def test_slots_say_how_many_work_at_a_time(store, monkeypatch, text, end):
    monkeypatch.setenv("MSLT_SLOTS", text)
    store.turns.enter("jobs", queued(store, question(0)))  # this process answers for it, and lives
    digest = queued(store, question(1))
    monkeypatch.setattr(jobs.time, "sleep", lambda _: store.jobs.request_stop(digest))
    assert jobs.work(store, "jobs", digest, done_at_once) == end


def test_who_gets_its_turn_gets_the_gpu_that_is_free(store, worker_does, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setenv("MSLT_SLOTS", "2")
    worker_does("""
        print("sees", os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
        while not should_stop():
            time.sleep(0.01)
        return False
    """)

    def seen_by(digest):
        return log(store, digest).partition("sees ")[2].strip()

    first, second = (jobs.start(store, question(layer), Where()) for layer in range(2))
    until(lambda: sorted(map(seen_by, (first, second))) == ["0", "1"])
    freed = seen_by(first)
    jobs.cancel(store, "jobs", first)
    third = jobs.start(store, question(2), Where())
    until(lambda: seen_by(third))
    assert seen_by(third) == freed
    for digest in (second, third):
        jobs.cancel(store, "jobs", digest)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_slots_are_checked(monkeypatch, text):
    monkeypatch.setenv("MSLT_SLOTS", text)
    with pytest.raises(BadInputError, match=rf"a whole number from 1 on, got '{text}'"):
        machine.slots()


# --- cancel


def test_cancelling_queued_work_stops_it_before_it_begins(store, worker_does):
    worker_does(UNTIL_ASKED)
    first, second = (jobs.start(store, question(layer), Where()) for layer in range(2))
    until(lambda: state(store, first) == "running")
    assert jobs.cancel(store, "jobs", second).state == "stopped"
    assert state(store, first) == "running"
    assert log(store, second) == ""
    jobs.cancel(store, "jobs", first)


def test_who_does_not_listen_is_ended(store, worker_does):
    worker_does(DEAF)
    digest = jobs.start(store, question(), Where())
    until(lambda: state(store, digest) == "running")
    status = jobs.cancel(store, "jobs", digest, patience_s=0.1, grace_s=LONG_S)
    assert (status.state, status.reason) == ("stopped", "its process was told to end")


def test_who_does_not_end_is_killed_with_all_its_helpers(store, worker_does):
    worker_does(STUBBORN)
    digest = jobs.start(store, question(), Where())
    until(lambda: "helper" in log(store, digest))
    helper = int(log(store, digest).split()[-1])
    status = jobs.cancel(store, "jobs", digest, patience_s=0.1, grace_s=0.5)
    assert (status.state, status.reason) == ("stopped", "stopped on request, by force")
    until(lambda: not psutil.pid_exists(helper) or is_zombie(helper))


def is_zombie(pid):
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_cancelling_never_hits_the_process_that_launches(store, monkeypatch):
    """Queued and not yet launched: the process to answer for it is this one."""
    digest = queued(store, question())
    hits = []
    monkeypatch.setattr(os, "kill", lambda *args: hits.append(args))
    monkeypatch.setattr(os, "killpg", lambda *args: hits.append(args))
    assert jobs.cancel(store, "jobs", digest, patience_s=0, grace_s=0).state == "queued"
    assert hits == []
    assert jobs.work(store, "jobs", digest, done_at_once) == "stopped"


def test_cancelling_what_has_ended_changes_nothing(store):
    digest = queued(store, question())
    jobs.work(store, "jobs", digest, done_at_once)
    assert jobs.cancel(store, "jobs", digest).state == "done"
    assert not store.jobs.stop_requested(digest)


def test_waiting_ends(store):
    digest = queued(store, question())
    with pytest.raises(TimeoutError, match=rf"jobs {digest} is still queued after 0 s"):
        jobs.wait(store, "jobs", digest, timeout_s=0)
    jobs.work(store, "jobs", digest, done_at_once)
    assert jobs.wait(store, "jobs", digest, timeout_s=0).state == "done"
