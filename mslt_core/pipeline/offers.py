"""What there is to choose from: tasks with their languages, corpora, vectors."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data import tasks
from mslt_core.pipeline.corpora import open_corpus
from mslt_core.pipeline.places import data_folder, existing_folder, require_folder
from mslt_core.pipeline.stock import is_parallel, stocks
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import RunGroup
from mslt_core.store.records import stamp_of

LOOK_LANGS = ("ar", "de", "en", "es", "fi", "id", "ja", "tr")
"""Languages of a first look: the paper's Figure 3 (ar, en, id), its sources, more families."""

LOOK_SETS = (("en",), ("de", "en", "es"), ("ar", "en", "zh"))
"""Sets of a first look: English, the paper's Figure 3, and English with the most diverse two."""

BUDGET = 1000
"""Training examples of the shipped runs, and what the Train page starts from."""


def first_look(groups: Sequence[RunGroup], n: int) -> list[RunGroup]:
    """The first `n` to compare: `LOOK_SETS` where they are there, then several sources, then one.

    Of each kind the smallest sets; few-shot ones after all others.
    """
    return sorted(
        groups,
        key=lambda g: (not g.plain, g.source_langs not in LOOK_SETS, len(g.source_langs) == 1),
    )[:n]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskOffer:
    """A task as it lies on this machine."""

    name: str
    title: str
    train_langs: tuple[str, ...]
    eval_langs: tuple[str, ...]
    source_pool: tuple[str, ...]
    """The paper's source languages, as far as the data has them."""
    eval_limit: int
    """Test items per language by default."""
    note: str
    """What one should know of the data before choosing; may be empty."""
    parallel: bool
    """Rows are translations of each other, so it matters which meanings a language gets."""


def task_titles() -> dict[str, str]:
    """Name to title of every task, the example's first."""
    return {name: info.title for name, info in tasks.TASKS.items()}


def needs_folder(task: str) -> bool:
    """Whether the task's data comes from a folder of the user's."""
    return tasks.TASKS[task].needs_folder


def task_offer(task: str, data: str | None, *, roots: tuple[Path, ...] | None = None) -> TaskOffer:
    """The languages that a task can be trained and scored on here."""
    require_folder(task, data)
    info = tasks.TASKS[task]
    folder = data_folder(task, data, roots)
    opened = tasks.open_task(task, folder)
    return TaskOffer(
        name=task,
        title=info.title,
        train_langs=opened.train_langs,
        eval_langs=opened.eval_langs,
        source_pool=tuple(lang for lang in info.source_pool if lang in opened.train_langs),
        eval_limit=info.eval_limit,
        note=info.note,
        parallel=is_parallel(opened, stocks(opened, folder)),
    )


def train_langs(
    task: str, data: str | None, *, roots: tuple[Path, ...] | None = None
) -> tuple[str, ...]:
    """The languages that a task has training data of here; no row of it is read."""
    require_folder(task, data)
    return tasks.open_task(task, data_folder(task, data, roots)).train_langs


def data_stamp(data: str | None, *, roots: tuple[Path, ...] | None = None) -> str:
    """Changes with a folder of a task's data: its files, and those in the folders in it."""
    if not data:
        return ""  # the example
    try:
        folder = existing_folder(data, roots=roots)
    except BadInputError:
        return ""  # a data set on the hub, or what is refused where it is opened
    places = sorted(map(str, (folder, *folder.glob("*"), *folder.glob("*/*"))))
    return " ".join(f"{place}:{stamp_of(place)}" for place in places)


def data_help(task: str) -> str:
    """What a task's folder holds, and where its data is on the hub."""
    info = tasks.TASKS[task]
    hub = f" Or `hub`: {info.hub}, fetched once." if info.hub else ""
    if info.kind is None:
        hub = " Or a data set on the hub that holds them: `name/reviews`, fetched once."
    return f"A folder with {info.layout}. The path may be relative to the project.{hub}"


def corpus_langs(corpus: str, *, roots: tuple[Path, ...] | None = None) -> tuple[str, ...]:
    """The languages of a parallel corpus: the example's, or a folder of PUD treebanks."""
    return open_corpus(corpus, roots=roots).langs


def has_words(corpus: str, *, roots: tuple[Path, ...] | None = None) -> bool:
    """Whether a parallel corpus tells the parts of speech of its words."""
    return open_corpus(corpus, roots=roots).read_words is not None
