"""The store as a whole."""

import pytest

from mslt_core.spec.specs import Where
from mslt_core.store import Store


def test_looking_into_an_empty_store_makes_nothing(tmp_path, embed_spec):
    store = Store(tmp_path / "store", example=tmp_path / "example")
    assert store.arrays.peek(embed_spec()) is None
    assert store.runs.list() == []
    assert not store.jobs.exists(embed_spec().digest())
    assert store.turns.ahead("jobs", embed_spec().digest()) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_relative_root_stays_where_it_was(tmp_path, monkeypatch, embed_spec):
    monkeypatch.chdir(tmp_path)
    store = Store("store")
    monkeypatch.chdir("/")
    store.jobs.create(embed_spec(), Where())
    assert (tmp_path / "store" / "jobs" / embed_spec().digest() / "spec.json").is_file()


@pytest.mark.parametrize("kind", ["runs", "jobs"])
def test_turns_pass_over_work_that_is_dead_or_gone(store, train_spec, embed_spec, kind):
    spec = train_spec() if kind == "runs" else embed_spec()
    works = store.works(kind)
    works.create(spec, Where())
    store.turns.enter(kind, spec.digest())
    store.turns.enter(kind, "0" * 16)
    assert store.turns.ahead(kind, "0" * 16) == 1
    (works.folder(spec.digest()) / "worker.json").unlink()
    assert store.turns.ahead(kind, "0" * 16) == 0
    store.turns.enter(kind, "1" * 16)
    assert store.turns.ahead(kind, "1" * 16) == 0
