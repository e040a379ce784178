"""One run: data, budget, fine-tuning, scores on every target."""

import math
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import scores
from mslt_core.data import budget, tasks
from mslt_core.pipeline.checkpoints import model_folder, model_name
from mslt_core.pipeline.places import EXAMPLE_MODEL, existing_folder
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import label, languages
from mslt_core.spec.results import TargetScores
from mslt_core.spec.sentences import TaggedSentence
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Arrays, Store

LONGEST = 512
"""Sub-words per sentence (Lim et al. 2024, Table 5)."""

BATCH_SIZE: int = TrainSpec.model_fields["batch_size"].default


def make_train_spec(
    *,
    task: str,
    data: str | None,
    model: str,
    source_langs: Iterable[str],
    budget: int,
    steps: int | None = None,
    learning_rate: float | None = None,
    target_langs: Iterable[str] | None = None,
    eval_limit: int | Literal["all"] | None = None,
    batch_size: int = BATCH_SIZE,
    max_length: int | None = None,
    roots: tuple[Path, ...] | None = None,
    **fields: Any,
) -> tuple[TrainSpec, Where]:
    """Fill in what follows from the data and the model, and check that the run can be done.

    Targets default to every language that the task can score; steps and test items to what the
    task suggests; `max_length` to what the model can read, up to the paper's 512. The learning
    rate defaults to the paper's 2e-5 for encoders of XLM-R's width and to 3e-4 for the small ones
    that learn nothing at that rate.
    """
    from mslt_core.models import checkpoints, screening

    data_folder = existing_folder(data, roots=roots) if data else None
    opened = tasks.open_task(task, data_folder)
    folder = model_folder(model, roots=roots)
    screening.screen(folder)
    spec = TrainSpec(
        task=task,
        data=opened.fingerprint(),
        model=model_name(model, folder),
        model_fingerprint=checkpoints.fingerprint(folder),
        source_langs=languages(source_langs),
        target_langs=languages(target_langs) if target_langs else opened.eval_langs,
        budget=budget,
        steps=default_steps(task, budget, batch_size) if steps is None else steps,
        batch_size=batch_size,
        learning_rate=_learning_rate(folder) if learning_rate is None else learning_rate,
        eval_limit=_eval_limit(task, eval_limit),
        max_length=_max_length(folder, max_length),
        **fields,
    )
    _require_langs(opened, spec)
    where = Where(
        data=str(data_folder) if data_folder else None,
        model=model if model == EXAMPLE_MODEL else str(folder),
    )
    return spec, where


def default_steps(task: str, budget: int, batch_size: int = BATCH_SIZE) -> int:
    """Optimizer steps for the passes over the budget that the task suggests; at least one."""
    return max(1, math.ceil(tasks.TASKS[task].passes * budget / max(batch_size, 1)))


def _eval_limit(task: str, asked: int | Literal["all"] | None) -> int | None:
    if asked == "all":
        return None
    return tasks.TASKS[task].eval_limit if asked is None else asked


def _max_length(folder: Path, asked: int | None) -> int:
    from mslt_core.models import config

    readable = config.max_length(folder)
    if asked is not None and asked > readable:
        raise SpecError(
            f"max_length must be at most {readable}, which is all that {folder.name} can read, "
            f"got {asked}"
        )
    return min(readable, LONGEST) if asked is None else asked


def _learning_rate(folder: Path) -> float:
    from mslt_core.models import config

    return 2e-5 if config.hidden_size(folder) >= 512 else 3e-4


def _require_langs(task: tasks.TokenTask, spec: TrainSpec) -> None:
    """Refuse languages that the task lacks and budgets that the data cannot fill."""
    for lang in spec.target_langs:
        if lang not in task.eval_langs:
            raise DataError(
                f"{task.name} has no labelled test data for {lang}",
                hint=f"It has {', '.join(task.eval_langs)}.",
            )
    _sampled(task, spec)


def check_data(spec: TrainSpec, where: Where) -> None:
    """Read all that is to be scored and the weights, so that damage is refused before a run exists.

    The same for data or a checkpoint that changed since the run was asked for.
    """
    from mslt_core.models import screening

    task, base = _as_asked_for(spec, where)
    screening.require_finite(base)
    if tasks.TASKS[spec.task].needs_folder:
        _evaluation(task, spec)


def _evaluation(task: tasks.TokenTask, spec: TrainSpec) -> dict[str, Sequence[TaggedSentence]]:
    """The labelled sentences of every target language."""
    items = {lang: task.evaluation(lang, spec.eval_limit) for lang in spec.target_langs}
    for lang, sentences in items.items():
        if not sentences:
            raise DataError(
                f"{task.name} has nothing to score in {label(lang)}: all its sentences are in the "
                "training data too",
                hint="Complete the file, or leave the language out of the targets.",
            )
    return items


def _sampled(task: tasks.TokenTask, spec: TrainSpec) -> dict[str, list[TaggedSentence]]:
    """The training sentences of each source language under the equal budget."""
    shares = budget.equal_budget(spec.source_langs, spec.budget)
    rows = {}
    for lang, share in shares.items():
        sentences = task.train(lang)
        picked = budget.sample(len(sentences), share, lang=lang, seed=spec.seed)
        rows[lang] = [sentences[i] for i in picked]
    return rows


def _as_asked_for(spec: TrainSpec, where: Where) -> tuple[tasks.TokenTask, Path]:
    """Task and base checkpoint, refused if they are not what they were when the run was made."""
    from mslt_core.models import checkpoints

    task = tasks.open_task(spec.task, where.data)
    if task.fingerprint() != spec.data:
        raise DataError(
            f"the data of {spec.task} in {where.data} changed since the run was asked for",
            hint="Restore the files, or start a new run on the new data.",
        )
    base = model_folder(where.model or spec.model)
    if checkpoints.fingerprint(base) != spec.model_fingerprint:
        raise DataError(
            f"the checkpoint {base} changed since the run was asked for",
            hint="Restore it, or start a new run from the new one.",
        )
    return task, base


def execute_training(
    store: Store,
    spec: TrainSpec,
    where: Where,
    *,
    report: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> bool:
    """Do the run and write everything but its state. False if it was asked to stop.

    `report` gets steps done, steps in all, and what is being done.
    """
    from mslt_core.models import checkpoints, config, finetune

    run = spec.digest()
    report(0, spec.steps, "reading the data")
    task, base = _as_asked_for(spec, where)
    rows, items = _sampled(task, spec), _evaluation(task, spec)  # a damaged file costs no training
    report(0, spec.steps, "loading the model")

    def note(point: Any) -> None:
        store.runs.append_history(run, point)
        report(point.step, spec.steps, "training")

    tuned = finetune.finetune(
        spec,
        checkpoint=base,
        labels=task.labels,
        rows=rows,
        folder=store.runs.folder(run),
        report=note,
        on_resume=lambda step: store.runs.truncate_history(run, step),
        should_stop=should_stop,
    )
    if tuned.stopped:
        return False
    folder = store.runs.folder(run)
    finetune.save_model(tuned, folder / "model")
    target_scores, outcomes = _scored(task.labels, items, tuned, spec, report)
    store.runs.write_outcome(
        run,
        scores=target_scores,
        predictions=outcomes,
        sampled={lang: [row.row_id for row in picked] for lang, picked in rows.items()},
        tokens_seen=tuned.tokens_seen,
        device=tuned.device,
        weights=checkpoints.fingerprint(folder / "model"),
        n_layers=config.n_layers(folder / "model"),
    )
    # nobody resumes a finished run, and its checkpoints are several times as large as its weights
    shutil.rmtree(folder / finetune.CHECKPOINTS, ignore_errors=True)
    return True


def _small(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Counts of words in a sentence in one byte each where they fit."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))


def _scored(
    labels: Sequence[str],
    items: Mapping[str, Sequence[TaggedSentence]],
    tuned: Any,
    spec: TrainSpec,
    report: Callable[[int, int, str], None],
) -> tuple[dict[str, TargetScores], dict[str, Arrays]]:
    """Scores and per-item outcomes on every target language."""
    from mslt_core.models import predict

    target_scores: dict[str, TargetScores] = {}
    outcomes: dict[str, Arrays] = {}
    for lang, sentences in items.items():
        report(spec.steps, spec.steps, f"scoring {lang}")
        predicted = predict.predict_tags(
            tuned.model, tuned.tokenizer, sentences, max_length=spec.max_length
        )
        gold = [np.asarray(s.labels) for s in sentences]
        counts = scores.item_counts(predicted.tags, gold, labels)
        target_scores[lang] = TargetScores(
            accuracy=scores.token_accuracy(counts),
            span_f1=scores.span_f1(counts) if scores.any_entity(counts) else None,
            majority_accuracy=scores.majority_accuracy(gold),
            n_items=len(sentences),
            n_tokens=int(counts.n_tokens.sum()),
            n_unseen=predicted.n_unseen,
        )
        outcomes[lang] = {
            **{name: _small(array) for name, array in counts.arrays().items()},
            "predicted": np.concatenate(predicted.tags).astype(np.uint8),
        }
    return target_scores, outcomes
