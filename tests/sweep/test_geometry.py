"""Measuring runs one by one: what is there is passed over, weights come back and go again."""

import shutil

import pytest

from mslt_core import pipeline
from mslt_core.pipeline.places import EXAMPLE
from mslt_core.spec.errors import TrainingError
from mslt_core.spec.mechanism import GeometrySpec, MechanismSpec
from mslt_core.spec.specs import Where
from mslt_core.store import Store
from mslt_core.sweep import execute_geometry

LANGS = ("de", "en", "ru")


@pytest.fixture
def runs():
    """Two shipped runs that have weights."""
    found = [info for info in Store(EXAMPLE, read_only=True).runs.list() if info.has_weights]
    return [info.run for info in found[:2]]


@pytest.fixture
def store(tmp_path, runs):
    """The first run as it is, the second without its weights."""
    shipped = tmp_path / "shipped"
    for run in runs:
        shutil.copytree(EXAMPLE / "runs" / run, shipped / "runs" / run)
    shutil.rmtree(shipped / "runs" / runs[1] / "model")
    return Store(tmp_path / "store", example=shipped)


@pytest.fixture
def work(aligned_texts, runs):
    asked = MechanismSpec(corpus=str(aligned_texts(LANGS, 24)), langs=LANGS)
    return GeometrySpec(look=asked.look(tuple(runs), everything=True))


def train(store, spec, _where, /, *, report, should_stop):
    """What training again leaves: the same files, weights too."""
    run = spec.digest()
    source, folder = EXAMPLE / "runs" / run, store.runs.folder(run)
    shutil.copytree(source / "model", folder / "model")
    shutil.copy(source / "scores.json", folder)
    return True


def ask(store, work, told=None, *, stop=lambda: False, how=train):
    def report(done, total, message):
        if told is not None:
            told.append((done, total, message))

    return execute_geometry(store, work, Where(), report=report, should_stop=stop, train=how)


def test_measures_and_trains_again_what_is_lost(store, work, runs):
    told = []
    assert ask(store, work, told)
    measures = pipeline.measure(store, work.look, compute=False)
    assert {"linear_cka", "language_mingling", "retrieval_p1"} <= set(measures.names)
    names = [f"{store.runs.info(run).name}, seed {store.runs.info(run).spec.seed}" for run in runs]
    assert told == [
        (0, 2, f"{names[0]}: measuring"),
        (1, 2, f"{names[1]}: training again"),
        (1, 2, f"{names[1]}: measuring"),
        (2, 2, "measured"),
    ]
    assert [store.runs.info(run).has_weights for run in runs] == [True, False]
    assert store.runs.status(runs[1]).state == "done"


def test_what_it_finds_is_what_measuring_finds_and_vectors_are_not_kept(
    store, work, runs, tmp_path
):
    first = work.look.but(checkpoints=tuple(runs[:1]))
    ask(store, GeometrySpec(look=first))
    n_kept = 4  # three parts, and whether the lines belong together
    assert len(store.arrays.files()) == n_kept
    other = Store(tmp_path / "other", example=tmp_path / "shipped")
    expected = pipeline.measure(other, first)
    found = pipeline.measure(store, first, compute=False)
    for name in expected.names:
        mine, theirs = found.found[0][0][name], expected.found[0][0][name]
        assert mine.value == pytest.approx(theirs.value, nan_ok=True)
    assert len(other.arrays.files()) == n_kept + len(LANGS)


def test_goes_on_where_it_was_stopped(store, work):
    asked = iter([False, True])
    assert not ask(store, work, stop=lambda: next(asked))
    told = []
    assert ask(store, work, told)
    assert [done for done, _, message in told if "measuring" in message] == [1]


def test_a_training_that_fails_or_stops_ends_it(store, work):
    def fails(*_, **__):
        raise TrainingError("loss is not finite")

    with pytest.raises(TrainingError, match="failed again: loss is not finite"):
        ask(store, work, how=fails)
    assert not ask(store, work, how=lambda *_, **__: False)
