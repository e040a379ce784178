"""The offline example world: the same contents in 24 languages, from Babel's CLDR data.

One abstract content (a date, a duration, a quantity, money, a list of places or languages, or a
mix) is rendered by Babel in any language, with that language's script, order, plurals and cases.
The labels come from marks set while rendering, never from a search in the text.
"""

import functools
import hashlib
from dataclasses import dataclass

import babel

from mslt_core.data.cldr.contents import (
    SHARES,
    WORLD_VERSION,
    Content,
    Date,
    DateRange,
    Duration,
    Languages,
    Mix,
    Money,
    Number,
    Places,
    Quantity,
    Split,
    split_of,
)
from mslt_core.data.cldr.drawing import draw
from mslt_core.data.cldr.names import LANGS, UNSPACED_LANGS
from mslt_core.data.cldr.rendering import render_marked
from mslt_core.data.cldr.words import LABELS, bio, normalise, read_marks, tokenise

__all__ = [
    "LABELS",
    "LANGS",
    "UNSPACED_LANGS",
    "WORLD_VERSION",
    "Content",
    "Date",
    "DateRange",
    "Duration",
    "Languages",
    "Mix",
    "Money",
    "Number",
    "Phrase",
    "Places",
    "Quantity",
    "Split",
    "contents",
    "fingerprint",
    "normalise",
    "phrases",
    "pretraining_lines",
    "render",
    "split_of",
]


@dataclass(frozen=True)
class Phrase:
    """One content in one language, as text and as labelled tokens."""

    content_id: str
    text: str
    tokens: tuple[str, ...]
    labels: tuple[str, ...]  # one a token, from LABELS


def render(content: Content, lang: str) -> Phrase:
    """Say a content in a language.

    Parameters
    ----------
    content : Content
        What to say.
    lang : str
        ISO 639-1 code, one of `LANGS`.

    Returns
    -------
    Phrase
        Its `text` is normalised; its tokens in a row are the text without its spaces.

    Raises
    ------
    ValueError
        If the language is not one of `LANGS`.

    Examples
    --------
    >>> phrase = render(Places(("JP", "KE"), "standard"), "ar")
    >>> phrase.tokens, phrase.labels
    (('اليابان', 'وكينيا'), ('B-LOC', 'B-LOC'))
    """
    if lang not in LANGS:
        raise ValueError(f"the example world speaks {', '.join(LANGS)}, got {lang!r}")
    text, spans = read_marks(render_marked(content, lang))
    places = list(tokenise(text, lang))
    tokens = tuple(text[start:end] for start, end in places)
    return Phrase(content.content_id, text, tokens, bio(places, spans))


def contents(split: Split, n: int, seed: int = 0) -> list[Content]:
    """Contents of a split, without repeats and in no split but this one.

    Parameters
    ----------
    split : {"train", "dev", "test", "parallel", "pretrain"}
        Every atom (a date, an amount with its unit, a set of names) is in exactly one, in all
        its styles.
    n : int
        How many. The first m of a longer list are the list of m.
    seed : int
        Another seed draws other contents of the same split.

    Raises
    ------
    ValueError
        If there is no such split, or `n` is negative.
    """
    if split not in SHARES:
        raise ValueError(f"split must be one of {', '.join(SHARES)}, got {split!r}")
    if n < 0:
        raise ValueError(f"n must be 0 or more, got {n}")
    return list(_drawn(split, n, seed))


@functools.lru_cache(maxsize=8)  # drawing takes as long as saying it, and every language asks
def _drawn(split: Split, n: int, seed: int) -> tuple[Content, ...]:
    return tuple(draw(split, n, str(seed)))


def phrases(split: Split, lang: str, n: int, seed: int = 0) -> tuple[Phrase, ...]:
    """The first `n` contents of a split in one language; row i has one content in all languages."""
    return tuple(render(content, lang) for content in contents(split, n, seed))


def pretraining_lines(lang: str, n: int, seed: int = 0) -> list[str]:
    """`n` different lines of plain text in one language, from the pretraining split only.

    Every language has its own draw of contents: the text is not parallel, as found text is not.
    """
    lines: dict[str, None] = {}
    n_contents = n
    # a few contents say the same in some language (two currencies called "rupee"), so draw on
    while len(lines) < n:
        found = draw("pretrain", n_contents, f"{lang} {seed}")
        lines = dict.fromkeys(render(content, lang).text for content in found)
        n_contents += max(1, n // 20)
    return list(lines)[:n]


def fingerprint() -> str:
    """A short digest of what decides the world's text: its version, Babel's, and the languages."""
    told = f"{WORLD_VERSION} {babel.__version__} {' '.join(LANGS)}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]
