"""What stands on the encoder: one head a kind of task, each in its own file."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from mslt_core.models.heads.choice import ChoiceHead
from mslt_core.models.heads.classification import ClassificationHead
from mslt_core.models.heads.inputs import Example
from mslt_core.models.heads.questions import QuestionsHead
from mslt_core.models.heads.tagging import TaggingHead
from mslt_core.spec.sentences import TaskKind

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


class Head(Protocol):
    """How rows of one kind become examples, batches and predictions."""

    def examples(
        self, tokenizer: "PreTrainedTokenizerFast", rows: Sequence[Any], max_length: int
    ) -> list[Example]:
        """Training rows as the model wants them, one at least for every row."""

    def batch(
        self, examples: Sequence[Example], pad_id: int, multiple_of: int
    ) -> dict[str, "torch.Tensor"]:
        """Examples padded to the longest, with their labels."""

    def predict(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerFast",
        rows: Sequence[Any],
        *,
        max_length: int,
    ) -> Any:
        """What the model says of every row, in their order; the labels are not read."""


HEADS: Mapping[TaskKind, Head] = MappingProxyType(
    {
        "tagging": TaggingHead(),
        "classification": ClassificationHead(),
        "choice": ChoiceHead(),
        "questions": QuestionsHead(),
    }
)
