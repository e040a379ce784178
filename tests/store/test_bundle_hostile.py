"""Bundles by people who mean harm, and good ones that were damaged: refused, with nothing left."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mslt_core.spec.errors import BundleError
from mslt_core.store import Store
from mslt_core.store.bundle import import_bundle
from tests.store.bundles import (
    contents,
    finished,
    good_bundle,
    run_spec,
    sealed_anew,
    small_bundle,
    zipped,
)
from tests.store.hostile import CASES, make
from tests.store.hostile_stories import CASES as OF_STORIES

PROJECT = Path(__file__).resolve().parents[2]
WATCHED: list[Path] = []
"""While a folder is here, files that are opened for writing outside it are noted in `STRAYED`."""
STRAYED: list[str] = []

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def note(event, args):
    if not WATCHED:
        return
    if event == "open" and isinstance(args[0], str | bytes) and args[2] & WRITING:
        paths = [args[0]]
    elif event in {"os.rename", "os.link", "os.symlink", "os.mkdir", "os.remove", "os.rmdir"}:
        paths = [arg for arg in args[:2] if isinstance(arg, str | bytes)]
    else:
        return
    for path in map(os.fsdecode, paths):
        if os.path.isabs(path) and not Path(path).is_relative_to(WATCHED[0]):
            STRAYED.append(path)


sys.addaudithook(note)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Nothing here is about power cuts, and a disk may take 10 ms for each of the small files."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    return good_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    """A store with a run of its own, which is also in the bundles."""
    store = Store(tmp_path_factory.mktemp("victim") / "store")
    finished(store, run_spec())
    return store


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", CASES)
def test_is_refused_and_leaves_nothing(name, bundle, victim, tmp_path):
    refused_without_a_trace(make(name, bundle, tmp_path / "x.zip"), victim, tmp_path)


@pytest.mark.parametrize("name", OF_STORIES)
def test_a_hostile_story_is_refused_for_what_it_is(name, bundle, victim, tmp_path):
    hostile, told = OF_STORIES[name]
    path = hostile(contents(bundle), tmp_path / "x.zip")
    assert re.search(told, refused_without_a_trace(path, victim, tmp_path))


def refused_without_a_trace(path, victim, tmp_path) -> str:
    """What the refusal says."""
    before, beside = tree(victim.root / "runs"), sorted(tmp_path.rglob("*"))
    WATCHED.append(victim.root)
    try:
        with pytest.raises(BundleError) as refused:
            import_bundle(victim, path, keep_mine=True)
    finally:
        WATCHED.clear()
    assert not STRAYED
    assert len(str(refused.value)) < 700
    assert str(refused.value).isprintable()
    assert tree(victim.root / "runs") == before
    assert {p.name for p in victim.root.iterdir()} <= {"runs", "imports"}
    assert {p.name for p in (victim.root / "imports").glob("*")} <= {"lock"}
    assert sorted(tmp_path.rglob("*")) == beside
    assert not Path("/tmp/mslt-evil").exists()
    assert str(victim.root) not in str(refused.value)
    return str(refused.value)


def test_the_corpus_fails_for_its_own_reasons_alone(bundle, victim, tmp_path):
    """What the cases are made with makes a good bundle where nothing is changed."""
    path = zipped(tmp_path / "same.zip", sealed_anew(contents(bundle)))
    assert len(import_bundle(victim, path, dry_run=True).runs) == 2
    assert len(CASES) >= 100


def test_little_memory_is_taken(bundle, tmp_path):
    """By bombs and the like, in a process that imports the store alone: 300 MB at its highest."""
    large = [name for name in CASES if re.search("bomb|deep|huge|large|many|peta|long|endl", name)]
    for i, name in enumerate(large):
        make(name, bundle, tmp_path / f"{i}.zip")
    program = """
import os, sys
os.fsync = lambda descriptor: None
from pathlib import Path
from mslt_core.spec.errors import BundleError
from mslt_core.store import Store
from mslt_core.store.bundle import import_bundle
n = 0
for path in Path(sys.argv[1]).glob("*.zip"):
    try:
        import_bundle(Store(sys.argv[2]), path)
    except BundleError:
        n += 1
peak = next(l for l in open("/proc/self/status") if l.startswith("VmHWM"))
print([n, int(peak.split()[1]) * 1024])
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(tmp_path / "store")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    n, peak_bytes = json.loads(done.stdout)
    assert n == len(large) > 10
    assert peak_bytes < 300e6


# --- a good bundle, damaged


@st.composite
def damages(draw):
    """What happens to files on their way: bits flip, parts are lost, doubled, or change place."""
    kind = draw(st.sampled_from(["flip", "cut", "lose", "repeat", "swap", "zero"]))
    places = draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=2))
    return kind, tuple(sorted(places)), draw(st.integers(0, 7)), draw(st.integers(1, 64))


def damaged(raw: bytes, damage) -> bytes:
    kind, (first, second), bit, length = damage
    i, j = int(first * len(raw)), int(second * len(raw))
    changed = bytearray(raw)
    if kind == "flip":
        changed[i] ^= 1 << bit
    elif kind == "cut":
        del changed[i:]
    elif kind == "lose":
        del changed[i : i + length]
    elif kind == "repeat":
        changed[i:i] = raw[i : i + length]
    elif kind == "swap":
        changed[i : i + length], changed[j : j + length] = raw[j : j + length], raw[i : i + length]
    else:
        changed[i : i + length] = bytes(length)
    return bytes(changed)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A small bundle's bytes, and the hash of its manifest."""
    folder = tmp_path_factory.mktemp("small")
    path = small_bundle(folder)
    return path.read_bytes(), import_bundle(Store(folder / "none"), path, dry_run=True).sha256


def accepted_only_if_identical(good, folder, damage):
    path = folder / "damaged.zip"
    path.write_bytes(damaged(good[0], damage))
    try:
        found = import_bundle(Store(folder / "none"), path, dry_run=True)
    except BundleError:
        return
    # the manifest holds the hash of all else, and all else was compared with it
    assert found.sha256 == good[1]


SHARED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=50, suppress_health_check=SHARED)
@given(damage=damages())
@example(damage=("cut", (0.0, 0.0), 0, 1))
@example(damage=("flip", (0.999, 0.999), 0, 1))
def test_damage_is_found(good, tmp_path, damage):
    accepted_only_if_identical(good, tmp_path, damage)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=SHARED)
@given(damage=damages())
def test_much_damage_is_found(good, tmp_path, damage):
    accepted_only_if_identical(good, tmp_path, damage)
