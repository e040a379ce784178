"""Is task knowledge shared? A part-of-speech probe, trained on one language, tested on others."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.discriminant import SHRINKAGE, cross_fitted, fold_of
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]

MAX_WORDS = 5_000
"""Words of a language that are drawn; a PUD treebank has about 20,000."""


@dataclasses.dataclass(frozen=True)
class Words:
    """Words of one language in sentences."""

    vectors: npt.NDArray[np.floating]
    """(n_words, n_features)"""
    tags: Sequence[str]
    """(n_words,): gold part of speech (UPOS)."""
    sentences: Sequence[str]
    """(n_words,): id of each word's sentence, the same for its translations."""


@dataclasses.dataclass(frozen=True)
class PosTransfer:
    """Accuracy of part-of-speech probes; row = the language trained on."""

    langs: tuple[str, ...]
    accuracy: F64
    """(n_langs, n_langs): in [0, 1]."""
    majority: F64
    """(n_langs,): accuracy of always answering the tested language's most frequent tag."""
    hits: npt.NDArray[np.int32]
    """(n_langs, n_langs, n_sentences): words tagged rightly in each sentence. With `sizes`,
    `documents.mean_over_documents` gives the interval, with the probes as they are."""
    sizes: npt.NDArray[np.int32]
    """(n_langs, n_sentences): words of the tested language that were drawn in each sentence."""
    sentences: tuple[str, ...]
    """(n_sentences,): their ids, sorted."""
    tags: tuple[str, ...]


def pos_transfer(
    words: Mapping[str, Words],
    *,
    max_words: int = MAX_WORDS,
    n_folds: int = 5,
    seed: int = 0,
    shrinkage: float = SHRINKAGE,
) -> PosTransfer:
    """Accuracy of a linear part-of-speech probe trained on one language and tested on each.

    Parameters
    ----------
    words : mapping of language code to Words
        Vectors of equal width; translated sentences have the same id in all languages.
    max_words : int
        Words drawn from each language, without replacement; all where there are fewer.
    n_folds : int
        From 2 to the number of sentences.
    seed : int
        Of the draw and the folds. A language's draw does not depend on the other languages.
    shrinkage : float
        See `discriminant.discriminant`, the classifier.

    Returns
    -------
    PosTransfer
        Accuracies in [0, 1], row = trained on. The diagonal is no special case: everywhere a
        probe is tested on sentences of which it has seen no word in any language, and all probes
        of a row have learned from the same words.

    Raises
    ------
    ValueError
        If vectors, tags and sentences of a language differ in number, or widths differ.
    SpecError
        If `max_words`, `n_folds` or `shrinkage` does not fit.
    DegenerateInputError
        If there is no language, a value is not finite, or a language has fewer than two tags
        outside a fold.

    Notes
    -----
    Linear discriminant analysis in float64, cross-fitted: sentence ids are dealt into folds, and
    a probe trained without fold f is tested on fold f of every language. A tag that the training
    words lack is never guessed: its words count as errors. O(l n d² + l² n d) for l languages of
    n words.

    References
    ----------
    Pires et al. (2019). How Multilingual is Multilingual BERT? ACL, section 3; there fine-tuned.

    Examples
    --------
    >>> vectors = np.array([[0.0], [0.1], [5.0], [5.1]] * 3)
    >>> de = Words(vectors, ["NOUN", "NOUN", "VERB", "VERB"] * 3, list("aaaabbbbcccc"))
    >>> pos_transfer({"de": de, "en": de}, n_folds=3).accuracy.tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    langs = tuple(sorted(words))
    if not langs:
        raise DegenerateInputError("a part-of-speech probe needs at least 1 language")
    drawn = {lang: _drawn(lang, words[lang], max_words, seed) for lang in langs}
    widths = sorted({known.vectors.shape[1] for known in drawn.values()})
    if len(widths) > 1:
        raise ValueError(f"all languages need vectors of the same width, got widths of {widths}")
    ids, tags = _kinds(drawn, "sentences"), _kinds(drawn, "tags")
    X = np.concatenate([drawn[lang].vectors for lang in langs]).astype(np.float32)
    X -= X.mean(axis=0, dtype=np.float64).astype(np.float32)
    tag = np.searchsorted(tags, np.concatenate([drawn[lang].tags for lang in langs]))
    sentence = np.searchsorted(ids, np.concatenate([drawn[lang].sentences for lang in langs]))
    lang_of = np.repeat(np.arange(len(langs)), [len(drawn[lang].vectors) for lang in langs])
    fold = fold_of(len(ids), n_folds, seed)[sentence]
    hits = np.zeros((len(langs), len(langs) * len(ids)), np.int32)
    cell = lang_of * len(ids) + sentence
    for source in range(len(langs)):
        guesses = cross_fitted(X, tag, fold, trained=lang_of == source, shrinkage=shrinkage)
        hits[source] = np.bincount(cell[guesses == tag], minlength=hits.shape[1])
    sizes = np.bincount(cell, minlength=hits.shape[1]).reshape(len(langs), -1)
    per_tag = np.bincount(lang_of * len(tags) + tag, minlength=len(langs) * len(tags))
    n_words = sizes.sum(axis=1)
    per_sentence = hits.reshape(len(langs), len(langs), -1)
    return PosTransfer(
        langs=langs,
        accuracy=per_sentence.sum(axis=-1) / n_words,
        majority=per_tag.reshape(len(langs), -1).max(axis=1) / n_words,
        hits=per_sentence,
        sizes=sizes.astype(np.int32),
        sentences=tuple(str(name) for name in ids),
        tags=tuple(str(name) for name in tags),
    )


def _drawn(lang: str, known: Words, max_words: int, seed: int) -> Words:
    """The words of one language that are used, in their own order."""
    n = len(known.vectors)
    if known.vectors.ndim != 2 or not n == len(known.tags) == len(known.sentences):
        raise ValueError(
            f"{lang} needs a vector, a tag and a sentence for each word, got "
            f"{known.vectors.shape}, {len(known.tags)} and {len(known.sentences)}"
        )
    if max_words < 2:
        raise SpecError(f"max_words must be 2 or more, got {max_words}")
    if not np.isfinite(known.vectors).all():
        raise DegenerateInputError(f"the vectors of {lang} hold NaN or infinity")
    rng = np.random.default_rng([seed, *lang.encode()])
    kept = np.sort(rng.choice(n, min(n, max_words), replace=False))
    return Words(
        known.vectors[kept],
        np.asarray(known.tags, dtype=np.str_)[kept],  # type: ignore[arg-type]
        np.asarray(known.sentences, dtype=np.str_)[kept],  # type: ignore[arg-type]
    )


def _kinds(drawn: Mapping[str, Words], field: str) -> npt.NDArray[np.str_]:
    return np.unique(np.concatenate([np.unique(getattr(known, field)) for known in drawn.values()]))
