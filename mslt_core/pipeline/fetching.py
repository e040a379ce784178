"""What is fetched before it is asked for: treebanks, a task's data set, a model."""

import dataclasses
import filecmp
import re
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from mslt_core.data import hub, pud, tasks
from mslt_core.pipeline.checkpoints import model_folder
from mslt_core.pipeline.embedding import Report, quiet
from mslt_core.pipeline.places import proposed_folders
from mslt_core.spec.errors import BadInputError, DataError, SpecError
from mslt_core.spec.fetching import FetchSpec
from mslt_core.spec.languages import label, languages
from mslt_core.spec.specs import Where
from mslt_core.store import Store

PUD_FOLDER = Path("~/data/pud")
"""Where treebanks go when no folder is named."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was fetched, and how to go on with it."""

    what: Literal["treebanks", "data set", "model"]
    folder: Path
    n_files: int
    option: str
    """What to give the folder to: ``--corpus``, ``--task xnli --data`` or ``--model``."""
    note: str = ""


def fetchable() -> tuple[str, ...]:
    """The names that `fetch` knows: ``pud``, and the tasks whose data is on the hub."""
    return ("pud", *(name for name, info in tasks.TASKS.items() if info.hub))


def fetch(
    name: str,
    to: Path | None = None,
    langs: Sequence[str] = (),
    *,
    tag: str | None = None,
    report: Report = quiet,
) -> Fetched:
    """Fetch treebanks (``pud``), a task's data set or a model; what is there is not asked for.

    With `to` the files lie there; treebanks always lie in a folder of the user's, and the others
    otherwise in the local cache of the hub. `langs` chooses among treebanks or languages of a
    data set, `tag` is a release of the treebanks.
    """
    chosen = languages(langs)
    if tag is not None and (name != "pud" or not re.fullmatch(r"[\w.-]+", tag)):
        raise SpecError(f"--tag is a release of the treebanks (pud), such as {pud.UD_TAG}")
    if name == "pud":
        folder = (to or PUD_FOLDER).expanduser().resolve()
        pud.fetch_pud(folder, chosen or pud.PUD_LANGS, tag=tag or pud.UD_TAG, report=report)
        n = len(chosen or pud.PUD_LANGS)
        return Fetched(what="treebanks", folder=folder, n_files=n, option="--corpus")
    if name in tasks.TASKS:
        return _data_set(name, to, chosen, report)
    if not hub.is_hub_id(name):
        raise BadInputError(
            f"nothing to fetch is called {name!r}",
            hint=f"There are {', '.join(fetchable())}, and models by their hub id, such as "
            "FacebookAI/xlm-roberta-base.",
        )
    if chosen:
        raise SpecError("--langs choose treebanks or a task's languages; a model has none")
    report(0, 0, name)
    return _placed("model", model_folder(name), to, option="--model")


def is_fetched(ref: str) -> bool:
    """Whether a checkpoint need not be fetched: no hub id, or one whose files are here."""
    if not hub.is_hub_id(ref) or Path(ref).exists():
        return True
    from mslt_core.models import checkpoints

    return hub.is_here(ref, kind="model", patterns=checkpoints.CONTENT)


def execute_fetching(
    store: Store,  # noqa: ARG001  what is fetched lies in the hub's own cache
    spec: FetchSpec,
    where: Where,  # noqa: ARG001
    *,
    report: Report,
    should_stop: Callable[[], bool],  # noqa: ARG001  a download cannot be asked to stop
) -> bool:
    """Fetch a model."""
    fetch(spec.model, report=report)
    return True


def _data_set(task: str, to: Path | None, langs: tuple[str, ...], report: Report) -> Fetched:
    info = tasks.TASKS[task]
    if info.hub is None:
        needs = f"It reads {info.layout}." if info.needs_folder else "It comes with the program."
        raise BadInputError(f"{task} is not on the hub", hint=needs)
    if langs and to is None:
        raise SpecError(
            f"--langs of {task} need --to",
            hint="In the hub's cache every run finds the same languages.",
        )
    proposed = proposed_folders(task)
    wanted = proposed
    if langs:
        folders = {lang: info.hub_folder(lang) for lang in langs}
        if lacking := [label(lang) for lang, folder in folders.items() if folder is None]:
            raise DataError(f"{info.hub} has no {', '.join(lacking)}")
        wanted = tuple(dict.fromkeys(folder for folder in folders.values() if folder))
    report(0, 0, info.hub)
    folder = hub.dataset_files(info.hub, wanted)
    note = ""
    if further := [name for name in wanted if name not in proposed]:
        note = (
            f"{', '.join(further)} lie in the hub's cache now, too: runs on `--data hub` read "
            "them, and do not compare with those from before."
        )
    inside = tuple(part for name in wanted for part in (f"{name}/", f"/{name}/"))
    return _placed("data set", folder, to, option=f"--task {task} --data", inside=inside, note=note)


def _placed(
    what: Literal["data set", "model"],
    folder: Path,
    to: Path | None,
    *,
    option: str,
    inside: tuple[str, ...] = (),
    note: str = "",
) -> Fetched:
    """Leave the files in the cache, or copy those that lie in folders of `inside`."""
    names = [p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file()]
    names = [
        name
        for name in names
        if not inside
        or any(name.startswith(part) or (part[0] == "/" and part in name) for part in inside)
    ]
    if to is not None:
        to = to.expanduser().resolve()
        for name in names:
            _copy(folder / name, to / name)
    return Fetched(what=what, folder=to or folder, n_files=len(names), option=option, note=note)


def _copy(source: Path, target: Path) -> None:
    """A copy that is whole or not there; one that is there already is left alone."""
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as e:
        raise DataError(f"cannot write {target}: {e.strerror or e}") from e
