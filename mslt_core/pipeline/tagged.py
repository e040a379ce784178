"""Do languages share their parts of speech? Probes of words at the layers of a checkpoint."""

import dataclasses
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.documents import mean_over_documents
from mslt_core.analysis.jackknife import Measured
from mslt_core.analysis.probing import PosTransfer, Words, pos_transfer
from mslt_core.data.tasks.udpos import LABELS
from mslt_core.pipeline.embedding import Question, Report, quiet
from mslt_core.pipeline.words import WordRows, word_rows
from mslt_core.spec.results import CheckpointRef

N_SENTENCES = 300
"""A language at most: about 6,000 words, more than a probe draws."""
LAYERS_AT_ONCE = 4
"""In one pass of the model: at 21 languages and XLM-R base about 1.5 GB of word vectors."""


@dataclasses.dataclass(frozen=True)
class TaggedSentences:
    """The sentences whose words are probed, the same in all languages."""

    ids: tuple[str, ...]
    blocks: npt.NDArray[np.int64]
    """(n_ids,): block of documents of each."""
    seed: int
    fingerprint: str
    """Of their ids, words and tags."""


def tagged_sentences(
    question: Question, blocks: npt.NDArray[np.int64], seed: int
) -> TaggedSentences:
    """Draw the sentences; DataError if the corpus has no parts of speech."""
    ids = question.shown_ids(N_SENTENCES, seed)
    told = hashlib.sha256()
    for lang in question.langs:
        words = question.corpus.words(lang)
        told.update(repr([(i, words[i].tokens, words[i].labels) for i in ids]).encode())
    place = {sent_id: i for i, sent_id in enumerate(question.ids)}
    at = [place[i] for i in ids]
    return TaggedSentences(ids, blocks[at], seed, told.hexdigest()[:16])


def transfer(
    question: Question,
    ref: CheckpointRef,
    layers: Sequence[int],
    sentences: TaggedSentences,
    report: Report = quiet,
) -> dict[int, dict[str, Measured]]:
    """Per layer the accuracy of a probe trained on one language (row) and tested on another."""
    rows = list(word_rows(question, ref, layers, report, ids=sentences.ids))
    found = {}
    for layer in layers:
        report(0, 0, f"{ref.name}: layer {layer}, words")
        words = {row.lang: _words(row, layer) for row in rows}
        probed = pos_transfer(words, seed=sentences.seed)
        found[layer] = {"pos_transfer": _measured(probed, sentences.blocks)}
    return found


def _words(rows: WordRows, layer: int) -> Words:
    return Words(
        vectors=rows.layers[layer],
        tags=[LABELS[i] for i in rows.labels],
        sentences=[f"{i:06}" for i in rows.sentences],
    )


def _measured(probed: PosTransfer, blocks: npt.NDArray[np.int64]) -> Measured:
    # a sentence of which no word was drawn stays in its block, so that two checkpoints whose
    # tokenizers differ still have the same blocks
    at, n = [int(name) for name in probed.sentences], len(blocks)
    hits = np.zeros((*probed.hits.shape[:2], n))
    sizes = np.zeros((len(probed.langs), n))
    hits[..., at], sizes[:, at] = probed.hits, probed.sizes
    found = mean_over_documents(hits, blocks, sizes=sizes)
    n_of = np.unique(blocks, return_counts=True)[1].astype(np.int64)
    return Measured(value=found.value, without=found.replicates, sizes=n_of)
