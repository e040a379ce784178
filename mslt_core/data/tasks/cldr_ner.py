"""The example task: tag places, languages, dates and amounts in phrases of the example world.

It needs no files. Phrases are made by `mslt_core.data.cldr`, whose splits share no content:
no test phrase equals another one or a training phrase in any language.
"""

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mslt_core.data import cldr
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import Row, TaggedSentence, TaskKind, content

N_TRAIN = 4000
N_TEST = 500

_LABEL_IDS = {name: i for i, name in enumerate(cldr.LABELS)}


class CldrNer:
    """Token classification on 4,000 training and 500 test phrases a language."""

    name = "cldr-ner"
    kind: TaskKind = "tagging"
    labels: tuple[str, ...] = cldr.LABELS
    train_langs: tuple[str, ...] = cldr.LANGS
    eval_langs: tuple[str, ...] = cldr.LANGS
    paired = False
    evaluation_split: Mapping[str, str] = MappingProxyType(dict.fromkeys(cldr.LANGS, "test"))

    def train(self, lang: str) -> tuple[TaggedSentence, ...]:
        """All training phrases of a language."""
        return _tagged("train", lang, N_TRAIN)

    def evaluation(self, lang: str, limit: int | None = None) -> tuple[TaggedSentence, ...]:
        """The first `limit` test phrases of a language."""
        return _tagged("test", lang, N_TEST if limit is None else min(limit, N_TEST))

    def trained_on(self, rows: Sequence[Row]) -> list[bool]:
        """Whether each row is a training phrase of any language."""
        known = {phrase.tokens for lang in self.train_langs for phrase in self.train(lang)}
        return [content(row) in known for row in rows]

    def fingerprint(self) -> str:
        """A digest of what decides the phrases: the world's version, and how many are taken."""
        return f"{cldr.fingerprint()}-{N_TRAIN}-{N_TEST}"


@functools.cache  # rendering a language's training phrases takes about a second
def _tagged(split: cldr.Split, lang: str, n: int) -> tuple[TaggedSentence, ...]:
    if lang not in cldr.LANGS:
        raise DataError(f"cldr-ner has no phrases in {label(lang)}; it has {', '.join(cldr.LANGS)}")
    return tuple(
        TaggedSentence(
            row_id=phrase.content_id,
            tokens=phrase.tokens,
            labels=tuple(_LABEL_IDS[name] for name in phrase.labels),
        )
        for phrase in (cldr.render(content, lang) for content in _contents(split, n))
    )


@functools.cache  # the same contents in every language
def _contents(split: cldr.Split, n: int) -> tuple[cldr.Content, ...]:
    return tuple(cldr.contents(split, n))
