"""What a model with any head says of rows."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from mslt_core.models.heads import HEADS
from mslt_core.models.last_layer import last_layer_shortened
from mslt_core.models.memory import room_on_the_gpu
from mslt_core.spec.sentences import Row, TaskKind
from mslt_core.spec.specs import Precision

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def predict(
    kind: TaskKind,
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    rows: Sequence[Row],
    *,
    max_length: int,
    precision: Precision = "float32",
) -> Any:
    """The predictions of the task's head, in the order of `rows`; their labels are not read.

    Parameters
    ----------
    kind : TaskKind
        Of the rows, and of the head that the model has.
    model : PreTrainedModel or peft model
        On any device; it is put into eval mode.
    tokenizer : PreTrainedTokenizerFast
        The one it was trained with.
    rows : sequence of Row
        Of one language or several.
    max_length : int
        Sub-words at a time at most, special tokens included.
    precision : {"float32", "bfloat16"}
        Of the matrix products on a GPU: the same as in training.

    Returns
    -------
    PredictedTags, ndarray of label ids, or list of str
        For tagging; for classification and choice; for questions.

    Raises
    ------
    TrainingError
        If the GPU has too little memory.
    """
    half = precision == "bfloat16" and model.device.type == "cuda"
    cast = torch.autocast("cuda", torch.bfloat16) if half else contextlib.nullcontext()
    room = room_on_the_gpu("while scoring", "Try a smaller max_length, or free the GPU.")
    with cast, room, last_layer_shortened(model, kind):
        return HEADS[kind].predict(model, tokenizer, rows, max_length=max_length)
