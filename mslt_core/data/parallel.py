"""Parallel sentences: the same contents in several languages, joined by sentence id."""

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mslt_core.data.files import read_lines
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import LANGUAGES, label

EXAMPLE = "cldr-parallel"
N_EXAMPLE_PHRASES = 1000  # as many as PUD has sentences
MIN_COMMON = 4  # debiased CKA draws four different sentences


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParallelCorpus:
    """Sentences of several languages under shared ids, each language read when first asked for."""

    name: str
    langs: tuple[str, ...]
    """ISO 639-1, sorted."""
    read: Callable[[str], Mapping[str, str]]
    """Texts by sentence id of one of `langs`; `sentences` is for everybody else."""

    def sentences(self, lang: str) -> Mapping[str, str]:
        """Texts by sentence id, in file order. That order may differ between languages."""
        if lang not in self.langs:
            raise DataError(f"{self.name} has no {label(lang)}; it has {', '.join(self.langs)}")
        return self.read(lang)

    def fingerprint(self, lang: str) -> str:
        """16 hexadecimal digits that name one language's ids and texts, in their order."""
        told = repr(list(self.sentences(lang).items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def open_corpus(ref: str | Path) -> ParallelCorpus:
    """Find a parallel corpus and its languages.

    Parameters
    ----------
    ref : str or Path
        ``"cldr-parallel"`` for the example's 1,000 phrases; or a folder with Parallel Universal
        Dependencies (PUD) treebanks, any number of them: each in its own folder, such as
        ``UD_English-PUD``, or as a bare file, such as ``en_pud-ud-test.conllu``.

    Returns
    -------
    ParallelCorpus
        Texts are read, and checked, one language at a time when first asked for, and kept.

    Raises
    ------
    DataError
        If the folder is missing or holds no treebank, or a treebank's folder lacks its file.
        Reading a language raises it for a malformed file, with the line.
    """
    if ref == EXAMPLE:
        from mslt_core.data import cldr

        return ParallelCorpus(name=EXAMPLE, langs=cldr.LANGS, read=functools.cache(_phrases))
    files = _treebanks(Path(ref))

    @functools.cache
    def read(lang: str) -> Mapping[str, str]:
        return MappingProxyType(read_treebank(files[lang]))

    return ParallelCorpus(name="PUD", langs=tuple(files), read=read)


def common_ids(corpus: ParallelCorpus, langs: Sequence[str]) -> tuple[str, ...]:
    """The sentence ids that all of `langs` have, sorted.

    Raises
    ------
    DataError
        If fewer than 4 are common, which is too few to compare languages.
    """
    common = set.intersection(*(set(corpus.sentences(lang)) for lang in langs))
    if len(common) < MIN_COMMON:
        counts = ", ".join(f"{lang} {len(corpus.sentences(lang)):,}" for lang in langs)
        raise DataError(
            f"{corpus.name} has {len(common)} sentences that {', '.join(langs)} all have; "
            f"at least {MIN_COMMON} are needed (sentences in all: {counts})",
            hint="Leave a language out, or complete its file.",
        )
    return tuple(sorted(common))


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
    for first_line, block in _blocks(path):
        sent_id, text = _sentence(path, first_line, block)
        if sent_id in sentences:
            raise DataError(f"{path}, line {first_line}: sent_id {sent_id} occurs a second time")
        sentences[sent_id] = text
    if not sentences:
        raise DataError(f"{path} has no sentences")
    return sentences


def treebank_file(lang: str) -> str:
    """The name of a language's PUD file."""
    return f"{lang}_pud-ud-test.conllu"  # UD's codes are ours for all of these languages


def _phrases(lang: str) -> Mapping[str, str]:
    from mslt_core.data import cldr

    phrases = cldr.phrases("parallel", lang, N_EXAMPLE_PHRASES)
    return MappingProxyType({phrase.content_id: phrase.text for phrase in phrases})


def _treebanks(folder: Path) -> dict[str, Path]:
    """The PUD file of every language that `folder` has one for."""
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
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
    if not files:
        raise DataError(
            f"{folder} has no PUD treebank",
            hint="It should hold folders such as UD_English-PUD, "
            "or files such as en_pud-ud-test.conllu.",
        )
    return files


def _blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every run of lines between blank ones, with the number of its first line."""
    lines = read_lines(path)
    if lines[-1]:
        raise DataError(
            f"{path}, line {len(lines)}: no blank line after the last sentence, "
            "so the file may be cut short",
            hint="Copy it again.",
        )
    start = 0
    for number, line in enumerate(lines):
        if not line:
            if number > start:
                yield start + 1, lines[start:number]
            start = number + 1


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
