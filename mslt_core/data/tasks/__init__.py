"""Tasks: labelled rows to train and score on, behind one registry."""

from pathlib import Path

from mslt_core.data.tasks.cldr_ner import CldrNer
from mslt_core.data.tasks.coverage import Coverage, coverage
from mslt_core.data.tasks.own import fingerprint_before
from mslt_core.data.tasks.own_yaml import describe_yaml
from mslt_core.data.tasks.registry import TASKS
from mslt_core.data.tasks.splits import SplitTask, sample_rows
from mslt_core.data.tasks.task import Task, TaskInfo
from mslt_core.spec.errors import DataError, SpecError

__all__ = [
    "TASKS",
    "Coverage",
    "SplitTask",
    "Task",
    "TaskInfo",
    "coverage",
    "describe_yaml",
    "is_data_of",
    "open_task",
    "sample_rows",
]


def open_task(name: str, folder: str | Path | None = None) -> Task:
    """Open a task; nothing is read before it is asked for.

    Parameters
    ----------
    name : str
        One of `TASKS`.
    folder : str, Path or None
        Where the task's files lie; None for a task that needs none.

    Raises
    ------
    SpecError
        If there is no such task.
    DataError
        If a folder is missing, not needed, or holds none of the task's files.
    """
    if name not in TASKS:
        raise SpecError(f"unknown task {name!r}", hint=f"Known are {', '.join(TASKS)}.")
    info = TASKS[name]
    if info.open is None:
        if folder is not None:
            raise DataError(f"{name} reads no folder, got {folder}", hint="Leave the folder out.")
        return CldrNer()
    if folder is None:
        raise DataError(f"{name} needs a folder", hint=f"Give the one that holds {info.layout}.")
    return info.open(Path(folder))


def is_data_of(task: Task, fingerprint: str | None) -> bool:
    """Whether a task's data is that of a fingerprint, be it one that an earlier version gave.

    Runs that were begun then are gone on with, and their items are shown.
    """
    known = {task.fingerprint()}
    if isinstance(task, SplitTask) and task.name == "own" and fingerprint not in known:
        known.add(fingerprint_before(task) or "")
    return bool(fingerprint) and fingerprint in known
