"""How many rows a file has, without reading them: for a first look at what is there."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from mslt_core.data import tables
from mslt_core.spec.errors import DataError


def count_rows(path: Path, columns: Sequence[str] = ()) -> int:
    """Rows of a table: lines that are not blank, or what a Parquet file states.

    Parameters
    ----------
    path : Path
        ``.tsv``, ``.csv``, ``.jsonl`` or ``.parquet``.
    columns : sequence of str
        The first line of a TSV or CSV file with all of these names is its header. Without names
        there is none.
    """
    if path.suffix == ".parquet":
        return tables.n_parquet_rows(path)
    n_lines = sum(1 for line in _lines(path) if line.strip())
    if not columns or path.suffix not in {".tsv", ".csv"} or not n_lines:
        return n_lines
    separator = "\t" if path.suffix == ".tsv" else ","
    first = [cell.strip('" ') for cell in tables.first_cells(path, separator)]
    return n_lines - (set(columns) <= set(first))


def count_sentences(path: Path) -> int:
    """Sentences of a file with a word a line: runs of lines between blank ones."""
    if path.suffix == ".parquet":
        return count_rows(path)
    filled = [bool(line.strip(b"\r\n")) for line in _lines(path)]
    return sum(now and not before for before, now in pairwise([False, *filled]))


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except OSError as e:
        raise DataError(f"cannot read {path}: {e.strerror}") from None
