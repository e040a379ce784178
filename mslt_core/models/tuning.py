"""Which weights are trained: all of them, LoRA adapters, or the head alone."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mslt_core.models import checkpoints
from mslt_core.models.load import POOLER
from mslt_core.spec.errors import CheckpointError
from mslt_core.spec.specs import TrainSpec

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BEST = "best"
"""Folder beside the checkpoints, for the weights of the best evaluation so far."""


def trainable(model: PreTrainedModel, spec: TrainSpec) -> Any:
    """The model with the weights frozen that `spec.tune` does not train.

    Notes
    -----
    LoRA adapters stand on what peft takes for the architecture (query and value in XLM-R; all
    linear layers where it knows none), with alpha twice the rank and a dropout of 0.1; the head
    is trained in full. Training the head
    alone is a linear probe: the encoder gives the same vectors at every step, without dropout.

    References
    ----------
    Hu et al. (2022). LoRA: Low-Rank Adaptation of Large Language Models. ICLR.
    """
    if spec.tune == "lora":
        return _with_adapters(model, spec)
    if spec.tune == "head":
        encoder = model.base_model
        for name, parameter in encoder.named_parameters():
            # the pooler counts as a part of the head: most checkpoints have none
            parameter.requires_grad_(name.startswith(POOLER))
        # stays so when the Trainer puts the whole model into train mode: T5 has dropout that is
        # no module, so switching the modules off would not do
        encoder.eval().train = lambda mode=True: encoder  # type: ignore[method-assign]  # noqa: ARG005
    return model


def merged(model: Any) -> PreTrainedModel:
    """The model as any program can load it, adapters added to the weights that they stand on."""
    return model.merge_and_unload() if has_adapters(model) else model


def has_adapters(model: Any) -> bool:
    """Whether it is peft's model around another one."""
    return hasattr(model, "merge_and_unload")


def save_best(model: Any, folder: Path, *, step: int, score: float) -> None:
    """Keep the trained weights as the best so far: whole, or those before stay."""
    from safetensors.torch import save_file

    weights = {
        name: parameter.detach().cpu().contiguous()
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }
    with checkpoints.sealed(folder / BEST, {"step": step, "score": score}) as staging:
        save_file(weights, staging / "trained.safetensors")


def best_so_far(folder: Path, up_to: float = math.inf) -> tuple[int, float] | None:
    """Step and score of the kept weights; None without, or if they are from beyond `up_to`."""
    checkpoints.restore(folder / BEST)
    with contextlib.suppress(CheckpointError):
        about = checkpoints.verify(folder / BEST)
        if about["step"] <= up_to:
            return int(about["step"]), float(about["score"])
    return None


def load_best(model: Any, folder: Path) -> None:
    """Put the best weights into the model that they came from."""
    from safetensors.torch import load_file

    checkpoints.verify(folder / BEST)
    weights = load_file(folder / BEST / "trained.safetensors")
    _, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected:
        raise CheckpointError(f"{folder / BEST} does not fit the model: {unexpected[0]}")


def _with_adapters(model: PreTrainedModel, spec: TrainSpec) -> Any:
    from peft import LoraConfig, get_peft_model
    from peft.utils import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as KNOWN

    config = LoraConfig(
        r=spec.lora_rank,
        lora_alpha=2 * spec.lora_rank,
        lora_dropout=0.1,
        target_modules=None if model.config.model_type in KNOWN else "all-linear",
        # what is not the encoder is new, and so is a pooler that the checkpoint may lack
        modules_to_save=_outside_of_encoder(model),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        return get_peft_model(model, config)


def _outside_of_encoder(model: PreTrainedModel) -> list[str]:
    """Names of the modules that make up the head, as peft wants them."""
    heads = {
        name.split(".")[0]
        for name, _ in model.named_parameters()
        if not name.startswith(f"{model.base_model_prefix}.")
    }
    pooler = any(f".{POOLER}" in f".{name}" for name, _ in model.base_model.named_parameters())
    return sorted(heads | ({POOLER.rstrip(".")} if pooler else set()))
