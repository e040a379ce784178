"""Loading: what is there is what is used, nothing runs, nobody is asked, and errors name files."""

import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mslt_core.models.checkpoints import seal
from mslt_core.models.load import load_encoder, load_tokenizer, load_with_head
from mslt_core.spec.errors import CheckpointError

ROOT = Path(__file__).parents[2]
LOADERS = {
    "tokenizer": load_tokenizer,
    "encoder": load_encoder,
    "classifier": lambda path: load_with_head(path, "tagging", ["O", "B"], seed=0),
}


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


def change_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def hidden_states(encoder):
    input_ids = torch.arange(10, 22).reshape(2, 6)
    with torch.inference_mode():
        return encoder.eval()(input_ids=input_ids).last_hidden_state


@pytest.mark.parametrize("before", ["multi_label_classification", "regression"])
def test_what_a_checkpoint_was_trained_for_before_is_no_matter(folder, before):
    """Its loss would be another one than that of one label a text."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"problem_type": before}))
    model = load_with_head(folder, "classification", ["no", "yes"], seed=0)
    inputs = {"input_ids": torch.arange(10, 22).reshape(2, 6), "labels": torch.tensor([0, 1])}
    found = model.eval()(**inputs)
    assert found.loss == torch.nn.functional.cross_entropy(found.logits, inputs["labels"])


def test_the_encoder_of_a_masked_language_model_has_its_weights_and_no_pooler(
    tiny_checkpoint, capfd, caplog
):
    encoder = load_encoder(tiny_checkpoint)
    stored = load_file(tiny_checkpoint / "model.safetensors")
    for name, tensor in encoder.state_dict().items():
        assert torch.equal(tensor, stored[f"roberta.{name}"])
    assert not any("pooler" in name for name in encoder.state_dict())
    assert not encoder.training
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_half_precision_is_widened(folder):
    change_weights(folder, lambda w: w.update({k: v.half() for k, v in w.items()}))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))
    for loader in (load_encoder, LOADERS["classifier"]):
        assert {p.dtype for p in loader(folder).parameters()} == {torch.float32}


def test_a_fine_tuned_classifier_loads_as_encoder(tiny_checkpoint, tmp_path):
    classifier = load_with_head(tiny_checkpoint, "tagging", ["O", "B"], seed=0)
    classifier.save_pretrained(tmp_path)
    encoder = load_encoder(tmp_path)
    assert torch.equal(hidden_states(encoder), hidden_states(classifier.roberta))


def test_the_seed_decides_the_head_and_nothing_else_does(tiny_checkpoint):
    torch.manual_seed(123)
    state = torch.random.get_rng_state()
    first = load_with_head(tiny_checkpoint, "tagging", ["O", "B", "I"], seed=1).state_dict()
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(456)
    again = load_with_head(tiny_checkpoint, "tagging", ["O", "B", "I"], seed=1).state_dict()
    other = load_with_head(tiny_checkpoint, "tagging", ["O", "B", "I"], seed=2).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    differing = [name for name in first if not torch.equal(first[name], other[name])]
    assert differing == ["classifier.weight"]
    assert first["classifier.weight"].shape == (3, 32)
    assert first["classifier.weight"].std() > 0.1  # initializer_range is 0.2
    assert not first["classifier.bias"].any()


@pytest.mark.parametrize("labels", [["O", "B"], ["O", "B", "I"]])
def test_a_head_in_the_checkpoint_is_not_used(tiny_checkpoint, tmp_path, labels):
    load_with_head(tiny_checkpoint, "tagging", ["X", "Y"], seed=5).save_pretrained(tmp_path)
    fresh = load_with_head(tiny_checkpoint, "tagging", labels, seed=1)
    over = load_with_head(tmp_path, "tagging", labels, seed=1)
    assert torch.equal(over.classifier.weight, fresh.classifier.weight)
    assert over.config.id2label == dict(enumerate(labels))
    assert torch.equal(hidden_states(over.roberta), hidden_states(fresh.roberta))


def test_missing_weights_are_named(folder):
    name = "roberta.encoder.layer.1.output.dense.weight"
    change_weights(folder, lambda weights: weights.pop(name))
    with pytest.raises(CheckpointError, match=r"lacks 1 weights.*layer\.1\.output\.dense\.weight"):
        load_encoder(folder)
    with pytest.raises(CheckpointError, match=r"lacks 1 weights.*layer\.1\.output\.dense\.weight"):
        load_with_head(folder, "tagging", ["O", "B"], seed=0)


def test_weights_of_another_size_are_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 64}))
    for name in ("encoder", "classifier"):
        with pytest.raises(CheckpointError, match="copy"):
            LOADERS[name](folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(folder, value):
    name = "encoder.layer.0.attention.self.query.weight"
    change_weights(folder, lambda weights: weights[f"roberta.{name}"][3, 4].fill_(value))
    with pytest.raises(
        CheckpointError, match=r"layer\.0\.attention\.self\.query\.weight hold NaN or"
    ):
        load_encoder(folder)
    with pytest.raises(
        CheckpointError, match=r"layer\.0\.attention\.self\.query\.weight hold NaN or"
    ):
        load_with_head(folder, "tagging", ["O", "B"], seed=0)


def test_weights_so_large_that_their_sum_is_not_finite_are_taken(folder):
    name = "roberta.encoder.layer.0.attention.self.query.weight"
    change_weights(folder, lambda weights: weights[name][3, 4:6].fill_(3e38))
    assert not load_encoder(folder).encoder.layer[0].attention.self.query.weight.sum().isfinite()


class Canary:
    """Its pickle runs a command when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.system, (f"touch {self.path}",))


def with_remote_code(folder, canary):
    (folder / "evil.py").write_text(f"open({str(canary)!r}, 'w')")
    for name in ("config.json", "tokenizer_config.json"):
        found = json.loads((folder / name).read_text())
        evil = {"AutoConfig": "evil.A", "AutoModel": "evil.B", "AutoTokenizer": ["evil.C", None]}
        (folder / name).write_text(json.dumps({**found, "auto_map": evil, "model_type": "evil"}))


def with_pickled_weights(folder, canary):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Canary(canary)))


def with_pickle_called_safetensors(folder, canary):
    (folder / "model.safetensors").write_bytes(pickle.dumps(Canary(canary)))


def with_kernel(folder, canary):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "_attn_implementation": "a/b"}))


def with_adapter(folder, canary):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "a/b"}')
    (folder / "adapter_model.bin").write_bytes(pickle.dumps(Canary(canary)))


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "trick",
    [
        with_remote_code,
        with_pickled_weights,
        with_pickle_called_safetensors,
        with_kernel,
        with_adapter,
    ],
)
def test_nothing_runs_nobody_is_asked_and_no_one_is_called(folder, monkeypatch, trick, loader):
    canary = folder.parent / "canary"
    trick(folder, canary)

    def forbidden(*args, **kwargs):
        raise AssertionError("standard input or the network was touched")

    monkeypatch.setattr("builtins.input", forbidden)
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    with pytest.raises(CheckpointError):
        LOADERS[loader](folder)
    assert not canary.exists()


def test_other_pickles_in_the_folder_are_not_read(folder, monkeypatch):
    canary = folder.parent / "canary"
    names = ("pytorch_model.bin", "optimizer.pt", "training_args.bin", "rng_state.pth")
    for name in names:
        (folder / name).write_bytes(pickle.dumps(Canary(canary)))
    for loader in LOADERS.values():
        loader(folder)
    assert not canary.exists()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_sealed_checkpoints_are_verified_first(folder, name):
    seal(folder)
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    for loader in LOADERS.values():
        with pytest.raises(CheckpointError, match=rf"{name} does not match its recorded SHA-256"):
            loader(folder)


@pytest.mark.parametrize("content", ["", "{", '{"version": "1.0"}', "[]"])
def test_a_broken_tokenizer_is_an_error(folder, content):
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(CheckpointError, match="tokenizer cannot be loaded"):
        load_tokenizer(folder)


def test_a_missing_tokenizer_is_an_error(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match="tokenizer"):
        load_tokenizer(folder)


@pytest.mark.parametrize(
    "change",
    [{"model_type": "no-such-model"}, {"hidden_size": "wide"}, {"num_attention_heads": 0}],
)
def test_a_senseless_configuration_is_an_error(folder, change):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **change}))
    for name in ("encoder", "classifier"):
        with pytest.raises(CheckpointError, match="copy"):
            LOADERS[name](folder)


def test_importing_the_module_loads_no_torch():
    code = "import sys, mslt_core.models.load; print('torch' in sys.modules)"
    found = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert found.strip() == "False"
