"""Hidden states of padded batches, at any layers in one pass."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models import config
from mslt_core.models.batches import padded
from mslt_core.models.memory import room_on_the_gpu
from mslt_core.spec.errors import CheckpointError, SpecError
from mslt_core.spec.specs import Precision

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

MAX_SUBWORDS = 1024  # in a batch, padding included; on a CPU 4,096 take a tenth longer
MAX_SUBWORDS_GPU = 16_384  # all layers of XLM-R base at once are 0.7 GB then


class States(NamedTuple):
    """What the model makes of one batch."""

    by_layer: dict[int, torch.Tensor]
    """(n_rows, seq_len, hidden_size) on the model's device. Nobody else's: may be overwritten."""
    attention_mask: torch.Tensor
    """(n_rows, seq_len), 1 for a row's own tokens and 0 for padding, which comes after them."""


@torch.inference_mode()
def states_of(
    model: PreTrainedModel,
    rows: Sequence[npt.NDArray[np.int64]],
    pad_id: int,
    layers: Sequence[int],
    precision: Precision,
) -> States:
    """Hidden states of one batch of rows of ``input_ids``."""
    attention_mask = tensor([np.ones_like(row) for row in rows], 0, model.device)
    # the last layer is the output itself: keeping all the others costs memory and time
    last_alone = set(layers) == {model.config.num_hidden_layers}
    half = precision == "bfloat16" and model.device.type == "cuda"
    cast = torch.autocast("cuda", torch.bfloat16) if half else contextlib.nullcontext()
    with cast, room_on_the_gpu("while embedding", "Free the GPU, or try a smaller max_length."):
        output = model(
            input_ids=tensor(rows, pad_id, model.device),
            attention_mask=attention_mask,
            output_hidden_states=not last_alone,
        )
    if last_alone:
        return States({layers[0]: output.last_hidden_state}, attention_mask)
    return States({layer: output.hidden_states[layer] for layer in layers}, attention_mask)


def tensor(rows: Sequence[npt.NDArray[np.int64]], fill: int, device: torch.device) -> torch.Tensor:
    """Rows of different lengths as one tensor (n_rows, longest), filled up behind with `fill`."""
    return torch.from_numpy(padded(rows, fill)).to(device)


def max_subwords(model: PreTrainedModel) -> int:
    """Sub-words in a batch, padding included, that the model's device takes at a time."""
    return MAX_SUBWORDS_GPU if model.device.type == "cuda" else MAX_SUBWORDS


def check_question(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    layers: Sequence[int],
    max_length: int,
) -> None:
    """Refuse layers that the model lacks and more tokens than it reads."""
    n_layers = model.config.num_hidden_layers
    strangers = [layer for layer in layers if not 0 <= layer <= n_layers]
    if strangers:
        raise SpecError(
            f"the model has layers 0 to {n_layers}, got {strangers[0]}",
            hint="0 is the embedding output.",
        )
    most = min(config.limits(model.config.to_dict(), tokenizer.model_max_length), default=None)
    if most is not None and max_length > most:
        raise SpecError(
            f"max_length must be at most {most}, which is all that "
            f"the model can read, got {max_length}"
        )


def check_finite(vectors: dict[int, npt.NDArray[np.float32]], what: str) -> None:
    """Refuse vectors with NaN or infinity, naming the first row as `what` it stands for."""
    for layer, X in vectors.items():
        # a sum over a row is not finite where one of its numbers is not, and needs no copy
        broken = np.flatnonzero(~np.isfinite(X.sum(axis=1, dtype=np.float64)))
        if broken.size:
            raise CheckpointError(
                f"layer {layer} gives a vector with NaN or infinity for {what} {broken[0] + 1}",
                hint="The weights are damaged or their training diverged.",
            )
