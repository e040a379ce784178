"""Describing data of one's own: what lies in a folder, and whether a description fits it."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mslt_core.data import tables, tasks
from mslt_core.data.tasks.conll import CONLL, tags_in
from mslt_core.data.tasks.layouts import SPLITS, SUFFIXES, Split
from mslt_core.data.tasks.own import open_own
from mslt_core.data.tasks.own_yaml import (
    ALLOWED,
    NAME,
    NEEDED,
    label_text,
    own_fields,
    parse_own_task,
    untyped_tags,
)
from mslt_core.data.tasks.word_lines import Words, seem_words
from mslt_core.pipeline.left_out import told_of
from mslt_core.pipeline.places import existing_folder, is_on_hub
from mslt_core.spec.errors import BadInputError, DataError
from mslt_core.spec.sentences import TaskKind
from mslt_core.store.atomic import atomic_write

LINES_SHOWN = 4
LINES_LOOKED_AT = 1000
"""To see whether a file has a word a line."""
LONGEST_SHOWN = 160
MOST_FILES = 200
"""A folder with more is hardly one of this kind, and the list is for a person to choose from."""
MOST_LABELS = 100

FIELDS: Mapping[TaskKind, tuple[str, ...]] = ALLOWED
REQUIRED: Mapping[TaskKind, tuple[str, ...]] = NEEDED


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A file that may hold rows, as a person looks into it."""

    name: str
    """Below the folder."""
    lines: tuple[str, ...]
    """The first ones, cut where they are long; of Parquet the first rows."""
    columns: tuple[str, ...]
    """() for words with their tags, a line each, without a header."""
    words: bool
    """Whether it seems to have a word and its tag a line."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnCheck:
    """A description that fits the folder's files, every row of which was read."""

    folder: Path
    text: str
    """Of its ``task.yaml``."""
    rows: Mapping[str, Mapping[Split, int]]
    """Language to split to rows."""
    scored: Mapping[str, int]
    """Language to the rows that are scored: without repeats and what is trained on."""
    not_scored: tuple[str, ...] = ()
    """Sentences that tell why the other rows of evaluation files are not."""
    unread: tuple[str, ...] = ()
    """Files that could hold rows, but by their names are of no split or language that is known."""


def own_folder(data: str, *, roots: tuple[Path, ...] | None = None) -> Path | None:
    """The folder here that may be described; None for a data set on the hub, which says itself."""
    return None if is_on_hub(data) else existing_folder(data, roots=roots)


def own_files(folder: Path) -> tuple[str, ...]:
    """Names of the files of a folder, and of those right below it, that can hold rows."""
    found = [*folder.glob("*"), *folder.glob("*/*")]
    known = {*SUFFIXES, *CONLL}
    names = sorted(str(p.relative_to(folder)) for p in found if p.suffix in known and p.is_file())
    return tuple(names[:MOST_FILES])


def look_into(folder: Path, name: str) -> OwnFile:
    """The first lines of one of `own_files`, and its columns.

    Raises
    ------
    BadInputError, DataError
        If it is none of them; with file and line if its beginning cannot be read.
    """
    if name not in own_files(folder):
        raise BadInputError(f"{name} is no file of {folder} that can hold rows")
    path = folder / name
    words: Words = "no"
    if path.suffix == ".parquet":
        rows = [dict(record.fields) for record in tables.read_records(path)[:LINES_SHOWN]]
        lines = [str(row) for row in rows]
        columns = tuple(rows[0])
    else:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            lines = [line.rstrip("\r\n") for line in itertools.islice(file, LINES_LOOKED_AT)]
        if not lines:
            raise DataError(f"{path} is empty")
        if path.suffix in {*CONLL, ".tsv"}:
            words = seem_words(lines) if path.suffix == ".tsv" else "without a header"
        columns = () if words == "without a header" else _columns(path, lines[0])
    shown = tuple(
        line[:LONGEST_SHOWN] + "…" * (len(line) > LONGEST_SHOWN) for line in lines[:LINES_SHOWN]
    )
    return OwnFile(name=name, lines=shown, columns=columns, words=words != "no")


def _columns(path: Path, line: str) -> tuple[str, ...]:
    if path.suffix == ".jsonl":
        first = tables.parse_json(line, f"{path}, line 1")
        return tuple(first) if isinstance(first, dict) else ()
    names = tables.first_cells(path, "\t" if path.suffix == ".tsv" else ",")
    return tuple(name.strip().strip('"') for name in names)


def labels_in(
    folder: Path, column: str | None = None, kind: TaskKind = "classification"
) -> tuple[str, ...]:
    """The labels in all of a folder's files, O first and the others in order.

    `column` is that of the labels, or of the tags, of which a cell holds several with spaces
    between them; None for words with their tags, a line each.

    Raises
    ------
    DataError
        If a file cannot be read, or has a tag B- without a type; if the labels are numbers, whose
        names they do not tell; if there are none, or more than `MOST_LABELS`.
    """
    found: dict[str, Path] = {}
    for path in (folder / name for name in own_files(folder)):
        for label in _cells(path, column, kind):
            found.setdefault(label.strip(), path)
    found.pop("", None)
    if untyped := untyped_tags(found):
        tag = untyped[0]
        raise DataError(f"{found[tag]}: the tag {tag!r} has no type behind it, as B-PER has")
    where = f"{folder}, {column}" if column else str(folder)
    if not found:
        raise DataError(f"{where}: no labels in any file")
    if len(found) > MOST_LABELS:
        raise DataError(f"{where}: {len(found)} different values are no labels")
    if all(label.lstrip("-").isdecimal() for label in found):
        raise DataError(
            f"{where}: the labels are numbers, {', '.join(sorted(found, key=int))}",
            hint="Type their names, in the order of the numbers.",
        )
    return tuple(sorted(found, key=lambda label: (label != "O", label)))


def _cells(path: Path, column: str | None, kind: TaskKind) -> Iterator[str]:
    """Every label of a file that has the column; a cell may hold several, as it is read."""
    if column is None:
        if path.suffix in {*CONLL, ".tsv"}:
            yield from tags_in(path)
    elif path.suffix in SUFFIXES:
        for record in tables.read_records(path):
            value = record.fields.get(column)
            if isinstance(value, str) and kind == "tagging":
                value = value.split()
            if value is not None:
                yield from map(label_text, value if isinstance(value, list) else [value])


def own_yaml(fields: Mapping[str, Any]) -> str:
    """The text of a description; DataError with the key that is wrong."""
    return tasks.describe_yaml(**fields)


def check_own_task(folder: Path, fields: Mapping[str, Any]) -> OwnCheck:
    """Read every row of the folder as a description says; the text to keep, and the counts.

    `fields` are what `tasks.describe_yaml` takes.

    Raises
    ------
    DataError
        With the key of the description, or with file and line, where they do not fit.
    """
    text = own_yaml(fields)
    opened = open_own(folder, parse_own_task(folder / NAME, text))
    rows: dict[str, dict[Split, int]] = {}
    unread = set(own_files(folder))
    for lang, split, paths, _ in opened.files():
        rows.setdefault(lang, {})[split] = opened.read_rows(lang, split, paths)
        unread -= {str(path.relative_to(folder)) for path in paths}
    order = {lang: {s: of[s] for s in SPLITS if s in of} for lang, of in sorted(rows.items())}
    scored = {lang: len(opened.evaluation(lang)) for lang in opened.eval_langs}
    out = {lang: opened.left_out(lang) for lang in opened.eval_langs}
    return OwnCheck(
        folder=folder,
        text=text,
        rows=order,
        scored=scored,
        not_scored=tuple(told_of(opened, out, scored)),
        unread=tuple(sorted(unread)),
    )


def own_task_text(folder: Path) -> str | None:
    """The ``task.yaml`` that lies in the folder, if one does."""
    path = folder / NAME
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def said_of(folder: Path) -> dict[str, Any] | None:
    """What the folder's ``task.yaml`` says, as `check_own_task` takes it; None if nothing right."""
    text = own_task_text(folder)
    try:
        return own_fields(folder / NAME, text) if text is not None else None
    except DataError:
        return None  # the folder cannot be opened either, and then it is told why


def says_the_same(folder: Path, text: str, other: str) -> bool:
    """Whether two texts of a ``task.yaml`` say the same, in whatever order and layout."""
    try:
        return parse_own_task(folder / NAME, text) == parse_own_task(folder / NAME, other)
    except DataError:
        return False


def keep_own_task(folder: Path, text: str, *, replace: bool = False) -> Path:
    """Write the folder's ``task.yaml``, whole or not at all; another one stays unless told."""
    there = own_task_text(folder)
    if there is not None and there != text and not replace:
        raise BadInputError(
            f"{folder} has another {NAME} already",
            hint="Confirm that it may be replaced, or choose another folder.",
        )
    atomic_write(folder / NAME, text.encode())
    return folder / NAME
