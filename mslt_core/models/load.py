"""Loading models and tokenizers, and the only place that does.

Every folder is screened first, nobody is asked anything on the terminal, and a model with
missing or broken weights is an error. Importing this module loads no torch.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mslt_core.models.screening import screen
from mslt_core.spec.checkpoint_files import TOKENIZER_FILES
from mslt_core.spec.errors import CheckpointError
from mslt_core.spec.sentences import TaskKind

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

POOLER = "pooler."
AUTO_CLASS: Mapping[TaskKind, str] = MappingProxyType(
    {
        "tagging": "AutoModelForTokenClassification",
        "classification": "AutoModelForSequenceClassification",
        "choice": "AutoModelForMultipleChoice",
        "questions": "AutoModelForQuestionAnswering",
    }
)
"""transformers' class for each kind of task."""

T5_FAMILY = frozenset({"t5", "mt5", "umt5"})
DECODER = ("decoder.", "lm_head.")
"""Weights of T5's checkpoints that its encoder has no use for."""

LAYER = re.compile(r"\b(layers?|h|blocks?)\.\d+\.")
"""A part of a transformer block, in the names that architectures give them."""

ABOUT_TOKENIZERS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


def load_tokenizer(path: Path) -> PreTrainedTokenizerFast:
    """The fast tokenizer of the checkpoint folder `path`.

    Raises
    ------
    CheckpointError
        If it cannot be loaded, or is not a fast one (only those know a sub-word's word).
    """
    from transformers import AutoTokenizer

    screen(path)
    if not any((path / name).is_file() for name in TOKENIZER_FILES if name not in ABOUT_TOKENIZERS):
        raise CheckpointError(
            f"{path} has no tokenizer", hint="Copy the model's tokenizer.json into the folder."
        )
    try:
        with _quiet():
            tokenizer: Any = AutoTokenizer.from_pretrained(
                path, trust_remote_code=False, local_files_only=True
            )
    except Exception as e:  # the tokenizers library raises plain Exception for a bad file
        raise CheckpointError(
            f"{path}: the tokenizer cannot be loaded: {_first_line(e)}",
            hint="Its tokenizer.json is damaged or of another version; copy the original again.",
        ) from e
    if not tokenizer.is_fast or tokenizer.pad_token_id is None:
        raise CheckpointError(
            f"{path}: {type(tokenizer).__name__} is not a fast tokenizer with a padding token",
            hint="Save it with a tokenizer.json and a pad_token.",
        )
    return tokenizer


def load_encoder(path: Path) -> PreTrainedModel:
    """The encoder of the checkpoint folder `path`, without a head, in float32 and eval mode.

    Checkpoints of masked-language models and of fine-tuned models load as well. Where the
    architecture allows it there is no pooler: most checkpoints hold no weights for one.

    Raises
    ------
    CheckpointError
        If a file is missing, damaged or not to be trusted, or weights are missing or not finite.
    """
    from transformers import MODEL_MAPPING, AutoModel, AutoModelForTextEncoding

    config = _load_config(path)
    if config.model_type in T5_FAMILY:
        model, missing = _load_model(AutoModelForTextEncoding, path, config)
        _refuse_missing(path, missing)
        return model.eval()
    architecture: Any = MODEL_MAPPING.get(type(config), None)
    known = inspect.signature(architecture).parameters if isinstance(architecture, type) else ()
    extra = {"add_pooling_layer": False} if "add_pooling_layer" in known else {}
    model, missing = _load_model(AutoModel, path, config, **extra)
    _refuse_missing(path, [name for name in missing if not name.startswith(POOLER)])
    return model.eval()


def load_with_head(path: Path, kind: TaskKind, labels: Sequence[str], seed: int) -> PreTrainedModel:
    """The encoder of `path` with a new head for one kind of task, in float32.

    Parameters
    ----------
    path : Path
        Checkpoint folder. The output layer of a head in it is not used.
    kind : TaskKind
        What the head is for.
    labels : sequence of str
        Label names of tagging and classification; position i is what label id i means.
    seed : int
        Decides the weights of the new head, and nothing else does.

    Raises
    ------
    CheckpointError
        As for `load_encoder`; or if the architecture has no head of this kind.
    """
    import torch

    n_outputs = {"choice": 1, "questions": 2}.get(kind, len(labels))
    names = dict(enumerate(labels)) if kind in {"tagging", "classification"} else {}
    named = {"id2label": names, "label2id": {name: i for i, name in names.items()}}
    # what a checkpoint was trained for before says nothing of this task
    config = _load_config(
        path, problem_type=None, **(named if names else {"num_labels": n_outputs})
    )
    auto_class = _class_with_head(path, config, kind)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model, missing = _load_model(auto_class, path, config)
        encoder = f"{model.base_model_prefix}."
        in_encoder = [name.removeprefix(encoder) for name in missing if name.startswith(encoder)]
        _refuse_missing(path, [name for name in in_encoder if not name.startswith(POOLER)])
        for name, module in model.named_modules():
            if not name.startswith(encoder) and isinstance(module, torch.nn.Linear):
                _draw(module, n_outputs, getattr(config, "initializer_range", 0.02), seed)
    return model


def _class_with_head(path: Path, config: PreTrainedConfig, kind: TaskKind) -> Any:
    """The class that puts a head of this kind on the configuration's encoder."""
    import transformers

    if config.model_type in T5_FAMILY:
        from mslt_core.models import t5

        return t5.class_with_head(config, kind)
    auto_class: Any = getattr(transformers, AUTO_CLASS[kind])
    if type(config) not in auto_class._model_mapping:
        raise CheckpointError(
            f"{path}: {config.model_type} has no head for {kind} tasks",
            hint="Choose another model, such as XLM-R, mBERT or mDeBERTa.",
        )
    return auto_class


def _load_config(path: Path, **changes: Any) -> PreTrainedConfig:
    """The configuration of a checkpoint that has passed the screening."""
    from transformers import AutoConfig

    screen(path)
    try:
        return AutoConfig.from_pretrained(
            path, trust_remote_code=False, local_files_only=True, **changes
        )
    except Exception as e:  # a senseless value can fail anywhere in the configuration's class
        raise CheckpointError(f"{path}: config.json is not valid: {_first_line(e)}") from e


def _load_model(
    auto_class: Any, path: Path, config: PreTrainedConfig, **extra: Any
) -> tuple[PreTrainedModel, list[str]]:
    """The model, and the names of the weights that the checkpoint lacks."""
    import torch

    try:
        with _quiet():
            model, info = auto_class.from_pretrained(
                path,
                config=config,
                # the default would train a half-precision checkpoint in half precision
                dtype=torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
                # of a head for other labels; in the encoder it is an error, see `_refuse_missing`
                ignore_mismatched_sizes=True,
                **extra,
            )
    except Exception as e:  # sizes that do not fit fail in many ways
        raise CheckpointError(f"{path} cannot be loaded: {_first_line(e)}") from e
    for name, tensor in model.state_dict().items():
        # a sum that is finite has only finite terms, and needs no copy; others may have, too
        if not tensor.sum().isfinite() and not tensor.isfinite().all():
            raise CheckpointError(f"{path}: the weights {name} hold NaN or infinity")
    unused = DECODER if config.model_type in T5_FAMILY else ()
    surplus = sorted(
        name
        for name in info["unexpected_keys"]
        if LAYER.search(name) and not name.startswith(unused)
    )
    if surplus:
        raise CheckpointError(
            f"{path} holds layers that its config.json does not know: {surplus[0]}",
            hint="Its config.json belongs to another model.",
        )
    wrong_size = {name for name, *_ in info["mismatched_keys"]}
    return model, sorted(wrong_size | set(info["missing_keys"]))


def _draw(layer: torch.nn.Linear, n_labels: int, std: float, seed: int) -> None:
    """New weights for the output layer; what may stand before it is the checkpoint's."""
    import torch

    if layer.out_features == n_labels:
        generator = torch.Generator().manual_seed(seed)
        torch.nn.init.normal_(layer.weight, std=std, generator=generator)
        if layer.bias is not None:
            torch.nn.init.zeros_(layer.bias)


def _refuse_missing(path: Path, missing: Sequence[str]) -> None:
    if missing:
        raise CheckpointError(
            f"{path} lacks {len(missing)} weights of the encoder, or has them in another size: "
            f"{', '.join(missing[:3])}" + (", ..." if len(missing) > 3 else ""),
            hint="It was cut short, or its config.json belongs to another model.",
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars, and no report on missing weights: those are looked at here."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
