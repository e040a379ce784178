"""A word a line and its tag, a blank line after each sentence: CoNLL's way, and Universal NER's.

In ``.conll`` and ``.txt`` files the word comes first and its tag last, with tabs between the
columns, or spaces where a file has no tab. ``-DOCSTART-``, which begins a document in the files of
CoNLL-2002 and 2003, is no word, nor is a line about a sentence that stands before it and begins
with ``#``; a ``#`` with a tag is one. In the ``.iob2`` files of Universal NER the word's number
comes first, then the word, its tag, and at times who said so. What is ``OTH`` there, or ``B-O``, is
outside of any entity, as its authors have it; so is it scored against other data of persons,
organisations and places.

References
----------
Mayhew et al. (2024). Universal NER: A Gold-Standard Multilingual Named Entity Recognition
Benchmark. NAACL.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mslt_core.data import files
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import TaggedSentence

UNER = ".iob2"
CONLL = (".conll", ".txt", UNER)
DOCUMENT = "-DOCSTART-"

Split = Callable[[str], list[str]]

_OUTSIDE = re.compile(r"B-O|[BI]-OTH")
# "# sent_id = 1", and "# id 7 domain=en" as MultiCoNER has it
_ABOUT = re.compile(r"#\s*[\w.:-]+\s+=\s|# id\s+\S+\s+[\w.:-]+=")
_RANGE = re.compile(r"\d+[-.]\d+")


def read_sentences(
    path: Path, labels: Sequence[str], told: str, header: tuple[str, str] | None = None
) -> list[TaggedSentence]:
    """The sentences of a file with a word a line.

    Parameters
    ----------
    path : Path
        ``.iob2``, or a file of words and tags.
    labels : sequence of str
        The tags that there may be.
    told : str
        The file that names them, for messages.
    header : tuple of str, optional
        The names of the columns of word and tag in the first line, where that is a header of a
        file with tabs; by default there is none.

    Raises
    ------
    DataError
        With file and line: no word and tag, or an unknown tag; what `files.read_blocks` refuses.
    """
    label_ids = {name: i for i, name in enumerate(labels)}
    sentences = []
    for first_line, words in _sentences(path, header):
        for number, line, token, tag in words:
            if not token or tag not in label_ids:
                gap = "tab" if "\t" in line else "tab or space"
                order = "number, tab, word, tab" if path.suffix == UNER else f"word, {gap}"
                raise DataError(
                    f"{path}, line {number}: must be {order} and one of the labels of {told} "
                    f"({', '.join(labels)}), got {line[:60]!r}"
                )
        sentences.append(
            TaggedSentence(
                row_id=f"{path.name}:{first_line}",
                tokens=tuple(token for _, _, token, _ in words),
                labels=tuple(label_ids[tag] for _, _, _, tag in words),
            )
        )
    return sentences


def count_sentences(path: Path, header: tuple[str, str] | None = None) -> int:
    """How many `read_sentences` finds."""
    return sum(1 for _ in _sentences(path, header))


def tags_in(path: Path) -> Iterator[str]:
    """Every tag of a file with a word a line."""
    for _, words in _sentences(path):
        yield from (tag for *_, tag in words if tag)


def _sentences(
    path: Path, header: tuple[str, str] | None = None
) -> Iterator[tuple[int, list[tuple[int, str, str, str]]]]:
    """The number of each sentence's first line, and each word's number, line, token and tag."""
    blocks = files.read_blocks(path)
    split = _without_header(blocks, header) if header else _split_of(path, blocks)
    for first_line, lines in blocks:
        remarks = 0 if path.suffix == UNER else _n_remarks(lines, split)
        numbered = enumerate(lines[remarks:], start=first_line + remarks)
        words = [
            (number, line, *found)
            for number, line in numbered
            if (found := _word_and_tag(path, split(line)))
        ]
        if words:
            yield first_line, words


def _n_remarks(lines: Sequence[str], split: Split) -> int:
    """How many lines about the sentence stand before its words."""
    columns = [len(split(line)) for line in lines if not line.startswith("#")]
    n = 0
    while n < len(lines) and _is_remark(lines[n], split, columns[0] if columns else None):
        n += 1
    return n


def _is_remark(line: str, split: Split, n_columns: int | None) -> bool:
    """Whether a line is about the sentence; ``#`` with a tag is a word, and so is ``#tag O``."""
    first, *rest = split(line) or [""]
    if not first.startswith("#"):
        return False
    if not rest or first.startswith("# ") or _ABOUT.match(line):
        return True
    return first == "#" and n_columns not in {None, 1 + len(rest)}


def _split_of(path: Path, blocks: Sequence[tuple[int, list[str]]]) -> Split:
    """From a line of the file to its columns."""
    tabs = path.suffix == UNER or any(
        # MultiCoNER has a tab in what it says of a sentence, and none between word and tag
        "\t" in line and not line.startswith("# ")
        for _, lines in blocks
        for line in lines
    )
    return (lambda line: line.split("\t")) if tabs else str.split


def _without_header(blocks: list[tuple[int, list[str]]], header: tuple[str, str]) -> Split:
    """Takes the header off the first block; from a line to its word and tag."""
    number, (first, *lines) = blocks[0]
    blocks[0] = (number + 1, lines)
    names = [name.strip() for name in first.split("\t")]
    word, tag = map(names.index, header)

    def split(line: str) -> list[str]:
        cells = line.split("\t")
        if len(cells) == 1:
            return cells
        return [cells[word], cells[tag]] if len(cells) == len(names) else [""]

    return split


def _word_and_tag(path: Path, columns: Sequence[str]) -> tuple[str, str] | None:
    """What a line says; None where it is no word, and an empty word or tag where there is none."""
    first, *rest = columns or [""]
    if path.suffix == UNER:
        if first.startswith("#") or _RANGE.fullmatch(first):
            return None  # a written word of several syntactic ones stands before them
        if not first.isdecimal() or len(rest) < 2:
            return "", ""
        return rest[0], "O" if _OUTSIDE.fullmatch(rest[1]) else rest[1]
    if first == DOCUMENT or (not rest and first.startswith("#")):
        return None  # a word would have a tag
    return first, rest[-1] if rest else ""
