"""Parallel sentences: the same contents in several languages, joined by sentence id."""

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mslt_core.data.parallel import own, treebanks
from mslt_core.data.parallel.corpus import (
    MIN_COMMON,
    ParallelCorpus,
    common_ids,
    corpus_report,
    document_groups,
)
from mslt_core.data.parallel.treebanks import read_treebank, treebank_file
from mslt_core.spec.errors import DataError

__all__ = [
    "EXAMPLE",
    "MIN_COMMON",
    "N_EXAMPLE_PHRASES",
    "ParallelCorpus",
    "common_ids",
    "corpus_files",
    "corpus_report",
    "document_groups",
    "open_corpus",
    "read_treebank",
    "treebank_file",
]

EXAMPLE = "cldr-parallel"
N_EXAMPLE_PHRASES = 1000  # as many as PUD has sentences
SUFFIXES = (".conllu", ".txt", *own.TABLES)
LAYOUT = (
    "It should hold PUD treebanks (folders such as UD_English-PUD, or files such as "
    "en_pud-ud-test.conllu), or your own files: en.txt, ar.txt, ... aligned by line; one .tsv or "
    ".csv file with a column a language; or en.conllu, ar.conllu, ... joined by sent_id."
)


def open_corpus(ref: str | Path) -> ParallelCorpus:
    """Find a parallel corpus and its languages.

    Parameters
    ----------
    ref : str or Path
        ``"cldr-parallel"`` for the example's 1,000 phrases; a folder with Parallel Universal
        Dependencies (PUD) treebanks, any number of them: each in its own folder, such as
        ``UD_English-PUD``, or as a bare file, such as ``en_pud-ud-test.conllu``; or a user's own:
        a folder of text files aligned by line (``own.open_lines``), a table with a column a
        language (``own.open_table``) or a folder that holds one, or a folder of CoNLL-U files
        joined by id (``treebanks.open_conllu``).

    Returns
    -------
    ParallelCorpus
        Treebanks are read, and checked, one language at a time when first asked for, and kept.

    Raises
    ------
    DataError
        If the folder is missing, holds no corpus, or several kinds of one; a treebank's folder
        lacks its file; files are not aligned or not called after a language. Reading a language
        raises it for a malformed file, with the line.
    """
    if ref == EXAMPLE:
        from mslt_core.data import cldr

        return ParallelCorpus(
            name=EXAMPLE, kind="example", langs=cldr.LANGS, read=functools.cache(_phrases)
        )
    path = Path(ref)
    if path.is_file() and path.suffix in own.TABLES:
        return own.open_table(path)
    if not path.is_dir():
        raise DataError(f"there is no folder {path}")
    if files := treebanks.pud_files(path):
        return treebanks.open_pud(files)
    return _open_own(path)


def corpus_files(ref: str | Path) -> list[Path]:
    """The files that a corpus may be read from, sorted; none for the example."""
    if ref == EXAMPLE:
        return []
    path = Path(ref)
    near = path.iterdir() if path.is_dir() else [path]
    return sorted([*path.glob("UD_*/*.conllu"), *(p for p in near if p.suffix in SUFFIXES)])


def _open_own(folder: Path) -> ParallelCorpus:
    texts = [p for p in folder.glob("*.txt") if p.stem.lower() not in own.NO_LANGUAGE]
    table_files = sorted(p for p in folder.iterdir() if p.suffix in own.TABLES)
    treebank_files = list(folder.glob("*.conllu"))
    kinds = [bool(texts), bool(table_files), bool(treebank_files)]
    if not any(kinds):
        raise DataError(f"{folder} has no PUD treebank and no other parallel corpus", hint=LAYOUT)
    if sum(kinds) > 1 or len(table_files) > 1:
        found = sorted(p.name for p in [*texts, *table_files, *treebank_files])
        raise DataError(
            f"{folder} holds more than one parallel corpus: {', '.join(found[:6])}",
            hint="Put each into a folder of its own.",
        )
    if texts:
        return own.open_lines(folder)
    return own.open_table(table_files[0]) if table_files else treebanks.open_conllu(folder)


def _phrases(lang: str) -> Mapping[str, str]:
    from mslt_core.data import cldr

    phrases = cldr.phrases("parallel", lang, N_EXAMPLE_PHRASES)
    return MappingProxyType({phrase.content_id: phrase.text for phrase in phrases})
