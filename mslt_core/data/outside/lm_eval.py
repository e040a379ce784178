"""What lm-evaluation-harness writes: results_DATE.json, and samples_TASK_DATE.jsonl beside it."""

import hashlib
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.data import files
from mslt_core.data.tables import parse_json, read_records
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.outside import OutsideResult, OutsideScores

METRICS = {"acc,none": "item_accuracy", "exact_match,none": "exact_match"}
"""Its names for what is scored without a filter, and ours."""


def read_lm_eval(
    path: Path, *, name: str, source_langs: tuple[str, ...] = (), seed: int = 0
) -> OutsideResult:
    """One evaluation of lm-evaluation-harness 0.4, a target language for each of its tasks.

    The language is the end of the task's name (``xnli_de``, ``belebele_deu_Latn``). With
    ``--log_samples`` the outcomes on the items are read too, and must give the stated score.

    Parameters
    ----------
    path : Path
        Its ``results_DATE.json``.
    name : str
        What the result is called; the file knows nothing of how a model was trained.
    source_langs : tuple of str
        Languages that it was fine-tuned on, if that is known.
    seed : int
        Of the training.

    Raises
    ------
    DataError
        If it is no such file, a task has no language that is known or two have the same, a score
        is outside [0, 1], or the samples do not belong to the results.
    """
    content = parse_json(files.read_text(path), str(path))
    tasks = content.get("results") if isinstance(content, dict) else None
    if not isinstance(tasks, dict) or not tasks:
        raise DataError(f"{path} is no results file of lm-evaluation-harness: it has no results")
    subtasks = content.get("group_subtasks")
    groups = {g for g, of in subtasks.items() if of} if isinstance(subtasks, dict) else set()
    targets, outcomes, by_lang = {}, {}, dict[str, str]()
    for task, found in tasks.items():
        if task in groups:
            continue  # a mean over its tasks
        lang = _lang(path, task)
        if lang in by_lang:
            raise DataError(f"{path}: {by_lang[lang]} and {task} are both in {lang}")
        by_lang[lang] = task
        targets[lang], counts = _target(path, task, found, content.get("n-samples"))
        if counts is not None:
            outcomes[lang] = counts
    return OutsideResult(
        name=name, source_langs=source_langs, seed=seed, targets=targets, outcomes=outcomes
    )


def _lang(path: Path, task: str) -> str:
    if not re.fullmatch(r"[\w.-]+", task):  # it becomes a part of a file's name
        raise DataError(f"{path}: {task[:80]!r} is no name of a task")
    parts = task.split("_")
    for n in (2, 1):
        if len(parts) > n and (lang := by_any_code("_".join(parts[-n:]))):
            return lang
    raise DataError(
        f"{path}: the task {task!r} does not end in a language that is known",
        hint="Import a table of scores instead.",
    )


def _target(
    path: Path, task: str, found: Any, sizes: Any
) -> tuple[OutsideScores, Mapping[str, npt.NDArray[Any]] | None]:
    where = f"{path}: {task}"
    known = [key for key in METRICS if isinstance(found, dict) and key in found]
    if not known:
        raise DataError(f"{where} has no {' or '.join(METRICS)}")
    scores = {METRICS[key]: _ratio(where, key, found[key]) for key in known}
    counted = sizes.get(task) if isinstance(sizes, dict) else None
    size = counted.get("effective") if isinstance(counted, dict) else None
    if size is not None and (type(size) is not int or size < 1):
        raise DataError(f"{where}: the number of samples must be 1 or more, got {size!r}")
    date = path.name.removeprefix("results_")
    samples = path.with_name(f"samples_{task}_{date}l")
    if date == path.name or not samples.exists():
        return OutsideScores(scores=scores, n_items=size), None
    items, correct = _samples(samples, known[0].partition(",")[0])
    stated = scores[METRICS[known[0]]]
    if len(correct) != (size or len(correct)):
        raise DataError(f"{samples} has {len(correct)} items, {path.name} says {size}")
    if not math.isclose(float(correct.mean()), stated, abs_tol=1e-6):
        raise DataError(
            f"{samples} gives {correct.mean():.6f}, {path.name} says {stated:.6f}: they belong to "
            "different evaluations"
        )
    counts = {"n_correct": correct, "n_tokens": np.ones(len(correct), np.uint8)}
    return OutsideScores(scores=scores, n_items=len(correct), items=items), counts


def _ratio(where: str, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise DataError(f"{where}: {key} must be from 0 to 1, got {value!r}")
    return float(value)


def _samples(path: Path, metric: str) -> tuple[str, npt.NDArray[np.uint8]]:
    """Fingerprint of the items, and whether each was right, in the order of their numbers."""
    found: dict[int, tuple[str, int]] = {}
    for record in read_records(path):
        if record.fields.get("filter", "none") != "none":
            continue
        number, value = record.value("doc_id"), record.value(metric)
        if type(number) is not int or number in found:
            raise record.error(f"doc_id {number!r} is no number, or is there twice")
        if isinstance(value, bool) or value not in (0, 1):
            raise record.error(f"{metric} of one item must be 0 or 1, got {value!r}")
        identity = f"{record.text('doc_hash')} {record.text('target_hash')}"
        found[number] = (identity, int(value))
    if not found:
        raise DataError(f"{path} has no item without a filter")
    listing = repr([(number, found[number][0]) for number in sorted(found)])
    items = hashlib.sha256(listing.encode()).hexdigest()[:16]
    return items, np.array([found[number][1] for number in sorted(found)], dtype=np.uint8)
