"""Word vectors: an encoder's hidden states, averaged over each word's sub-words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models import hidden_states
from mslt_core.models.batches import batches_within

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from mslt_core.spec.specs import Precision

ABSENT = -1  # no word: a special token


@dataclasses.dataclass(frozen=True, kw_only=True)
class EmbeddedWords:
    """Vectors of the same words at one or more layers."""

    layers: dict[int, npt.NDArray[np.float32]]
    """Per layer (n_kept, hidden_size): the words of all sentences, one after the other."""
    kept: npt.NDArray[np.bool_]
    """(n_words,), False for a word without a vector: it was cut off, or the tokenizer sees nothing
    in it. ``labels[kept]`` goes with the rows of `layers`."""
    n_truncated: int
    """Sentences of which words were cut off."""


def embed_words(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    sentences: Sequence[Sequence[str]],
    *,
    layers: Sequence[int],
    max_length: int = 128,
    precision: Precision = "float32",
    report: Callable[[int, int], None] | None = None,
) -> EmbeddedWords:
    """Mean hidden state of each word's sub-words, at any layers in one pass.

    Parameters
    ----------
    model : PreTrainedModel
        An encoder without a head, on any device; it is put into eval mode.
    tokenizer : PreTrainedTokenizerFast
        The encoder's own.
    sentences : sequence of sequence of str
        The words of each sentence; each word is seen among the others of its sentence.
    layers : sequence of int
        0 is the embedding output, 1 to n_layers are the blocks' outputs.
    max_length : int
        Sub-words per sentence, special ones included; the words beyond are cut off, and a word
        that is cut in its middle keeps its first sub-words.
    precision : {"float32", "bfloat16"}
        Of the matrix products on a GPU (CUDA); elsewhere they are float32.
    report : callable, optional
        Called after every batch with the number of sentences done, and of all.

    Returns
    -------
    EmbeddedWords
        Per layer a float32 array of shape (n_kept, hidden_size), and which words it holds.

    Raises
    ------
    SpecError
        If the model has no such layer, or cannot read so many tokens.
    CheckpointError
        If a vector is not finite: the weights are damaged, or training diverged.

    Notes
    -----
    Special tokens belong to no word. A sentence without a word that can be seen adds no row.
    """
    hidden_states.check_question(model, tokenizer, layers, max_length)
    encoded = _encoded(tokenizer, sentences, max_length) if sentences else []
    n_words = np.array([len(words) for words in sentences], dtype=np.int64)
    ends = n_words.cumsum()
    kept = np.zeros(int(n_words.sum()), dtype=np.bool_)
    vectors = {
        layer: np.empty((len(kept), model.config.hidden_size), dtype=np.float32) for layer in layers
    }
    model.eval()
    lengths = np.array([len(one.input_ids) for one in encoded], dtype=np.int64)
    n_done = 0
    for rows in batches_within(lengths, hidden_states.max_subwords(model)):
        batch = [encoded[row] for row in rows]
        input_ids = [one.input_ids for one in batch]
        states = hidden_states.states_of(
            model, input_ids, tokenizer.pad_token_id, layers, precision
        )
        weights = _weights(batch, int(n_words[rows].max()))
        present = weights.any(axis=2)
        places = (ends[rows] - n_words[rows])[:, None] + np.arange(weights.shape[1])
        kept[places[present]] = True
        for layer, X in _per_word(states, weights).items():
            vectors[layer][places[present]] = X[present]
        n_done += len(rows)
        if report:
            report(n_done, len(sentences))
    found = {layer: X[kept] for layer, X in vectors.items()}
    hidden_states.check_finite(found, "word")
    return EmbeddedWords(layers=found, kept=kept, n_truncated=sum(one.cut for one in encoded))


class _Encoded(NamedTuple):
    input_ids: npt.NDArray[np.int64]
    """(seq_len,), special tokens included."""
    word_ids: npt.NDArray[np.int64]
    """(seq_len,), the word that each sub-word belongs to; -1 for a special token."""
    cut: bool


def _encoded(
    tokenizer: PreTrainedTokenizerFast, sentences: Sequence[Sequence[str]], max_length: int
) -> list[_Encoded]:
    together = tokenizer(
        [list(words) for words in sentences],
        is_split_into_words=True,
        truncation=True,
        max_length=max_length,
    )
    found = []
    for i, encoding in enumerate(together.encodings or ()):
        word_ids = [ABSENT if word is None else word for word in together.word_ids(i)]
        found.append(
            _Encoded(
                input_ids=np.array(together["input_ids"][i], dtype=np.int64),
                word_ids=np.array(word_ids, dtype=np.int64),
                cut=bool(encoding.overflowing),
            )
        )
    return found


def _weights(batch: Sequence[_Encoded], n_words: int) -> npt.NDArray[np.float32]:
    """(n_rows, n_words, seq_len): what each sub-word counts in each word's mean; 0 for none."""
    longest = max(len(one.input_ids) for one in batch)
    weights = np.zeros((len(batch), n_words, longest), dtype=np.float32)
    for i, one in enumerate(batch):
        own = np.flatnonzero(one.word_ids != ABSENT)
        weights[i, one.word_ids[own], own] = 1
    return weights / np.maximum(weights.sum(axis=2, keepdims=True), 1)


@torch.inference_mode()
def _per_word(
    states: hidden_states.States, weights: npt.NDArray[np.float32]
) -> dict[int, npt.NDArray[np.float32]]:
    """Per layer (n_rows, n_words, hidden_size)."""
    on_device = torch.from_numpy(weights).to(states.attention_mask.device)
    return {layer: (on_device @ H.float()).cpu().numpy() for layer, H in states.by_layer.items()}
