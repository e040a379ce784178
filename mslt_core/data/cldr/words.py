"""Text of the example world: clean characters, marked items, words and their labels."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mslt_core.data.cldr.names import UNSPACED_LANGS

KINDS = ("LOC", "LANG", "DATE", "DUR", "QTY", "MON")
LABELS = ("O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI"))

# private-use characters: no CLDR text has them, and no normalisation changes or crosses them
_OPEN = {kind: chr(0xE000 + i) for i, kind in enumerate(KINDS)}
_KIND_OF = {mark: kind for kind, mark in _OPEN.items()}
_CLOSE = "\ue0ff"

_NO_BREAK_HYPHEN = "\u2011"


@dataclass(frozen=True)
class Span:
    """Characters start to end (end not included) that were rendered from one item."""

    start: int
    end: int
    kind: str


def normalise(text: str) -> str:
    """NFC, without invisible characters, no-break characters as plain ones, single spaces.

    CLDR pads with direction marks, joiners and narrow or no-break spaces (U+00A0, U+202F, U+2009):
    they would split or glue words in one language and not in another. Digits, letters and
    punctuation stay as Babel gives them.
    """
    visible = (
        char for char in text.replace(_NO_BREAK_HYPHEN, "-") if unicodedata.category(char) != "Cf"
    )
    return " ".join(unicodedata.normalize("NFC", "".join(visible)).split())


def mark(kind: str, text: str) -> str:
    """Wrap an item's own rendering, so that its place can be read back from a phrase around it."""
    return f"{_OPEN[kind]}{normalise(text)}{_CLOSE}"


def read_marks(marked: str) -> tuple[str, tuple[Span, ...]]:
    """The plain text and the places of the items marked in it."""
    chars: list[str] = []
    spans: list[Span] = []
    start, kind = 0, ""
    for char in normalise(marked):
        if char in _KIND_OF:
            start, kind = len(chars), _KIND_OF[char]
        elif char == _CLOSE:
            spans.append(Span(start, len(chars), kind))
        else:
            chars.append(char)
    return "".join(chars), tuple(spans)


def tokenise(text: str, lang: str) -> Iterator[tuple[int, int]]:
    """Places of the tokens in normalised text.

    Words are split at spaces, and punctuation at their ends is split off; inside a word
    ("36,943", "d'Ivoire") it stays. In Japanese, Thai and Chinese every character is a token,
    vowel signs included, as in WikiANN.
    """
    if lang in UNSPACED_LANGS:
        yield from ((i, i + 1) for i, char in enumerate(text) if char != " ")
        return
    for match in re.finditer(r"\S+", text):
        start, end = match.span()
        while start < end and _is_punctuation(text[start]):
            yield start, start + 1
            start += 1
        tail = end
        while tail > start and _is_punctuation(text[tail - 1]):
            tail -= 1
        if start < tail:
            yield start, tail
        yield from ((i, i + 1) for i in range(tail, end))


def bio(tokens: list[tuple[int, int]], spans: tuple[Span, ...]) -> tuple[str, ...]:
    """One label a token; a token that only partly lies in an item has the item's label.

    Arabic and Hebrew write "and" onto the next word, so "and Kenya" is one token there, B-LOC.
    """
    labels = ["O"] * len(tokens)
    for span in spans:
        inside = [
            i for i, (start, end) in enumerate(tokens) if start < span.end and span.start < end
        ]
        for i in inside:
            labels[i] = f"{'B' if i == inside[0] else 'I'}-{span.kind}"
    return tuple(labels)


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
