"""How attention is computed where the library's own choice is slow."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from transformers import TrainingArguments

AsBefore = Callable[[], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def attention_for_training(model: Any, args: TrainingArguments) -> Iterator[AsBefore]:
    """In bfloat16 on a CPU, attention as plain matrix products as long as this lasts.

    It gives a context in which attention is what it was before: a model that is scored on the way
    gets the scores that it would get afterwards.

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
        yield contextlib.nullcontext
        return
    with _attention(model, "eager"):
        yield functools.partial(_attention, model, "sdpa")


@contextlib.contextmanager
def _attention(model: Any, implementation: str) -> Iterator[None]:
    before = model.config._attn_implementation
    model.set_attn_implementation(implementation)
    try:
        yield
    finally:
        model.set_attn_implementation(before)
