"""Damage and lack of space are known before anything is started."""

import shutil

import pytest
from safetensors.torch import load_file, save_file

from mslt_core.models import completeness
from mslt_core.spec import room
from mslt_core.spec.errors import CheckpointError, StoreError
from mslt_core.spec.specs import TrainSpec

SPEC = TrainSpec(
    task="toy",
    data="d",
    model="tiny",
    model_fingerprint="m",
    source_langs=("de",),
    target_langs=("ru",),
    budget=48,
    steps=100,
    learning_rate=3e-3,
)


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


def without(folder, *names):
    weights = load_file(folder / "model.safetensors")
    kept = {k: v for k, v in weights.items() if not any(name in k for name in names)}
    assert len(kept) < len(weights)
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_whole_one_passes(folder):
    completeness.require_whole(folder)
    weights = load_file(folder / "model.safetensors")
    assert completeness.n_parameters(folder) == sum(w.numel() for w in weights.values())


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        (("layer.1.",), "lacks block 1 of 2"),
        (("layer.0.", "layer.1."), "lacks block 0 of 2"),
        (("layer.1.output.dense.bias",), "layer.1.output.dense.bias"),
        (("embeddings.",), "lacks the word embeddings"),
    ],
)
def test_what_is_missing_is_named(folder, gone, message):
    without(folder, *gone)
    with pytest.raises(CheckpointError, match=message):
        completeness.require_whole(folder)


def test_weights_that_are_cut_in_their_header(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(CheckpointError, match="no readable header"):
        completeness.require_whole(folder)


def test_the_space_that_a_run_needs(folder, tmp_path, monkeypatch):
    n = completeness.n_parameters(folder)
    free = [0]
    usage = type("Usage", (), {"free": property(lambda _: free[0])})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage())
    # four bytes a weight and a tenth more; beside two states of three times as much the third is
    # written before the first goes
    for steps, times in ((100, 1), (200, 7), (300, 9)):
        spec = SPEC.but(steps=steps)
        asked = {"states": tmp_path / "none"}
        free[0] = int(4.4 * n * times) + 1
        completeness.require_space(folder, tmp_path / "not" / "there", spec, **asked)
        free[0] -= 2
        with pytest.raises(StoreError, match=r"the run needs .* MB, .* MB are free"):
            completeness.require_space(folder, tmp_path, spec, **asked)
    (tmp_path / "states").mkdir()
    (tmp_path / "states" / "optimizer.pt").write_bytes(bytes(10))
    # what is there already needs no room when the run goes on
    completeness.require_space(folder, tmp_path, spec, states=tmp_path / "states")


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ({}, 1),
        # the best weights so far, and better ones beside them
        ({"eval_every": 10, "select": "target"}, 2),
        ({"steps": 200, "eval_every": 10, "select": "target"}, 8),
        # a third state, and the best weights beside it
        ({"steps": 500, "eval_every": 10, "select": "target"}, 10),
        ({"keep_every": 30}, 4),
        # adapters are few, and of a frozen encoder AdamW keeps nothing
        ({"steps": 500, "tune": "lora"}, 1),
        ({"steps": 500, "tune": "head"}, 3),
    ],
)
def test_the_most_that_a_run_has_on_the_disk(changes, times):
    assert room.peak_bytes(SPEC.but(**changes), 1000) == 1000 * times


def test_the_trained_weights_decide_where_they_are_known():
    spec = SPEC.but(steps=500, tune="lora", eval_every=10, select="target")
    # three states of 10 + 20 and the best 10, or two of them, the best and all 1000 merged
    assert room.peak_bytes(spec, 1000, 10) == max(3 * 30 + 10, 2 * 30 + 10 + 1000)
    assert room.peak_bytes(spec, 1000, 10, every=0, n_snapshots=1) == 1000 + 10 + 1000


def test_t5_s_first_block_may_hold_more(folder):
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if "layer.0." in name)
    more = {**weights, name.replace("layer.0.", "layer.0.relative."): weights[name].clone()}
    save_file(more, folder / "model.safetensors", metadata={"format": "pt"})
    completeness.require_whole(folder)
