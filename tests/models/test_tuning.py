"""What is trained and what is not; learning curves, and the best weights."""

import time
import types

import numpy as np
import pytest
import torch

from mslt_core.models import curve, trainer, tuning
from mslt_core.models.finetune import finetune, save_model
from mslt_core.models.load import load_encoder, load_with_head
from mslt_core.models.predict import predict
from mslt_core.spec.errors import CheckpointError
from tests.models import toy

SPEC = toy.SPEC.but(
    source_langs=("de", "en"), target_langs=("ru",), budget=40, steps=10, learning_rate=3e-3
)


@pytest.fixture
def train(tiny_checkpoint, labels, tagged_rows, tmp_path):
    def train(name, spec=SPEC, **options):
        points = []
        tuned = finetune(
            spec,
            checkpoint=tiny_checkpoint,
            kind="tagging",
            labels=labels,
            rows={lang: tagged_rows(lang, 20) for lang in spec.source_langs},
            folder=tmp_path / name,
            report=options.pop("report", points.append),
            should_stop=options.pop("should_stop", lambda: False),
            **options,
        )
        tuned_losses[name] = [point.loss for point in points]
        return tuned

    tuned_losses = {}
    train.losses = tuned_losses
    train.folder = tmp_path
    return train


def changed(model, checkpoint, labels, seed=0):
    before = load_with_head(checkpoint, "tagging", labels, seed).state_dict()
    after = model.state_dict()
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_the_head_alone(train, tiny_checkpoint, labels):
    tuned = train("head", SPEC.but(tune="head"))
    found = changed(tuned.model, tiny_checkpoint, labels)
    assert found == {"classifier.weight", "classifier.bias"}


def test_a_probe_sees_the_same_vectors_at_every_step(tiny_checkpoint, labels):
    model = tuning.trainable(
        load_with_head(tiny_checkpoint, "tagging", labels, 0), SPEC.but(tune="head")
    ).train()
    ids = torch.arange(5, 15).reshape(1, -1)
    first, again = (model.base_model(input_ids=ids).last_hidden_state for _ in range(2))
    assert torch.equal(first, again)


def test_all_weights_by_default(train, tiny_checkpoint, labels):
    found = changed(train("all").model, tiny_checkpoint, labels)
    assert any("layer.0.attention" in name for name in found)
    assert any("word_embeddings" in name for name in found)


@pytest.mark.parametrize("rank", [2, 4])
def test_lora_trains_adapters_and_leaves_a_whole_model(
    train, tiny_checkpoint, labels, tagged_rows, rank
):
    tuned = train(f"lora{rank}", SPEC.but(tune="lora", lora_rank=rank, learning_rate=2e-2))
    trained = {n for n, p in tuned.model.named_parameters() if p.requires_grad}
    assert all("lora_" in n or "classifier" in n for n in trained)
    assert all(p.shape[0] == rank for n, p in tuned.model.named_parameters() if "lora_A" in n)
    rows = tagged_rows("ru", 20)
    before = predict("tagging", tuned.model, tuned.tokenizer, rows, max_length=64).tags
    save_model(tuned, train.folder / f"saved{rank}")
    load_encoder(train.folder / f"saved{rank}")
    merged = tuning.merged(tuned.model)
    after = predict("tagging", merged, tuned.tokenizer, rows, max_length=64).tags
    assert np.array_equal(np.concatenate(before), np.concatenate(after))
    moved = changed(merged, tiny_checkpoint, labels)
    assert {n for n in moved if n.startswith("roberta")} == {
        f"roberta.encoder.layer.{i}.attention.self.{part}.weight"
        for i in range(2)
        for part in ("query", "value")
    }


def test_lora_is_the_same_after_a_stop(train):
    spec = SPEC.but(tune="lora", learning_rate=2e-2)
    whole = train("whole", spec)
    steps = iter(range(100))
    cut = train("cut", spec, should_stop=lambda: next(steps) == 3, save_every=2)
    assert cut.stopped
    again = train("cut", spec, save_every=2)
    assert again.resumed_from == cut.step
    ours, theirs = again.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


# --- on the way


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_looking_changes_nothing(train, tagged_rows, precision):
    rows, seen = tagged_rows("ru", 10), []

    def look(step, model, tokenizer):
        predict("tagging", model, tokenizer, rows, max_length=64)
        with torch.no_grad():
            seen.append(model(torch.arange(40).reshape(2, 20)).logits)

    watched = train("watched", SPEC.but(eval_every=3, precision=precision), evaluate=look)
    alone = train("alone", SPEC.but(precision=precision))
    look(10, alone.model, alone.tokenizer)
    assert torch.equal(seen[-2], seen[-1]), "who looks afterwards sees what the last look saw"
    assert train.losses["watched"] == train.losses["alone"]
    assert all(
        torch.equal(tensor, alone.model.state_dict()[name])
        for name, tensor in watched.model.state_dict().items()
    )
    assert watched.best_step is None


def test_the_pace_is_that_of_training(train, monkeypatch):
    """What evaluations take is in no point of the curve."""
    points, late_s = [], [0.0]
    clock = types.SimpleNamespace(monotonic=lambda: time.monotonic() + late_s[0])
    for module in (trainer, curve):
        monkeypatch.setattr(module, "time", clock)

    def look(*_):
        late_s[0] += 10_000.0  # more than any machine takes for the steps

    train("slow", SPEC.but(eval_every=2), evaluate=look, report=points.append)
    assert late_s == [50_000.0]
    assert points[-1].elapsed_s < 10_000
    assert all(point.samples_per_s > 8 / 10_000 for point in points[2:])


def test_the_best_weights_are_kept_and_come_back(train):
    scores, seen = {3: 0.2, 6: 0.9, 9: 0.5, 10: 0.9}, {}

    def judge(step, model, tokenizer):
        seen[step] = {n: t.clone() for n, t in model.state_dict().items()}
        return scores[step]

    tuned = train("best", SPEC.but(eval_every=3, select="target"), evaluate=judge)
    assert list(seen) == [3, 6, 9, 10]  # and after the last step
    assert tuned.best_step == 6  # the first of the best
    tuning.load_best(tuned.model, train.folder / "best" / "checkpoints")
    assert all(torch.equal(t, seen[6][n]) for n, t in tuned.model.state_dict().items())


def test_a_resumed_run_remembers_the_best_so_far(train):
    spec = SPEC.but(eval_every=2, select="target")
    scores = {2: 0.9, 4: 0.1, 6: 0.2, 8: 0.3, 10: 0.4}
    steps = iter(range(100))
    options = {"evaluate": lambda step, *_: scores[step], "save_every": 2}
    cut = train("cut", spec, should_stop=lambda: next(steps) == 4, **options)
    assert (cut.stopped, cut.best_step) == (True, 2)
    assert train("cut", spec, **options).best_step == 2


@pytest.mark.parametrize("harm", ["cut", "gone", "moved aside"])
def test_a_run_whose_best_weights_are_lost_begins_again(train, harm):
    """To go on would choose among later steps alone, and contradict the curve."""
    spec = SPEC.but(eval_every=2, select="target")
    scores = {2: 0.9, 4: 0.1, 6: 0.2, 8: 0.3, 10: 0.4}
    steps, asked = iter(range(100)), []
    options = {"evaluate": lambda step, *_: asked.append(step) or scores[step], "save_every": 2}
    train("cut", spec, should_stop=lambda: next(steps) == 4, **options)
    states = train.folder / "cut" / "checkpoints"
    if harm == "cut":
        weights = states / "best" / "trained.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1])
    else:  # as a process leaves it that is killed while it puts better ones in place
        (states / "best").rename(states / (".best.old" if harm == "moved aside" else "elsewhere"))
    asked.clear()
    tuned = train("cut", spec, **options)
    assert tuned.best_step == 2
    began_again = harm != "moved aside"
    assert asked == ([2, 4, 6, 8, 10] if began_again else [6, 8, 10])
    assert tuned.resumed_from == (0 if began_again else 5)
    assert bool(list(states.glob("step-*.useless"))) == began_again


def test_the_best_from_beyond_the_resumed_step_is_not_counted(train):
    tuned = train("run")
    folder = train.folder / "run" / "checkpoints"
    tuning.save_best(tuned.model, folder, step=8, score=0.9)
    assert tuning.best_so_far(folder, 6) is None
    assert tuning.best_so_far(folder, 8) == (8, 0.9)
    weights = folder / "best" / "trained.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert tuning.best_so_far(folder, 8) is None
    with pytest.raises(CheckpointError, match=r"trained\.safetensors"):
        tuning.load_best(tuned.model, folder)
