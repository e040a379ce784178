"""A span of a context that answers a question."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from mslt_core.models.heads.inputs import (
    Example,
    Subwords,
    as_sequences,
    batched_outputs,
    padded_inputs,
    require_readable,
)
from mslt_core.spec.sentences import QuestionItem

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

# XTREME's run_squad.py (Hu et al. 2020)
MAX_QUESTION = 64  # sub-words; of a question the beginning says most
MAX_ANSWER = 30  # sub-words
ROWS_AT_A_TIME = 500
N_BEST = 20  # starts and ends that are combined


@dataclasses.dataclass(frozen=True)
class Window:
    """Question and a part of the context that fits the model; parts overlap."""

    row: int
    sequence: Subwords
    offsets: npt.NDArray[np.int32]
    """(seq_len, 2): first character and last + 1 in the context; -1 outside of the context."""


class QuestionsHead:
    """Extractive question answering over overlapping windows."""

    def examples(
        self, tokenizer: PreTrainedTokenizerFast, rows: Sequence[QuestionItem], max_length: int
    ) -> list[Example]:
        """One example a window; where the first gold answer is not in it, it is at the start."""
        return [
            Example((window.sequence,), _ends(window, rows[window.row]))
            for window in windows(tokenizer, rows, max_length)
        ]

    def batch(
        self, examples: Sequence[Example], pad_id: int, multiple_of: int
    ) -> dict[str, torch.Tensor]:
        """``start_positions`` and ``end_positions`` have shape (n,)."""
        inputs = padded_inputs([example.sequences[0] for example in examples], pad_id, multiple_of)
        ends = torch.from_numpy(np.stack([example.labels for example in examples]))
        return {**inputs, "start_positions": ends[:, 0], "end_positions": ends[:, 1]}

    @torch.inference_mode()
    def predict(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerFast,
        rows: Sequence[QuestionItem],
        *,
        max_length: int,
    ) -> list[str]:
        """The best span over all windows of every row, without white space at its ends.

        Notes
        -----
        A span's score is the sum of its start and end logits (SQuAD 1.1: there is always an
        answer); among the 20 best starts and ends, of at most 30 sub-words.
        """
        found = windows(tokenizer, rows, max_length)
        sequences = [window.sequence for window in found]
        best = [(-np.inf, "")] * len(rows)
        for numbers, output in batched_outputs(model, sequences, tokenizer.pad_token_id):
            starts = output.start_logits.float().cpu().numpy()
            ends = output.end_logits.float().cpu().numpy()
            for place, number in enumerate(numbers.tolist()):
                window = found[number]
                score, start, end = _best_span(starts[place], ends[place], window.offsets)
                if score > best[window.row][0]:
                    # a sub-word may begin with the space before it
                    best[window.row] = (score, rows[window.row].context[start:end].strip())
        return [text for _, text in best]


def windows(
    tokenizer: PreTrainedTokenizerFast, rows: Sequence[QuestionItem], max_length: int
) -> list[Window]:
    """All windows of all rows; neighbours overlap by a third of the room for the context."""
    require_readable(tokenizer, max_length)
    room = (
        max_length
        - min(MAX_QUESTION, max_length // 3)
        - tokenizer.num_special_tokens_to_add(pair=True)
    )
    result = []
    # of all at once the tokenizer would keep a gigabyte a ten thousand rows
    for first in range(0, len(rows), ROWS_AT_A_TIME):
        some = rows[first : first + ROWS_AT_A_TIME]
        most = min(MAX_QUESTION, max_length // 3)
        found = tokenizer(
            [_shortened(tokenizer, row.question, most) for row in some],
            [row.context for row in some],
            truncation="only_second",
            max_length=max_length,
            stride=room // 3,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for i, sequence in enumerate(as_sequences(tokenizer, found)):
            offsets = np.array(found["offset_mapping"][i], dtype=np.int32)
            in_context = np.array([part == 1 for part in found.sequence_ids(i)])
            offsets[~in_context] = -1
            row = first + found["overflow_to_sample_mapping"][i]
            result.append(Window(row, sequence, offsets))
    return result


def _shortened(tokenizer: PreTrainedTokenizerFast, question: str, n_subwords: int) -> str:
    """The question's beginning, so that the context has room."""
    found = tokenizer(
        question, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    offsets = found["offset_mapping"]
    return question if len(offsets) <= n_subwords else question[: offsets[n_subwords - 1][1]]


def _ends(window: Window, row: QuestionItem) -> npt.NDArray[np.int64]:
    """First and last sub-word of the first gold answer, (2,); 0, 0 if it is cut by the window."""
    start, end = row.starts[0], row.starts[0] + len(row.answers[0])
    inside = (window.offsets[:, 0] < end) & (window.offsets[:, 1] > start)
    places = np.flatnonzero(inside & (window.offsets[:, 0] >= 0))
    context = np.flatnonzero(window.offsets[:, 0] >= 0)
    if not len(places) or not len(context):
        return np.zeros(2, dtype=np.int64)
    cut = window.offsets[context[0], 0] > start or window.offsets[context[-1], 1] < end
    return np.zeros(2, dtype=np.int64) if cut else places[[0, -1]].astype(np.int64)


def _best_span(
    starts: npt.NDArray[np.float32],
    ends: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.int32],
) -> tuple[float, int, int]:
    """Score, first character and last + 1 of the best span within the context."""
    context = np.flatnonzero(offsets[:, 1] > offsets[:, 0])  # an empty piece is no answer
    if not len(context):
        return -np.inf, 0, 0
    first = context[np.argsort(-starts[context], kind="stable")[:N_BEST]]
    last = context[np.argsort(-ends[context], kind="stable")[:N_BEST]]
    length = last[None, :] - first[:, None]
    scores = starts[first][:, None] + ends[last][None, :]
    scores = np.where((length >= 0) & (length < MAX_ANSWER), scores, -np.inf)
    if not np.isfinite(scores).any():  # the best starts all lie after the best ends
        place = int(first[0])
        start, end = offsets[place].tolist()
        return float(starts[place] + ends[place]), start, end
    i, j = np.unravel_index(int(scores.argmax()), scores.shape)
    return float(scores[i, j]), int(offsets[first[i], 0]), int(offsets[last[j], 1])
