"""A label for a text or a pair of texts."""

from __future__ import annotations

from collections.abc import Sequence
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
from mslt_core.spec.sentences import LabelledText

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


class ClassificationHead:
    """Sequence classification."""

    def examples(
        self, tokenizer: PreTrainedTokenizerFast, rows: Sequence[LabelledText], max_length: int
    ) -> list[Example]:
        """One example a row."""
        sequences = _encoded(tokenizer, rows, max_length)
        return [
            Example((sequence,), np.array(row.label, dtype=np.int64))
            for sequence, row in zip(sequences, rows, strict=True)
        ]

    def batch(
        self, examples: Sequence[Example], pad_id: int, multiple_of: int
    ) -> dict[str, torch.Tensor]:
        """``labels`` has shape (n,)."""
        inputs = padded_inputs([example.sequences[0] for example in examples], pad_id, multiple_of)
        return {**inputs, "labels": torch.from_numpy(np.stack([e.labels for e in examples]))}

    @torch.inference_mode()
    def predict(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        rows: Sequence[LabelledText],
        *,
        max_length: int,
    ) -> npt.NDArray[np.int64]:
        """The most probable label id of every row, (n,)."""
        sequences = _encoded(tokenizer, rows, max_length)
        return most_probable(model, sequences, tokenizer.pad_token_id)


def _encoded(
    tokenizer: PreTrainedTokenizerFast, rows: Sequence[LabelledText], max_length: int
) -> list[Subwords]:
    paired = bool(rows) and rows[0].pair is not None
    pairs = [row.pair or "" for row in rows] if paired else None
    return encoded(tokenizer, [row.text for row in rows], pairs, max_length)
