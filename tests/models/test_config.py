"""Sizes told by a checkpoint's JSON files, under whatever name an architecture gives them."""

import json

import pytest

from mslt_core.models import config as sizes
from mslt_core.spec.errors import CheckpointError


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"num_hidden_layers": 12, "hidden_size": 768}, (12, 768)),
        ({"n_layer": 24, "n_embed": 1024}, (24, 1024)),  # BLOOM's names
        ({"n_layers": 6, "dim": 768}, (6, 768)),  # DistilBERT's
    ],
)
def test_sizes_come_from_the_configuration(tmp_path, config, expected):
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert (sizes.n_layers(tmp_path), sizes.hidden_size(tmp_path)) == expected


@pytest.mark.parametrize("text", ["", "[]", "{", '{"num_hidden_layers": "12"}', "{}"])
def test_a_configuration_without_sizes_is_named(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"config\.json"):
        sizes.n_layers(tmp_path)


@pytest.mark.parametrize(
    ("config", "tokenizer", "expected"),
    [
        # XLM-R: positions begin after the padding's id, 1
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, {}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512}, {"model_max_length": 1e30}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"model_type": "bert", "max_position_embeddings": 64}, {"model_max_length": 128}, 64),
        ({"model_type": "bloom"}, {"model_max_length": 2048}, 2048),
        ({"model_type": "bloom"}, {}, 512),
    ],
)
def test_max_length_is_what_model_and_tokenizer_both_can(tmp_path, config, tokenizer, expected):
    (tmp_path / "config.json").write_text(json.dumps(config))
    if tokenizer:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    assert sizes.max_length(tmp_path) == expected
