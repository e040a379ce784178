"""Masked-language modelling: which tokens are hidden, and how well they are guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch
    from transformers import XLMRobertaForMaskedLM

MASK_SHARE = 0.15
IGNORED = -100  # label of a position that is not scored, as in torch's cross entropy

# one batch is padded to its longest row, so rows of like length go together; larger pools
# sort better but mix less
POOL_BATCHES = 50


@dataclass(frozen=True)
class Vocabulary:
    """The ids that masking has to know."""

    pad_id: int
    mask_id: int
    n_special: int  # the first so many ids are special, and never hidden


@dataclass(frozen=True)
class MaskedBatch:
    """Ids of shape (n, seq_len) with some hidden; labels are the hidden ids, -100 elsewhere."""

    input_ids: npt.NDArray[np.int64]
    attention_mask: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]


def mask_tokens(
    rows: Sequence[Sequence[int]], vocabulary: Vocabulary, rng: np.random.Generator
) -> MaskedBatch:
    """Pad rows of token ids and hide 15 % of their tokens, as BERT does.

    Of the chosen tokens 80 % become the mask, 10 % a random piece, 10 % stay: an encoder that saw
    only masks would know nothing about the real tokens of a later task.

    Parameters
    ----------
    rows : sequence of sequence of int
        Token ids, special tokens included.
    vocabulary : Vocabulary
        Ids of padding and mask.
    rng : numpy.random.Generator
        Decides what is hidden.

    Returns
    -------
    MaskedBatch
        Arrays of shape (n_rows, longest row).

    References
    ----------
    Devlin et al. (2019). BERT: Pre-training of Deep Bidirectional Transformers. NAACL.
    """
    input_ids = np.full((len(rows), max(map(len, rows))), vocabulary.pad_id, dtype=np.int64)
    for i, row in enumerate(rows):
        input_ids[i, : len(row)] = row
    chosen = (input_ids >= vocabulary.n_special) & (rng.random(input_ids.shape) < MASK_SHARE)
    labels = np.where(chosen, input_ids, IGNORED)
    fate = rng.random(input_ids.shape)
    anything = rng.integers(vocabulary.n_special, vocabulary.mask_id, size=input_ids.shape)
    hidden = np.where(chosen & (fate < 0.8), vocabulary.mask_id, input_ids)
    hidden = np.where(chosen & (fate >= 0.9), anything, hidden)
    return MaskedBatch(hidden, (input_ids != vocabulary.pad_id).astype(np.int64), labels)


def length_batches(
    lengths: npt.NDArray[np.int64], batch_size: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
    """Row numbers of full batches of like length, in random order, epoch after epoch without end.

    Raises
    ------
    ValueError
        If there are fewer rows than one batch takes.
    """
    if len(lengths) < batch_size:
        raise ValueError(f"a batch takes {batch_size} rows, got {len(lengths)} in all")
    while True:
        order = rng.permutation(len(lengths))
        for start in range(0, len(order), POOL_BATCHES * batch_size):
            pool = order[start : start + POOL_BATCHES * batch_size]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            full = len(pool) // batch_size
            for i in rng.permutation(full):
                yield pool[i * batch_size : (i + 1) * batch_size]


def mlm_loss(model: XLMRobertaForMaskedLM, batch: MaskedBatch) -> torch.Tensor:
    """Mean cross entropy (nats) at the hidden tokens of a batch.

    The vocabulary's logits are computed at the hidden tokens only: at all of them they would cost
    more than the whole encoder.
    """
    import torch

    labels = torch.from_numpy(batch.labels)
    hidden_states = model.roberta(
        input_ids=torch.from_numpy(batch.input_ids),
        attention_mask=torch.from_numpy(batch.attention_mask),
    ).last_hidden_state
    hidden = labels != IGNORED
    return torch.nn.functional.cross_entropy(model.lm_head(hidden_states[hidden]), labels[hidden])
