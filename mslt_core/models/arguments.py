"""What the Hugging Face Trainer is told."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import TrainingArguments

from mslt_core.models.team import Team
from mslt_core.models.trackers import trackers
from mslt_core.spec.errors import SpecError
from mslt_core.spec.specs import TrainSpec


def arguments(spec: TrainSpec, folder: Path, team: Team) -> TrainingArguments:
    """Settings of one run for one of the processes that do it."""
    bf16 = spec.precision == "bfloat16"
    if (
        bf16
        and torch.cuda.is_available()
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise SpecError("this GPU cannot compute in bfloat16", hint="Use precision float32.")
    report_to = trackers(folder.parent)
    args = TrainingArguments(
        output_dir=str(folder),
        max_steps=spec.steps,
        per_device_train_batch_size=spec.batch_size // team.size,
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
        # `Progress` reports; what the Trainer logs is for trackers
        logging_strategy="steps" if report_to else "no",
        logging_steps=max(1, spec.steps // 100),
        run_name=f"{spec.name}, seed {spec.seed}, {spec.digest()}",  # Trackio goes on by name
        logging_nan_inf_filter=False,
        save_strategy="no",  # `Progress` says when
        # of several processes: what a model does not use is the same at every step
        ddp_find_unused_parameters=False,
        ddp_static_graph=True,
        report_to=report_to,
        disable_tqdm=True,
    )
    # else a variable of `accelerate launch` decides where this does not say bfloat16
    args.mixed_precision = "bf16" if bf16 else "no"
    if args.device.type == "cuda":
        args._n_gpu = 1  # several visible GPUs would multiply the batch, and so the experiment
    return args
