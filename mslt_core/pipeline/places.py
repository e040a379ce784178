"""Where things lie: the stores, the shipped example, and the folders that may be read."""

import os
from pathlib import Path

from mslt_core.data import hub, tasks
from mslt_core.data.tasks.conll import CONLL
from mslt_core.data.tasks.layouts import SUFFIXES
from mslt_core.data.tasks.own_yaml import NAME
from mslt_core.spec.errors import BadInputError
from mslt_core.store import Store

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLE = PROJECT / "cache" / "example"
EXAMPLE_MODEL = "base"
"""How specs and commands name the example's base checkpoint, wherever the project lies."""
OWN_FILES = tuple(f"*{suffix}" for suffix in (*SUFFIXES, *CONLL, NAME))
"""Of a data set on the hub that is the user's own."""


def default_root() -> Path:
    """The store that is used when none is named: ``MSLT_STORE``, else ``cache/``."""
    return Path(os.environ.get("MSLT_STORE") or PROJECT / "cache").resolve()


def open_store(root: str | Path | None = None) -> Store:
    """The store at `root`, with the shipped example visible under it, read-only."""
    path = Path(root).resolve() if root else default_root()
    if path == EXAMPLE:
        return Store(EXAMPLE, read_only=True)
    return Store(path, example=EXAMPLE if EXAMPLE.is_dir() else None)


def allowed_roots() -> tuple[Path, ...]:
    """Folders under which the pages may read: ``MSLT_ROOTS``, else the project's surroundings.

    The command line is not bound by them: who types there has the account's rights anyway.
    """
    configured = os.environ.get("MSLT_ROOTS")
    if configured:
        return tuple(Path(part).resolve() for part in configured.split(os.pathsep) if part)
    return (PROJECT.parent, Path.home())


def existing_folder(text: str | Path, *, roots: tuple[Path, ...] | None = None) -> Path:
    """The folder that `text` names, links resolved; refused outside `roots` when given."""
    path = existing_place(text, roots=roots)
    if not path.is_dir():
        raise _no_folder(path)
    return path


def existing_place(text: str | Path, *, roots: tuple[Path, ...] | None = None) -> Path:
    """As `existing_folder`, but a file will do."""
    if not str(text).strip():
        raise BadInputError("no folder given", hint="Give its path.")
    path = Path(text).expanduser().resolve()
    if roots is not None and not any(path.is_relative_to(root) for root in roots):
        raise BadInputError(
            f"{path} lies outside the folders that may be read: {', '.join(map(str, roots))}",
            hint="Start the dashboard with MSLT_ROOTS set to the folder you need.",
        )
    if not path.exists():
        raise _no_folder(path)
    return path


def _no_folder(path: Path) -> BadInputError:
    return BadInputError(
        f"there is no folder {path}", hint="Check the path; it may be relative to the project."
    )


def data_folder(
    task: str | None, data: str | None, roots: tuple[Path, ...] | None = None
) -> Path | None:
    """Where a task's data lies: a folder, or a data set on the hub, fetched once.

    A hub id such as ``facebook/xnli`` is taken as one where there is no folder of that name;
    ``hub`` stands for the task's own one. Of a registered task only the languages that it
    proposes are fetched, the same ones each time: some data sets hold gigabytes of others.
    """
    if task is None or not data:
        return None
    if data == "hub":
        known = tasks.TASKS[task].hub if task in tasks.TASKS else None
        if known is None:
            raise BadInputError(f"{task} is not on the hub", hint="Give a folder.")
        return hub.dataset_files(known, proposed_folders(task))
    if is_on_hub(data):
        patterns = OWN_FILES if task == "own" else hub.DATA_FILES
        return hub.dataset_files(data, proposed_folders(task), patterns)
    return existing_folder(data, roots=roots)


def is_on_hub(data: str) -> bool:
    """Whether data is named as on the hub is, and is no folder here."""
    return hub.is_hub_id(data) and not Path(data).expanduser().exists()


def require_folder(task: str, data: str | None) -> None:
    """Refuse a task of a folder without one."""
    info = tasks.TASKS[task]
    if info.needs_folder and not data:
        raise BadInputError(
            f"{info.in_sentence} needs a folder with its files",
            hint=f"It should hold {info.layout}.",
        )


def proposed_folders(task: str) -> tuple[str, ...]:
    """The folders of a task's proposed languages in its data set on the hub; none means all."""
    info = tasks.TASKS.get(task)
    if info is None or info.hub is None:  # whoever brings data of their own wants all of it
        return ()
    folders = (info.hub_folder(lang) for lang in info.source_pool + info.target_langs)
    return tuple(dict.fromkeys(folder for folder in folders if folder))
