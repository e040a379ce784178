"""What a checkpoint folder may hold: every trick is refused by name, before a library reads it."""

import json
import os
import shutil
import struct

import pytest

from mslt_core.models.checkpoints import seal
from mslt_core.models.screening import require_safetensors, screen
from mslt_core.spec.errors import CheckpointError


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


def change(path, **keys):
    path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))


def test_an_ordinary_checkpoint_passes(folder):
    change(folder / "config.json", quantization_config=None)  # how transformers says "none"
    (folder / "README.md").write_text("words")
    screen(folder)


@pytest.mark.parametrize(
    "keys",
    [
        {"auto_map": {"AutoModel": "modeling_evil.Evil"}},
        {"attn_implementation": "evil/kernel"},
        {"_attn_implementation": "evil/kernel"},
        {"_attn_implementation_internal": "evil/kernel"},
        {"_experts_implementation": "evil/kernel"},
        {"quantization_config": {"quant_method": "bitsandbytes"}},
        {"transformers_weights": "evil.safetensors"},
        {"kernel_config": {"Linear": "evil/kernel"}},
        {"fusion_config": {"x": "y"}},
        {"distributed_config": {}},
        {"gguf_file": "evil.gguf"},
        {"text_config": {"vision": [{"_attn_implementation": "evil/kernel"}]}},
    ],
)
def test_keys_that_choose_code_or_weights_are_refused_by_name(folder, keys):
    change(folder / "config.json", **keys)
    name = next(iter(keys)) if "text_config" not in keys else "_attn_implementation"
    with pytest.raises(CheckpointError, match=rf"config\.json has the key '{name}'.*Remove"):
        screen(folder)


def test_the_tokenizer_may_not_name_code_either(folder):
    change(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Evil", None]})
    with pytest.raises(CheckpointError, match=r"tokenizer_config\.json has the key 'auto_map'"):
        screen(folder)


@pytest.mark.parametrize("name", ["adapter_config.json", ".metadata"])
def test_other_kinds_of_checkpoints_are_refused(folder, name):
    (folder / name).write_text("{}")
    with pytest.raises(CheckpointError, match=name.replace(".", r"\.")):
        screen(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "tf_model.h5", "a.ckpt"])
def test_pickled_weights_are_named(folder, name):
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(CheckpointError, match=rf"only {name}.*run code.*convert it to safetensors"):
        screen(folder)


def test_pickled_weights_beside_safetensors_are_left_alone(folder):
    (folder / "pytorch_model.bin").write_bytes(b"anything")
    screen(folder)


def test_a_list_of_names_can_be_looked_at_before_a_download():
    require_safetensors("a/b", ["config.json", "model.safetensors", "pytorch_model.bin"])
    with pytest.raises(
        CheckpointError, match=r"a/b has no model\.safetensors, only x/flax\.msgpack"
    ):
        require_safetensors("a/b", ["config.json", "x/flax.msgpack"])
    with pytest.raises(CheckpointError, match=r"a/b has no model\.safetensors$"):
        require_safetensors("a/b", ["config.json"])


def huge_header(content):
    return struct.pack("<Q", 2**40) + content[8:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:100],
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: b"\x80\x04" + content[2:],
        huge_header,
    ],
    ids=["empty", "header cut", "one byte short", "one byte more", "pickle", "huge header"],
)
def test_weights_that_are_not_whole_are_named(folder, damage):
    path = folder / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CheckpointError, match=r"model\.safetensors cannot be read as safetensors"):
        screen(folder)


def split_in_two(folder, names):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    index = {"weight_map": dict(zip("ab", names, strict=True))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_a_missing_part_of_split_weights_is_named(folder):
    split_in_two(folder, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    with pytest.raises(CheckpointError, match=r"model-00002-of-00002\.safetensors is missing"):
        screen(folder)


@pytest.mark.parametrize("names", [["../x.safetensors", "a"], ["/etc/passwd", "a"]])
def test_split_weights_lie_beside_their_index(folder, names):
    split_in_two(folder, names)
    with pytest.raises(CheckpointError, match="files beside it"):
        screen(folder)


@pytest.mark.parametrize("index", ["{}", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_index_of_nothing_is_refused(folder, index):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(CheckpointError, match="must map weights to files"):
        screen(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_configuration_that_is_not_one_is_named(folder, content):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"config\.json"):
        screen(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_pipe_in_place_of_a_file_does_not_block(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(CheckpointError, match=name.replace(".", r"\.")):
        screen(folder)


def test_a_sealed_folder_must_match_its_manifest(folder):
    seal(folder)
    screen(folder)
    change(folder / "tokenizer.json", version="1.1")
    with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
        screen(folder)


def test_no_folder(tmp_path):
    with pytest.raises(CheckpointError, match="there is no checkpoint folder"):
        screen(tmp_path / "none")
