"""From text to padded batches, and from batches to logits: what all heads share."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.batches import batches_within, padded
from mslt_core.spec.errors import SpecError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Ids = npt.NDArray[np.int64]
Subwords = Mapping[str, Ids]
"""One sequence of sub-words: ``input_ids`` and, where the model wants them, ``token_type_ids``."""

# sub-words in a batch, padding included: a CPU's cache is small, a GPU wants to be filled
MAX_SUBWORDS = {"cpu": 2048, "cuda": 32_768, "mps": 8192}


def subwords_at_a_time(model: PreTrainedModel) -> int:
    """How many sub-words are scored in one batch on the model's device, padding included."""
    return MAX_SUBWORDS.get(model.device.type, MAX_SUBWORDS["cpu"])


@dataclasses.dataclass(frozen=True)
class Example:
    """One training example: a sequence (several for multiple choice) and what to learn."""

    sequences: tuple[Subwords, ...]
    labels: Ids
    """One label a sub-word, a single one, or the two ends of a span."""

    @property
    def length(self) -> int:
        """Sub-words of the longest sequence."""
        return max(len(sequence["input_ids"]) for sequence in self.sequences)

    @property
    def n_subwords(self) -> int:
        """Sub-words of all sequences."""
        return sum(len(sequence["input_ids"]) for sequence in self.sequences)


def require_readable(tokenizer: PreTrainedTokenizerFast, max_length: int) -> None:
    """Refuse lengths beyond what the model can read."""
    if max_length > tokenizer.model_max_length:
        raise SpecError(
            f"max_length must be at most {tokenizer.model_max_length}, which is all that "
            f"the model can read, got {max_length}"
        )


def encoded(
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    pairs: Sequence[str] | None,
    max_length: int,
) -> list[Subwords]:
    """Texts, or pairs of texts, as sub-words; of a pair that is too long the longer is cut."""
    require_readable(tokenizer, max_length)
    if not texts:
        return []
    found = tokenizer(list(texts), pairs and list(pairs), truncation=True, max_length=max_length)
    return as_sequences(tokenizer, found)


def as_sequences(tokenizer: PreTrainedTokenizerFast, found: Any) -> list[Subwords]:
    """What a tokenizer gave, a mapping of arrays for every sequence."""
    names = [n for n in ("input_ids", "token_type_ids") if n in tokenizer.model_input_names]
    columns = [found[name] for name in names]
    return [
        {name: np.asarray(ids, dtype=np.int64) for name, ids in zip(names, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]


def padded_inputs(
    sequences: Sequence[Subwords], pad_id: int, multiple_of: int = 1
) -> dict[str, torch.Tensor]:
    """Sequences as tensors (n, longest), with their attention mask."""
    arrays = {
        name: padded(
            [sequence[name] for sequence in sequences],
            pad_id if name == "input_ids" else 0,
            multiple_of,
        )
        for name in sequences[0]
    }
    masks = [np.ones_like(sequence["input_ids"]) for sequence in sequences]
    arrays["attention_mask"] = padded(masks, 0, multiple_of)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def most_probable(
    model: PreTrainedModel, sequences: Sequence[Subwords], pad_id: int, per_row: int = 1
) -> Ids:
    """The place of the highest logit of every row, (n_rows,)."""
    predicted = np.empty(len(sequences) // per_row, dtype=np.int64)
    for rows, output in batched_outputs(model, sequences, pad_id, per_row):
        predicted[rows] = output.logits.argmax(dim=-1).cpu().numpy()
    return predicted


def batched_outputs(
    model: PreTrainedModel, sequences: Sequence[Subwords], pad_id: int, per_row: int = 1
) -> Iterator[tuple[Ids, Any]]:
    """Rows of like length together: their numbers, and the model's output for them.

    A row is `per_row` sequences that follow each other; the inputs then have a dimension for
    them, as multiple choice wants it.
    """
    model.eval()
    lengths = np.array([len(sequence["input_ids"]) for sequence in sequences], dtype=np.int64)
    longest = lengths.reshape(-1, per_row).max(axis=1)
    room = subwords_at_a_time(model) // per_row
    for rows in batches_within(longest, room):
        of_rows = [sequences[row * per_row + i] for row in rows.tolist() for i in range(per_row)]
        inputs = padded_inputs(of_rows, pad_id)
        if per_row > 1:
            inputs = {n: t.view(len(rows), per_row, -1) for n, t in inputs.items()}
        yield rows, model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
