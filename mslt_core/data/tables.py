"""Tables from outside (TSV, CSV, JSON Lines, Parquet) as records that know where they stand."""

import contextlib
import csv
import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mslt_core.data import files
from mslt_core.spec.errors import DataError


@dataclasses.dataclass(frozen=True)
class Record:
    """One row of a table: its fields, and its place for messages and as the row's name."""

    path: Path
    line: int
    """Line of the file; row from 1 on in Parquet, which has no lines."""
    fields: Mapping[str, Any]

    @property
    def row_id(self) -> str:
        """``train-en.tsv:17``: stable across runs and machines."""
        return f"{self.path.name}:{self.line}"

    def text(self, column: str) -> str:
        """A field that must be text, and not empty."""
        value = self.value(column)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{column} must be text, got {value!r}")
        return value

    def value(self, column: str) -> Any:
        """A field that must be there."""
        if column not in self.fields:
            raise self.error(f"no column {column!r}; there are {', '.join(self.fields)}")
        return self.fields[column]

    def choice(self, column: str, labels: Sequence[str]) -> int:
        """A field that must be one of `labels`, or the place of one."""
        value = self.value(column)
        if isinstance(value, str) and value.strip() in labels:
            return list(labels).index(value.strip())
        # the hub's files hold the place of a label in its list of names
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(labels):
            return value
        raise self.error(f"unknown {column} {value!r}; known are {', '.join(labels)}")

    def error(self, reason: str) -> DataError:
        """What is wrong here, with file and line."""
        return DataError(f"{self.path}, line {self.line}: {reason}")


def read_records(path: Path, columns: Sequence[str] | None = None) -> list[Record]:
    """All rows of a table: every one, or an error.

    Parameters
    ----------
    path : Path
        ``.tsv``: no character quotes, as in XTREME and FLORES; ``.csv``: quoted as spreadsheets
        do; ``.jsonl``: one JSON object a line; ``.parquet``: the hub's format.
    columns : sequence of str, optional
        Names of the columns of a TSV or CSV file without a header (by default its first line
        names them), or the only columns to read of a Parquet file.

    Returns
    -------
    list of Record
        In file order; blank lines are left out.

    Raises
    ------
    DataError
        With file and line: a row with another number of columns, a line that is no JSON object,
        a file that is empty, cut short, not UTF-8 or of an unknown format.
    """
    readers: Mapping[str, Callable[[], list[Record]]] = {
        ".tsv": lambda: _separated(path, columns, _split_tabs),
        ".csv": lambda: _separated(path, columns, csv.reader),
        ".jsonl": lambda: _json_lines(path),
        ".parquet": lambda: _parquet(path, columns),
    }
    if path.suffix not in readers:
        raise DataError(f"{path} has no known format", hint=f"It may end in {', '.join(readers)}.")
    records = readers[path.suffix]()
    if not records:
        raise DataError(f"{path} has no row")
    return records


class _ToldTwiceError(Exception):
    """A key of a JSON object, of which the last value alone would be read."""


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _ in pairs]
        raise _ToldTwiceError(next(name for name in names if names.count(name) > 1))
    return told


def parse_json(text: str, where: str) -> Any:
    """The value of a JSON text from outside; `where` it stands is for messages.

    Raises
    ------
    DataError
        If it is not JSON, too deep, tells a key twice, or holds half a character: an escape such as
        ``\\ud83d`` whose other half is missing, which no tokenizer takes.
    """
    try:
        value = json.loads(text, object_pairs_hook=_told_once)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as e:
        line = f", line {e.lineno}" if "\n" in text else ""
        raise DataError(
            f"{where}{line}: not JSON: {e.msg}", hint="It may be cut short; copy it again."
        ) from None
    except _ToldTwiceError as e:
        raise DataError(f"{where}: the key {e.args[0]!r} is there twice") from None
    except (UnicodeEncodeError, RecursionError, ValueError) as e:
        reason = "half a character" if isinstance(e, UnicodeEncodeError) else "too deep or long"
        raise DataError(f"{where}: {reason} in the JSON") from None
    return value


def first_cells(path: Path, separator: str = "\t") -> list[str]:
    """The cells of a table's first line, by which a header is known."""
    try:
        with path.open("rb") as file:
            line = file.readline().decode("utf-8-sig", errors="replace")
    except OSError as e:
        raise DataError(f"cannot read {path}: {e.strerror}") from None
    return line.rstrip("\r\n").split(separator)


def n_parquet_rows(path: Path) -> int:
    """How many rows a Parquet file states."""
    import pyarrow.parquet as pq

    with _readable_parquet(path):
        return pq.read_metadata(path).num_rows


def _split_tabs(lines: Iterable[str]) -> Iterable[list[str]]:
    return (line.split("\t") for line in lines)


def _separated(
    path: Path,
    columns: Sequence[str] | None,
    split: Callable[[Iterable[str]], Iterable[list[str]]],
) -> list[Record]:
    numbered = [(i, line) for i, line in enumerate(files.read_lines(path), start=1) if line.strip()]
    rows = split(line for _, line in numbered)
    try:
        cells = list(rows)
    except csv.Error as e:
        raise DataError(f"{path}: not a CSV file: {e}") from None
    if len(cells) != len(numbered):
        read = csv.reader(line for _, line in numbered)
        first = next(n for n, _ in enumerate(read) if read.line_num > n + 1)
        where = f"{path}, line {numbered[first][0]}"
        raise DataError(
            f"{where}: a quoted field holds a line end, which is not read",
            hint="Write the file as JSON Lines.",
        )
    lines = [number for number, _ in numbered]
    if columns is None and cells:
        columns, cells, lines = [name.strip() for name in cells[0]], cells[1:], lines[1:]
        if len(set(columns)) < len(columns):
            raise DataError(f"{path}: two columns of one name among {', '.join(columns)}")
        if len(columns) == 1 and ";" in columns[0] and path.suffix == ".csv":
            raise DataError(
                f"{path}: its columns are apart by semicolons, got {columns[0][:60]!r}",
                hint="Save it with commas, or with tabs as .tsv.",
            )
    columns, records = columns or (), []
    for number, row in zip(lines, cells, strict=True):
        if len(row) != len(columns):
            raise DataError(
                f"{path}, line {number}: {len(row)} columns where {len(columns)} should be "
                f"({', '.join(columns)}), got {' '.join(row)[:60]!r}"
            )
        records.append(Record(path, number, dict(zip(columns, row, strict=True))))
    return records


def _json_lines(path: Path) -> list[Record]:
    records = []
    for number, line in enumerate(files.read_lines(path), start=1):
        if not line.strip():
            continue
        fields = parse_json(line, f"{path}, line {number}")
        if not isinstance(fields, dict):
            raise DataError(f"{path}, line {number}: must be a JSON object, got {line[:60]!r}")
        records.append(Record(path, number, fields))
    return records


def _parquet(path: Path, columns: Sequence[str] | None) -> list[Record]:
    import pyarrow.parquet as pq

    with _readable_parquet(path):
        rows = pq.read_table(path, columns=columns and list(columns)).to_pylist()
    return [Record(path, number, fields) for number, fields in enumerate(rows, start=1)]


@contextlib.contextmanager
def _readable_parquet(path: Path) -> Iterator[None]:
    """A Parquet file that cannot be read is said to be so."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as e:
        raise DataError(
            f"{path} is not a readable Parquet file: {(str(e).splitlines() or ['empty'])[0]}",
            hint="It may be cut short; copy it again.",
        ) from None
