"""What a checkpoint folder may hold: every trick is refused by name, before a library reads it."""

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from mslt_core.models.checkpoints import seal
from mslt_core.models.screening import require_safetensors, screen
from mslt_core.spec.errors import CheckpointError

PROJECT = Path(__file__).parents[2]


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


BERT = {
    "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 768,
    "initializer_range": 0.02,
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
}
ORIGINALS = {
    "xlm-roberta-base": {
        **BERT,
        "architectures": ["XLMRobertaForMaskedLM"],
        "bos_token_id": 0,
        "eos_token_id": 2,
        "model_type": "xlm-roberta",
        "output_past": True,
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "transformers_version": "4.17.0.dev0",
        "type_vocab_size": 1,
        "use_cache": True,
        "vocab_size": 250002,
    },
    "bert-base-multilingual-cased": {
        **BERT,
        "architectures": ["BertForMaskedLM"],
        "directionality": "bidi",
        "model_type": "bert",
        "pad_token_id": 0,
        "pooler_fc_size": 768,
        "pooler_num_attention_heads": 12,
        "pooler_num_fc_layers": 3,
        "pooler_size_per_head": 128,
        "pooler_type": "first_token_transform",
        "position_embedding_type": "absolute",
        "type_vocab_size": 2,
        "use_cache": True,
        "vocab_size": 119547,
    },
    "paraphrase-multilingual-MiniLM-L12-v2": {
        **BERT,
        "_name_or_path": "old_models/paraphrase-multilingual-MiniLM-L12-v2/0_Transformer",
        "architectures": ["BertModel"],
        "gradient_checkpointing": False,
        "hidden_size": 384,
        "intermediate_size": 1536,
        "model_type": "bert",
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "transformers_version": "4.7.0",
        "type_vocab_size": 2,
        "use_cache": True,
        "vocab_size": 250037,
    },
    "Multilingual-MiniLM-L12-H384": {
        **BERT,
        "architectures": ["BertModel"],
        "hidden_size": 384,
        "model_type": "bert",
        "tokenizer_class": "XLMRobertaTokenizer",
        "type_vocab_size": 2,
        "vocab_size": 250037,
    },
    "mt5-base": {
        "_name_or_path": "/home/patrick/hugging_face/t5/mt5-base",
        "architectures": ["MT5ForConditionalGeneration"],
        "d_ff": 2048,
        "d_kv": 64,
        "d_model": 768,
        "decoder_start_token_id": 0,
        "dropout_rate": 0.1,
        "eos_token_id": 1,
        "feed_forward_proj": "gated-gelu",
        "initializer_factor": 1.0,
        "is_encoder_decoder": True,
        "layer_norm_epsilon": 1e-06,
        "model_type": "mt5",
        "num_decoder_layers": 12,
        "num_heads": 12,
        "num_layers": 12,
        "output_past": True,
        "pad_token_id": 0,
        "relative_attention_num_buckets": 32,
        "tie_word_embeddings": False,
        "tokenizer_class": "T5Tokenizer",
        "transformers_version": "4.10.0.dev0",
        "use_cache": True,
        "vocab_size": 250112,
    },
    "mdeberta-v3-base": {
        **BERT,
        "layer_norm_eps": 1e-07,
        "max_relative_positions": -1,
        "model_type": "deberta-v2",
        "norm_rel_ebd": "layer_norm",
        "pos_att_type": "p2c|c2p",
        "position_biased_input": False,
        "position_buckets": 256,
        "relative_attention": True,
        "share_att_key": True,
        "type_vocab_size": 0,
        "vocab_size": 251000,
    },
    "bloom-560m": {
        "apply_residual_connection_post_layernorm": False,
        "architectures": ["BloomForCausalLM"],
        "attention_dropout": 0.0,
        "attention_softmax_in_fp32": True,
        "bias_dropout_fusion": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_dropout": 0.0,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "masked_softmax_fusion": True,
        "model_type": "bloom",
        "n_embed": 1024,
        "n_head": 16,
        "n_inner": None,
        "n_layer": 24,
        "offset_alibi": 100,
        "pad_token_id": 3,
        "pretraining_tp": 1,
        "seq_length": 2048,
        "skip_bias_add": True,
        "skip_bias_add_qkv": False,
        "slow_but_exact": False,
        "transformers_version": "4.20.0",
        "unk_token_id": 0,
        "use_cache": True,
        "vocab_size": 250880,
    },
}
"""The configurations that well-known checkpoints were published with."""


@pytest.mark.parametrize("name", ORIGINALS)
def test_published_configurations_pass(folder, name):
    (folder / "config.json").write_text(json.dumps(ORIGINALS[name]))
    screen(folder)


def test_notes_of_older_libraries_pass(folder):
    notes = {"finetuning_task": "ner", "torch_dtype": "float32", "_num_labels": 9, "adapters": {}}
    change(folder / "config.json", xla_device=True, num_beams=1, max_length=20, **notes)
    screen(folder)


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_key_that_the_model_does_not_have_is_refused_by_name(folder, name):
    config = {**ORIGINALS[name], "hiden_size": 7}
    (folder / "config.json").write_text(json.dumps(config))
    kind = config["model_type"]
    told = rf"config\.json has the key 'hiden_size', which models of the type {kind} do not have"
    with pytest.raises(CheckpointError, match=rf"{told}.*take the key out if you trust"):
        screen(folder)


def test_the_first_of_several_unknown_keys_is_named(folder):
    change(folder / "config.json", zebra=1, hiden_size=7, nothing_said=None)
    with pytest.raises(CheckpointError, match="'hiden_size' and 1 more"):
        screen(folder)


@pytest.mark.parametrize("kind", ["not-a-model", "../../../../tmp", "", None, 3])
def test_the_keys_of_an_unknown_type_are_left_to_loading(folder, kind):
    change(folder / "config.json", model_type=kind, zebra=1)
    screen(folder)


def test_screening_imports_no_torch(folder):
    code = (
        "import sys; from pathlib import Path; from mslt_core.models.screening import screen; "
        f"screen(Path({str(folder)!r})); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


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
