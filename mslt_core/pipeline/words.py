"""Vectors of words whose part of speech is known, for probes; computed when asked for, not kept."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mslt_core.pipeline.checkpoints import require_weights
from mslt_core.pipeline.embedding import Layers, Question, Report, layers_of, quiet
from mslt_core.spec.results import CheckpointRef


@dataclasses.dataclass(frozen=True, kw_only=True)
class WordRows:
    """The words of one language's sentences, one after the other."""

    lang: str
    layers: dict[int, npt.NDArray[np.float32]]
    """Per layer, counted from the front, (n_words, hidden_size)."""
    labels: npt.NDArray[np.int64]
    """(n_words,), places in `tasks.udpos.LABELS`."""
    sentences: npt.NDArray[np.int64]
    """(n_words,), place of the word's sentence among the ids: equal in all languages for
    translations, so that no sentence is trained on in one language and scored in another."""
    n_left_out: int
    """Words without a vector: cut off, or nothing in them for the tokenizer."""
    n_truncated: int
    """Sentences of which words were cut off."""


def word_rows(
    question: Question,
    ref: CheckpointRef,
    layers: Layers | None = None,
    report: Report = quiet,
    *,
    langs: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
) -> Iterator[WordRows]:
    """Word vectors with their parts of speech, a language at a time, in the order of `langs`.

    The model is loaded once, and goes through each language once for all `layers` (by default the
    question's). Sentences are the common ids, or `ids`. At every layer 20,000 words of XLM-R base
    take 61 MB, so give fewer ids or layers where memory is short.

    Raises
    ------
    DataError
        If the corpus has no parts of speech.
    """
    from mslt_core.models import config, devices, embed_words, load

    numbers = layers_of(ref, question.layers if layers is None else layers)
    wanted = question.langs if langs is None else tuple(langs)
    places = question.ids if ids is None else tuple(ids)
    folder = require_weights(ref)
    model: Any = load.load_encoder(folder)
    model.to(devices.best_device())
    tokenizer = load.load_tokenizer(folder)
    for done, lang in enumerate(wanted):
        report(done, len(wanted), f"{ref.name}: words of {lang}")
        tagged = question.corpus.words(lang)
        rows = [tagged[i] for i in places]
        got = embed_words.embed_words(
            model,
            tokenizer,
            [row.tokens for row in rows],
            layers=numbers,
            max_length=min(question.max_length, config.max_length(folder)),
            precision=question.precision,
        )
        labels = np.concatenate([np.array(row.labels, dtype=np.int64) for row in rows])
        of_sentence = np.repeat(np.arange(len(rows)), [len(row.tokens) for row in rows])
        yield WordRows(
            lang=lang,
            layers=got.layers,
            labels=labels[got.kept],
            sentences=of_sentence[got.kept],
            n_left_out=int((~got.kept).sum()),
            n_truncated=got.n_truncated,
        )
