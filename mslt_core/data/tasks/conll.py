"""A word a line and its tag, a blank line after each sentence: CoNLL's way, and Universal NER's.

In ``.conll`` and ``.txt`` files the word comes first and its tag last. In the ``.iob2`` files of
Universal NER the word's number comes first, then the word, its tag, and at times who said so. What
is ``OTH`` there, or ``B-O``, is outside of any entity, as its authors have it; so is it scored
against other data of persons, organisations and places.

References
----------
Mayhew et al. (2024). Universal NER: A Gold-Standard Multilingual Named Entity Recognition
Benchmark. NAACL.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mslt_core.data import files
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import TaggedSentence

UNER = ".iob2"
CONLL = (".conll", ".txt", UNER)

_OUTSIDE = re.compile(r"B-O|[BI]-OTH")
_RANGE = re.compile(r"\d+[-.]\d+")


def read_sentences(path: Path, labels: Sequence[str], told: str) -> list[TaggedSentence]:
    """The sentences of a file with a word a line.

    Parameters
    ----------
    path : Path
        ``.iob2``, or a file of words and tags.
    labels : sequence of str
        The tags that there may be.
    told : str
        The file that names them, for messages.

    Raises
    ------
    DataError
        With file and line: no word and tag, or an unknown tag; what `files.read_blocks` refuses.
    """
    label_ids = {name: i for i, name in enumerate(labels)}
    sentences = []
    for first_line, lines in files.read_blocks(path):
        tokens, tags = [], []
        for number, line in enumerate(lines, start=first_line):
            found = word_and_tag(path, line)
            if found is None:
                continue
            token, tag = found
            if not token or tag not in label_ids:
                order = "number, tab, word, tab" if path.suffix == UNER else "word, tab"
                raise DataError(
                    f"{path}, line {number}: must be {order} and one of the labels of {told} "
                    f"({', '.join(labels)}), got {line[:60]!r}"
                )
            tokens.append(token)
            tags.append(label_ids[tag])
        if tokens:
            row_id = f"{path.name}:{first_line}"
            sentences.append(
                TaggedSentence(row_id=row_id, tokens=tuple(tokens), labels=tuple(tags))
            )
    return sentences


def tags_in(path: Path) -> Iterator[str]:
    """Every tag of a file with a word a line."""
    for _, lines in files.read_blocks(path):
        yield from (tag for line in lines if (tag := (word_and_tag(path, line) or ("", ""))[1]))


def word_and_tag(path: Path, line: str) -> tuple[str, str] | None:
    """What a line says; None for a comment, and an empty word or tag where there is none."""
    first, *rest = line.split("\t")
    if path.suffix == UNER:
        if first.startswith("#") or _RANGE.fullmatch(first):
            return None  # a written word of several syntactic ones stands before them
        if not first.isdecimal() or len(rest) < 2:
            return "", ""
        return rest[0], "O" if _OUTSIDE.fullmatch(rest[1]) else rest[1]
    if not rest and first.startswith("#"):
        return None  # a word would have a tag
    return first, rest[-1] if rest else ""
