"""What a run trains on and is scored on: rows of the task, drawn by the question alone."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from mslt_core.data import budget, tasks
from mslt_core.pipeline.scoring import relabelled
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import Row
from mslt_core.spec.specs import TrainSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """The training examples of a run."""

    rows: Mapping[str, list[Row]]
    """Of every source language, and of every few-shot target."""
    held_out: Mapping[str, list[Row]]
    """Training rows of the sources that are not trained on, to select a checkpoint."""

    @property
    def n_meanings(self) -> int | None:
        """Different meanings among the rows of parallel data; None for other data."""
        found = {row.meaning for rows in self.rows.values() for row in rows}
        return None if "" in found else len(found)


def shares(task: tasks.Task, spec: TrainSpec) -> dict[str, int]:
    """Training examples of every language: the budget is their sum."""
    left = spec.budget - spec.shots * len(spec.shot_langs)
    if spec.alpha == 0:
        of_sources = budget.equal_budget(spec.source_langs, left)
    else:
        sizes = {lang: len(task.train(lang)) for lang in spec.source_langs}
        of_sources = budget.tempered_budget(sizes, left, spec.alpha)
    return {**of_sources, **dict.fromkeys(spec.shot_langs, spec.shots)}


def draw(task: tasks.Task, spec: TrainSpec) -> Drawn:
    """The run's training examples, and the held-out rows where there are any.

    Raises
    ------
    DataError
        If a language has fewer rows than its share, or the rows are no translations of each other
        and their meanings are asked for.
    """
    wanted = shares(task, spec)
    held = budget.equal_budget(spec.source_langs, spec.holdout) if spec.holdout else {}
    rows = {lang: task.train(lang) for lang in wanted}
    if spec.rows == "independent":
        return _independent(rows, wanted, held, spec.seed)
    if any(not row.meaning for of_lang in rows.values() for row in of_lang[:1]):
        raise DataError(
            f"the rows of {task.name} are no translations of each other, so they cannot be "
            f"drawn {spec.rows}",
            hint="Draw them independently.",
        )
    return _by_meaning(rows, wanted, held, spec)


def evaluation_items(task: tasks.Task, spec: TrainSpec) -> dict[str, Sequence[Row]]:
    """The labelled rows of every target language."""
    items = {lang: task.evaluation(lang, spec.eval_limit) for lang in spec.target_langs}
    for lang, rows in items.items():
        if not rows:
            raise DataError(
                f"{task.name} has nothing to score in {label(lang)}: all its sentences are in the "
                "training data too",
                hint="Complete the file, or leave the language out of the targets.",
            )
    return items


def scored_task(task: tasks.Task, eval_task: str | None, folder: str | Path | None) -> tasks.Task:
    """The task whose items are scored: the run's own, or another one of the same kind and labels.

    Raises
    ------
    SpecError
        If the two tasks do not fit together.
    """
    if eval_task is None:
        return task
    other = tasks.open_task(eval_task, folder)
    if other.kind != task.kind or set(other.labels) != set(task.labels):
        raise SpecError(
            f"{task.name} is {task.kind} with {', '.join(task.labels) or 'no labels'}, "
            f"{other.name} is {other.kind} with {', '.join(other.labels) or 'no labels'}",
            hint="A model can be scored on another data set of the same kind and labels only.",
        )
    return other


def in_labels_of(
    task: tasks.Task, other: tasks.Task, items: Mapping[str, Sequence[Row]]
) -> dict[str, Sequence[Row]]:
    """Items of `other` with the label ids of `task`."""
    if other.labels == task.labels:
        return dict(items)
    return {lang: relabelled(rows, other.labels, task.labels) for lang, rows in items.items()}


def _independent(
    rows: Mapping[str, Sequence[Row]],
    wanted: Mapping[str, int],
    held: Mapping[str, int],
    seed: int,
) -> Drawn:
    """A draw for each language; the held-out rows come after it, so it is the same without them."""
    drawn: dict[str, list[Row]] = {}
    held_out: dict[str, list[Row]] = {}
    for lang, share in wanted.items():
        n_wanted = share + held.get(lang, 0)
        picked = budget.sample(len(rows[lang]), n_wanted, lang=lang, seed=seed).tolist()
        drawn[lang] = [rows[lang][i] for i in picked[:share]]
        if lang in held:
            held_out[lang] = [rows[lang][i] for i in picked[share:]]
    return Drawn(rows=drawn, held_out=held_out)


def _by_meaning(
    rows: Mapping[str, Sequence[Row]],
    wanted: Mapping[str, int],
    held: Mapping[str, int],
    spec: TrainSpec,
) -> Drawn:
    """Meanings are drawn; those held out in one language are trained on in none."""
    assert spec.rows != "independent"
    meanings = {lang: [row.meaning for row in of_lang] for lang, of_lang in rows.items()}
    kept = budget.sample_meanings(meanings, held, how=spec.rows, seed=spec.seed)
    held_out = {lang: [rows[lang][i] for i in picked.tolist()] for lang, picked in kept.items()}
    out = {row.meaning for of_lang in held_out.values() for row in of_lang}
    free = {lang: [r for r in of_lang if r.meaning not in out] for lang, of_lang in rows.items()}
    drawn = budget.sample_meanings(
        {lang: [row.meaning for row in of_lang] for lang, of_lang in free.items()},
        wanted,
        how=spec.rows,
        seed=spec.seed,
    )
    return Drawn(
        rows={lang: [free[lang][i] for i in picked.tolist()] for lang, picked in drawn.items()},
        held_out=held_out,
    )
