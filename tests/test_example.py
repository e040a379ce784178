"""What is shipped: whole, small, honest, and remade to the same scores."""

import json

import numpy as np
import pytest

from mslt_core import example, jobs, pipeline
from mslt_core.example import SEEDS, WITH_WEIGHTS, example_spec, source_sets, sweep_sets
from mslt_core.models import checkpoints
from mslt_core.pipeline import EXAMPLE
from mslt_core.spec.results import TargetScores
from mslt_core.store import Store

ATOL = 0.02
"""Scores of a remade run: other processors and thread counts add floats in another order, and 250
steps amplify it; on one machine with one thread the difference is 0."""


@pytest.fixture(scope="module")
def shipped():
    return Store(EXAMPLE, read_only=True)


def test_it_is_small():
    sizes = [path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file()]
    assert sum(sizes) < 20e6
    assert sum(p.stat().st_size for p in (EXAMPLE / "base").iterdir()) <= 4e6


def test_it_holds_every_set_and_seed(shipped):
    expected = {(langs, seed) for langs in source_sets() for seed in SEEDS}
    sweep = json.loads((EXAMPLE / "sweep.json").read_text(encoding="utf-8"))
    assert len(sweep_sets()) == sweep["sets"] == 127
    expected |= {(langs, seed) for langs in sweep_sets() for seed in sweep["seeds"]}
    infos = shipped.runs.list()
    assert {(i.spec.source_langs, i.spec.seed) for i in infos} == expected
    assert {i.state for i in infos} == {"done"}
    assert {(i.spec.source_langs, i.spec.seed) for i in infos if i.has_weights} == {
        (langs, 0) for langs in WITH_WEIGHTS
    }


def test_its_runs_belong_to_the_shipped_base_and_world(shipped):
    for info in shipped.runs.list():
        spec, _ = example_spec(info.spec.source_langs, info.spec.seed)
        assert spec.digest() == info.run
        for lang in info.spec.target_langs:
            assert shipped.runs.predictions(info.run, lang) is not None


def test_its_weights_are_those_it_names(shipped):
    for info in shipped.runs.list():
        folder = shipped.runs.model_folder(info.run)
        if folder:
            checkpoints.verify(folder)
            assert shipped.runs.outcome(info.run)["weights"] == checkpoints.fingerprint(folder)


def test_it_says_where_it_comes_from():
    for folder in (EXAMPLE, EXAMPLE / "base"):
        told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        assert told["command"].startswith("python -m mslt_core example")
        assert told["versions"]
        assert told["date"]


def test_it_names_no_path_of_the_machine_it_was_made_on():
    for path in EXAMPLE.rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        assert "/tmp/" not in text, path
        assert "/home/" not in text, path
        assert "/work/" not in text, path


@pytest.mark.slow
def test_a_run_can_be_remade(shipped, tmp_path):
    spec, where = example_spec(("de", "en", "es"), 0)
    store = Store(tmp_path)
    store.runs.create(spec, where)
    assert jobs.work(store, "runs", spec.digest(), pipeline.execute_training) == "done"
    ours, theirs = (s.runs.outcome(spec.digest()) for s in (store, shipped))
    assert ours["sampled_hash"] == theirs["sampled_hash"]
    for lang, score in theirs["scores"].items():
        assert ours["scores"][lang].n_items == score.n_items
        assert ours["scores"][lang].accuracy == pytest.approx(score.accuracy, abs=ATOL), lang


def test_the_sweep_goes_on_where_it_was_stopped_and_ships_whole_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(example, "sweep_sets", lambda: (("en",), ("de", "en")))
    trained = []

    def execute(store, spec, _where, **_):
        trained.append(spec.source_langs)
        scores = TargetScores(
            accuracy=0.5, span_f1=None, majority_accuracy=0.4, n_items=2, n_tokens=9
        )
        counts = {"n_tokens": np.array([4, 5]), "n_correct": np.array([2, 3])}
        store.runs.write_outcome(
            spec.digest(),
            scores={"fi": scores},
            predictions={"fi": counts},
            sampled={lang: ["a"] for lang in spec.source_langs},
            tokens_seen=dict.fromkeys(spec.source_langs, 3),
            device="cpu",
            weights="w",
            n_layers=4,
        )
        return True

    monkeypatch.setattr(pipeline, "execute_training", execute)
    store, out = Store(tmp_path / "store"), tmp_path / "out"
    first = example.build_sweep(out, store=store, seeds=(0,), limit=1, report=lambda _: None)
    assert first["seeds"] == []
    assert not out.exists()
    again = example.build_sweep(out, store=store, seeds=(0,), report=lambda _: None)
    assert again["seeds"] == [0]
    shipped = Store(out, read_only=True)
    assert {i.spec.source_langs for i in shipped.runs.list()} == {("en",), ("de", "en")}
    before = list(trained)
    example.build_sweep(out, store=store, seeds=(0,), report=lambda _: None)
    assert trained == before, "nothing is trained twice"
    assert json.loads((out / "sweep.json").read_text())["command"].endswith("example sweep")
