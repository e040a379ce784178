"""A user's own parallel sentences: text files aligned by line, or a table with a column a language.

An empty line or cell is a sentence that its language lacks: it is left out, and counted.
"""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType

from mslt_core.data import tables
from mslt_core.data.files import read_lines
from mslt_core.data.parallel.corpus import ParallelCorpus, refuse_mostly_empty, says_nothing
from mslt_core.spec.corpora import CorpusKind
from mslt_core.spec.errors import DataError, UnknownLanguageError
from mslt_core.spec.languages import language

TABLES = (".tsv", ".csv")
DOCUMENTS = "documents"
"""``documents.txt``, aligned by line like the languages' files, names each sentence's document."""
NO_LANGUAGE = {"readme", "license", "licence", DOCUMENTS}
ID, SENT_ID, DOCUMENT = "id", "sent_id", "document"
"""Columns of a table that are no language; but ``id`` may be Indonesian."""


def open_lines(folder: Path) -> ParallelCorpus:
    """The text files ``en.txt``, ``ar.txt``, ... of a folder: line i is the same sentence in all.

    Sentence ids are line numbers: ``000017`` is line 17. ``documents.txt``, if it is there, names
    the document of every line.

    Raises
    ------
    DataError
        If a file's name is no language code, the files have different numbers of lines (both are
        told), more than half of a file is empty, or `read_lines` refuses a file.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.txt"))}
    langs = [name for name in files if name.lower() not in NO_LANGUAGE]
    for name in langs:
        _require_lang(name, str(files[name]), "is called after its language")
    rows = {name: read_lines(files[name]) for name in langs}
    documents = read_lines(files[DOCUMENTS]) if DOCUMENTS in files else None
    _require_aligned(folder, {**rows, **({} if documents is None else {DOCUMENTS: documents})})
    ids = [f"{number:06d}" for number in range(1, len(rows[langs[0]]) + 1)]
    return _corpus(folder, "lines", ids, rows, documents)


def open_table(path: Path) -> ParallelCorpus:
    """A TSV or CSV file whose header names a language a column, such as ``id``, ``en``, ``ar``.

    ``id`` or ``sent_id`` and ``document`` are optional columns; without ids a sentence is named by
    its line. ``id`` is Indonesian's code too: it is taken for Indonesian beside ``sent_id``, and
    where more than half of its cells have several words.

    Raises
    ------
    DataError
        With file and line: a column that is neither a language nor one of these, an id that is
        empty or occurs twice, a row with another number of cells, a language of which more than
        half is empty; and what `tables.read_records` refuses.
    """
    records = tables.read_records(path)
    columns = list(records[0].fields)
    ids_in = _id_column(records)
    langs = [name for name in columns if name not in {ids_in, DOCUMENT}]
    for name in langs:
        _require_lang(name, f"{path}, line 1", f"a column is a language, {ID} or {DOCUMENT}")
    if not langs:
        raise DataError(f"{path}, line 1: no column is a language, got {', '.join(columns)}")
    rows = {lang: [str(record.value(lang)) for record in records] for lang in langs}
    ids = [f"{record.line:06d}" for record in records]
    if ids_in is not None:
        ids = _own_ids(records, ids_in)
    documents = [str(r.value(DOCUMENT)) for r in records] if DOCUMENT in columns else None
    return _corpus(path, "table", ids, rows, documents)


def _corpus(
    path: Path,
    kind: CorpusKind,
    ids: Sequence[str],
    rows: Mapping[str, Sequence[str]],
    documents: Sequence[str] | None,
) -> ParallelCorpus:
    texts: dict[str, Mapping[str, str]] = {}
    n_empty: dict[str, int] = {}
    for lang, column in sorted(rows.items()):
        texts[lang] = MappingProxyType(
            {i: text for i, text in zip(ids, column, strict=True) if not says_nothing(text)}
        )
        n_empty[lang] = len(ids) - len(texts[lang])
        refuse_mostly_empty(f"{path}, {lang}", n_empty[lang], len(ids))
    named: Mapping[str, str] = {}
    if documents is not None:
        used = set().union(*texts.values())
        named = _named_documents(path, used, dict(zip(ids, documents, strict=True)))
    return ParallelCorpus(
        name=path.name,
        kind=kind,
        langs=tuple(texts),
        read=texts.__getitem__,
        count_empty=n_empty.__getitem__,
        read_documents=lambda _: named,
    )


def _named_documents(path: Path, used: Set[str], documents: Mapping[str, str]) -> Mapping[str, str]:
    """Document by sentence id; one that is left empty is an error, not a document of its own."""
    bare = [i for i, name in documents.items() if i in used and says_nothing(name)]
    if bare:
        raise DataError(
            f"{path}: {len(bare):,} sentences have no document, the first is {bare[0]}",
            hint="Name one for every sentence, or leave the documents out.",
        )
    return MappingProxyType({i: documents[i].strip() for i in documents if i in used})


def _id_column(records: Sequence[tables.Record]) -> str | None:
    """The column of sentence ids, if there is one."""
    if SENT_ID in records[0].fields:
        return SENT_ID
    if ID not in records[0].fields:
        return None
    n_texts = sum(len(str(record.value(ID)).split()) > 1 for record in records)
    return None if 2 * n_texts > len(records) else ID


def _own_ids(records: Sequence[tables.Record], column: str) -> list[str]:
    lines: dict[str, int] = {}
    for record in records:
        sent_id = record.text(column).strip()
        if sent_id in lines:
            raise record.error(
                f"id {sent_id!r} occurs a second time, first in line {lines[sent_id]}"
            )
        lines[sent_id] = record.line
    return list(lines)


def _require_lang(name: str, where: str, rule: str) -> None:
    try:
        language(name)
    except UnknownLanguageError as e:
        shown = name if len(name) <= 30 else f"{name[:30]}..."
        reason = e.message.replace(repr(name), repr(shown))
        raise DataError(f"{where}: {reason}; {rule}", hint=e.hint) from None


def _require_aligned(folder: Path, rows: Mapping[str, Sequence[str]]) -> None:
    first, *others = rows
    for name in others:
        if len(rows[name]) != len(rows[first]):
            raise DataError(
                f"{folder}: {name}.txt has {len(rows[name]):,} lines and {first}.txt "
                f"{len(rows[first]):,}; line i of every file must be the same sentence",
                hint="A line was lost or added somewhere; leave an empty line for a sentence that "
                "a language lacks.",
            )
