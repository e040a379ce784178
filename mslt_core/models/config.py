"""What a checkpoint's JSON files say of its size, read without loading it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mslt_core.spec.errors import CheckpointError

UNLIMITED = 1e6
"""Tokenizers without a limit say 1e30."""


def n_layers(folder: Path) -> int:
    """Number of transformer blocks, from ``config.json``."""
    return _size(folder, ("num_hidden_layers", "n_layer", "n_layers", "num_layers"))


def hidden_size(folder: Path) -> int:
    """Width of the hidden states, from ``config.json``."""
    return _size(folder, ("hidden_size", "d_model", "n_embed", "dim"))


def max_length(folder: Path) -> int:
    """Sub-words that model and tokenizer can read at a time, special ones included.

    The smaller of the tokenizer's ``model_max_length`` and the number of positions; 512 where
    neither is told.
    """
    tokenizer = folder / "tokenizer_config.json"
    told = read_json(tokenizer).get("model_max_length") if tokenizer.is_file() else None
    return min(limits(read_json(folder / "config.json"), told), default=512)


def limits(config: Mapping[str, Any], told: object) -> list[int]:
    """What bounds the sub-words at a time: the tokenizer's ``model_max_length``, `told` or not,
    and the number of positions of a model that has such."""
    found = []
    if isinstance(told, int | float) and 0 < told < UNLIMITED:
        found.append(int(told))
    positions = config.get("max_position_embeddings")
    if type(positions) is int and positions > 0:
        # RoBERTa and its kin number positions from the padding's id on
        shifted = "roberta" in str(config.get("model_type"))
        found.append(positions - (config.get("pad_token_id", 1) + 1 if shifted else 0))
    return found


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a checkpoint's file, or an error with the file's name."""
    if not path.is_file():
        raise CheckpointError(f"{path.parent} has no {path.name}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as e:
        raise CheckpointError(f"{path} is not JSON: {e}") from e
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} must hold a JSON object, got {type(found).__name__}")
    return found


def _size(folder: Path, keys: tuple[str, ...]) -> int:
    """The first of `keys` that the configuration has; architectures differ in its name."""
    config = read_json(folder / "config.json")
    for key in keys:
        if type(config.get(key)) is int and config[key] > 0:
            return int(config[key])
    raise CheckpointError(f"{folder / 'config.json'} has none of {', '.join(keys)}")
