"""What a task is: labelled rows of several languages, and what is known before they are read."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from mslt_core.spec.sentences import Row, TaskKind


class Task(Protocol):
    """Labelled rows of several languages; all rows of a task are of one kind."""

    name: str
    kind: TaskKind
    labels: tuple[str, ...]
    """Label names; an id is a place in this tuple. Empty where there is nothing to name."""
    paired: bool
    """Whether a label is of two texts, not of one."""
    train_langs: tuple[str, ...]
    eval_langs: tuple[str, ...]
    evaluation_split: Mapping[str, str]
    """Which split is scored for each language of `eval_langs`: "test", or "dev" where the test
    set carries no labels or is trained on."""

    def train(self, lang: str) -> Sequence[Row]:
        """All training rows of a language, in file order; repeats are left in."""

    def evaluation(self, lang: str, limit: int | None = None) -> Sequence[Row]:
        """`limit` labelled rows that are not in training data, without repeats.

        A row that occurs in the training data of any language is out, whatever is trained on, so
        that all runs are scored on the same items.
        """

    def trained_on(self, rows: Sequence[Row]) -> list[bool]:
        """Whether each row, of whatever task, is in the training data of any language."""

    def fingerprint(self) -> str:
        """A digest of all content that training and scores depend on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskInfo:
    """What a task is, before it is opened."""

    name: str
    title: str
    kind: TaskKind | None
    """None where the folder tells: ask the opened task."""
    needs_folder: bool
    open: Callable[[Path], Task] | None = None
    """From a folder to the task; None where there is only one, without files."""
    hub: str | None = None
    """Where the data is on the Hugging Face hub: ``namespace/name@revision``."""
    hub_folder: Callable[[str], str | None] = str
    """From a language to the folder there that holds it; None where it is not there."""
    layout: str = ""
    """What the folder holds, in a phrase."""
    note: str = ""
    """What one should know of its languages or data before choosing."""
    source_pool: tuple[str, ...]
    """Languages to choose sources from by default; a folder may lack some."""
    target_langs: tuple[str, ...]
    """Languages to score zero-shot by default; a folder may lack some."""
    passes: int = 3
    """Passes over the budget in training, unless a number of steps is given."""
    eval_limit: int = 1000
    """Test items per language, unless a number is given."""

    @property
    def in_sentence(self) -> str:
        """Its title without what it asks: WikiANN."""
        return self.title.partition(":")[0]
