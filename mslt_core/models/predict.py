"""Predicted labels of words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.align import ABSENT, align, parts_within, word_labels
from mslt_core.models.batches import batches_within, padded
from mslt_core.spec.sentences import TaggedSentence

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

# sub-words in a batch, padding included: a CPU's cache is small, a GPU wants to be filled
MAX_SUBWORDS = {"cpu": 2048, "cuda": 32_768, "mps": 8192}


@dataclasses.dataclass(frozen=True)
class PredictedTags:
    """What a model says about the words of some sentences."""

    tags: list[npt.NDArray[np.int64]]
    """Label ids of each sentence, (n_words,)."""
    n_unseen: int
    """Words without a sub-word, in all sentences."""


@torch.inference_mode()
def predict_tags(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    sentences: Sequence[TaggedSentence],
    *,
    max_length: int,
) -> PredictedTags:
    """The most probable label of every word.

    Parameters
    ----------
    model : PreTrainedModel
        A token classifier, on any device; it is put into eval mode.
    tokenizer : PreTrainedTokenizerFast
        The one it was trained with.
    sentences : sequence of TaggedSentence
        Their labels are not read.
    max_length : int
        Sub-words at a time at most, special tokens included. A longer sentence is read in parts,
        so that each of its words is judged; words at the seams see one side only.

    Returns
    -------
    PredictedTags
        In the order of `sentences`. A word that the tokenizer makes nothing of gets label 0, is
        scored with it, and is counted.
    """
    model.eval()
    parts = [parts_within(tokenizer, sentence.tokens, max_length) for sentence in sentences]
    aligned = align(tokenizer, [words for of_one in parts for words in of_one], max_length)
    lengths = np.array([len(found.input_ids) for found in aligned], dtype=np.int64)
    predicted: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * len(aligned)
    for batch in batches_within(lengths, MAX_SUBWORDS.get(model.device.type, MAX_SUBWORDS["cpu"])):
        input_ids = [aligned[i].input_ids for i in batch]
        tags = _tags(model, input_ids, tokenizer.pad_token_id)
        for i, row in zip(batch, tags, strict=True):
            predicted[i] = word_labels(aligned[i], row)
    n_unseen = sum(int((found.first == ABSENT).sum()) for found in aligned)
    ends = np.cumsum([len(of_one) for of_one in parts])
    together = [
        np.concatenate(predicted[end - len(of_one) : end])
        for of_one, end in zip(parts, ends, strict=True)
    ]
    return PredictedTags(together, n_unseen)


def _tags(
    model: PreTrainedModel, input_ids: Sequence[npt.NDArray[np.int64]], pad_id: int
) -> npt.NDArray[np.int64]:
    """Label id of every sub-word, (n, seq_len)."""
    attention_mask = padded([np.ones_like(ids) for ids in input_ids], 0)
    logits = model(
        input_ids=torch.from_numpy(padded(input_ids, pad_id)).to(model.device),
        attention_mask=torch.from_numpy(attention_mask).to(model.device),
    ).logits
    return logits.argmax(dim=-1).cpu().numpy()
