"""The test items of a run, read again: the same rows in the same order, or the reason why not."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mslt_core.data import tasks
from mslt_core.pipeline.drawing import evaluation_items, in_labels_of, scored_task
from mslt_core.pipeline.places import existing_folder
from mslt_core.spec.errors import DataError, MsltError
from mslt_core.spec.results import RunInfo
from mslt_core.spec.sentences import LabelledText, Row, TaggedSentence, TaskKind

KIND_OF: dict[str, TaskKind] = {
    "accuracy": "tagging",
    "span_f1": "tagging",
    "item_accuracy": "classification",
    "macro_f1": "classification",
    "answer_f1": "questions",
    "exact_match": "questions",
}
"""By a run's scores; whether its items are choices only the task knows."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoredItems:
    """What a run was scored on in one language."""

    kind: TaskKind
    labels: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    """Empty where they cannot be read again."""
    missing: str = ""
    """Why they cannot, in a sentence."""


def scored_items(
    info: RunInfo, lang: str, *, data: str | None = None, roots: tuple[Path, ...] | None = None
) -> ScoredItems:
    """The rows that the run was scored on, with label ids as it has them.

    `data` names the folder where the run's own is not known here or has moved. Data that is gone,
    changed or out of bounds is no error: the outcomes on the items are still known by number.
    """
    try:
        task, scored = _opened(info, data, roots)
        asked = info.spec.but(target_langs=(lang,))
        items = in_labels_of(task, scored, evaluation_items(scored, asked, trained=task))
    except MsltError as e:
        reason = f"The text cannot be shown: {e}".rstrip(".")
        return ScoredItems(kind=KIND_OF[info.metrics[0]], missing=f"{reason}.")
    return ScoredItems(kind=task.kind, labels=tuple(task.labels), rows=tuple(items[lang]))


def fits(rows: Sequence[Row], n_tokens: npt.NDArray[np.integer]) -> bool:
    """Whether rows may be those that outcomes of so many words or answers each are of."""
    sizes = [len(row.labels) if isinstance(row, TaggedSentence) else 1 for row in rows]
    return len(rows) == len(n_tokens) and bool(np.array_equal(sizes, n_tokens))


def gold_of(rows: Sequence[Row]) -> list[npt.NDArray[np.int64]]:
    """The label ids of every row: of its words, or its one."""
    found = []
    for row in rows:
        if isinstance(row, TaggedSentence):
            found.append(np.array(row.labels, dtype=np.int64))
        else:
            label = row.label if isinstance(row, LabelledText) else getattr(row, "label", -1)
            found.append(np.array([label], dtype=np.int64))
    return found


def _opened(
    info: RunInfo, data: str | None, roots: tuple[Path, ...] | None
) -> tuple[tasks.Task, tasks.Task]:
    """Task and scored task, refused if they are not what the run was made with."""
    spec, where = info.spec, info.where
    eval_at = where.eval_data
    if data and spec.eval_task:
        eval_at = data
    data_at = data if data and not spec.eval_task else where.data
    task = _kept_task(spec.task, _folder(spec.task, data_at, roots), spec.data)
    if not spec.eval_task:
        return task, task
    folder = _folder(spec.eval_task, eval_at, roots)
    scored = _kept_task(spec.eval_task, folder, spec.eval_data or "")
    scored_task(task, spec.eval_task, folder)  # refuses what does not fit together
    return task, scored


def _folder(task: str, folder: str | None, roots: tuple[Path, ...] | None) -> str | None:
    if not tasks.TASKS[task].needs_folder:
        return None
    if not folder:
        raise DataError(
            f"where the data of {task} lies is not known here",
            hint="Give the folder that holds it.",
        )
    return str(existing_folder(folder, roots=roots))


def _kept_task(name: str, folder: str | None, expected: str) -> tasks.Task:
    """A task that is opened once: whether test rows are trained on takes reading all of it."""
    task = tasks.open_task(name, folder)
    if not tasks.is_data_of(task, expected):
        raise DataError(
            f"the data of {name}{f' in {folder}' if folder else ''} is not what the run was "
            "scored on: it changed since",
            hint="Restore the files, or give the folder that holds them.",
        )
    return _open(name, folder, task.fingerprint())


@functools.lru_cache(maxsize=4)
def _open(name: str, folder: str | None, fingerprint: str) -> tasks.Task:  # noqa: ARG001
    return tasks.open_task(name, folder)
