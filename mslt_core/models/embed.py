"""Sentence vectors: an encoder's hidden states, pooled over each sentence's tokens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models import hidden_states
from mslt_core.models.batches import batches_within
from mslt_core.spec.errors import DataError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from mslt_core.spec.specs import Pooling, Precision


@dataclasses.dataclass(frozen=True, kw_only=True)
class Embedded:
    """Vectors of the same sentences at one or more layers."""

    layers: dict[int, npt.NDArray[np.float32]]
    """Per layer (n_sentences, hidden_size), rows in the order of the sentences."""
    n_truncated: int
    """Sentences longer than max_length, of which only the beginning counts."""


def embed(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    *,
    layers: Sequence[int],
    pooling: Pooling = "mean",
    max_length: int = 128,
    precision: Precision = "float32",
    report: Callable[[int, int], None] | None = None,
) -> Embedded:
    """Pooled hidden states of sentences, at any layers in one pass.

    A sentence's vector does not depend on the other sentences, up to rounding of float32.

    Parameters
    ----------
    model : PreTrainedModel
        An encoder without a head, on any device; it is put into eval mode.
    tokenizer : PreTrainedTokenizerFast
        The encoder's own.
    texts : sequence of str
        One sentence each.
    layers : sequence of int
        0 is the embedding output, 1 to n_layers are the blocks' outputs.
    pooling : {"mean", "mean_no_special", "first", "max"}
        Average over all tokens of a sentence, ``<s>`` and ``</s>`` included, or over all but
        these; the first token alone, which is ``<s>`` or ``[CLS]`` where the tokenizer sets one;
        or the largest value of each feature over all tokens, special ones included. Padding never
        counts.
    max_length : int
        Tokens per sentence, special ones included; the rest of a longer sentence is cut off.
    precision : {"float32", "bfloat16"}
        Of the matrix products on a GPU (CUDA); elsewhere they are float32. Pooling is float32.
    report : callable, optional
        Called after every batch with the number of sentences done, and of all.

    Returns
    -------
    Embedded
        Per layer a float32 array of shape (n_sentences, hidden_size), and how many sentences
        were cut off.

    Raises
    ------
    SpecError
        If the model has no such layer, or cannot read so many tokens.
    DataError
        If a sentence has no tokens.
    CheckpointError
        If a vector is not finite: the weights are damaged, or training diverged.

    Notes
    -----
    "mean" is the paper's choice, taken literally: "mean-pooling the hidden states from the last
    layer" (Lim et al. 2024, footnote 3).

    The model is gone through once for all layers; pooling reads each layer's states once more,
    n_tokens * hidden_size numbers, beside some 12 * n_tokens * hidden_size^2 products of a block.
    """
    hidden_states.check_question(model, tokenizer, layers, max_length)
    encoded = tokenizer(
        list(texts), truncation=True, max_length=max_length, return_special_tokens_mask=True
    )
    sentences = [
        _Sentence(np.array(ids, dtype=np.int64), np.array(special, dtype=np.int64))
        for ids, special in zip(encoded["input_ids"], encoded["special_tokens_mask"], strict=True)
    ]
    _check_sentences(texts, sentences)
    model.eval()
    vectors = {
        layer: np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
        for layer in layers
    }
    n_done = 0
    lengths = np.array([len(sentence.input_ids) for sentence in sentences], dtype=np.int64)
    for rows in batches_within(lengths, hidden_states.max_subwords(model)):
        batch = [sentences[row] for row in rows]
        input_ids = [sentence.input_ids for sentence in batch]
        states = hidden_states.states_of(
            model, input_ids, tokenizer.pad_token_id, layers, precision
        )
        for layer, X in _pooled(states, batch, pooling).items():
            vectors[layer][rows] = X
        n_done += len(rows)
        if report:
            report(n_done, len(texts))
    hidden_states.check_finite(vectors, "sentence")
    n_truncated = sum(bool(encoding.overflowing) for encoding in encoded.encodings or ())
    return Embedded(layers=vectors, n_truncated=n_truncated)


class _Sentence(NamedTuple):
    """Arrays of shape (seq_len,)."""

    input_ids: npt.NDArray[np.int64]
    special: npt.NDArray[np.int64]
    """1 for ``<s>`` and ``</s>``, 0 for the sentence's own tokens."""


@torch.inference_mode()
def _pooled(
    states: hidden_states.States, batch: Sequence[_Sentence], pooling: Pooling
) -> dict[int, npt.NDArray[np.float32]]:
    """Per layer the batch's vectors, (len(batch), hidden_size)."""
    mask = states.attention_mask
    if pooling == "first":
        pooled = {layer: H[:, 0] for layer, H in states.by_layer.items()}
    elif pooling == "max":
        padding = (mask == 0).unsqueeze(2)
        pooled = {
            layer: H.masked_fill_(padding, -torch.inf).amax(dim=1)
            for layer, H in states.by_layer.items()
        }
    else:
        if pooling == "mean_no_special":
            own = [1 - sentence.special for sentence in batch]
            mask = hidden_states.tensor(own, 0, mask.device)
        weights = (mask / mask.sum(dim=1, keepdim=True)).unsqueeze(1)
        # (n, 1, seq_len) times (n, seq_len, hidden_size)
        pooled = {layer: (weights @ H.float()).squeeze(1) for layer, H in states.by_layer.items()}
    # bfloat16 has no NumPy type, so widen before leaving torch
    return {layer: X.float().cpu().numpy() for layer, X in pooled.items()}


def _check_sentences(texts: Sequence[str], sentences: Sequence[_Sentence]) -> None:
    """Refuse sentences without a token of their own: their mean is 0/0, or says nothing."""
    for number, (text, sentence) in enumerate(zip(texts, sentences, strict=True), start=1):
        if not text.strip() or sentence.special.all():
            raise DataError(f"sentence {number} of {len(texts)} is empty: {text!r}")
