"""Sentence vectors: an encoder's hidden states, averaged over each sentence's tokens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.batches import batches_within, padded
from mslt_core.spec.errors import CheckpointError, DataError, SpecError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from mslt_core.spec.specs import Pooling

MAX_SUBWORDS = 4096  # in a batch, padding included; more is no faster on a CPU


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
    report: Callable[[int, int], None] | None = None,
) -> Embedded:
    """Mean-pooled hidden states of sentences, at any layers in one pass.

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
    pooling : {"mean", "mean_no_special"}
        Average over all tokens of a sentence, ``<s>`` and ``</s>`` included, or over all but
        these. Padding never counts.
    max_length : int
        Tokens per sentence, special ones included; the rest of a longer sentence is cut off.
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
    """
    _check_question(model, tokenizer, layers, max_length)
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
    for rows in batches_within(lengths, MAX_SUBWORDS):
        batch = [sentences[row] for row in rows]
        pooled = _pooled(model, batch, tokenizer.pad_token_id, layers, pooling)
        for layer, X in zip(layers, pooled, strict=True):
            vectors[layer][rows] = X
        n_done += len(rows)
        if report:
            report(n_done, len(texts))
    _check_finite(vectors)
    n_truncated = sum(bool(encoding.overflowing) for encoding in encoded.encodings or ())
    return Embedded(layers=vectors, n_truncated=n_truncated)


class _Sentence(NamedTuple):
    """Arrays of shape (seq_len,)."""

    input_ids: npt.NDArray[np.int64]
    special: npt.NDArray[np.int64]
    """1 for ``<s>`` and ``</s>``, 0 for the sentence's own tokens."""


@torch.inference_mode()
def _pooled(
    model: PreTrainedModel,
    batch: Sequence[_Sentence],
    pad_id: int,
    layers: Sequence[int],
    pooling: Pooling,
) -> list[npt.NDArray[np.float32]]:
    """Per layer the batch's vectors, (len(batch), hidden_size)."""

    def tensor(rows: list[npt.NDArray[np.int64]], fill: int) -> torch.Tensor:
        return torch.from_numpy(padded(rows, fill)).to(model.device)

    attention_mask = tensor([np.ones_like(sentence.input_ids) for sentence in batch], 0)
    hidden_states = model(
        input_ids=tensor([sentence.input_ids for sentence in batch], pad_id),
        attention_mask=attention_mask,
        output_hidden_states=True,
    ).hidden_states
    counted = attention_mask
    if pooling == "mean_no_special":
        counted = tensor([1 - sentence.special for sentence in batch], 0)
    weights = (counted / counted.sum(dim=1, keepdim=True)).unsqueeze(1)
    # (n, 1, seq_len) times (n, seq_len, hidden_size); bfloat16 has no NumPy type, so widen first
    return [(weights @ hidden_states[layer].float()).squeeze(1).cpu().numpy() for layer in layers]


def _check_question(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    layers: Sequence[int],
    max_length: int,
) -> None:
    n_layers = model.config.num_hidden_layers
    strangers = [layer for layer in layers if not 0 <= layer <= n_layers]
    if strangers:
        raise SpecError(
            f"the model has layers 0 to {n_layers}, got {strangers[0]}",
            hint="0 is the embedding output.",
        )
    if max_length > tokenizer.model_max_length:
        raise SpecError(
            f"max_length must be at most {tokenizer.model_max_length}, which is all that "
            f"the model can read, got {max_length}"
        )


def _check_sentences(texts: Sequence[str], sentences: Sequence[_Sentence]) -> None:
    """Refuse sentences without a token of their own: their mean is 0/0, or says nothing."""
    for number, (text, sentence) in enumerate(zip(texts, sentences, strict=True), start=1):
        if not text.strip() or sentence.special.all():
            raise DataError(f"sentence {number} of {len(texts)} is empty: {text!r}")


def _check_finite(vectors: dict[int, npt.NDArray[np.float32]]) -> None:
    for layer, X in vectors.items():
        broken = np.flatnonzero(~np.isfinite(X).all(axis=1))
        if broken.size:
            raise CheckpointError(
                f"layer {layer} gives a vector with NaN or infinity for sentence {broken[0] + 1}",
                hint="The weights are damaged or their training diverged.",
            )
