"""What is told of a parallel corpus before anything is computed on it."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

CorpusKind = Literal["example", "pud", "conllu", "lines", "table"]
"""The example's phrases; Parallel Universal Dependencies; a user's own CoNLL-U files joined by id,
text files aligned by line, or a table with a column a language."""

Original = Literal["any", "de", "en", "es", "fr", "it"]
"""The language in which a sentence was written first, where a corpus tells it, as PUD does."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CorpusReport:
    """What was found in a parallel corpus, for the chosen languages."""

    name: str
    kind: CorpusKind
    langs: tuple[str, ...]
    original: Original
    n_common: int
    """Sentences that all languages have and `original` admits: those that are compared."""
    n_sentences: Mapping[str, int]
    """Per language the sentences that are not empty."""
    n_empty: Mapping[str, int]
    """Per language the empty ones; they are left out in all languages."""
    n_duplicates: Mapping[str, int]
    """Per language the sentences whose text is also that of an earlier one; they stay in."""
    n_unpaired: Mapping[str, int]
    """Per language the sentences that some other language lacks."""
    n_other_original: int
    """Common sentences that were first written in another language than `original`."""
    n_documents: int | None
    """Documents of the common sentences; None where the corpus tells none: then every sentence
    counts as a document of its own, and intervals are too narrow if neighbours belong together."""

    def notes(self) -> tuple[str, ...]:
        """What a reader must know, a sentence each; nothing where all is in order."""
        notes = [
            *_per_lang("empty, so left out in all languages", self.n_empty),
            *_per_lang("left out, since not every language has them", self.n_unpaired),
            *_per_lang("the same text as an earlier one (kept)", self.n_duplicates),
        ]
        if self.n_other_original:
            notes.append(
                f"{self.n_other_original:,} common sentences are left out: first written in "
                f"another language than {self.original}"
            )
        if self.n_documents is None and self.kind not in {"example", "pud"}:
            notes.append(
                "the corpus tells no documents: every sentence counts as one of its own, and "
                "intervals are too narrow if neighbouring sentences belong together"
            )
        return tuple(notes)


def _per_lang(what: str, counts: Mapping[str, int]) -> list[str]:
    told = ", ".join(f"{lang} {n:,}" for lang, n in counts.items() if n)
    return [f"sentences {what}: {told}"] if told else []
