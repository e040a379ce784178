"""One run: data, fine-tuning, scores on every target."""

import contextlib
import dataclasses
import functools
import gc
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mslt_core.data import tasks
from mslt_core.pipeline.checkpoints import model_folder
from mslt_core.pipeline.drawing import Drawn, draw, evaluation_items, in_labels_of, scored_task
from mslt_core.pipeline.scoring import score
from mslt_core.spec.errors import DataError
from mslt_core.spec.results import CurvePoint, TargetScores
from mslt_core.spec.room import STATES
from mslt_core.spec.sentences import Row
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Arrays, Store

Report = Callable[[int, int, str], None]
_Scored = tuple[dict[str, TargetScores], dict[str, Arrays]]
"""Scores and per-item outcomes of every target."""

KEEPING = "keeping the weights"
"""What is told once all is scored; it takes seconds for a large model."""


def check_data(spec: TrainSpec, where: Where, store: Store | None = None) -> None:
    """Read all that is to be scored and the weights, so that damage is refused before a run exists.

    The same for data or a checkpoint that changed since the run was asked for, for a checkpoint
    that lacks weights, for a tracker that is not here, and, with the store, for a disk that is
    too small.
    """
    from mslt_core.models import completeness, screening

    check_batches([spec])
    check_trackers()
    task, scored, base = as_asked_for(spec, where)
    screening.require_finite(base)
    completeness.require_whole(base)
    if store is not None:
        states = store.runs.folder(spec.digest()) / STATES
        completeness.require_space(base, store.root, spec, states=states)
    if tasks.TASKS[spec.task].needs_folder or spec.eval_task:
        evaluation_items(scored, spec, trained=task)


def check_batches(specs: Iterable[TrainSpec]) -> None:
    """Refuse batches that the processes which are to share them cannot share; reads nothing."""
    from mslt_core.models import distributed

    for batch_size in sorted({spec.batch_size for spec in specs}):
        distributed.require_possible(batch_size)


def check_trackers() -> None:
    """Refuse experiment trackers that are unknown or not installed; imports nothing without one."""
    from mslt_core.models import trackers

    trackers.require_trackers()


def as_asked_for(spec: TrainSpec, where: Where) -> tuple[tasks.Task, tasks.Task, Path]:
    """Task, scored task and base, refused if they are not what they were when the run was made."""
    from mslt_core.models import checkpoints

    task = tasks.open_task(spec.task, where.data)
    scored = scored_task(task, spec.eval_task, where.eval_data)
    expected = ((task, spec.data, where.data), (scored, spec.eval_data, where.eval_data))
    for opened, fingerprint, folder in expected[: 2 if spec.eval_task else 1]:
        if not tasks.is_data_of(opened, fingerprint):
            raise DataError(
                f"the data of {opened.name} in {folder} changed since the run was asked for",
                hint="Restore the files, or start a new run on the new data.",
            )
    # a worker has most runs on the same data, and millions of rows are read for each if it forgets
    task = _read_before(spec.task, where.data, spec.data)
    if spec.eval_task:
        scored = _read_before(spec.eval_task, where.eval_data, spec.eval_data)
    else:
        scored = task
    base = model_folder(where.model or spec.model)
    if checkpoints.fingerprint(base) != spec.model_fingerprint:
        raise DataError(
            f"the checkpoint {base} changed since the run was asked for",
            hint="Restore it, or start a new run from the new one.",
        )
    return task, scored, base


@functools.lru_cache(maxsize=2)  # what is trained on, and another data set that is scored
def _read_before(name: str, folder: str | None, fingerprint: str | None) -> tasks.Task:  # noqa: ARG001
    """A task with the rows that it has read so far; other content has another fingerprint."""
    return tasks.open_task(name, folder)


def execute_training(
    store: Store,
    spec: TrainSpec,
    where: Where,
    *,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Do the run and write everything but its state. False if it was asked to stop.

    `report` gets steps done, steps in all, and what is being done.
    """
    from mslt_core.models import checkpoints, distributed

    run = spec.digest()
    if checkpoints.was_taken_away(store.runs.folder(run) / STATES):
        return True  # all was written, and only the process was killed
    command = [sys.executable, "-m", "mslt_core", "work", "--assist", "--store", str(store.root)]
    with distributed.together([*command, "runs", run], spec.batch_size) as team:
        from mslt_core.models import finetune  # takes seconds, in which the others load too

        report(0, spec.steps, "reading the data")
        task, scored, base = as_asked_for(spec, where)
        drawn = draw(task, spec)
        # read before training, so that a damaged file costs none
        items = in_labels_of(task, scored, evaluation_items(scored, spec, trained=task))
        report(0, spec.steps, "loading the model")
        judge = _Judge(store, spec, task, items, drawn.held_out, report)

        def note(point: Any) -> None:
            store.runs.append_history(run, point)
            report(point.step, spec.steps, "training")

        tuned = finetune.finetune(
            spec,
            checkpoint=base,
            kind=task.kind,
            labels=task.labels,
            rows=drawn.rows,
            folder=store.runs.folder(run),
            report=note,
            on_resume=lambda step: store.runs.truncate_history(run, step),
            evaluate=judge.point if spec.eval_every else None,
            keep=functools.partial(store.runs.snapshot_folder, run) if spec.keep_every else None,
            should_stop=should_stop,
            team=team,
        )
    if tuned.stopped:
        return False
    _finish(store, spec, judge, drawn, tuned)
    return True


def untracked() -> contextlib.AbstractContextManager[None]:
    """As long as this lasts no experiment tracker hears of a run: to measure a pace is none."""
    from mslt_core.models.trackers import no_trackers

    return no_trackers()


def release_memory() -> None:
    """Free what a run has left, and give a GPU's memory back that this process uses no more.

    The Trainer's objects know each other, and a model is large.
    """
    gc.collect()
    if "torch" in sys.modules:  # else it holds none
        from mslt_core.models import memory

        memory.release()


def assist_training(store: Store, spec: TrainSpec, where: Where) -> None:
    """Be one of the further processes of a run: train along, and leave the rest to the first.

    The process ends with it.
    """
    from mslt_core.models import distributed

    # before anything that takes long: the first may be gone by then
    with distributed.helper() as team:
        from mslt_core.models import finetune

        task, _, base = as_asked_for(spec, where)
        finetune.finetune(
            spec,
            checkpoint=base,
            kind=task.kind,
            labels=task.labels,
            rows=draw(task, spec).rows,
            folder=store.runs.folder(spec.digest()),
            report=lambda _: None,
            should_stop=lambda: False,
            team=team,
        )


def _finish(store: Store, spec: TrainSpec, judge: "_Judge", drawn: Drawn, tuned: Any) -> None:
    """Score the last weights and the chosen ones, and keep what was found."""
    from mslt_core.models import checkpoints, config, finetune, tuning

    run, folder = spec.digest(), store.runs.folder(spec.digest())
    last_scores = None
    target_scores, outcomes = judge.last(tuned)
    if spec.select != "last" and tuned.best_step != tuned.step:
        last_scores = target_scores
        tuning.load_best(tuned.model, folder / STATES)
        target_scores, outcomes = judge.scored(tuned.model, tuned.tokenizer)
    judge.report(spec.steps, spec.steps, KEEPING)
    finetune.save_model(tuned, folder / "model")
    store.runs.write_outcome(
        run,
        scores=target_scores,
        predictions=outcomes,
        sampled={lang: [row.row_id for row in picked] for lang, picked in drawn.rows.items()},
        tokens_seen=tuned.tokens_seen,
        device=tuned.device,
        weights=checkpoints.fingerprint(folder / "model"),
        n_layers=config.n_layers(folder / "model"),
        n_meanings=drawn.n_meanings,
        snapshots=_fingerprints(store, spec),
        step_scored=tuned.best_step if last_scores else None,
        last_scores=last_scores,
    )
    # nobody resumes a finished run, and its checkpoints are several times as large as its weights
    checkpoints.take_away(folder / STATES)


def _fingerprints(store: Store, spec: TrainSpec) -> dict[int, str]:
    """Of the weights that were kept on the way."""
    from mslt_core.models import checkpoints

    folders = {
        step: store.runs.snapshot_folder(spec.digest(), step) for step in spec.snapshot_steps
    }
    return {step: checkpoints.fingerprint(at) for step, at in folders.items() if at.is_dir()}


@dataclasses.dataclass
class _Judge:
    """Scores a model on the run's targets, and on the rows that select a checkpoint."""

    store: Store
    spec: TrainSpec
    task: tasks.Task
    items: Mapping[str, Sequence[Row]]
    held_out: Mapping[str, Sequence[Row]]
    report: Report
    at_the_end: _Scored | None = None
    """What the curve's last point found, if it has come to that."""

    def scored(self, model: Any, tokenizer: Any, *, step: int | None = None) -> _Scored:
        """Scores and per-item outcomes on every target language."""
        return self._on(self.items, model, tokenizer, self.spec.steps if step is None else step)

    def last(self, tuned: Any) -> _Scored:
        """As `scored`, for the weights of the last step; a curve has scored them already."""
        return self.at_the_end or self.scored(tuned.model, tuned.tokenizer)

    def point(self, step: int, model: Any, tokenizer: Any) -> float | None:
        """A point of the learning curve, and the score by which its weights may be chosen."""
        scores, outcomes = self.scored(model, tokenizer, step=step)
        if step == self.spec.steps:
            self.at_the_end = scores, outcomes
        held, _ = self._on(self.held_out, model, tokenizer, step)
        held_out = _mean_main(held)
        point = CurvePoint(step=step, scores=scores, held_out=held_out)
        self.store.runs.append_curve(self.spec.digest(), point)
        unseen = {lang: s for lang, s in scores.items() if lang not in self.spec.seen_langs}
        by = {"last": None, "source": held_out, "target": _mean_main(unseen or scores)}
        return by[self.spec.select]

    def _on(
        self, items: Mapping[str, Sequence[Row]], model: Any, tokenizer: Any, step: int
    ) -> _Scored:
        from mslt_core.models import predict

        spec, found, outcomes = self.spec, {}, {}
        for place, (lang, rows) in enumerate(items.items(), start=1):
            far = f", {place} of {len(items)} languages" if len(items) > 1 else ""
            self.report(step, spec.steps, f"scoring {lang}{far}")
            predicted = predict.predict(
                self.task.kind,
                model,
                tokenizer,
                rows,
                max_length=spec.max_length,
                precision=spec.precision,
            )
            found[lang], outcomes[lang] = score(self.task.kind, self.task.labels, rows, predicted)
        return found, outcomes


def _mean_main(scores: Mapping[str, TargetScores]) -> float | None:
    """Mean of the main score over languages; None without any."""
    found = [getattr(of_lang, of_lang.metrics[0]) for of_lang in scores.values()]
    return float(np.mean(found)) if found else None
