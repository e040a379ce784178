"""A worker is told from a zombie, from its successor's number and from another boot."""

import dataclasses
import os
import subprocess
import sys
import time

import psutil
import pytest

from mslt_core.store.process import WorkerProcess, this_process


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


def test_lives_until_it_is_killed(child):
    worker = WorkerProcess.of(child.pid, "spawned")
    assert worker.is_alive()
    child.kill()
    child.wait()
    assert not worker.is_alive()


def test_a_zombie_is_dead(child):
    worker = WorkerProcess.of(child.pid, "spawned")
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert psutil.pid_exists(child.pid)
    assert not worker.is_alive()


def test_a_later_process_with_the_same_number_is_not_the_worker():
    earlier = dataclasses.replace(this_process("holder"), create_time=time.time() - 1e6)
    assert not earlier.is_alive()


def test_a_process_of_another_boot_is_dead():
    assert this_process("holder").is_alive()
    assert not dataclasses.replace(this_process("holder"), boot_id="other").is_alive()


def test_is_written_and_read(tmp_path):
    worker = this_process("launcher")
    worker.write(tmp_path / "worker.json")
    assert WorkerProcess.read(tmp_path / "worker.json") == worker
    assert worker.pid == os.getpid()


@pytest.mark.parametrize("content", ["", "{}", '{"pid": 1', "[]", '{"pid": 1, "more": 2}'])
def test_an_unreadable_record_is_none(tmp_path, content):
    (tmp_path / "worker.json").write_text(content, encoding="utf-8")
    assert WorkerProcess.read(tmp_path / "worker.json") is None
    assert WorkerProcess.read(tmp_path / "missing.json") is None
