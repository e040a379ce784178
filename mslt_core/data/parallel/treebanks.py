"""Treebanks (CoNLL-U) as parallel sentences: PUD, and a user's own files joined by sentence id."""

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from mslt_core.data.files import read_blocks
from mslt_core.data.parallel.corpus import ParallelCorpus
from mslt_core.data.tasks import udpos
from mslt_core.spec.corpora import CorpusKind
from mslt_core.spec.errors import DataError, UnknownLanguageError
from mslt_core.spec.languages import LANGUAGES, language
from mslt_core.spec.sentences import TaggedSentence

PUD_ID = re.compile(r"(?P<document>[nw](?P<original>\d\d)\d{3})\d{3}")
"""News or Wikipedia, original language, document, sentence: n01001011."""
PUD_ORIGINALS: Mapping[str, str] = MappingProxyType(
    {"01": "en", "02": "de", "03": "fr", "04": "it", "05": "es"}
)
"""By the second and third character of a sentence id, as PUD's README tells."""
_OWN_NAME = re.compile(r"(?P<code>[a-z]+)([_.-].*)?")


def open_pud(files: Mapping[str, Path]) -> ParallelCorpus:
    """Treebanks of Parallel Universal Dependencies, by language.

    A sentence's id tells its document and in which language it was first written; whatever that
    was, it was translated into the other languages from English (750 of 1,000 are English).

    References
    ----------
    https://github.com/UniversalDependencies/UD_English-PUD, README.md. The documents that 16 of
    the treebanks state (``newdoc id``) are those of the ids, 397 in all.
    """
    return _corpus("PUD", "pud", files)


def open_conllu(folder: Path) -> ParallelCorpus:
    """A user's own CoNLL-U files, a language each, joined by ``sent_id``.

    ``en.conllu`` or as treebanks are called, ``en_ewt-ud-test.conllu``. Documents are those that
    the files state with ``# newdoc``; where files differ, the first language's count.

    Raises
    ------
    DataError
        If a file's name does not begin with a language code, or a language has two files.
    """
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.conllu")):
        found = _OWN_NAME.fullmatch(path.stem)
        try:
            code = language(found["code"] if found else path.stem).code
        except UnknownLanguageError as e:
            raise DataError(
                f"{path}: {e.message}; a file's name begins with its language", hint=e.hint
            ) from None
        if code in files:
            raise DataError(
                f"{folder} has two files of {code}: {files[code].name} and {path.name}",
                hint="Leave one of them in the folder.",
            )
        files[code] = path
    return _corpus(folder.name, "conllu", dict(sorted(files.items())))


def _corpus(name: str, kind: CorpusKind, files: Mapping[str, Path]) -> ParallelCorpus:
    @functools.cache
    def read(lang: str) -> Mapping[str, str]:
        return MappingProxyType(read_treebank(files[lang]))

    def words(lang: str) -> Mapping[str, TaggedSentence]:
        # both go through the file's sentences in order, and the first has checked all ids
        rows = udpos.read_treebank(files[lang])
        return MappingProxyType(dict(zip(read(lang), rows, strict=True)))

    @functools.cache
    def documents(lang: str) -> Mapping[str, str]:
        found = pud_documents(read(lang)) if kind == "pud" else read_documents(files[lang])
        return MappingProxyType(found)

    return ParallelCorpus(
        name=name,
        kind=kind,
        langs=tuple(files),
        read=read,
        read_words=words,
        read_documents=documents,
        original_of=pud_original if kind == "pud" else lambda _: None,
    )


def pud_documents(sent_ids: Iterable[str]) -> dict[str, str]:
    """Document by sentence id, for ids as PUD has them.

    Examples
    --------
    >>> pud_documents(["n01001011", "n01001013"])
    {'n01001011': 'n01001', 'n01001013': 'n01001'}
    """
    found = {i: PUD_ID.fullmatch(i) for i in sent_ids}
    return {i: match["document"] for i, match in found.items() if match}


def pud_original(sent_id: str) -> str | None:
    """The language in which a sentence of PUD was first written; None for another kind of id.

    Examples
    --------
    >>> pud_original("w05010027")
    'es'
    """
    found = PUD_ID.fullmatch(sent_id)
    return PUD_ORIGINALS.get(found["original"]) if found else None


def read_documents(path: Path) -> dict[str, str]:
    """Document by ``sent_id`` of a CoNLL-U file; sentences before the first ``# newdoc`` have none.

    A document without an id is named by the line on which it begins.
    """
    told, document = {}, ""
    for first_line, block in read_blocks(path, closed=True):
        for number, line in enumerate(block, start=first_line):
            key, _, value = line[1:].partition("=") if line.startswith("#") else ("", "", "")
            if key.strip() in {"newdoc", "newdoc id"}:
                document = value.strip() or f"{path.name}:{number}"
            elif key.strip() == "sent_id" and document:
                told[value.strip()] = document
    return told


def read_treebank(path: Path) -> dict[str, str]:
    """The ``text`` of every sentence of a CoNLL-U file by its ``sent_id``, in file order.

    The words are not kept, but the file's shape is checked: one damaged line refuses the file.

    Raises
    ------
    DataError
        With file and line: a sentence without words, ``sent_id`` or ``text``; a ``sent_id``
        that occurs twice; a word line with other than 10 columns; bytes that are not UTF-8;
        an end without the blank line that closes every sentence.

    Notes
    -----
    About 40 ms for a PUD treebank of 1,000 sentences. The conllu package parses every word's
    features: it takes over ten times as long, and most of its errors name no line.

    References
    ----------
    https://universaldependencies.org/format.html
    """
    sentences: dict[str, str] = {}
    for first_line, block in read_blocks(path, closed=True):
        sent_id, text = _sentence(path, first_line, block)
        if sent_id in sentences:
            raise DataError(f"{path}, line {first_line}: sent_id {sent_id} occurs a second time")
        sentences[sent_id] = text
    return sentences


def treebank_file(lang: str) -> str:
    """The name of a language's PUD file."""
    return f"{lang}_pud-ud-test.conllu"  # UD's codes are ours for all of these languages


def pud_files(folder: Path) -> dict[str, Path]:
    """The PUD file of every language that `folder` has one for."""
    files = {}
    for code, lang in LANGUAGES.items():
        if lang.pud is None:
            continue
        name = treebank_file(code)
        if (folder / lang.pud).is_dir():
            files[code] = folder / lang.pud / name
            if not files[code].is_file():
                raise DataError(
                    f"{folder / lang.pud} lacks {name}", hint="Copy the treebank again."
                )
        elif (folder / name).is_file():
            files[code] = folder / name
    return files


def _sentence(path: Path, first_line: int, block: list[str]) -> tuple[str, str]:
    """Id and text of one sentence: comment lines, then word lines."""
    n_comments = next((i for i, line in enumerate(block) if line[0] != "#"), len(block))
    if n_comments == len(block):
        raise DataError(f"{path}, line {first_line}: a sentence without words")
    for number, line in enumerate(block[n_comments:], start=first_line + n_comments):
        n_columns = line.count("\t") + 1
        if n_columns != 10:
            raise DataError(
                f"{path}, line {number}: a word line has 10 columns, got {n_columns} "
                f"in {line[:40]!r}"
            )
    fields = [comment[1:].partition("=") for comment in block[:n_comments]]

    def the(key: str) -> str:
        values = [value.strip() for name, _, value in fields if name.strip() == key]
        if len(values) != 1 or not values[0]:
            raise DataError(
                f"{path}, line {first_line}: a sentence needs one '# {key} = ...', got {values}"
            )
        return values[0]

    return the("sent_id"), the("text")
