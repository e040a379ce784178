"""Tasks: labelled sentences to train and score on, behind one registry."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from mslt_core.data.tasks.cldr_ner import CldrNer
from mslt_core.data.tasks.wikiann import WikiAnn
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.sentences import TaggedSentence


class TokenTask(Protocol):
    """A task that gives every word of a sentence one label."""

    name: str
    labels: tuple[str, ...]
    """Label names; an id is a place in this tuple, 0 is ``O``."""
    train_langs: tuple[str, ...]
    eval_langs: tuple[str, ...]
    evaluation_split: Mapping[str, str]
    """Which split is scored for each language of `eval_langs`: "test", or "dev" where the test
    set carries no labels."""

    def train(self, lang: str) -> Sequence[TaggedSentence]:
        """All training sentences of a language, in file order; repeats are left in."""

    def evaluation(self, lang: str, limit: int | None = None) -> Sequence[TaggedSentence]:
        """The first `limit` labelled sentences that are not in training data, without repeats.

        A sentence that occurs in the training data of any language is out, whatever is trained
        on, so that all runs are scored on the same items.
        """

    def fingerprint(self) -> str:
        """A digest of all content that training and scores depend on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskInfo:
    """What a task is, before it is opened."""

    name: str
    title: str
    needs_folder: bool
    source_pool: tuple[str, ...]
    """Languages to choose sources from by default."""
    target_langs: tuple[str, ...]
    """Languages to score zero-shot by default; a folder may lack some."""
    metrics: tuple[str, ...]
    """Names in `METRICS`, the task's main one first."""
    passes: int
    """Passes over the budget in training, unless a number of steps is given."""
    eval_limit: int
    """Test items per language, unless a number is given."""


TASKS: Mapping[str, TaskInfo] = MappingProxyType(
    {
        "cldr-ner": TaskInfo(
            name="cldr-ner",
            title="Example: names and numbers in short phrases",
            needs_folder=False,
            source_pool=PAPER_POOL,
            target_langs=tuple(lang for lang in CldrNer.eval_langs if lang not in PAPER_POOL),
            metrics=("accuracy", "span_f1"),
            # so that a run takes less than 20 s on two cores, start and scores included
            passes=2,
            eval_limit=150,
        ),
        "wikiann": TaskInfo(
            name="wikiann",
            title="WikiANN: names in Wikipedia",
            needs_folder=True,
            source_pool=PAPER_POOL,
            # Lim et al. 2024, appendix A
            target_langs=("el", "fi", "he", "id", "ja", "ko", "th", "tr"),
            metrics=("accuracy", "span_f1"),
            passes=3,
            eval_limit=1000,
        ),
    }
)


def open_task(name: str, folder: str | Path | None = None) -> TokenTask:
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
    if not TASKS[name].needs_folder:
        if folder is not None:
            raise DataError(f"{name} reads no folder, got {folder}", hint="Leave the folder out.")
        return CldrNer()
    if folder is None:
        raise DataError(
            f"{name} needs a folder", hint="Give the one that holds train-<lang>.tsv and so on."
        )
    return WikiAnn(Path(folder))
