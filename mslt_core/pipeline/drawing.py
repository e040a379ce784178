"""What a run trains on and is scored on: rows of the task, drawn by the question alone."""

import contextlib
import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from mslt_core.data import tasks
from mslt_core.pipeline.scoring import relabelled
from mslt_core.pipeline.stock import pick, stock
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import Row
from mslt_core.spec.specs import OWN_TOLD, TrainSpec


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
        rows = [row for of_lang in self.rows.values() for row in of_lang]
        named = [row.meaning for row in rows if row.meaning]
        return len(set(named)) + len(rows) - len(named) if named else None


def draw(task: tasks.Task, spec: TrainSpec) -> Drawn:
    """The run's training examples, and the held-out rows where there are any.

    Raises
    ------
    DataError
        If a language has fewer rows than its share, or the rows are no translations of each other
        and their meanings are asked for.
    """
    read = functools.cache(task.train)
    picked = pick(spec, functools.cache(lambda lang: stock(lang, read(lang))))
    rows, held_out = (
        {lang: [read(lang)[i] for i in places] for lang, places in some.items()}
        for some in (picked.rows, picked.held_out)
    )
    return Drawn(rows=rows, held_out=held_out)


def evaluation_items(
    task: tasks.Task, spec: TrainSpec, *, trained: tasks.Task | None = None
) -> dict[str, Sequence[Row]]:
    """The labelled rows of every target language.

    Where they are those of another data set than the one that is `trained` on, rows that occur in
    its training data are out; of translated items, those that do in any language.

    Raises
    ------
    DataError
        If a language has nothing to score, or an earlier version drew other items.
    """
    if trained is None or trained is task:
        items = {lang: task.evaluation(lang, spec.eval_limit) for lang in spec.target_langs}
    else:
        items = _new_items(task, spec, trained)
    for lang, rows in items.items():
        if not rows:
            raise DataError(
                f"{_told(task)} has nothing to score in {label(lang)}: "
                + _where_all_is_known(task, lang, trained or task),
                hint="Complete the file, or leave the language out of the targets.",
            )
    return items


def _where_all_is_known(task: tasks.Task, lang: str, trained: tasks.Task) -> str:
    translated = any(row.meaning for row in task.evaluation(lang))
    beside = ", or translations of them," if translated else ""
    return f"all its sentences{beside} are in the training data of {_told(trained)} too"


def _told(task: tasks.Task) -> str:
    return OWN_TOLD.get(task.name, task.name)


def _new_items(task: tasks.Task, spec: TrainSpec, trained: tasks.Task) -> dict[str, Sequence[Row]]:
    """The items of another data set that are not trained on, a sample of each language's."""
    if spec.items_unsure:
        raise DataError(
            f"an earlier version asked for this run and drew items of {task.name} in another way",
            hint="Ask for it again: it is another run, on the items that are drawn now.",
        )
    rows = {lang: task.evaluation(lang) for lang in spec.target_langs}
    known = {lang: trained.trained_on(of_lang) for lang, of_lang in rows.items()}
    seen = _meanings_seen(task, trained, rows, known)
    unseen = {
        lang: [
            row
            for row, is_known in zip(of_lang, known[lang], strict=True)
            if not is_known and row.meaning not in seen
        ]
        for lang, of_lang in rows.items()
    }
    # files are often sorted by label, so the first ones are no sample
    return {lang: tasks.sample_rows(of_lang, spec.eval_limit) for lang, of_lang in unseen.items()}


def _meanings_seen(
    task: tasks.Task,
    trained: tasks.Task,
    rows: Mapping[str, Sequence[Row]],
    known: Mapping[str, Sequence[bool]],
) -> set[str]:
    """Meanings of `task` that are trained on in any language: as translations they are known."""
    if not any(row.meaning for of_lang in rows.values() for row in of_lang):
        return set()
    rows, known = dict(rows), dict(known)
    for lang in set(task.eval_langs) - rows.keys():  # not scored, but which are does not matter
        with contextlib.suppress(DataError):  # it has no row that it does not train on itself
            rows[lang] = task.evaluation(lang)
            known[lang] = trained.trained_on(rows[lang])
    pairs = ((r, k) for lang in rows for r, k in zip(rows[lang], known[lang], strict=True))
    return {row.meaning for row, is_known in pairs if is_known} - {""}


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
    # of choices the labels are the columns' names, which a head does not know
    same = task.kind == "choice" or set(other.labels) == set(task.labels)
    if other.kind != task.kind or not same:
        raise SpecError(
            f"what is trained on ({task.name}) is {task.kind} with "
            f"{', '.join(task.labels) or 'no labels'}; what is to be scored ({other.name}) is "
            f"{other.kind} with {', '.join(other.labels) or 'no labels'}",
            hint="A model can be scored on another data set of the same kind and labels only.",
        )
    if task.paired != other.paired:
        one, two = "a single text each", "pairs of texts"
        raise SpecError(
            f"the rows that are trained on ({task.name}) are {two if task.paired else one}, those "
            f"to be scored ({other.name}) {two if other.paired else one}",
            hint="A second text is the column `pair` in task.yaml.",
        )
    return other


def in_labels_of(
    task: tasks.Task, other: tasks.Task, items: Mapping[str, Sequence[Row]]
) -> dict[str, Sequence[Row]]:
    """Items of `other` with the label ids of `task`."""
    if other.labels == task.labels or task.kind == "choice":
        return dict(items)
    return {lang: relabelled(rows, other.labels, task.labels) for lang, rows in items.items()}
