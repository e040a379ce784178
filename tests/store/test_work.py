"""Work folders: one claim at a time, states that follow from each other, lost work seen at once."""

import contextlib
import errno
import multiprocessing
import os
import shutil
import signal
import time

import pytest
from filelock import FileLock

from mslt_core.spec.errors import AlreadyRunningError, BadInputError, StoreError
from mslt_core.spec.specs import Where
from mslt_core.store import Progress, Store
from mslt_core.store.process import WorkerProcess

fork = multiprocessing.get_context("fork")  # a fresh interpreter takes half a second to come up

HERE = Where(data="/data", model="/model")


@pytest.fixture
def work(store):
    return store.jobs


@pytest.fixture
def digest(work, embed_spec):
    """Queued work; any spec will do."""
    assert work.create(embed_spec(), HERE)
    return embed_spec().digest()


def for_a_minute(target, *args):
    signal.alarm(60)  # the end of it even where the tests themselves are killed
    target(*args)


@contextlib.contextmanager
def another_process(target, *args):
    """A process that does `target`; killed at the end if it still lives."""
    process = fork.Process(target=for_a_minute, args=(target, *args), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def hold(work, digest, state, ready):
    with work.claim(digest):
        if state != "queued":
            work.set_state(digest, state)
        ready.set()
        time.sleep(60)


def ready_holder(work, digest, state="running"):
    ready = fork.Event()

    @contextlib.contextmanager
    def holding():
        with another_process(hold, work, digest, state, ready) as process:
            assert ready.wait(20)
            yield process

    return holding()


def finish(work, digest, *states):
    with work.claim(digest):
        for state in states:
            work.set_state(digest, state)


# --- create


def test_create_keeps_the_question(work, digest, embed_spec):
    assert work.spec(digest) == embed_spec()
    assert work.where(digest) == HERE
    status = work.status(digest)
    assert (status.state, status.reason, status.progress) == ("queued", "", Progress())
    assert status.created_utc.startswith("20")


def test_two_launches_of_one_question_are_one(work, digest, embed_spec):
    assert not work.create(embed_spec(), HERE)
    with work.claim(digest):
        assert not work.create(embed_spec(), HERE)
        work.set_state(digest, "running")
        assert not work.create(embed_spec(), HERE)


@pytest.mark.parametrize("end", ["failed", "stopped"])
def test_what_did_not_finish_is_queued_anew_and_keeps_its_files(work, digest, embed_spec, end):
    created_utc = work.status(digest).created_utc
    checkpoint = work.folder(digest) / "checkpoints" / "step-000100"
    checkpoint.mkdir(parents=True)
    work.report(digest, Progress(done=3, total=9, elapsed_s=5.0))
    work.request_stop(digest)
    finish(work, digest, "running", end)
    assert work.create(embed_spec(), Where(data="/elsewhere"))
    status = work.status(digest)
    assert (status.state, status.created_utc) == ("queued", created_utc)
    assert status.progress.elapsed_s == 5.0
    assert work.where(digest).data == "/elsewhere"
    assert checkpoint.is_dir()
    assert not work.stop_requested(digest)


def test_what_is_done_is_done_again_only_on_demand(work, digest, embed_spec):
    work.report(digest, Progress(done=9, total=9, elapsed_s=5.0))
    finish(work, digest, "running", "done")
    assert not work.create(embed_spec(), HERE)
    assert work.status(digest).state == "done"
    assert work.create(embed_spec(), HERE, again=True)
    status = work.status(digest)
    assert (status.state, status.progress.elapsed_s) == ("queued", 0.0)


@pytest.mark.parametrize("target", ["pathlib.Path.mkdir", "filelock.FileLock.acquire"])
def test_a_full_disk_is_said_before_anything_is_queued(work, embed_spec, monkeypatch, target):
    def no_space(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(target, no_space)
    with pytest.raises(StoreError, match=r"^Disk full: \S+ .B free on /"):
        work.create(embed_spec(), HERE)
    monkeypatch.undo()
    assert not work.exists(embed_spec().digest())


def launch(work, spec, barrier, results):
    barrier.wait()
    results.put(work.create(spec, HERE))
    barrier.wait()  # a launcher that is gone would leave lost work, which may be queued anew


def race(work, digest, barrier, results):
    barrier.wait()
    try:
        with work.claim(digest):
            results.put(True)
            barrier.wait()  # until all have tried
    except AlreadyRunningError:
        results.put(False)
        barrier.wait()


def results_of_eight(target, *args):
    """What each of eight processes made of `target`, started together."""
    barrier, results = fork.Barrier(8), fork.SimpleQueue()
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(another_process(target, *args, barrier, results))
        return sorted(results.get() for _ in range(8))


def test_of_many_launchers_one_queues(work, embed_spec):
    for layer in range(3):
        results = results_of_eight(launch, work, embed_spec(layer=layer))
        assert results == [False] * 7 + [True]


# --- claim


def test_the_second_claimant_is_told_since_when(work, digest):
    with ready_holder(work, digest) as process:
        since = work.process(digest)
        expected = rf"Already running since \d\d:\d\d \(pid {process.pid}\)"
        with pytest.raises(AlreadyRunningError, match=expected), work.claim(digest):
            pass
        assert since.role == "holder"
        assert since.pid == process.pid


def test_one_process_cannot_claim_twice(work, digest):
    with work.claim(digest):
        with pytest.raises(AlreadyRunningError), work.claim(digest):
            pass
        assert work.is_alive(digest)
    with work.claim(digest):
        pass


def test_of_many_claimants_one_wins(work, digest):
    for _ in range(3):
        assert results_of_eight(race, work, digest) == [False] * 7 + [True]


def test_killing_the_holder_frees_the_claim_at_once(work, digest):
    with ready_holder(work, digest) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        with work.claim(digest):
            pass


def test_a_claim_waits_for_who_only_writes(work, digest):
    def write(ready):
        with FileLock(work.folder(digest) / "lock"):
            ready.set()
            time.sleep(0.3)

    ready = fork.Event()
    with another_process(write, ready):
        assert ready.wait(20)
        with work.claim(digest):
            pass


def test_claiming_what_was_never_asked_for_is_an_error(work, embed_spec):
    with (
        pytest.raises(StoreError, match=r"is not among the jobs in /"),
        work.claim(embed_spec().digest()),
    ):
        pass


# --- states

UNREACHABLE = [
    ((), "done"),
    ((), "queued"),
    (("running",), "queued"),
    (("running",), "running"),
    (("running", "done"), "failed"),
    (("running", "failed"), "done"),
    (("stopped",), "running"),
]


@pytest.mark.parametrize(("path", "state"), UNREACHABLE)
def test_states_follow_from_each_other(work, digest, path, state):
    with work.claim(digest):
        for step in path:
            work.set_state(digest, step)
        with pytest.raises(ValueError, match=rf"cannot go from \w+ to {state}"):
            work.set_state(digest, state)


def test_the_reason_is_kept(work, digest):
    with work.claim(digest):
        work.set_state(digest, "failed", "loss became NaN at step 812")
    assert work.status(digest).reason == "loss became NaN at step 812"


# --- lost


@pytest.mark.parametrize("state", ["queued", "running"])
def test_work_whose_process_was_killed_is_lost_and_can_start_again(work, digest, embed_spec, state):
    with ready_holder(work, digest, state) as process:
        assert work.status(digest).state == state
        os.kill(process.pid, signal.SIGKILL)
        while WorkerProcess.read(work.folder(digest) / "worker.json").is_alive():
            time.sleep(0.01)
        # not reaped yet: a zombie that the system still counts as a process
        assert work.status(digest).state == "lost"
        assert "its process ended without a word" in work.status(digest).reason
    assert work.create(embed_spec(), HERE)
    assert work.status(digest).state == "queued"


def test_work_that_ends_while_one_looks_is_not_lost(work, digest, monkeypatch):
    def dead_by_now(digest):
        finish(work, digest, "running", "done")
        return False

    monkeypatch.setattr(work, "is_alive", dead_by_now)
    assert work.status(digest).state == "done"


def test_just_queued_work_is_not_lost_while_its_launcher_lives(work, embed_spec):
    def launch_and_die(ready):
        work.create(embed_spec(), HERE)
        ready.set()
        time.sleep(60)

    ready = fork.Event()
    with another_process(launch_and_die, ready):
        assert ready.wait(20)
        assert work.status(embed_spec().digest()).state == "queued"
    assert work.status(embed_spec().digest()).state == "lost"


def test_handed_over_work_lives_with_its_new_process(work, digest):
    with another_process(time.sleep, 60) as process:
        work.hand_over(digest, process.pid)
        assert work.status(digest).state == "queued"
        assert work.process(digest).role == "spawned"
    assert work.status(digest).state == "lost"


def test_handing_over_does_not_rob_the_holder(work, digest):
    with ready_holder(work, digest) as holder, another_process(time.sleep, 60) as late:
        work.hand_over(digest, late.pid)
        assert work.process(digest).pid == holder.pid


def test_a_holder_whose_number_means_nothing_here_is_alive(work, digest):
    with ready_holder(work, digest):
        (work.folder(digest) / "worker.json").unlink()
        assert work.status(digest).state == "running"
        assert work.process(digest) is None


def test_lost_by_a_restart_says_so(work, digest):
    path = work.folder(digest) / "worker.json"
    path.write_text(path.read_text().replace(WorkerProcess.read(path).boot_id, "earlier"))
    status = work.status(digest)
    assert (status.state, status.reason) == ("lost", "the machine was restarted while it worked")


def test_looking_does_not_get_in_the_way(work, digest):
    """Many look whether the work is alive while one claims it again and again."""

    def look():
        while True:
            work.is_alive(digest)
            time.sleep(0.001)

    with another_process(look), another_process(look):
        for _ in range(50):
            with work.claim(digest):
                pass


def test_two_who_look_do_not_take_each_other_for_a_worker(work, digest):
    def look():
        while True:
            work.is_alive(digest)

    (work.folder(digest) / "worker.json").unlink()
    (work.folder(digest) / "lock").touch()
    with another_process(look), another_process(look):
        assert {work.status(digest).state for _ in range(100)} == {"lost"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "happy"}', "{}"])
def test_a_damaged_state_is_lost_not_done(work, digest, embed_spec, caplog, content):
    finish(work, digest, "running", "done")
    (work.folder(digest) / "state.json").write_text(content, encoding="utf-8")
    assert work.status(digest).state == "lost"
    assert "state.json is damaged" in caplog.text
    assert work.create(embed_spec(), HERE)
    assert work.status(digest).state == "queued"


# --- the rest


def test_stop_is_a_request(work, digest):
    assert not work.stop_requested(digest)
    work.request_stop(digest)
    assert work.stop_requested(digest)
    assert work.status(digest).state == "queued"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 15, "A" * 16, "0" * 15 + "/"])
def test_a_name_that_is_no_digest_never_becomes_a_path(work, name):
    with pytest.raises(BadInputError, match="16 hexadecimal digits, got"):
        work.status(name)


def test_an_edited_question_is_damaged(work, digest):
    path = work.folder(digest) / "spec.json"
    path.write_text(path.read_text().replace('"layer": 2', '"layer": 1'))
    with pytest.raises(StoreError, match=r"spec.json is damaged: .* it was edited, renamed or"):
        work.spec(digest)


@pytest.mark.parametrize("content", ["", "[]", '{"kind": "EmbedSpec"}', '{"kind": "Nonsense"}'])
def test_an_unreadable_question_is_damaged(work, digest, content):
    (work.folder(digest) / "spec.json").write_text(content)
    with pytest.raises(StoreError, match=r"spec.json is damaged: it holds no question"):
        work.spec(digest)


def test_a_read_only_store_refuses(store, work, digest, embed_spec):
    closed = Store(store.root, read_only=True).jobs
    assert closed.status(digest).state == "queued"
    refused = pytest.raises(StoreError, match="is read-only: it cannot change jobs")
    with refused:
        closed.create(embed_spec(lang="de"), HERE)
    with refused, closed.claim(digest):
        pass
    with refused:
        closed.set_state(digest, "running")
    with refused:
        closed.request_stop(digest)


def test_shipped_work_is_seen_and_left_alone(tmp_path, store, work, digest, embed_spec):
    finish(work, digest, "running", "done")
    mine = Store(tmp_path / "mine", example=store.root)
    before = sorted(p.name for p in work.folder(digest).iterdir())
    assert mine.jobs.status(digest).state == "done"
    assert not mine.jobs.create(embed_spec(), HERE)
    assert not mine.root.exists()
    assert mine.jobs.create(embed_spec(), HERE, again=True)
    assert mine.jobs.status(digest).state == "queued"
    assert work.status(digest).state == "done"
    assert sorted(p.name for p in work.folder(digest).iterdir()) == before
    shutil.rmtree(mine.root)
    with pytest.raises(StoreError, match="is not among the jobs"):
        mine.jobs.request_stop(digest)
