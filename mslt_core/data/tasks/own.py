"""The user's own data: a folder whose ``task.yaml`` tells what is in it, see `own_yaml`.

Files are named as in any other task (``train-en.tsv``, ``en/train.jsonl``, ...), or hold several
languages (``train.jsonl`` with a column ``lang``). Tags may also come a word a line, see
`word_lines` and `conll`; then Universal NER's own names are taken too
(``UNER_English-EWT/en_ewt-ud-test.iob2``).
"""

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mslt_core.data import files, tables
from mslt_core.data.tasks import conll
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import (
    SUFFIXES,
    Found,
    Split,
    find_files,
    find_joint_files,
)
from mslt_core.data.tasks.own_yaml import NAME, OwnTask, label_text, read_own_task
from mslt_core.data.tasks.questions import question_item
from mslt_core.data.tasks.splits import LeftOut, SplitTask, file_by_file
from mslt_core.data.tasks.udpos import find_treebanks
from mslt_core.data.tasks.word_lines import TaggedFiles, require_sentences
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.sentences import ChoiceItem, LabelledText, Row, TaggedSentence, TaskKind

WHOLE = re.compile(r"^(-?\d+)\.0$")

LAYOUT = f"{NAME}, and train-<lang>.tsv, <lang>/train.jsonl or the like"

Records = Callable[[Path], Sequence[tables.Record]]


def open_own(folder: Path, own: OwnTask | None = None) -> SplitTask:
    """The user's data in a local folder. Of files of several languages the codes are looked at.

    `own` stands in for a ``task.yaml`` that is not written yet.
    """
    own = own or read_own_task(folder)
    suffixes = (*SUFFIXES, *conll.CONLL) if own.kind == "tagging" else SUFFIXES
    # a file of several languages is asked for once by each
    records: Records = functools.lru_cache(maxsize=2)(tables.read_records)
    if joint := "lang" in own.columns:
        by_split = find_joint_files(folder, suffixes=SUFFIXES, split_of=own.split_of)
        found = _by_lang(own, by_split, records)
    else:
        found = find_files(folder, below=("", "data"), suffixes=suffixes, split_of=own.split_of)
        if own.kind == "tagging" and not any(found.values()):
            found = find_treebanks(folder, conll.UNER, below="UNER_*")
    tagged = TaggedFiles(own, found)
    return SplitTask(
        "own",
        own.kind,
        own.labels,
        folder=folder,
        found=found,
        read=file_by_file(
            functools.partial(_read, own, tagged=tagged, choices=_OneNumber(), records=records)
        ),
        layout=LAYOUT,
        parallel="meaning" in own.columns,
        paired="pair" in own.columns,
        read_as=own.meaning(),
        count=None if joint else functools.partial(_count, own, tagged),
    )


def fingerprint_before(task: SplitTask) -> str | None:
    """The fingerprint that this data had while ``task.yaml`` was in it as it is written.

    None for tables of tags: some of their words were taken for sentences then.
    """
    used = {
        path
        for _, _, paths, use in task.files()
        for path in paths
        if use in ("training", "scoring")
    }
    if task.kind == "tagging" and any(path.suffix == ".tsv" for path in used):
        return None
    return files.fingerprint_all({*used, task.folder / NAME}, below=task.folder)


class _OneNumber:
    """All items of a task have as many choices as the one that is read first."""

    def __init__(self) -> None:
        self._first: tuple[int, str] | None = None

    def require(self, record: tables.Record, n: int) -> None:
        """Refuse an item with another number: a batch, which may mix languages, holds one."""
        n_first, first = self._first = self._first or (n, f"line {record.line} of {record.path}")
        if n != n_first:
            raise record.error(f"{n} choices, where {first} has {n_first}; all items need as many")


def _by_lang(own: OwnTask, by_split: Mapping[Split, tuple[Path, ...]], records: Records) -> Found:
    """The languages that files of several hold."""
    found: dict[Split, dict[str, tuple[Path, ...]]] = {"train": {}, "dev": {}, "test": {}}
    for split, paths in by_split.items():
        langs = {_lang(own, record) for path in paths for record in records(path)}
        found[split] = dict.fromkeys(sorted(langs), paths)
    return found


def _lang(own: OwnTask, record: tables.Record) -> str:
    code = record.text(own.columns["lang"])
    lang = by_any_code(code)
    if lang is None:
        raise record.error(f"unknown language {code!r}")
    return lang


def _count(own: OwnTask, tagged: TaggedFiles, path: Path) -> int:
    if tagged.holds_words(path):
        return conll.count_sentences(path, tagged.header(path))
    return count_rows(path, [*own.columns.values()][:1])


def _read(
    own: OwnTask,
    path: Path,
    lang: str,
    split: Split,  # noqa: ARG001
    *,
    tagged: TaggedFiles,
    choices: "_OneNumber",
    records: Records,
) -> Sequence[Row | LeftOut]:
    if tagged.holds_words(path):
        return conll.read_sentences(path, own.labels, NAME, tagged.header(path))
    rows = records(path) if "lang" in own.columns else tables.read_records(path)
    if own.kind == "tagging":
        require_sentences(own, rows)
    mine = [r for r in rows if "lang" not in own.columns or _lang(own, r) == lang]
    made = [_MAKE[own.kind](own, record, _meaning(own, record)) for record in mine]
    for record, row in zip(mine, made, strict=True):
        if isinstance(row, ChoiceItem):
            choices.require(record, len(row.choices))
    return made


def _meaning(own: OwnTask, record: tables.Record) -> str:
    column = own.columns.get("meaning")
    value = record.value(column) if column else None
    # so data frames write a number that is missing; the others of its column become 12.0 by it
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else WHOLE.sub(r"\1", str(value).strip())


def _tagged(own: OwnTask, record: tables.Record, meaning: str) -> TaggedSentence:
    tokens, tags = (record.value(own.columns[ours]) for ours in ("tokens", "tags"))
    # cells of a table without lists hold words and tags with spaces between them
    words = tokens.split() if isinstance(tokens, str) else tokens
    names = tags.split() if isinstance(tags, str) else tags
    if not isinstance(words, list) or not isinstance(names, list) or len(words) != len(names):
        raise record.error(f"as many tags as tokens are needed, got {tokens!r} and {tags!r}"[:300])
    if not words or not all(isinstance(word, str) and word for word in words):
        raise record.error(f"tokens must be texts, got {tokens!r}"[:300])
    labels = tuple(_label(own, record, name) for name in names)
    return TaggedSentence(row_id=record.row_id, tokens=tuple(words), labels=labels, meaning=meaning)


def _labelled(own: OwnTask, record: tables.Record, meaning: str) -> LabelledText:
    pair = own.columns.get("pair")
    return LabelledText(
        row_id=record.row_id,
        text=record.text(own.columns["text"]),
        pair=record.text(pair) if pair else None,
        label=_label(own, record, record.value(own.columns["label"])),
        meaning=meaning,
    )


def _choice(own: OwnTask, record: tables.Record, meaning: str) -> ChoiceItem:
    if len(own.choices) == 1:
        choices = record.value(own.choices[0])
        if not isinstance(choices, list) or not all(isinstance(c, str) and c for c in choices):
            raise record.error(f"{own.choices[0]} must be a list of texts, got {choices!r}")
    else:
        choices = [record.text(column) for column in own.choices]
    names = own.labels or tuple(map(str, range(len(choices))))
    label = _label(own, record, record.value(own.columns["label"]), names)
    if label >= len(choices) or len(choices) < 2:
        raise record.error(f"{len(choices)} choices, of which the right one is number {label}")
    return ChoiceItem(
        row_id=record.row_id,
        premise=record.text(own.columns["premise"]),
        choices=tuple(choices),
        label=label,
        meaning=meaning,
    )


def _question(own: OwnTask, record: tables.Record, meaning: str) -> Row | LeftOut:
    fields = {ours: record.value(own.columns[ours]) for ours in ("question", "context", "answers")}
    where = f"{record.path}, line {record.line}"
    item = question_item(where, record.row_id, fields, meaning=meaning)
    return item or LeftOut(record.row_id, "without an answer")


_MAKE: Mapping[TaskKind, Callable[[OwnTask, tables.Record, str], Row | LeftOut]] = {
    "tagging": _tagged,
    "classification": _labelled,
    "choice": _choice,
    "questions": _question,
}


def _label(
    own: OwnTask, record: tables.Record, value: Any, names: Sequence[str] | None = None
) -> int:
    """Place of a label: its name's, or else the number that it is."""
    labels = own.labels if names is None else names
    name = label_text(value).strip()
    if name in labels:
        return list(labels).index(name)
    # data frames write True, and JSON true
    alike = [i for i, label in enumerate(labels) if label.lower() == name]
    if isinstance(value, bool) and len(alike) == 1:
        return alike[0]
    # a number is a place, unless numbers are names
    numbered = any(label.lstrip("-").isdecimal() for label in labels)
    if record.path.suffix in {".tsv", ".csv"} and re.fullmatch(r"\d{1,9}", str(value).strip()):
        value = int(value)  # all that they hold is text
    if type(value) is int and not numbered and 0 <= value < len(labels):
        return value
    shown = name if isinstance(value, bool) else repr(value)
    raise record.error(f"unknown label {shown}; {NAME} knows {', '.join(labels)}")
