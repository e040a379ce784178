"""The stock recipe, for ours to stand beside: the Trainer as its examples use it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import (
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from mslt_core.models.heads import HEADS
from mslt_core.models.load import load_tokenizer, load_with_head
from mslt_core.spec.sentences import Row, TaskKind
from mslt_core.spec.specs import TrainSpec


def encoded(tokenizer: Any, kind: TaskKind, rows: Sequence[Row], max_length: int) -> list[dict]:
    """Rows as the Trainer takes them."""
    return [
        {"input_ids": e.sequences[0]["input_ids"].tolist(), "labels": e.labels.tolist()}
        for e in HEADS[kind].examples(tokenizer, rows, max_length)
    ]


def stock_trainer(
    spec: TrainSpec,
    folder: Path,
    kind: TaskKind,
    labels: Sequence[str],
    rows: Sequence[Row],
    *,
    where: Path,
    pad_to: int | None,
    callbacks: Sequence[Any] = (),
    **arguments: Any,
) -> Trainer:
    """Ready to train the checkpoint `folder` with the spec's steps, batches and rates, in float32.

    `pad_to` is a length, or None for the longest row of each batch; `arguments` are the Trainer's.
    """
    tokenizer = load_tokenizer(folder)
    collator = DataCollatorForTokenClassification if kind == "tagging" else DataCollatorWithPadding
    padding: dict[str, Any] = {"padding": "max_length", "max_length": pad_to} if pad_to else {}
    args = TrainingArguments(
        output_dir=str(where),
        max_steps=spec.steps,
        per_device_train_batch_size=spec.batch_size,
        learning_rate=spec.learning_rate,
        warmup_steps=spec.lr_warmup_ratio,
        weight_decay=spec.weight_decay,
        seed=spec.seed,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        **arguments,
    )
    if args.device.type == "cuda":
        args._n_gpu = 1  # of several visible GPUs, as ours
    return Trainer(
        model=load_with_head(folder, kind, labels, spec.seed),
        args=args,
        train_dataset=encoded(tokenizer, kind, rows, spec.max_length),
        data_collator=collator(tokenizer, **padding),
        callbacks=list(callbacks),
    )
