"""Whether the tables of a tagging task hold a sentence a row or a word a line.

Files that end in ``.tsv`` may be either. Without a header they hold a word and its tag a line.
Under a header they hold a sentence a row, unless blank lines part rows of one tag each: these are
words too. All ``.tsv`` files of a folder are of one form.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise
from pathlib import Path
from typing import Literal

from mslt_core.data import tables
from mslt_core.data.tasks.conll import CONLL
from mslt_core.data.tasks.layouts import Found
from mslt_core.data.tasks.own_yaml import OwnTask
from mslt_core.spec.errors import DataError

Form = Literal["a word a line", "a word a line under a header", "a sentence a row under a header"]
Words = Literal["no", "without a header", "under a header"]

ONE_WORD_ROWS = 0.95
"""Share of rows of one word from which on a table is taken for words, not sentences."""
FEW_ROWS = 10
"""Fewer tell nothing."""

_ENTITY_TAG = re.compile(r"O|[BIESLU]-\S+")


class TaggedFiles:
    """How the files of a tagging task are to be read."""

    def __init__(self, own: OwnTask, found: Found) -> None:
        self._own = own
        paths = {p for by_lang in found.values() for files in by_lang.values() for p in files}
        self._tsv = sorted(path for path in paths if path.suffix == ".tsv")

    def holds_words(self, path: Path) -> bool:
        """Whether a file has a word a line.

        Raises
        ------
        DataError
            Naming two ``.tsv`` files of the folder, if they are of different forms.
        """
        if self._own.kind != "tagging" or path.suffix not in (*CONLL, ".tsv"):
            return False
        return path.suffix != ".tsv" or self._form != "a sentence a row under a header"

    def header(self, path: Path) -> tuple[str, str] | None:
        """The names of the columns of word and tag, where a first line names them."""
        if path.suffix != ".tsv" or self._form != "a word a line under a header":
            return None
        return self._own.columns["tokens"], self._own.columns["tags"]

    @functools.cached_property
    def _form(self) -> Form:
        forms = {path: _form_of(self._own, path) for path in self._tsv}
        first = self._tsv[0]
        for path, form in forms.items():
            if form != forms[first]:
                raise DataError(
                    f"{first} has {forms[first]}, {path.name} {form}: the .tsv files of a folder "
                    "must be of one form",
                    hint="Give all of them a header, or none, and the same columns in task.yaml.",
                )
        return forms[first]


def _form_of(own: OwnTask, path: Path) -> Form:
    names = [name.strip() for name in tables.first_cells(path)]
    if own.columns["tokens"] not in names:
        return "a word a line"
    if own.columns["tags"] in names and not own.columns.keys() & {"lang", "meaning"}:
        place = names.index(own.columns["tags"])
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[1:]
        tags = [line.split("\t")[place:][:1] for line in lines if line.strip()]
        if has_blank_inside(lines) and all(len(tag.split()) < 2 for cell in tags for tag in cell):
            return "a word a line under a header"
    return "a sentence a row under a header"


def has_blank_inside(lines: Iterable[str]) -> bool:
    """Whether a blank line lies between others."""
    filled = [bool(line.strip()) for line in lines]
    return any(
        now and not before for before, now in pairwise(dropwhile(lambda one: not one, filled))
    )


def require_sentences(own: OwnTask, records: Sequence[tables.Record]) -> None:
    """Refuse a table whose rows seem to be words; lists in its cells are taken at their word.

    Raises
    ------
    DataError
        With file and line of a blank line among the rows, or if nearly all rows are one word.
    """
    column = own.columns["tokens"]
    texts = [text for r in records if isinstance(text := r.fields.get(column), str)]
    if not texts:
        return
    for before, record in pairwise(records):
        if record.line > before.line + 1:
            raise DataError(
                f"{record.path}, line {before.line + 1}: a blank line in a table that has a "
                "sentence a row",
                hint="Take it out. Of a table with a word a row, save word and tag alone as .tsv, "
                "with a blank line after each sentence.",
            )
    n_words = sum(len(text.split()) == 1 for text in texts)
    if len(texts) >= FEW_ROWS and n_words >= ONE_WORD_ROWS * len(texts):
        raise DataError(
            f"{records[0].path}: {n_words:,} of its {len(texts):,} rows are one word each, and so "
            "hardly sentences",
            hint="With a word a row, save it as .tsv with a blank line after each sentence. "
            "Sentences of one word may be lists, in JSON Lines.",
        )


def seem_words(lines: Iterable[str]) -> Words:
    """Whether lines with tabs look like a word each, before anybody has said what they are.

    A header is known by its last cell: no tag of an entity, and not there again.
    """
    lines = list(lines)
    rows = [line.split("\t") for line in lines if line.strip() and not _is_remark(line)]
    texts = sum(" " in row[0].strip() for row in rows)
    if not rows or min(map(len, rows)) < 2 or texts > (1 - ONE_WORD_ROWS) * len(rows):
        return "no"
    first, *others = [row[-1].strip() for row in rows]
    tags = [*others] or [first]
    if not has_blank_inside(lines) and not all(map(_ENTITY_TAG.fullmatch, tags)):
        return "no"
    if _ENTITY_TAG.fullmatch(first) or first in others:
        return "without a header"
    return "under a header"


def _is_remark(line: str) -> bool:
    return line.startswith("#") and "\t" not in line
