"""What a checkpoint folder may hold, looked at before any library reads it.

A checkpoint is data: nothing in it may choose code to run or other weights to load.
"""

import functools
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mslt_core.models.checkpoints import is_sealed, verify
from mslt_core.models.config import read_json
from mslt_core.spec.errors import CheckpointError

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack")
REFUSED_FILES = {
    "adapter_config.json": "an adapter, which names another model to load",
    ".metadata": "a distributed checkpoint, which holds pickled parts",
}
REFUSED_KEYS = frozenset(
    {
        "auto_map",  # names Python files to run
        "distributed_config",
        "fusion_config",
        "gguf_file",
        "kernel_config",
        "quantization_config",
        "transformers_weights",  # names another weights file
    }
)
LEGACY_KEYS = frozenset(
    {
        # written by older versions of transformers, read by none today
        "_num_labels",
        "bad_words_ids",
        "model_max_length",
        "num_labels",
        "output_past",
        "position_embedding_type",
        "prefix",
        "pruned_heads",
        "task_specific_params",
        "tokenizer_class",
        "torchscript",
        "use_bfloat16",
        "xla_device",
        # notes of those who trained: what on, and adapters that were taken off again
        "adapters",
        "finetuning_task",
        "gradient_checkpointing",
        # mBERT's, from its TensorFlow original
        "directionality",
        "pooler_fc_size",
        "pooler_num_attention_heads",
        "pooler_num_fc_layers",
        "pooler_size_per_head",
        "pooler_type",
        # BLOOM's, from Megatron
        "attention_softmax_in_fp32",
        "bias_dropout_fusion",
        "masked_softmax_fusion",
        "n_inner",
        "offset_alibi",
        "seq_length",
        "skip_bias_add",
        "skip_bias_add_qkv",
        "unk_token_id",
    }
)
"""Keys of original configurations that nothing reads: they may stand in any of them."""

REFUSED_PART = "implementation"  # _attn_implementation: "x/y" makes transformers fetch code


def screen(folder: Path) -> None:
    """Refuse a folder that is incomplete, damaged, or tries to choose code or other weights.

    Raises
    ------
    CheckpointError
        With the file's name, and the key's where it is a key of a configuration.
    """
    if not folder.is_dir():
        raise CheckpointError(f"there is no checkpoint folder {folder}")
    if is_sealed(folder):
        verify(folder)
    for name, meaning in REFUSED_FILES.items():
        if (folder / name).exists():
            raise CheckpointError(
                f"{folder}: {name} marks {meaning}", hint="Save the whole model as one checkpoint."
            )
    config = read_json(folder / "config.json")
    _refuse_keys(folder / "config.json", config)
    _refuse_unknown(folder / "config.json", config)
    if (folder / "tokenizer_config.json").exists():
        path = folder / "tokenizer_config.json"
        _refuse_keys(path, read_json(path))
    for name in _weights_files(folder):
        _require_whole(folder / name)


def require_finite(folder: Path) -> None:
    """Refuse weights with NaN or infinity, naming the file. bfloat16 is looked at when loaded."""
    import numpy as np
    from safetensors import safe_open

    for name in _weights_files(folder):
        with safe_open(folder / name, framework="np") as file:
            for key in file.keys():  # noqa: SIM118  it is no dict
                if file.get_slice(key).get_dtype() not in {"F16", "F32", "F64"}:
                    continue
                if not np.isfinite(file.get_tensor(key)).all():
                    raise CheckpointError(
                        f"{folder}: {name} holds NaN or infinity in {key}",
                        hint="The file is damaged or its training diverged; take another one.",
                    )


def require_safetensors(where: object, names: Iterable[str]) -> None:
    """Refuse a list of file names without safetensors weights; pickled ones can run code."""
    found = set(names)
    if found & {WEIGHTS, INDEX}:
        return
    pickled = sorted(name for name in found if any(Path(name).match(p) for p in PICKLED))
    if not pickled:
        raise CheckpointError(f"{where} has no {WEIGHTS}")
    raise CheckpointError(
        f"{where} has no {WEIGHTS}, only {pickled[0]}, which can run code when it is read",
        hint="Get it from its author as safetensors, or convert it to safetensors yourself.",
    )


def _refuse_keys(path: Path, found: Any) -> None:
    """Look at every depth: a part of a model has a configuration of its own."""
    for key, value in found.items() if isinstance(found, dict) else enumerate(found):
        if value is not None and (key in REFUSED_KEYS or REFUSED_PART in str(key)):
            raise CheckpointError(
                f"{path} has the key {key!r}, which can choose code or weights to load",
                hint="Remove the key if you trust the rest of the checkpoint.",
            )
        if isinstance(value, dict | list):
            _refuse_keys(path, value)


def _refuse_unknown(path: Path, config: dict[str, Any]) -> None:
    """A misspelt key would be passed over, and its value would be the class's default."""
    kind = str(config.get("model_type"))
    known = _words_of(kind)
    if not known:
        return  # a kind that the library does not have: loading says so
    keys = {key for key, value in config.items() if value is not None}
    if surplus := sorted(keys - known - LEGACY_KEYS):
        more = f" and {len(surplus) - 1} more" if len(surplus) > 1 else ""
        raise CheckpointError(
            f"{path} has the key {surplus[0]!r}{more}, which models of the type {kind} do not have",
            hint="Correct its spelling, or take the key out if you trust the folder.",
        )


@functools.cache
def _words_of(kind: str) -> frozenset[str]:
    """All words in the library's source of one type of model, its configuration's keys among them.

    Read as text: importing it would bring in torch, and models read keys by name that their
    configuration's class does not declare (mDeBERTa's `position_buckets`).
    """
    library = find_spec("transformers")
    if library is None or library.origin is None or not re.fullmatch(r"[\w-]+", kind):
        return frozenset()
    root = Path(library.origin).parent
    folder = root / "models" / kind.replace("-", "_")
    if not any(folder.glob("configuration_*.py")):  # its configuration lies with another type
        return frozenset()
    own = sorted(folder.glob("*.py"))
    shared = (root / "configuration_utils.py", root / "generation" / "configuration_utils.py")
    texts = [path.read_text(encoding="utf-8") for path in (*own, *shared) if path.is_file()]
    return frozenset(re.findall(r"\w+", "\n".join(texts)))


def _weights_files(folder: Path) -> list[str]:
    """The one file of weights, or those that the index of a split one names."""
    require_safetensors(folder, [path.name for path in folder.iterdir()])
    if (folder / WEIGHTS).exists():
        return [WEIGHTS]
    weight_map = read_json(folder / INDEX).get("weight_map")
    names = sorted(set(map(str, weight_map.values()))) if isinstance(weight_map, dict) else []
    if not names or any(Path(name).name != name for name in names):
        raise CheckpointError(f"{folder / INDEX} must map weights to files beside it")
    return names


def _require_whole(path: Path) -> None:
    """Open the file, so that one that was cut short is named here and not guessed later."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise CheckpointError(f"{path.parent}: {path.name} is missing")
    try:
        with safe_open(path, framework="np"):
            pass
    except (SafetensorError, OSError) as e:
        raise CheckpointError(
            f"{path.parent}: {path.name} cannot be read as safetensors: {e}"
        ) from e
