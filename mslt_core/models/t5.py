"""Heads on the encoder of T5 and its kin (mT5, umT5), whose own classes bring their decoder along.

The tagger of transformers has the encoder alone; these stand on it. A text's vector is the mean
over its sub-words, as T5 has no token that stands for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy
from transformers.modeling_outputs import (
    MultipleChoiceModelOutput,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
)

if TYPE_CHECKING:
    from mslt_core.spec.sentences import TaskKind


class _OfText:
    """A label for a text: the logits of its mean vector."""

    transformer: Any
    dropout: Any
    classifier: Any

    def _logits(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        return self.classifier(self.dropout(mean))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,
    ) -> Any:
        logits = self._logits(input_ids, attention_mask)
        loss = None if labels is None else cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)


class _OfChoices(_OfText):
    """One of several texts: each has one logit."""

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,
    ) -> Any:
        n, n_choices, width = input_ids.shape
        flat = self._logits(input_ids.view(-1, width), attention_mask.view(-1, width))
        logits = flat.view(n, n_choices)
        loss = None if labels is None else cross_entropy(logits, labels)
        return MultipleChoiceModelOutput(loss=loss, logits=logits)


class _OfSpans(_OfText):
    """The two ends of a span: two logits a sub-word."""

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        start_positions: torch.Tensor | None = None,
        end_positions: torch.Tensor | None = None,
    ) -> Any:
        hidden = self.transformer(input_ids, attention_mask=attention_mask)[0]
        starts, ends = self.classifier(self.dropout(hidden)).unbind(dim=-1)
        loss = None
        if start_positions is not None and end_positions is not None:
            loss = (cross_entropy(starts, start_positions) + cross_entropy(ends, end_positions)) / 2
        return QuestionAnsweringModelOutput(loss=loss, start_logits=starts, end_logits=ends)


def class_with_head(config: Any, kind: TaskKind) -> Any:
    """The class of an encoder with this head; its `config.num_labels` is the number of outputs."""
    from transformers import AutoModelForTokenClassification

    tagger: Any = AutoModelForTokenClassification._model_mapping[type(config)]
    if kind == "tagging":
        return tagger
    head = {"classification": _OfText, "choice": _OfChoices, "questions": _OfSpans}[kind]
    name = f"{tagger.__name__.removesuffix('ForTokenClassification')}Encoder{head.__name__[1:]}"
    return type(name, (head, tagger), {"__module__": __name__})
