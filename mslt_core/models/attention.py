"""How attention is computed where the library's own choice is slow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from transformers import TrainingArguments


@contextlib.contextmanager
def attention_for_training(model: Any, args: TrainingArguments) -> Iterator[None]:
    """In bfloat16 on a CPU, attention as plain matrix products as long as this lasts.

    Parameters
    ----------
    model : PreTrainedModel or peft model
        One that cannot change its attention keeps it.
    args : TrainingArguments
        They tell the precision and the device.

    Notes
    -----
    torch 2.13 fuses attention on CPUs too, but in bfloat16 its backward pass takes three to four
    times as long as the two products and the softmax by themselves, 16 rows of 24 to 128
    sub-words at a time; it was a quarter of a step. In float32 and on GPUs the fused one is
    the faster.
    """
    slow = args.bf16 and args.device.type == "cpu"
    if not slow or model.config._attn_implementation != "sdpa":
        yield
        return
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation("sdpa")
