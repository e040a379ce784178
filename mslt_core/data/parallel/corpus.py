"""A parallel corpus of any kind: texts, documents and words under shared sentence ids."""

import dataclasses
import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.spec.corpora import CorpusKind, CorpusReport, Original
from mslt_core.spec.errors import DataError
from mslt_core.spec.languages import label
from mslt_core.spec.sentences import TaggedSentence

MIN_COMMON = 4  # debiased CKA draws four different sentences
MAX_EMPTY_SHARE = 0.5  # a file that is mostly empty is no translation of the others


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParallelCorpus:
    """Sentences of several languages under shared ids, each language read when first asked for."""

    name: str
    kind: CorpusKind
    langs: tuple[str, ...]
    """ISO 639-1, sorted."""
    read: Callable[[str], Mapping[str, str]]
    """Texts by sentence id of one of `langs`; `sentences` is for everybody else."""
    read_words: Callable[[str], Mapping[str, TaggedSentence]] | None = None
    """Words with universal parts of speech by sentence id, where the files have them."""
    count_empty: Callable[[str], int] = lambda _: 0
    """Sentences of one of `langs` that have an id but no text; `read` leaves them out."""
    read_documents: Callable[[str], Mapping[str, str]] = lambda _: {}
    """Document by sentence id as one of `langs` tells it; ids without one are not in it."""
    original_of: Callable[[str], str | None] = lambda _: None
    """The language in which the sentence of an id was first written, where that is told."""

    def sentences(self, lang: str) -> Mapping[str, str]:
        """Texts by sentence id, in file order. That order may differ between languages."""
        self._require(lang)
        return self.read(lang)

    def words(self, lang: str) -> Mapping[str, TaggedSentence]:
        """Syntactic words with their universal part of speech, by sentence id, in file order.

        Labels are places in `tasks.udpos.LABELS`. French ``du`` is ``de`` and ``le``, as there.

        Raises
        ------
        DataError
            If the corpus has sentences only, or lacks the language.
        """
        self._require(lang)
        if self.read_words is None:
            raise DataError(
                f"{self.name} has no parts of speech",
                hint="Treebanks have: PUD, or CoNLL-U files of your own.",
            )
        return self.read_words(lang)

    def documents(self, langs: Sequence[str]) -> Mapping[str, str]:
        """Document by sentence id, for the ids of some languages; where they differ, the first
        language counts. Ids of which no document is told are not in it."""
        told: dict[str, str] = {}
        for lang in langs:
            self._require(lang)
            told = {**self.read_documents(lang), **told}
        return told

    def fingerprint(self, lang: str) -> str:
        """16 hexadecimal digits that name one language's ids and texts, in their order."""
        told = repr(list(self.sentences(lang).items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def _require(self, lang: str) -> None:
        if lang not in self.langs:
            raise DataError(f"{self.name} has no {label(lang)}; it has {', '.join(self.langs)}")


def common_ids(
    corpus: ParallelCorpus, langs: Sequence[str], *, original: Original = "any"
) -> tuple[str, ...]:
    """The sentence ids that all of `langs` have, sorted.

    Parameters
    ----------
    corpus : ParallelCorpus
        Of any kind.
    langs : sequence of str
        Some of its languages.
    original : str
        Keep only sentences that were first written in this language; "any" keeps all.

    Raises
    ------
    DataError
        If fewer than 4 are left, which is too few to compare languages; or if the corpus does not
        tell in which language its sentences were written.
    """
    common = _shared(corpus, langs)
    kept = sorted(i for i in common if original == "any" or corpus.original_of(i) == original)
    if common and original != "any" and not any(map(corpus.original_of, common)):
        raise DataError(
            f"{corpus.name} does not tell in which language its sentences were first written",
            hint="Only PUD does. Take the sentences of any original.",
        )
    if len(kept) < MIN_COMMON:
        counts = ", ".join(f"{lang} {len(corpus.sentences(lang)):,}" for lang in langs)
        which = "" if original == "any" else f" and that were first written in {label(original)}"
        raise DataError(
            f"{corpus.name} has {len(kept)} sentences that {', '.join(langs)} all have{which}; "
            f"at least {MIN_COMMON} are needed (sentences in all: {counts})",
            hint="Leave a language out, or complete its file."
            if original == "any"
            else "Take the sentences of any original.",
        )
    return tuple(kept)


def corpus_report(
    corpus: ParallelCorpus, langs: Sequence[str], *, original: Original = "any"
) -> CorpusReport:
    """Counts of what was found in a corpus and what is left out of it, to be shown.

    Raises
    ------
    DataError
        As `common_ids`, and for files that cannot be read.
    """
    ids = common_ids(corpus, langs, original=original)
    texts = {lang: corpus.sentences(lang) for lang in langs}
    n_shared = len(_shared(corpus, langs))
    documents = corpus.documents(langs)
    return CorpusReport(
        name=corpus.name,
        kind=corpus.kind,
        langs=tuple(langs),
        original=original,
        n_common=len(ids),
        n_sentences={lang: len(found) for lang, found in texts.items()},
        n_empty={lang: corpus.count_empty(lang) for lang in langs},
        n_duplicates={lang: len(found) - len(set(found.values())) for lang, found in texts.items()},
        n_unpaired={lang: len(found) - n_shared for lang, found in texts.items()},
        n_other_original=n_shared - len(ids),
        n_documents=int(document_groups(corpus, langs, ids).max()) + 1 if documents else None,
    )


def document_groups(
    corpus: ParallelCorpus, langs: Sequence[str], ids: Sequence[str]
) -> npt.NDArray[np.int64]:
    """The document of every sentence as a number, for intervals that leave out whole documents.

    Parameters
    ----------
    corpus : ParallelCorpus
        Of any kind.
    langs : sequence of str
        The languages whose files are asked; see `ParallelCorpus.documents`.
    ids : sequence of str
        Sentence ids.

    Returns
    -------
    ndarray of shape (n_ids,)
        Documents are numbered from 0 in the order in which `ids` first name them. A sentence
        without a document is one of its own.
    """
    told = corpus.documents(langs)
    # the kind of name stands beside it, so that no sentence id is taken for a document's name
    names = [("document", told[i]) if i in told else ("sentence", i) for i in ids]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def says_nothing(text: str) -> bool:
    """Whether a text has spaces, control and zero-width characters alone, or nothing at all."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def refuse_mostly_empty(where: str, n_empty: int, n_lines: int) -> None:
    """Refuse a language of which more than half is empty."""
    if n_empty > MAX_EMPTY_SHARE * n_lines:
        raise DataError(
            f"{where}: {n_empty:,} of {n_lines:,} sentences are empty",
            hint="At most half may be. Leave the language out, or complete its file.",
        )


def _shared(corpus: ParallelCorpus, langs: Iterable[str]) -> set[str]:
    return set.intersection(*(set(corpus.sentences(lang)) for lang in langs))
