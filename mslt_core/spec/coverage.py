"""What there is for each language: rows of a task, a treebank, pretraining text, typology."""

import dataclasses
from typing import Literal

Mark = Literal["for training", "for scoring", "there", "nothing"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CoverageCell:
    """What one language has in one column."""

    mark: Mark
    shown: str
    """In a few characters; empty where there is nothing."""
    told: str
    """In a phrase: what is there, or why nothing is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CoverageColumn:
    """One kind of thing that a language may have."""

    key: str
    label: str
    group: str
    """Neighbouring columns of one group stand together."""
    meaning: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class CoverageResult:
    """The grid: a row a language, a column a kind of data."""

    task: str
    title: str
    langs: tuple[str, ...]
    columns: tuple[CoverageColumn, ...]
    cells: dict[str, tuple[CoverageCell, ...]]
    """By language, in the order of the columns."""

    def column(self, key: str) -> dict[str, CoverageCell]:
        """One column's cells by language."""
        place = [column.key for column in self.columns].index(key)
        return {lang: self.cells[lang][place] for lang in self.langs}
