"""Which of several texts goes with a premise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.heads.inputs import (
    Example,
    Subwords,
    encoded,
    most_probable,
    padded_inputs,
)
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import ChoiceItem

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


class ChoiceHead:
    """Multiple choice: premise and choice are read as a pair, one pair a choice."""

    def examples(
        self, tokenizer: PreTrainedTokenizerFast, rows: Sequence[ChoiceItem], max_length: int
    ) -> list[Example]:
        """One example a row, with a sequence for each choice."""
        n = _one_number(len(row.choices) for row in rows)
        sequences = _encoded(tokenizer, rows, max_length)
        return [
            Example(tuple(sequences[i * n : (i + 1) * n]), np.array(row.label, dtype=np.int64))
            for i, row in enumerate(rows)
        ]

    def batch(
        self, examples: Sequence[Example], pad_id: int, multiple_of: int
    ) -> dict[str, torch.Tensor]:
        """Inputs have shape (n, n_choices, seq_len), ``labels`` (n,)."""
        # languages are encoded one by one, and meet here
        n_choices = _one_number(len(example.sequences) for example in examples)
        flat = [sequence for example in examples for sequence in example.sequences]
        inputs = {
            name: tensor.view(len(examples), n_choices, -1)
            for name, tensor in padded_inputs(flat, pad_id, multiple_of).items()
        }
        return {**inputs, "labels": torch.from_numpy(np.stack([e.labels for e in examples]))}

    @torch.inference_mode()
    def predict(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        rows: Sequence[ChoiceItem],
        *,
        max_length: int,
    ) -> npt.NDArray[np.int64]:
        """The place of the most probable choice of every row, (n,)."""
        sequences = _encoded(tokenizer, rows, max_length)
        n_choices = _one_number(len(row.choices) for row in rows)
        return most_probable(model, sequences, tokenizer.pad_token_id, n_choices)


def _one_number(counts: Iterable[int]) -> int:
    """How many choices every item has; 2 without any item."""
    different = set(counts)
    if len(different) > 1:
        raise DataError(
            f"items have {' or '.join(map(str, sorted(different)))} choices, not one number"
        )
    return different.pop() if different else 2


def _encoded(
    tokenizer: PreTrainedTokenizerFast, rows: Sequence[ChoiceItem], max_length: int
) -> list[Subwords]:
    pairs = [(row.premise, choice) for row in rows for choice in row.choices]
    return encoded(tokenizer, [p for p, _ in pairs], [c for _, c in pairs], max_length)
