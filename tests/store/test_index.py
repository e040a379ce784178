"""The index never knows better than the folders."""

import contextlib
import logging
import shutil
import sqlite3
import time

import pytest

from mslt_core.spec.specs import Where
from mslt_core.store import Store
from mslt_core.store.spec_text import spec_to_text
from mslt_core.store.states import StoredState

N_MANY = 1000


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """No test here cuts the power, and all write many small files."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def fill(store, train_spec, outcome):
    """Puts finished runs into the store, one a seed; their digests."""

    def put(*seeds):
        for seed in seeds:
            digest = train_spec(seed=seed).digest()
            store.runs.create(train_spec(seed=seed), Where())
            store.runs.write_outcome(digest, **outcome(accuracy=seed / 1000))
            (store.runs.folder(digest) / "worker.json").unlink()
            state = StoredState(state="done", reason="", created_utc=f"2026-11-21T{seed:06d}")
            state.write(store.runs.folder(digest))
        return [train_spec(seed=seed).digest() for seed in seeds]

    return put


@pytest.fixture
def index(store):
    return store.root / "index.sqlite"


def seeds(store):
    return sorted(info.spec.seed for info in store.runs.list())


def rows(index):
    with contextlib.closing(sqlite3.connect(index)) as db:
        return db.execute("SELECT seed, source_langs, mean_score FROM runs ORDER BY 1").fetchall()


def test_has_one_row_a_run(store, fill, index):
    fill(1, 2)
    store.runs.list()
    assert rows(index) == [(1, "de en", 0.001), (2, "de en", 0.002)]


def test_finished_runs_come_from_the_index_alone(store, fill, monkeypatch):
    fill(1, 2)
    store.runs.list()

    def unexpected(run):
        raise AssertionError(f"{run} was read")

    again = Store(store.root)
    monkeypatch.setattr(again.runs, "info", unexpected)
    assert seeds(again) == [1, 2]


def test_is_built_again_when_it_was_deleted(store, fill, index):
    fill(1, 2)
    store.runs.list()
    index.unlink()
    assert seeds(store) == [1, 2]
    assert len(rows(index)) == 2


@pytest.mark.parametrize("fresh", [True, False], ids=["opened anew", "in use"])
@pytest.mark.parametrize("damage", ["overwritten", "cut short", "another layout", "bad row"])
def test_is_built_again_when_it_is_damaged(store, fill, caplog, damage, fresh):
    fill(1, 2, 3)
    store.runs.list()
    index = store.root / "index.sqlite"
    if damage == "overwritten":
        index.write_bytes(b"\xff" * index.stat().st_size)
    elif damage == "cut short":
        index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])
    else:
        with contextlib.closing(sqlite3.connect(index)) as db, db:
            db.execute(
                "UPDATE runs SET info = '{}'" if damage == "bad row" else "PRAGMA user_version = 99"
            )
    looked_at = Store(store.root) if fresh else store
    with caplog.at_level(logging.WARNING):
        assert seeds(looked_at) == [1, 2, 3]
    if damage != "another layout":
        assert "it will be built again" in caplog.text
    assert len(rows(index)) == 3


def test_folders_copied_in_and_deleted_by_hand_are_noticed(store, fill, index, tmp_path):
    first, second = fill(1, 2)
    store.runs.list()
    shutil.move(store.runs.folder(first), tmp_path / first)
    assert seeds(store) == [2]
    shutil.move(tmp_path / first, store.runs.folder(first))
    shutil.rmtree(store.runs.folder(second))
    assert seeds(store) == [1]
    assert [row[0] for row in rows(index)] == [1]


def test_a_state_written_behind_its_back_is_noticed(store, fill):
    (run,) = fill(1)
    store.runs.list()
    failed = StoredState(state="failed", reason="loss became NaN", created_utc="2026")
    failed.write(store.runs.folder(run))
    assert [(i.state, i.reason) for i in store.runs.list()] == [("failed", "loss became NaN")]


def test_runs_that_claim_to_live_are_asked(store, train_spec):
    store.runs.create(train_spec(), Where())
    run = train_spec().digest()
    assert store.runs.list()[0].state == "queued"
    (store.runs.folder(run) / "worker.json").unlink()  # as if its launcher had died
    assert store.runs.list()[0].state == "lost"
    with store.runs.claim(run):
        assert store.runs.list()[0].state == "queued"


def test_a_damaged_run_is_warned_about_once(store, fill, caplog):
    whole, damaged = fill(1, 2)
    (store.runs.folder(damaged) / "spec.json").write_text("{")
    for _ in range(3):
        assert [info.run for info in store.runs.list()] == [whole]
    assert caplog.text.count("is left out") == 1


def test_a_store_that_cannot_be_indexed_is_listed_all_the_same(store, fill, index, caplog):
    fill(1, 2)
    index.mkdir()
    assert seeds(store) == [1, 2]
    assert "cannot be used: unable to open database file" in caplog.text


def test_a_locked_index_is_not_taken_for_damaged(store, fill, index, caplog, monkeypatch):
    fill(1)
    store.runs.list()
    fill(2)
    monkeypatch.setattr("mslt_core.store.index.BUSY_TIMEOUT_S", 0.0)
    with contextlib.closing(sqlite3.connect(index)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert seeds(store) == [1, 2]
    assert "cannot be used: database is locked" in caplog.text
    assert rows(index) == [(1, "de en", 0.001)]


@pytest.mark.benchmark
def test_a_thousand_runs(store, fill, train_spec, capsys):
    (first,) = fill(0)
    for seed in range(1, N_MANY):  # only what the list reads: many small files take their time
        spec = train_spec(seed=seed)
        folder = store.runs.folder(spec.digest())
        folder.mkdir()
        (folder / "spec.json").write_text(spec_to_text(spec))
        for name in ("state.json", "scores.json"):
            shutil.copy(store.runs.folder(first) / name, folder)
    for situation in ("read from the folders", "from the index", "once more"):
        start_s = time.perf_counter()
        listed = Store(store.root).runs.list()
        elapsed_ms = 1000 * (time.perf_counter() - start_s)
        with capsys.disabled():
            print(f"\n{N_MANY} runs, {situation}: {elapsed_ms:.0f} ms")
        assert len(listed) == N_MANY
