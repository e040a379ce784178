"""Full fine-tuning of an encoder, with the source languages mixed in every batch."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import TrainingArguments

from mslt_core.models import checkpoints
from mslt_core.models.align import IGNORED, align, subword_labels
from mslt_core.models.batches import balanced_batches, padded
from mslt_core.models.load import load_token_classifier, load_tokenizer
from mslt_core.models.trainer import Progress, SealingTrainer
from mslt_core.spec.errors import SpecError, StoreError, TrainingError
from mslt_core.spec.results import TrainingPoint
from mslt_core.spec.sentences import TaggedSentence
from mslt_core.spec.specs import TrainSpec

if TYPE_CHECKING:
    import numpy.typing as npt
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

GB, MB = 1e9, 1e6
CHECKPOINTS = "checkpoints"
"""Folder below a run's, for the states from which it can go on."""

SHORT_RUN = 200  # optimizer steps; starting over costs less than saving in between


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finetuned:
    """What a training run leaves behind."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    base: Path
    """Folder of the checkpoint that it began from."""
    device: str
    """cpu, cuda:0 or mps."""
    tokens_seen: dict[str, int]
    """Sub-words per source language over all steps, special ones too; padding not."""
    step: int
    """Optimizer steps done."""
    resumed_from: int
    """The step at which this process took over; 0 if it began at the beginning."""
    stopped: bool
    """Whether it ended before its last step because it was asked to."""


@dataclasses.dataclass(frozen=True)
class Example:
    """One training row as the model wants it."""

    input_ids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]


def finetune(
    spec: TrainSpec,
    *,
    checkpoint: Path,
    labels: Sequence[str],
    rows: Mapping[str, Sequence[TaggedSentence]],
    folder: Path,
    report: Callable[[TrainingPoint], None],
    should_stop: Callable[[], bool],
    on_resume: Callable[[int], None] = lambda _: None,
    save_every: int | None = None,
) -> Finetuned:
    """Fine-tune the checkpoint on the rows of all source languages.

    A checkpoint of the same spec under ``folder/checkpoints`` is taken up where it ends; on a CPU
    the result then equals that of a run without interruption bit for bit.

    Parameters
    ----------
    spec : TrainSpec
        Steps, batch size, rates, precision, seed.
    checkpoint : Path
        Folder of the base model.
    labels : sequence of str
        Label names of the task.
    rows : mapping of str to sequence of TaggedSentence
        Training sentences of each source language: their numbers decide the mixture.
    folder : Path
        The run's folder; checkpoints are kept under it.
    report : callable
        Gets a point about every hundredth of the run, the first and the last step always.
    should_stop : callable
        Asked after every step. If it says so, a checkpoint is sealed and the run ends.
    on_resume : callable
        Told the step from which the run goes on, 0 at the beginning, before the first report:
        points beyond it, from a process that was killed, come again.
    save_every : int, optional
        Steps between two checkpoints. By default none in runs below 200 steps, else a fifth
        of the run, 100 at least.

    Raises
    ------
    TrainingError
        If a loss or gradient is not finite (the weights are then those before that step), or the
        GPU has too little memory.
    CheckpointError, SpecError, StoreError
        If the base cannot be loaded, `max_length` does not fit it, or the disk is too full.
    """
    tokenizer = load_tokenizer(checkpoint)
    model = load_token_classifier(checkpoint, labels, spec.seed)
    langs = sorted(rows)
    examples = {lang: _token_examples(tokenizer, rows[lang], spec.max_length) for lang in langs}
    lengths = [np.array([len(row.input_ids) for row in examples[lang]]) for lang in langs]
    order = balanced_batches(lengths, spec.steps, spec.batch_size, spec.seed)

    if save_every is None and spec.steps >= SHORT_RUN:
        save_every = max(100, spec.steps // 5)
    progress = Progress(
        spec=spec.digest(), save_every=save_every, report=report, should_stop=should_stop
    )
    trainer = SealingTrainer(
        folder=folder / CHECKPOINTS,
        progress=progress,
        model=model,
        args=_arguments(spec, folder / CHECKPOINTS),
        train_dataset=_Ordered([row for lang in langs for row in examples[lang]], order),
        data_collator=_Collator(tokenizer.pad_token_id, _multiple_of()),
    )
    resumed_from = _train(trainer, progress, folder / CHECKPOINTS, on_resume)
    step = trainer.state.global_step
    return Finetuned(
        model=model,
        tokenizer=tokenizer,
        base=checkpoint,
        device=str(trainer.args.device),
        tokens_seen=_tokens_seen(langs, lengths, order[:step]),
        step=step,
        resumed_from=resumed_from,
        stopped=progress.stopped,
    )


def save_model(tuned: Finetuned, folder: Path) -> None:
    """Write weights, configuration and tokenizer as one sealed checkpoint at `folder`.

    The tokenizer's files are the base's own: one that was used saves its last settings too.
    """
    with checkpoints.sealed(folder) as staging:
        tuned.model.save_pretrained(staging)
        for name in checkpoints.TOKENIZER:
            if (tuned.base / name).is_file():
                shutil.copyfile(tuned.base / name, staging / name)


def _token_examples(
    tokenizer: PreTrainedTokenizerFast, rows: Sequence[TaggedSentence], max_length: int
) -> list[Example]:
    aligned = align(tokenizer, [row.tokens for row in rows], max_length)
    return [
        Example(found.input_ids, subword_labels(found, row.labels))
        for found, row in zip(aligned, rows, strict=True)
    ]


class _Ordered(torch.utils.data.Dataset[Example]):
    """The rows of the whole run in the order of their use, so that a resumed run skips exactly."""

    def __init__(self, rows: Sequence[Example], order: npt.NDArray[np.int64]) -> None:
        self._rows, self._order = rows, order.ravel()

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, i: int) -> Example:
        return self._rows[self._order[i]]


@dataclasses.dataclass(frozen=True)
class _Collator:
    """Rows to tensors, padded to the longest row of the batch."""

    pad_id: int
    multiple_of: int

    def __call__(self, rows: Sequence[Example]) -> dict[str, torch.Tensor]:
        input_ids = [row.input_ids for row in rows]
        batch = {
            "input_ids": padded(input_ids, self.pad_id, self.multiple_of),
            "attention_mask": padded([np.ones_like(ids) for ids in input_ids], 0, self.multiple_of),
            "labels": padded([row.labels for row in rows], IGNORED, self.multiple_of),
        }
        return {name: torch.from_numpy(array) for name, array in batch.items()}


def _arguments(spec: TrainSpec, folder: Path) -> TrainingArguments:
    bf16 = spec.precision == "bfloat16"
    if bf16 and torch.cuda.is_available() and not torch.cuda.is_bf16_supported():
        raise SpecError("this GPU cannot compute in bfloat16", hint="Use precision float32.")
    args = TrainingArguments(
        output_dir=str(folder),
        max_steps=spec.steps,
        per_device_train_batch_size=spec.batch_size,
        learning_rate=spec.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=spec.lr_warmup_ratio,  # below 1 it is a share of the steps
        weight_decay=spec.weight_decay,
        bf16=bf16,
        # only for its check of bf16: where there is no GPU it would go on the CPU anyway
        use_cpu=not torch.accelerator.is_available(),
        seed=spec.seed,
        train_sampling_strategy="sequential",  # the order is ours
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        logging_strategy="no",  # `Progress` reports
        logging_nan_inf_filter=False,
        save_strategy="no",  # `Progress` says when
        report_to=[],
        disable_tqdm=True,
    )
    if args.device.type == "cuda":
        args._n_gpu = 1  # several visible GPUs would multiply the batch, and so the experiment
    return args


def _train(
    trainer: SealingTrainer, progress: Progress, folder: Path, on_resume: Callable[[int], None]
) -> int:
    """Run to the end or to the stop; the step from which it went on is returned."""
    found = checkpoints.latest_valid(folder, progress.spec)
    _require_space(folder, trainer.model, progress.save_every)
    about = checkpoints.read_about(found) if found else {"step": 0}
    if found:
        progress.resume(about)
    on_resume(about["step"])
    try:
        trainer.train(resume_from_checkpoint=str(found) if found else None)
    except torch.OutOfMemoryError as e:
        raise _out_of_memory(trainer.args.train_batch_size) from e
    return int(about["step"])


def _require_space(folder: Path, model: Any, save_every: int | None) -> None:
    """Refuse to start where the result would not fit: weights, and twice as much for AdamW."""
    weights = sum(4 * parameter.numel() for parameter in model.parameters())
    needed = 1.1 * weights * (1 + (3 * checkpoints.KEPT if save_every else 0))
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"the run needs {needed / MB:,.1f} MB, {free / MB:,.1f} MB are free on {folder}",
            hint="Free some space, or choose another store.",
        )


def _out_of_memory(batch_size: int) -> TrainingError:
    peak = torch.cuda.max_memory_allocated()
    total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
    return TrainingError(
        f"GPU out of memory at batch {batch_size} (peak {peak / GB:.1f} of {total / GB:.1f} GB)",
        hint=f"Try batch {max(1, batch_size // 2)}, a smaller max_length, or bfloat16.",
    )


def _multiple_of() -> int:
    """Widths of 8 suit a GPU's matrix units; elsewhere they are padding for nothing."""
    return 8 if torch.cuda.is_available() else 1


def _tokens_seen(
    langs: Sequence[str], lengths: Sequence[npt.NDArray[np.int64]], order: npt.NDArray[np.int64]
) -> dict[str, int]:
    used = np.bincount(order.ravel(), minlength=sum(map(len, lengths)))
    ends = np.cumsum([len(of_lang) for of_lang in lengths])[:-1]
    return {
        lang: int(times @ of_lang)
        for lang, of_lang, times in zip(langs, lengths, np.split(used, ends), strict=True)
    }
