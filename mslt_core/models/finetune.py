"""Fine-tuning of an encoder, with the source languages mixed in every batch."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mslt_core.models import checkpoints, tuning
from mslt_core.models.arguments import arguments
from mslt_core.models.attention import AsBefore, attention_for_training
from mslt_core.models.completeness import require_room
from mslt_core.models.curve import Evaluate, Evaluations
from mslt_core.models.feeding import Ordered, collator, order_of, tokens_seen
from mslt_core.models.heads import HEADS
from mslt_core.models.last_layer import last_layer_shortened
from mslt_core.models.load import load_tokenizer, load_with_head
from mslt_core.models.saving import Saving
from mslt_core.models.snapshots import Snapshots, write_weights
from mslt_core.models.team import ALONE, Team
from mslt_core.models.trainer import Progress, SealingTrainer
from mslt_core.spec import room
from mslt_core.spec.results import TrainingPoint
from mslt_core.spec.sentences import Row, TaskKind
from mslt_core.spec.specs import TrainSpec

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finetuned:
    """What a training run leaves behind."""

    model: Any
    """A PreTrainedModel, or peft's model around one."""
    tokenizer: PreTrainedTokenizerFast
    base: Path
    """Folder of the checkpoint that it began from."""
    device: str
    """cpu, cuda:0 or mps; with several processes their number, too."""
    tokens_seen: dict[str, int]
    """Sub-words per source language over all steps, special ones too; padding not."""
    step: int
    """Optimizer steps done."""
    resumed_from: int
    """The step at which this process took over; 0 if it began at the beginning."""
    stopped: bool
    """Whether it ended before its last step because it was asked to."""
    best_step: int | None
    """The step that scored best, whose weights are kept; None if nothing was to be chosen."""


def finetune(
    spec: TrainSpec,
    *,
    checkpoint: Path,
    kind: TaskKind,
    labels: Sequence[str],
    rows: Mapping[str, Sequence[Row]],
    folder: Path,
    report: Callable[[TrainingPoint], None],
    should_stop: Callable[[], bool],
    on_resume: Callable[[int], None] = lambda _: None,
    evaluate: Evaluate | None = None,
    save_every: int | None = None,
    keep: Callable[[int], Path] | None = None,
    team: Team = ALONE,
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
    kind : TaskKind
        Of the task; it decides the head.
    labels : sequence of str
        Label names of the task.
    rows : mapping of str to sequence of Row
        Training rows of each source language: their numbers decide the mixture.
    folder : Path
        The run's folder; checkpoints are kept under it.
    report : callable
        Gets a point about every hundredth of the run, the first and the last step always.
    should_stop : callable
        Asked after every step. If it says so, a checkpoint is sealed and the run ends.
    on_resume : callable
        Told the step from which the run goes on, 0 at the beginning, before the first report:
        points beyond it, from a process that was killed, come again.
    evaluate : callable, optional
        Asked for a score every ``spec.eval_every`` steps and after the last one; the weights of
        the best are kept.
    save_every : int, optional
        Steps between two checkpoints; after the last step is one, too. By default none in runs
        below 200 steps, else a fifth of the run, 100 at least, and one that would take more than
        a tenth of the time since the last is passed over.
    keep : callable, optional
        Says where the weights after each of ``spec.snapshot_steps`` go; by default they are not
        kept.
    team : Team, optional
        The processes that share every batch. All call this with the same spec and rows; only the
        first one reports, decides, evaluates and writes.

    Raises
    ------
    TrainingError
        If a loss or gradient is not finite (the weights are then those before that step), or the
        GPU has too little memory.
    CheckpointError, SpecError, StoreError
        If the base cannot be loaded, `max_length` does not fit it, or the disk is too full.
    """
    tokenizer = load_tokenizer(checkpoint)
    model = tuning.trainable(load_with_head(checkpoint, kind, labels, spec.seed), spec)
    examples = {
        lang: HEADS[kind].examples(tokenizer, rows[lang], spec.max_length) for lang in sorted(rows)
    }
    order = order_of(examples, spec)
    progress = _progress(spec, save_every, report, should_stop, team)
    team.meet()
    args = arguments(spec, folder / room.STATES, team)
    trainer = SealingTrainer(
        folder=folder / room.STATES,
        progress=progress,
        model=model,
        args=args,
        team=team,
        train_dataset=Ordered([row for of_lang in examples.values() for row in of_lang], order),
        data_collator=collator(kind, spec, tokenizer.pad_token_id, args, team),
    )
    kept = keep and Snapshots(spec.snapshot_steps, checkpoint, keep, leave_out=progress.leave_out)
    with last_layer_shortened(model, kind):
        resumed_from, best_step = _train(
            trainer,
            progress,
            spec,
            on_resume,
            evaluate and (lambda step, of: evaluate(step, of, tokenizer)),
            snapshots=kept,
        )
    step = trainer.state.global_step
    return Finetuned(
        model=model,
        tokenizer=tokenizer,
        base=checkpoint,
        device=team.named(trainer.args.device),
        tokens_seen=tokens_seen(examples, order[:step]),
        step=step,
        resumed_from=resumed_from,
        stopped=progress.stopped,
        best_step=best_step,
    )


def save_model(tuned: Finetuned, folder: Path) -> None:
    """Write weights, configuration and tokenizer as one sealed checkpoint at `folder`."""
    write_weights(tuning.merged(tuned.model), tuned.base, folder)


def _progress(
    spec: TrainSpec,
    save_every: int | None,
    report: Callable[[TrainingPoint], None],
    should_stop: Callable[[], bool],
    team: Team,
) -> Progress:
    """The same in all processes, but that the first one is asked whether to stop."""
    every = room.save_every(spec.steps) if save_every is None else save_every
    return Progress(
        spec=spec.digest(),
        saving=Saving(every, sparing=save_every is None, team=team),
        report=report,
        should_stop=lambda: bool(team.agreed(should_stop())),
    )


def _train(
    trainer: SealingTrainer,
    progress: Progress,
    spec: TrainSpec,
    on_resume: Callable[[int], None],
    evaluate: Callable[[int, Any], float | None] | None,
    *,
    snapshots: Snapshots | None,
) -> tuple[int, int | None]:
    """Run to the end or to the stop; the step from which it went on, and the best step."""
    folder = trainer.folder
    found = _latest(folder, progress.spec, trainer.team)
    about = checkpoints.read_about(found) if found else {"step": 0}
    if found:
        progress.resume(about)
    on_resume(about["step"])
    model: Any = trainer.model
    sizes = [(4 * of.numel(), of.requires_grad) for of in model.parameters()]
    weights = sum(size for size, _ in sizes)
    trained = sum(size for size, is_trained in sizes if is_trained)
    progress.saving.expect(room.state_bytes(spec, weights, trained))
    needed = room.peak_bytes(
        spec,
        weights,
        trained,
        every=progress.saving.every or 0,
        n_snapshots=snapshots.n_after(about["step"]) if snapshots else 0,
    )
    require_room(needed, folder, spec, states=folder)
    if snapshots:
        trainer.add_callback(snapshots)
    curve = None
    with attention_for_training(model, trainer.args) as as_before:
        if evaluate and spec.eval_every:
            curve = Evaluations(
                functools.partial(_scored, evaluate, as_before),
                spec.eval_every,
                folder,
                resumed_from=int(about["step"]),
                leave_out=progress.leave_out,
            )
            trainer.add_callback(curve)
            progress.best_step = lambda: curve.best_step
        trainer.train(resume_from_checkpoint=str(found) if found else None)
    return int(about["step"]), curve.best_step if curve else None


def _scored(
    evaluate: Callable[[int, Any], float | None], as_before: AsBefore, step: int, model: Any
) -> float | None:
    """What the model is scored, as if its training was over."""
    with as_before():
        return evaluate(step, model)


def _latest(folder: Path, spec: str, team: Team) -> Path | None:
    """The checkpoint to go on from; the first process looks, as it sets damaged ones aside."""
    found = None if team.rank else _resumable(folder, spec)
    step = team.agreed(checkpoints.read_about(found)["step"] if found else -1)
    return None if step < 0 else checkpoints.step_folder(folder, step)


def _resumable(folder: Path, spec: str) -> Path | None:
    """The newest whole state; none if the best weights that it knew of are lost.

    To go on without them would choose among later ones alone.
    """
    found = checkpoints.latest_valid(folder, spec)
    best_step = checkpoints.read_about(found).get("best_step") if found else None
    if best_step is None:
        return found
    kept = tuning.best_so_far(folder)
    if kept and kept[0] >= best_step:  # or better ones of a step beyond
        return found
    checkpoints.set_all_aside(folder, f"the weights of step {best_step}, the best, are lost")
    return None
