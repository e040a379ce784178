"""Read-through arrays: computed once, damaged ones again, never another question's answer."""

import errno
import json
import logging
import shutil

import numpy as np
import pytest

from mslt_core.pipeline import PROJECT
from mslt_core.spec.errors import StoreError
from mslt_core.store import Store, atomic
from mslt_core.store.spec_text import spec_from_text
from mslt_core.store.tensors import read_tensors, write_tensors


@pytest.fixture
def compute():
    """A computation that counts how often it is done."""

    def once():
        once.times += 1
        return {"embeddings": np.full((2, 3), once.times, dtype=np.float32)}

    once.times = 0
    return once


def entry(store, spec):
    digest = spec.digest()
    return store.root / "arrays" / digest[:2] / f"{digest}.safetensors"


def test_computes_once_and_then_reads(store, embed_spec, compute):
    first = store.arrays.get(embed_spec(), compute)
    again = store.arrays.get(embed_spec(), compute)
    assert compute.times == 1
    np.testing.assert_array_equal(first["embeddings"], again["embeddings"])
    assert entry(store, embed_spec()).is_file()


def test_peek_never_computes(store, embed_spec, compute):
    assert store.arrays.peek(embed_spec()) is None
    store.arrays.put(embed_spec(), compute())
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"checkpoint": "e" * 16},
        {"corpus": "1" * 16},
        {"lang": "de"},
        {"layer": 1},
        {"pooling": "mean_no_special"},
        {"max_length": 64},
        {"precision": "bfloat16"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_asks_for_another_entry(store, embed_spec, compute, change):
    store.arrays.put(embed_spec(), compute())
    assert store.arrays.peek(embed_spec(**change)) is None


def test_another_schema_number_asks_for_another_entry(store, embed_spec, compute, monkeypatch):
    store.arrays.put(embed_spec(), compute())
    monkeypatch.setattr(type(embed_spec()), "schema_number", 2)
    assert store.arrays.peek(embed_spec()) is None


def test_an_entry_from_before_a_field_that_came_later_is_found(store, embed_spec, compute):
    store.arrays.put(embed_spec(), compute())
    arrays, metadata = read_tensors(entry(store, embed_spec()))
    written = json.loads(metadata["spec"])
    assert written["fields"].pop("precision") == "float32"
    write_tensors(entry(store, embed_spec()), arrays, {"spec": json.dumps(written)})
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 1


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-5])


def emptied(path):
    path.write_bytes(b"")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, emptied, flipped])
def test_a_damaged_entry_is_told_and_computed_again(store, embed_spec, compute, caplog, damage):
    store.arrays.get(embed_spec(), compute)
    damage(entry(store, embed_spec()))
    with caplog.at_level(logging.WARNING):
        assert store.arrays.get(embed_spec(), compute)["embeddings"][0, 0] == 2
    assert f"{entry(store, embed_spec())} is damaged" in caplog.text
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 2


def test_a_renamed_entry_does_not_answer_another_question(store, embed_spec, compute, caplog):
    store.arrays.put(embed_spec(lang="en"), compute())
    entry(store, embed_spec(lang="de")).parent.mkdir(exist_ok=True)
    shutil.copy(entry(store, embed_spec(lang="en")), entry(store, embed_spec(lang="de")))
    assert store.arrays.peek(embed_spec(lang="de")) is None
    assert "it answers another question" in caplog.text


def test_a_full_disk_keeps_the_old_entry_and_leaves_no_temporary_file(
    store, embed_spec, compute, monkeypatch
):
    def no_space(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    store.arrays.put(embed_spec(), compute())
    monkeypatch.setattr(atomic.os, "fsync", no_space)
    with pytest.raises(StoreError, match=r"^Disk full: need"):
        store.arrays.put(embed_spec(), compute())
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 1
    assert [p.name for p in entry(store, embed_spec()).parent.iterdir()] == [
        entry(store, embed_spec()).name
    ]


def test_a_read_only_store_reads_and_does_not_compute_in_vain(store, embed_spec, compute):
    store.arrays.put(embed_spec(), compute())
    closed = Store(store.root, read_only=True)
    assert closed.arrays.peek(embed_spec()) is not None
    with pytest.raises(StoreError, match=r"is read-only: it cannot keep EmbedSpec [0-9a-f]{16}"):
        closed.arrays.get(embed_spec(lang="de"), compute)
    assert compute.times == 1


def test_reads_fall_through_to_the_example_and_writes_do_not(tmp_path, embed_spec, compute):
    example = Store(tmp_path / "example")
    example.arrays.put(embed_spec(), compute())
    shipped = entry(example, embed_spec()).read_bytes()
    store = Store(tmp_path / "mine", example=example.root)
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 1
    store.arrays.put(embed_spec(), compute())
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 2
    assert entry(example, embed_spec()).read_bytes() == shipped
    emptied(entry(store, embed_spec()))
    assert store.arrays.peek(embed_spec())["embeddings"][0, 0] == 1


def test_every_shipped_answer_still_answers_its_question():
    example = PROJECT / "cache" / "example" / "arrays"
    entries = sorted(example.glob("*/*.safetensors"))
    assert len(entries) > 50
    for path in entries:
        _, metadata = read_tensors(path)
        assert spec_from_text(metadata["spec"], path.stem)
