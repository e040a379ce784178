"""A write is whole or has not happened, and says why it could not."""

import errno
import os
import time

import pytest

from mslt_core.spec.errors import StoreError
from mslt_core.store import atomic
from mslt_core.store.atomic import atomic_write, remove_strays


def no_space(*args):
    raise OSError(errno.ENOSPC, "No space left on device")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    atomic_write(path, b"first, and longer")
    atomic_write(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(path.parent) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    atomic_write(path, b"old")
    monkeypatch.setattr(atomic.os, step, no_space)
    with pytest.raises(StoreError, match=r"Disk full: need 2.0 MB, \S+ .B free on /.*Free some"):
        atomic_write(path, bytes(2_000_000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_another_error_of_the_system_is_said_too(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*/file: Is a directory"):
        atomic_write(tmp_path / "file", b"")
    assert names(tmp_path) == ["file"]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic.os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(tmp_path / "file", b"new")
    assert names(tmp_path) == []


def test_file_and_folder_are_synced_unless_told_otherwise(tmp_path, monkeypatch):
    synced = []
    really = os.fsync
    monkeypatch.setattr(atomic.os, "fsync", lambda fd: (synced.append(fd), really(fd)))
    atomic_write(tmp_path / "file", b"1", durable=False)
    assert len(synced) == 0
    atomic_write(tmp_path / "file", b"2")
    assert len(synced) == 2


def test_only_old_strays_are_removed(tmp_path):
    for name, age_s in ((".a.old.tmp", 4000), (".a.new.tmp", 10), ("kept.tmp", 4000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    remove_strays(tmp_path)
    assert names(tmp_path) == [".a.new.tmp", "kept.tmp"]
