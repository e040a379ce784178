"""Pairs of sentences as XTREME and the hub keep them, with test labels that lie elsewhere.

XTREME's ``dev-<lang>.tsv`` and ``test-<lang>.tsv`` have no header, and test has no labels:
``test-labels.tsv`` (row, label), in the folder or below ``derived/``, brings them back. The hub's
Parquet files and other people's tables name their columns.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mslt_core.data import tables
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Split, find_files
from mslt_core.data.tasks.splits import LeftOut, SplitTask
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import LabelledText

PLACES = ("", "xtreme", "data")
"""Where the files may lie in a folder."""


LAYOUT = "dev-<lang>.tsv and test-<lang>.tsv, or <lang>/train.parquet and so on"

Rows = Sequence[LabelledText | LeftOut]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Order:
    """What shows that the same row of two languages' files is one pair, as labels are alike."""

    marks: Callable[[Sequence[tables.Record]], Sequence[object]]
    """A split's labels, None of rows that tell nothing; empty where rows are told by name."""
    most: float
    """Of the labels may differ."""
    whole: bool
    """Whether the splits must have as many rows."""
    hint: str = "Copy the files again."


def open_pairs(
    name: str,
    labels: tuple[str, ...],
    folder: Path,
    *,
    columns: Sequence[str],
    rows: Callable[[Sequence[tables.Record], Split], Rows],
    order: Order,
) -> SplitTask:
    """A task of translated pairs in a local folder. Nothing is read before it is asked for.

    `columns` are the two texts' and the label's; `rows` makes rows of a split's records, file
    after file. A split is refused whose rows cannot be translations of those of its first language.
    """
    found = find_files(folder, below=PLACES)
    places = (folder / "test-labels.tsv", folder / "derived" / "test-labels.tsv")
    told = next((path for path in places if path.is_file()), None)

    def records_of(paths: tuple[Path, ...]) -> list[tables.Record]:
        return [record for path in paths for record in read_pairs(path, columns, told)]

    @functools.lru_cache(maxsize=2)  # of train and of what is scored; all languages ask for them
    def first(paths: tuple[Path, ...]) -> Sequence[object]:
        return order.marks(records_of(paths))

    def read(paths: tuple[Path, ...], lang: str, split: Split) -> Rows:  # noqa: ARG001
        records, others = records_of(paths), found[split][min(found[split])]
        if paths != others:
            _require_same_order((paths[0], order.marks(records)), (others[0], first(others)), order)
        return rows(records, split)

    return SplitTask(
        name,
        "classification",
        labels,
        folder=folder,
        found=found,
        read=read,
        layout=LAYOUT,
        parallel=True,
        paired=True,
        count=functools.partial(count_rows, columns=columns[:2]),
        also_reads=[told] if told else [],
        stand_in="test",
    )


def _require_same_order(
    one: tuple[Path, Sequence[object]], other: tuple[Path, Sequence[object]], order: Order
) -> None:
    (here, marks), (there, others) = one, other
    if not marks or not others:
        return
    if order.whole and len(marks) != len(others):
        raise DataError(
            f"{here} has {len(marks):,} rows, {there} has {len(others):,}",
            hint=f"They are joined by row. {order.hint}",
        )
    pairs = [(a, b) for a, b in zip(marks, others, strict=False) if not (a is None or b is None)]
    if (n := sum(a != b for a, b in pairs)) > order.most * len(pairs):
        raise DataError(
            f"{here} has other labels than {there} in {n:,} of {len(pairs):,} rows",
            hint=f"They are joined by row: a row is missing, or the order is another. {order.hint}",
        )


def read_pairs(path: Path, columns: Sequence[str], labels: Path | None) -> list[tables.Record]:
    """All rows of a file under the names `columns`, each with a label.

    Parameters
    ----------
    path : Path
        A TSV, CSV, JSON Lines or Parquet file.
    columns : sequence of str
        The two texts' columns, then the label's.
    labels : Path or None
        ``test-labels.tsv``, for a file without labels; a label that is blank there is blank here.

    Raises
    ------
    DataError
        As by `tables.read_records`, if neither file has labels, or there are fewer rows.
    """
    first = tables.first_cells(path) if path.suffix == ".tsv" else []
    header = not first or bool(set(columns) & set(first))
    records = tables.read_records(path, None if header else columns[: len(first)])
    label = columns[-1]
    if label in records[0].fields:
        return records
    if labels is None:
        raise DataError(
            f"{path} has no labels", hint="Put test-labels.tsv (row, label) into the folder."
        )
    known = _labels_by_row(labels, label)
    if len(records) < len(known):
        # a row that is missing would give its label to the next one, and so on
        raise DataError(
            f"{path} has {len(records):,} rows, {labels.name} has {len(known):,} labels for them",
            hint="They are joined by row. Copy the file again, or leave out the same labels.",
        )
    first_line = 2 if header and path.suffix in {".tsv", ".csv"} else 1
    return [_with_label(r, label, known, r.line - first_line, labels) for r in records]


def _with_label(
    record: tables.Record, label: str, known: Mapping[int, str], row: int, labels: Path
) -> tables.Record:
    if row not in known:
        raise record.error(f"{labels} has no row {row}")
    return tables.Record(record.path, record.line, {**record.fields, label: known[row]})


def _labels_by_row(path: Path, label: str) -> Mapping[int, str]:
    """Row of the test files, from 0 on, to label."""
    known = {}
    for record in tables.read_records(path):
        row = record.text("row")
        if not row.isdecimal():
            raise record.error(f"row must be a number from 0 on, got {row!r}")
        known[int(row)] = record.value(label)
    return known
