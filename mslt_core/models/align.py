"""From the labels of words to the labels of their sub-words, and back."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mslt_core.spec.errors import SpecError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

IGNORED = -100  # label of a position without a loss, as in torch's cross entropy
ABSENT = -1  # first sub-word of a word that has none


@dataclasses.dataclass(frozen=True, kw_only=True)
class Aligned:
    """One sentence as sub-words, and where its words begin among them."""

    input_ids: npt.NDArray[np.int64]
    """(seq_len,), special tokens included."""
    first: npt.NDArray[np.int64]
    """(n_words,), position of each word's first sub-word; -1 for a word that has none, because
    it was cut off or because the tokenizer sees nothing in it (a no-break space, say)."""


def align(
    tokenizer: PreTrainedTokenizerFast, sentences: Sequence[Sequence[str]], max_length: int
) -> list[Aligned]:
    """Sub-words of sentences that are given as words, and where each word begins.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerFast
        Only fast tokenizers tell which word a sub-word comes from.
    sentences : sequence of sequence of str
        The words of each sentence.
    max_length : int
        Sub-words per sentence at most, special tokens included; what is beyond is cut off.

    Returns
    -------
    list of Aligned
        In the order of `sentences`.

    Raises
    ------
    SpecError
        If `max_length` is more than the model can read.
    """
    if max_length > tokenizer.model_max_length:
        raise SpecError(
            f"max_length must be at most {tokenizer.model_max_length}, which is all that "
            f"the model can read, got {max_length}"
        )
    if not sentences:
        return []
    encoded = tokenizer(
        [list(words) for words in sentences],
        is_split_into_words=True,
        truncation=True,
        max_length=max_length,
    )
    return [
        Aligned(
            input_ids=np.asarray(ids, dtype=np.int64),
            first=_first_positions(encoded.word_ids(i), len(words)),
        )
        for i, (ids, words) in enumerate(zip(encoded["input_ids"], sentences, strict=True))
    ]


def parts_within(
    tokenizer: PreTrainedTokenizerFast, words: Sequence[str], max_length: int
) -> list[Sequence[str]]:
    """The sentence in as few consecutive parts as fit `max_length` sub-words, special ones in.

    A word that does not fit by itself is a part of its own, to be cut.
    """
    encoded = tokenizer(
        list(words), is_split_into_words=True, add_special_tokens=False, verbose=False
    )
    found = [word for word in encoded.word_ids() if word is not None]
    sizes = np.bincount(np.array(found, dtype=np.int64), minlength=len(words))
    room = max_length - tokenizer.num_special_tokens_to_add()
    starts, used = [0], 0
    for place, size in enumerate(sizes.tolist()):
        if used + size > room and used:
            starts.append(place)
            used = 0
        used += size
    return [words[start:stop] for start, stop in itertools.pairwise([*starts, len(words)])]


def subword_labels(aligned: Aligned, labels: Sequence[int]) -> npt.NDArray[np.int64]:
    """Labels of the sub-words, (seq_len,): the first of each word carries its label, others -100.

    One label a word, whatever the number of its sub-words: a language whose words fall into many
    pieces has no more weight than another.

    References
    ----------
    Devlin et al. (2019), section 5.3: the first sub-token represents the word.
    """
    tags = np.full(len(aligned.input_ids), IGNORED, dtype=np.int64)
    present = aligned.first != ABSENT
    tags[aligned.first[present]] = np.asarray(labels, dtype=np.int64)[present]
    return tags


def word_labels(aligned: Aligned, tags: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Labels of the words, (n_words,), from those of the sub-words; -1 for a word without any."""
    present = aligned.first != ABSENT
    return np.where(present, tags[np.where(present, aligned.first, 0)], ABSENT)


def _first_positions(word_ids: Sequence[int | None], n_words: int) -> npt.NDArray[np.int64]:
    first = np.full(n_words, ABSENT, dtype=np.int64)
    for position, word in enumerate(word_ids):
        if word is not None and first[word] == ABSENT:
            first[word] = position
    return first
