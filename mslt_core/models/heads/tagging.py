"""A label for every word of a sentence."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.align import (
    ABSENT,
    IGNORED,
    Aligned,
    align,
    parts_within,
    subword_labels,
    word_labels,
)
from mslt_core.models.batches import padded
from mslt_core.models.heads.inputs import Example, batched_outputs, padded_inputs
from mslt_core.spec.sentences import TaggedSentence

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclasses.dataclass(frozen=True)
class PredictedTags:
    """What a model says about the words of some sentences."""

    tags: list[npt.NDArray[np.int64]]
    """Label ids of each sentence, (n_words,); -1 for a word without a sub-word."""
    n_unseen: int
    """Words without a sub-word, in all sentences."""


class TaggingHead:
    """Token classification; the first sub-word of a word stands for it."""

    def examples(
        self, tokenizer: PreTrainedTokenizerFast, rows: Sequence[TaggedSentence], max_length: int
    ) -> list[Example]:
        """One example a sentence; what is beyond `max_length` is cut off."""
        aligned = align(tokenizer, [row.tokens for row in rows], max_length)
        return [
            Example(({"input_ids": found.input_ids},), subword_labels(found, row.labels))
            for found, row in zip(aligned, rows, strict=True)
        ]

    def batch(
        self, examples: Sequence[Example], pad_id: int, multiple_of: int
    ) -> dict[str, torch.Tensor]:
        """``labels`` has shape (n, seq_len), -100 where there is none."""
        inputs = padded_inputs([example.sequences[0] for example in examples], pad_id, multiple_of)
        labels = padded([example.labels for example in examples], IGNORED, multiple_of)
        return {**inputs, "labels": torch.from_numpy(labels)}

    def predict(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        rows: Sequence[TaggedSentence],
        *,
        max_length: int,
    ) -> PredictedTags:
        """The most probable label of every word."""
        return predict_tags(model, tokenizer, rows, max_length=max_length)


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
        In the order of `sentences`. A word that the tokenizer makes nothing of gets -1 and is
        counted.
    """
    parts = _in_parts(tokenizer, [sentence.tokens for sentence in sentences], max_length)
    aligned = list(itertools.chain.from_iterable(parts))
    sequences = [{"input_ids": found.input_ids} for found in aligned]
    predicted: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * len(aligned)
    for numbers, output in batched_outputs(model, sequences, tokenizer.pad_token_id):
        tags = output.logits.argmax(dim=-1).cpu().numpy()
        for i, row in zip(numbers.tolist(), tags, strict=True):
            predicted[i] = word_labels(aligned[i], row)
    n_unseen = sum(int((found.first == ABSENT).sum()) for found in aligned)
    ends = np.cumsum([len(of_one) for of_one in parts])
    together = [
        np.concatenate(predicted[end - len(of_one) : end])
        for of_one, end in zip(parts, ends, strict=True)
    ]
    return PredictedTags(together, n_unseen)


def _in_parts(
    tokenizer: PreTrainedTokenizerFast, sentences: Sequence[Sequence[str]], max_length: int
) -> list[list[Aligned]]:
    """Each sentence, in parts where it is too long: none is that does not fill all the room."""
    return [
        [whole]
        if len(whole.input_ids) < max_length
        else align(tokenizer, parts_within(tokenizer, words, max_length), max_length)
        for words, whole in zip(sentences, align(tokenizer, sentences, max_length), strict=True)
    ]
