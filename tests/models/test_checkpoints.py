"""Sealed checkpoints: whole or not there, every damage found, never a clock asked."""

import contextlib
import errno
import hashlib
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mslt_core.models import checkpoints
from mslt_core.spec import digests
from mslt_core.spec.errors import CheckpointError, StoreError

FILES = {
    "config.json": b'{"num_hidden_layers": 2, "hidden_size": 32}',
    "model.safetensors": bytes(range(256)) * 4,
    "optimizer.pt": b"moments",
    "rng_state.pth": b"random state",
    "scheduler.pt": b"schedule",
    "tokenizer.json": b"{}",
    "trainer_state.json": b'{"global_step": 100}',
}
ROOT = Path(__file__).parents[2]
ALL = [*FILES, checkpoints.MANIFEST]


def missing(path):
    path.unlink()


def truncated(path):
    path.write_bytes(path.read_bytes()[:-1])


def empty(path):
    path.write_bytes(b"")


def bit_flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def make(folder, about=None):
    with checkpoints.sealed(folder, about) as staging:
        for name, content in FILES.items():
            (staging / name).write_bytes(content)
    return folder


@pytest.fixture
def sealed(tmp_path):
    return make(tmp_path / "model", {"spec": "s", "loss": 0.1 + 0.2})


def test_a_sealed_folder_verifies_and_tells_what_it_was_told(sealed):
    assert checkpoints.verify(sealed) == {"spec": "s", "loss": 0.1 + 0.2}
    assert checkpoints.read_about(sealed) == checkpoints.verify(sealed)
    assert sorted(p.name for p in sealed.iterdir()) == sorted(ALL)
    assert [p.name for p in sealed.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("damage", [missing, truncated, empty, bit_flipped])
@pytest.mark.parametrize("name", ALL)
def test_every_damage_to_every_file_is_found_and_named(sealed, name, damage):
    damage(sealed / name)
    with pytest.raises(CheckpointError, match=name):
        checkpoints.verify(sealed)


def test_a_file_cut_short_is_told_by_its_size(sealed):
    truncated(sealed / "model.safetensors")
    message = r"model\.safetensors has 1,023 bytes, its manifest says 1,024"
    with pytest.raises(CheckpointError, match=message):
        checkpoints.verify(sealed)


def test_every_bit_of_the_manifest_counts(sealed):
    manifest = sealed / checkpoints.MANIFEST
    content = manifest.read_bytes()
    for i in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[i] ^= 1 << (i % 8)
        manifest.write_bytes(flipped)
        with pytest.raises(CheckpointError, match=checkpoints.MANIFEST):
            checkpoints.verify(sealed)


def test_a_file_that_was_put_in_later_is_named(sealed):
    (sealed / "adapter_config.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"adapter_config\.json is not in the manifest"):
        checkpoints.verify(sealed)


@pytest.mark.parametrize(
    "content",
    [
        {"about": {}, "files": []},
        {"about": None, "files": {}},
        {"about": {}, "files": {"config.json": None}},
        {"about": {}, "files": {"config.json": {"size": "1"}}},
        {"about": {}, "files": {"../model/config.json": {"size": 43, "sha256": ""}}},
    ],
)
def test_a_forged_manifest_is_an_error_not_a_crash(sealed, content):
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    text = json.dumps({**content, "sha256": digest}, indent=1, sort_keys=True) + "\n"
    (sealed / checkpoints.MANIFEST).write_text(text)
    with pytest.raises(CheckpointError):
        checkpoints.verify(sealed)


def test_a_failed_write_leaves_what_was_there(sealed):
    before = checkpoints.fingerprint(sealed)
    with contextlib.suppress(KeyboardInterrupt), checkpoints.sealed(sealed) as staging:
        (staging / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt
    assert checkpoints.fingerprint(sealed) == before
    assert [p.name for p in sealed.parent.iterdir()] == ["model"]


def test_a_sealed_folder_is_replaced_whole(sealed):
    with checkpoints.sealed(sealed) as staging:
        (staging / "config.json").write_text("{}")
    checkpoints.verify(sealed)
    assert sorted(p.name for p in sealed.iterdir()) == ["config.json", checkpoints.MANIFEST]


def test_leftovers_of_a_killed_process_do_not_get_in(tmp_path):
    (tmp_path / ".model.partial").mkdir()
    (tmp_path / ".model.partial" / "stale.pt").write_bytes(b"stale")
    make(tmp_path / "model")
    assert not (tmp_path / "model" / "stale.pt").exists()


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 2**40),
        (RuntimeError("I/O error: No space left on device (os error 28)"), 2**40),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 2**40),
        (RuntimeError("I/O error: Disk quota exceeded (os error 122)"), 2**40),
        (RuntimeError("unexpected pos 9216 vs 9108"), 0),  # torch's way of saying it
    ],
)
def test_a_full_disk_is_said_in_words(sealed, monkeypatch, error, free):
    usage = shutil.disk_usage(sealed)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    before = checkpoints.fingerprint(sealed)
    with pytest.raises(StoreError, match=r"disk is full.*intact"), checkpoints.sealed(sealed):
        raise error
    assert checkpoints.fingerprint(sealed) == before


def test_other_errors_stay_what_they_are(sealed):
    with pytest.raises(RuntimeError, match="unexpected pos"), checkpoints.sealed(sealed):
        raise RuntimeError("unexpected pos 9216 vs 9108")


def steps(folder, *numbers, spec="s"):
    return [make(checkpoints.step_folder(folder, n), {"spec": spec, "step": n}) for n in numbers]


def test_the_latest_is_the_highest_step_whatever_the_clock_says(tmp_path):
    paths = steps(tmp_path, 900, 1000, 20)
    for age, path in enumerate(paths):
        os.utime(path, (age * 86_400, age * 86_400))
    assert checkpoints.latest_valid(tmp_path, "s") == tmp_path / "step-001000"


@pytest.mark.parametrize("damage", [missing, truncated, empty, bit_flipped])
@pytest.mark.parametrize("name", ALL)
def test_a_damaged_checkpoint_is_set_aside_with_a_warning(tmp_path, caplog, name, damage):
    old, new = steps(tmp_path, 100, 200)
    damage(new / name)
    with caplog.at_level(logging.WARNING):
        assert checkpoints.latest_valid(tmp_path, "s") == old
    assert name in caplog.text
    assert "step-000200.damaged" in caplog.text
    assert (tmp_path / "step-000200.damaged").is_dir()


def test_what_was_set_aside_before_is_kept_too(tmp_path):
    for _ in range(2):
        truncated(steps(tmp_path, 100)[0] / "config.json")
        assert checkpoints.latest_valid(tmp_path, "s") is None
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["step-000100.damaged", "step-000100.damaged1"]


def test_a_checkpoint_of_another_spec_is_not_taken_up(tmp_path, caplog):
    steps(tmp_path, 50)
    steps(tmp_path, 100, spec="other")
    assert checkpoints.latest_valid(tmp_path, "s") == tmp_path / "step-000050"
    assert "belongs to spec other, not to s" in caplog.text


def test_no_folder_no_checkpoint(tmp_path):
    assert checkpoints.latest_valid(tmp_path / "none", "s") is None


def test_rotation_keeps_the_highest_steps_whatever_the_clock_says(tmp_path):
    paths = steps(tmp_path, 1000, 300, 200, 100)
    for age, path in enumerate(paths):
        os.utime(path, (age * 86_400, age * 86_400))
    (tmp_path / ".step-000050.partial").mkdir()
    (tmp_path / "step-000400.damaged").mkdir()
    checkpoints.rotate(tmp_path)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["step-000300", "step-000400.damaged", "step-001000"]


def test_the_fingerprint_is_of_what_is_loaded_and_of_nothing_else(sealed):
    before = checkpoints.fingerprint(sealed)
    assert len(before) == 16
    (sealed / "README.md").write_text("words")
    (sealed / "optimizer.pt").write_text("other moments")
    assert checkpoints.fingerprint(sealed) == before
    seen = {before}
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        bit_flipped(sealed / name)
        os.utime(sealed / name, (0, len(seen)))  # a file system's clock may be too coarse
        seen.add(checkpoints.fingerprint(sealed))
    assert len(seen) == 4


def test_what_was_just_sealed_is_not_read_again_for_its_fingerprint(tmp_path, monkeypatch):
    read, sha256_of = [], digests.sha256_of
    monkeypatch.setattr(
        digests, "sha256_of", lambda path: read.append(path.name) or sha256_of(path)
    )
    with checkpoints.sealed(tmp_path / "model") as staging:
        (staging / "config.json").write_text("{}")
        (staging / "model.safetensors").write_bytes(b"weights")
    checkpoints.fingerprint(tmp_path / "model")
    assert sorted(read) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize("same_place", [True, False])
def test_a_file_with_the_place_and_the_date_of_another_one_is_read(tmp_path, same_place):
    def make(folder, weights):
        """The number of a file that was deleted is often the next one's."""
        folder.mkdir()
        for name, content in (("config.json", b"{}"), ("model.safetensors", weights)):
            (folder / name).write_bytes(content)
            os.utime(folder / name, ns=(0, 0))
        return checkpoints.fingerprint(folder)

    first = make(tmp_path / "one", b"weights")
    shutil.rmtree(tmp_path / "one")
    assert make(tmp_path / ("one" if same_place else "two"), b"WEIGHTS") != first


def test_the_fingerprint_does_not_depend_on_the_place(sealed, tmp_path):
    moved = shutil.copytree(sealed, tmp_path / "elsewhere")
    assert checkpoints.fingerprint(moved) == checkpoints.fingerprint(sealed)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_no_fingerprint_of_half_a_checkpoint(sealed, name):
    (sealed / name).unlink()
    with pytest.raises(CheckpointError, match=r"it needs config\.json and safetensors"):
        checkpoints.fingerprint(sealed)


SEAL_FOR_EVER = """
import itertools, sys
from pathlib import Path
from mslt_core.models import checkpoints
folder = Path(sys.argv[1])
for step in itertools.count(1):
    with checkpoints.sealed(checkpoints.step_folder(folder, step), {"spec": "s"}) as staging:
        for name in ("config.json", "model.safetensors", "optimizer.pt"):
            (staging / name).write_bytes(bytes(step % 256 for _ in range(20_000)))
    checkpoints.rotate(folder)
"""


def test_no_kill_leaves_a_damaged_checkpoint(tmp_path, caplog):
    """Real kill -9 at random moments of a process that does nothing but seal and rotate."""
    rng = random.Random(0)
    inside = 0
    for turn in range(8):
        folder = tmp_path / str(turn)
        worker = subprocess.Popen([sys.executable, "-c", SEAL_FOR_EVER, folder], cwd=ROOT)
        while not any(folder.glob("step-*")):
            assert worker.poll() is None
            time.sleep(0.01)
        time.sleep(rng.uniform(0.05, 0.25))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        for path in folder.glob("step-*"):
            checkpoints.verify(path)
        assert checkpoints.latest_valid(folder, "s") is not None
        inside += any(folder.glob(".step-*"))
    assert not caplog.records
    assert inside, "no kill hit a checkpoint that was being written"
