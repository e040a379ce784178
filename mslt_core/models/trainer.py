"""The Hugging Face Trainer with five habits changed.

It stops at the first loss or gradient that is not finite, before the weights are touched; it
saves whole checkpoints or none; it reports numbers instead of printing them; it computes a batch
in parts; and several processes get the loss of one.
"""

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from mslt_core.models import checkpoints, trackers
from mslt_core.models.memory import room_on_the_gpu
from mslt_core.models.saving import Saving
from mslt_core.models.team import Team
from mslt_core.spec.errors import TrainingError
from mslt_core.spec.results import TrainingPoint

N_POINTS = 100  # points of a run's curve, about


class Progress(TrainerCallback):
    """Reports points of the curve, and asks for a checkpoint when it is time or the end is asked.

    What a checkpoint has to know about the curve is in `about`, so that a resumed run reports the
    same points as one that never stopped.
    """

    def __init__(
        self,
        *,
        spec: str,
        saving: Saving,
        report: Callable[[TrainingPoint], None],
        should_stop: Callable[[], bool],
    ) -> None:
        self.spec, self.saving = spec, saving
        self.report, self.should_stop = report, should_stop
        self.best_step: Callable[[], int | None] = lambda: None
        """Which step's weights are kept as the best so far."""
        self.stopped = False
        self.grad_norm = math.nan
        self.learning_rate = math.nan
        self.losses: list[float] = []
        """Of the steps since the last point."""
        self._elapsed_before_s = 0.0
        self._last_point_s = 0.0
        self._started_s = 0.0

    def about(self, step: int) -> dict[str, Any]:
        """What the manifest of a checkpoint tells besides its files."""
        return {
            "spec": self.spec,
            "step": step,
            "losses": self.losses,
            "elapsed_s": self._elapsed_s(),
            "last_point_s": self._last_point_s,
            "best_step": self.best_step(),
        }

    def resume(self, about: Mapping[str, Any]) -> None:
        """Go on from what `about` gave when the checkpoint was sealed."""
        self.losses = list(about["losses"])
        self._elapsed_before_s = about["elapsed_s"]
        self._last_point_s = about["last_point_s"]

    def leave_out(self, seconds: float) -> None:
        """Of time that was not spent on training, such as that of evaluations."""
        self._started_s += seconds

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Start the clock."""
        self._started_s = time.monotonic()
        self.saving.begin()

    def on_pre_optimizer_step(self, *_: Any, **kwargs: Any) -> None:
        """Note the learning rate before the schedule moves it on."""
        self.learning_rate = kwargs["optimizer"].param_groups[0]["lr"]

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Report, and decide on saving and stopping."""
        step, last = state.global_step, state.global_step == state.max_steps
        if step % max(1, state.max_steps // N_POINTS) == 0 or step == 1 or last:
            self._report(step, args.train_batch_size * args.world_size)
        if self.saving.is_mark(step, state.max_steps):
            control.should_save = True
        if not last and self.should_stop():
            self.stopped = control.should_save = control.should_training_stop = True

    def _report(self, step: int, batch_size: int) -> None:
        elapsed_s = self._elapsed_s()
        took_s = max(elapsed_s - self._last_point_s, 1e-9)
        self.report(
            TrainingPoint(
                step=step,
                loss=math.fsum(self.losses) / len(self.losses),
                learning_rate=self.learning_rate,
                grad_norm=self.grad_norm,
                elapsed_s=elapsed_s,
                samples_per_s=batch_size * len(self.losses) / took_s,
            )
        )
        self.losses, self._last_point_s = [], elapsed_s

    def _elapsed_s(self) -> float:
        return self._elapsed_before_s + time.monotonic() - self._started_s


class SealingTrainer(Trainer):
    """A Trainer whose checkpoints are sealed, and whose weights never take up a NaN."""

    def __init__(self, *, folder: Path, progress: Progress, team: Team, **kwargs: Any) -> None:
        self.team = team
        # it moves the model to the GPU: no batch is there yet that could be too large
        with room_on_the_gpu("while loading the model", "Free the GPU, or try a smaller model."):
            super().__init__(callbacks=[progress], **kwargs)
        self.remove_callback(PrinterCallback)
        team.own_dropout(self.args.seed)
        self.folder, self._progress = folder, progress
        self._loss: torch.Tensor | None = None
        self._n_labelled = torch.tensor(0)
        """In the whole batch, of all processes."""

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """Train as the Trainer does; a full GPU is an error that says what to try."""
        with self._room(self.args), trackers.ending():
            return super().train(*args, **kwargs)

    def training_step(
        self,
        model: Any,
        inputs: Mapping[str, Any],
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> torch.Tensor:
        """Forward and backward pass of every part; the loss is kept for the check that follows."""
        if self._loss is None and self.team.size > 1 and self.args.device.type == "cpu":
            model.register_comm_hook(self.team, _averaged)
        parts = inputs["parts"]
        self._n_labelled = self.team.total(torch.stack([_n_labelled(part) for part in parts]).sum())
        step = super().training_step
        self._loss = torch.stack([step(model, part) for part in parts]).sum()
        return self._loss

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        """What a part adds to the mean over all that is labelled in the whole batch.

        A model gives the mean over its rows, which may hold more labelled words than another
        part's. Gradients of parts are added up, and those of several processes averaged.
        """
        loss, outputs = super().compute_loss(model, inputs, return_outputs=True)
        own = _n_labelled(inputs)
        share = self.team.size * own / self._n_labelled
        loss = torch.where(own > 0, share * loss, 0.0)  # without a label its mean is 0/0
        return (loss, outputs) if return_outputs else loss

    def _clip_grad_norm(self, model: torch.nn.Module) -> Any:
        """Clip, and look at loss and gradient: the last moment before the optimizer's step."""
        norm = super()._clip_grad_norm(model)
        assert self._loss is not None
        loss, self._progress.grad_norm = self.team.mean(self._loss), float(norm)
        step = self.state.global_step + 1
        if not self._n_labelled:
            raise TrainingError(
                f"no word of the batch at step {step} has a label",
                hint="Look at the training rows, or take larger batches.",
            )
        for name, value in (("loss", loss), ("gradient", self._progress.grad_norm)):
            if not math.isfinite(value):
                raise TrainingError(
                    f"{name} became {'NaN' if math.isnan(value) else 'infinite'} at step {step}",
                    hint="Lower the learning rate, or use float32 if this was bfloat16.",
                )
        self._progress.losses.append(loss)
        return norm

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ARG002
        """Stage, list, flush, rename: what the Trainer writes in place survives no kill."""
        # asked here, after all callbacks: an evaluation at this step counts as time to lose
        if not self._progress.stopped and not self._progress.saving.is_due():
            return
        step = self.state.global_step
        place = checkpoints.step_folder(self.folder, step)
        if self.team.rank:
            self._add_random_state(checkpoints.staging_of(place))
            return
        with self._progress.saving.writing():
            with checkpoints.sealed(place, self._progress.about(step)) as staging:
                self.accelerator.unwrap_model(model).save_pretrained(staging)
                self._save_optimizer_and_scheduler(str(staging))
                self._add_random_state(staging)
                self.state.save_to_json(str(staging / "trainer_state.json"))
            checkpoints.rotate(self.folder)

    def _add_random_state(self, staging: Path) -> None:
        """All that the other processes have to add: they share weights and optimizer."""
        self.team.wait()  # until the first has made the folder
        self._save_rng_state(str(staging))
        self.team.wait()

    def _room(self, args: TrainingArguments) -> contextlib.AbstractContextManager[None]:
        each, size = args.per_device_train_batch_size, self.team.size
        hint = _ways_out(self.model, args, smaller_batch=each // 2 * size)
        return room_on_the_gpu(f"at batch {each * size}", hint)

    def floating_point_ops(self, inputs: Any) -> int:  # noqa: ARG002
        """Not counted: nobody reads the sum, and it walks over all modules at every step."""
        return 0


def _ways_out(model: Any, args: TrainingArguments, *, smaller_batch: int) -> str:
    """What takes less of a GPU's memory; `smaller_batch` is 0 where there is none."""
    ways = [f"batch {smaller_batch}"] if smaller_batch else []
    ways += ["a smaller max_length"]
    ways += [] if args.bf16 else ["bfloat16"]
    if not smaller_batch:
        trains_all = all(parameter.requires_grad for parameter in model.parameters())
        ways += ["LoRA"] if trains_all else []
        ways += ["a smaller model"]
    *most, last = ways
    return f"Try {', '.join(most)}{',' * (len(most) > 1)} or {last}."


def _averaged(
    team: Team,
    bucket: torch.distributed.GradBucket,  # type: ignore[name-defined]
) -> torch.futures.Future[torch.Tensor]:
    """Some gradients, averaged as DDP itself does it, in a wait that a death breaks off."""
    gradients = bucket.buffer().div_(team.size)
    team.add_up(gradients)
    done: torch.futures.Future[torch.Tensor] = torch.futures.Future()
    done.set_result(gradients)
    return done


def _n_labelled(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """What the loss of these rows is a mean over: labelled words, or rows."""
    if "labels" in inputs:
        return (inputs["labels"] != -100).sum()
    rows = next(iter(inputs.values()))
    return torch.tensor(len(rows), device=rows.device)
