"""Text of test items as HTML: in its own direction and script, labels marked and named."""

import html
import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from mslt_core import pipeline
from mslt_core.spec.items import ItemsCompared
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.sentences import QuestionItem, TaggedSentence

UNSPACED = frozenset({"Hans", "Hant", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
"""Scripts that put no spaces between words."""

AROUND = 240
"""Characters of a context before and after what is marked in it."""


def text_element(inner: str, lang: str) -> str:
    """Text of a language; `inner` is HTML already."""
    direction = LANGUAGES[lang].direction
    # the element shows the text's own script, whatever stands around it
    return f'<span class="text" lang="{html.escape(lang)}" dir="{direction}">{inner}</span>'


def gold_tags(found: ItemsCompared, row: TaggedSentence, shown: Iterable[int]) -> str:
    """The sentence with its gold labels; of tags that are no entities those of words `shown`."""
    marks, wanted = _marks(found, row.labels), set(shown)
    kept = [m for m in marks if pipeline.tags_entities(found.labels) or m[0] in wanted]
    return _marked(found, row, dict.fromkeys(kept, ""))


def predicted_tags(found: ItemsCompared, row: TaggedSentence, ids: Sequence[int]) -> str:
    """The sentence with predicted labels: right, wrong, and entities that were missed.

    Of tags that are no entities only the wrong ones are marked.
    """
    gold, said = _marks(found, row.labels), _marks(found, ids)
    kinds = {m: "" if m in gold else "wrong" for m in said}
    if not pipeline.tags_entities(found.labels):
        kinds = {m: kind for m, kind in kinds.items() if kind}
        return _marked(found, row, kinds)
    covered = {i for first, end, _ in said for i in range(first, end)}
    for mark in gold:
        if not covered & set(range(mark[0], mark[1])):
            kinds[mark] = "missed"
    return _marked(found, row, kinds)


def context_around(row: QuestionItem) -> str:
    """The part of the context around its first gold answer, which is marked."""
    start, end = row.starts[0], row.starts[0] + len(row.answers[0])
    first, last = max(0, start - AROUND), min(len(row.context), end + AROUND)
    before = ("… " if first else "") + row.context[first:start]
    after = row.context[end:last] + (" …" if last < len(row.context) else "")
    answer = f"<mark>{html.escape(row.context[start:end])}</mark>"
    return f"{html.escape(before)}{answer}{html.escape(after)}"


def _marks(found: ItemsCompared, ids: Sequence[int]) -> list[tuple[int, int, str]]:
    return pipeline.marks(found.labels, np.asarray(ids, dtype=np.int64))


def _marked(
    found: ItemsCompared, row: TaggedSentence, kinds: dict[tuple[int, int, str], str]
) -> str:
    """The words, joined as the language writes them, with these places marked."""
    spaced = LANGUAGES[found.lang].script not in UNSPACED
    starts = {mark[0]: mark for mark in kinds}
    parts, i = [], 0
    while i < len(row.tokens):
        mark = starts.get(i)
        end = mark[1] if mark else i + 1
        words = html.escape(joined(row.tokens[i:end], spaced=spaced))
        before = _between(row.tokens[i - 1], row.tokens[i], spaced=spaced) if i else ""
        parts.append(before + (_mark(words, mark[2], kinds[mark]) if mark else words))
        i = end
    return "".join(parts)


def _mark(words: str, label: str, kind: str) -> str:
    """A place with its label in words, so that colour and line are not all that tell."""
    told = html.escape({"": label, "wrong": f"{label} ✗", "missed": f"no {label}"}[kind])
    name = "span" if kind == "missed" else "mark"
    return f'<{name} class="{kind}">{words}<b class="tag" dir="ltr">{told}</b></{name}>'


def joined(tokens: Sequence[str], *, spaced: bool) -> str:
    """Words as the language writes them."""
    text = tokens[0]
    for before, token in itertools.pairwise(tokens):
        text += _between(before, token, spaced=spaced) + token
    return text


def _between(before: str, after: str, *, spaced: bool) -> str:
    """A space; in a script without spaces only between words of Latin letters or digits.

    Where such text was cut into single characters, CHF is C, H, F.
    """
    edges = before[-1:] + after[:1]
    latin = edges.isascii() and edges.isalnum() and len(before) + len(after) > 2
    return " " if spaced or latin else ""
