"""The tables of the paper that this project follows, as printed: nothing is corrected.

Each table lies in ``paper_table<n>.tsv`` beside this file and looks as it does in print. Table 5
(hyperparameters) holds no scores and is left out.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.rankings import PaperTask

_TASKS: Mapping[str, PaperTask] = MappingProxyType({task: task for task in get_args(PaperTask)})

_SCORE = r"(\d\d\.\d\d)"
_SCORE_RANK = re.compile(rf"{_SCORE} \((\d+)\)")
_RANK = re.compile(r"(\d+)")
_TWO_SCORES = re.compile(rf"{_SCORE} {_SCORE}")
_ONE_SCORE = re.compile(_SCORE)
_THREE_LANGS = re.compile(r"([a-z]{2}) ([a-z]{2}) ([a-z]{2})")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PaperTables:
    """Tables 1, 2, 3, 4 and 6. Scores in points, ranks from 1 (best).

    Criteria have this project's names; ``min`` and ``max`` are the worst and the best set of
    a task, ``average`` is the mean over the criteria of Table 6.
    """

    criteria: Mapping[tuple[str, PaperTask], tuple[float, int]]
    """Table 1: score of the set that a criterion picks, and its rank among the 35."""
    english_fixed: Mapping[tuple[str, PaperTask], int]
    """Table 2: rank of the set that a criterion picks among the 15 with English."""
    top_sets: Mapping[tuple[PaperTask, int], tuple[str, ...]]
    """Table 3: the set at rank 1 to 5 of the 35."""
    writing_systems: Mapping[PaperTask, tuple[float, float, float]]
    """Table 4: mean scores of the sets with one script, with two, with three."""
    similarity: Mapping[tuple[str, PaperTask], tuple[float, float]]
    """Table 6: scores of the most and of the least similar set."""


@functools.cache
def paper_tables() -> PaperTables:
    """Tables 1, 2, 3, 4 and 6 of the paper, as printed.

    Returns
    -------
    PaperTables
        Scores in points with the two decimals of the print, ranks from 1 (best); languages in
        alphabetical order. Read-only and the same object at every call.

    Raises
    ------
    DataError
        If a table is missing or a cell is not what its table holds.

    Notes
    -----
    Pool of seven (ar, de, en, es, fr, ru, zh), k = 3, hence 35 sets, 15 of them with English.
    XLM-R was trained on WikiAnn and XNLI themselves; BLOOM-7B on Bactrian-X, then scored on
    XCOPA, XWinograd and XStoryCloze. Table 4's tasks and Table 1's extremes stand as printed,
    doubtful or not.

    References
    ----------
    Lim et al. (2024). Analysis of Multi-Source Language Training in Cross-Lingual Transfer.
    ACL. Sections 5.4, 5.5, 6.1 and 6.2, and the appendix.

    Examples
    --------
    >>> tables = paper_tables()
    >>> tables.criteria["syntax", "xnli"], tables.english_fixed["syntax", "xnli"]
    ((73.76, 3), 2)
    >>> tables.top_sets["xnli", 3], tables.similarity["syntax", "xnli"]
    (('ar', 'de', 'zh'), (72.87, 73.76))
    """
    folder = Path(__file__).parent
    table1 = _by_criterion(folder / "paper_table1.tsv", _SCORE_RANK)
    table2 = _by_criterion(folder / "paper_table2.tsv", _RANK)
    table3 = _by_task(folder / "paper_table3.tsv", _THREE_LANGS)
    table4 = _by_task(folder / "paper_table4.tsv", _ONE_SCORE)
    table6 = _by_criterion(folder / "paper_table6.tsv", _TWO_SCORES)
    return PaperTables(
        criteria=MappingProxyType({key: (float(s), int(r)) for key, (s, r) in table1.items()}),
        english_fixed=MappingProxyType({key: int(rank) for key, (rank,) in table2.items()}),
        top_sets=MappingProxyType(
            {
                (task, rank): tuple(sorted(langs))
                for task, row in table3.items()
                for rank, langs in enumerate(row, 1)
            }
        ),
        writing_systems=MappingProxyType(
            {task: (float(a), float(b), float(c)) for task, ((a,), (b,), (c,)) in table4.items()}
        ),
        similarity=MappingProxyType({key: (float(m), float(n)) for key, (m, n) in table6.items()}),
    )


def _by_criterion(
    path: Path, cell: re.Pattern[str]
) -> dict[tuple[str, PaperTask], tuple[str, ...]]:
    """A table with one row a criterion and one column a task: (criterion, task) to a cell's parts.

    The first column is the row's name in print, for whoever compares the two.
    """
    (_, _, *columns), *rows = _lines(path)
    return {
        (criterion, _task(path, column)): _parts(path, text, cell)
        for _, criterion, *texts in rows
        for column, text in zip(columns, texts, strict=True)
    }


def _by_task(path: Path, cell: re.Pattern[str]) -> dict[PaperTask, list[tuple[str, ...]]]:
    """A table with one row a task: task to the parts of its cells, in order."""
    _, *rows = _lines(path)
    return {
        _task(path, name): [_parts(path, text, cell) for text in texts] for name, *texts in rows
    }


def _lines(path: Path) -> list[list[str]]:
    """The header and the rows of a table, all of one width; the first line says what it is."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise DataError(f"the paper's table {path.name} cannot be read ({e})") from None
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise DataError(f"{path.name} must hold a header and rows of its width")
    return rows


def _task(path: Path, name: str) -> PaperTask:
    """A task by its name in print."""
    if name.lower() not in _TASKS:
        raise DataError(f"{path.name} names no task of the paper: {name!r}")
    return _TASKS[name.lower()]


def _parts(path: Path, text: str, cell: re.Pattern[str]) -> tuple[str, ...]:
    """The parts of one cell."""
    found = cell.fullmatch(text)
    if not found:
        raise DataError(f"{path.name} has a cell that does not fit its table: {text!r}")
    parts = found.groups()
    if cell is _THREE_LANGS and (len(set(parts)) != len(parts) or not LANGUAGES.keys() >= {*parts}):
        raise DataError(f"{path.name} has a cell that is no set of languages: {text!r}")
    return parts
