"""The last layer of a classifier, without what nothing reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from transformers.models.bert import modeling_bert as bert
from transformers.models.roberta import modeling_roberta as roberta
from transformers.models.xlm_roberta import modeling_xlm_roberta as xlm_roberta

if TYPE_CHECKING:
    from mslt_core.spec.sentences import TaskKind

ONE_VECTOR = frozenset({"classification", "choice"})
"""Kinds of task whose head reads the first sub-word of a text alone, in the models below."""


class _Shortened:
    """A layer that gives the vector of the first sub-word, (n, 1, d), which attends to all."""

    attention: Any
    feed_forward_chunk: Any
    attends: Any

    def forward(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor | None = None, *_: Any, **__: Any
    ) -> torch.Tensor:
        first = hidden[:, :1]
        mask = None if attention_mask is None else attention_mask[:, :, :1]
        mixed, _weights = self.attends.forward(
            self.attention.self, first, encoder_hidden_states=hidden, attention_mask=mask
        )
        return self.feed_forward_chunk(self.attention.output(mixed, first))


def _shortened(layer: type, attends: type) -> type:
    """The class `layer` with the forward pass of `_Shortened`.

    `attends` is the library's attention of one text to another, here of a text's first sub-word
    to all: it has the same parts under the same names as a text's attention to itself.
    """
    return type(f"Shortened{layer.__name__}", (_Shortened, layer), {"attends": attends})


SHORTENED: Mapping[type, type] = MappingProxyType(
    {
        bert.BertLayer: _shortened(bert.BertLayer, bert.BertCrossAttention),
        roberta.RobertaLayer: _shortened(roberta.RobertaLayer, roberta.RobertaCrossAttention),
        xlm_roberta.XLMRobertaLayer: _shortened(
            xlm_roberta.XLMRobertaLayer, xlm_roberta.XLMRobertaCrossAttention
        ),
    }
)


@contextlib.contextmanager
def last_layer_shortened(model: Any, kind: TaskKind) -> Iterator[None]:
    """As long as this lasts, the last layer computes the one vector that the head reads.

    Parameters
    ----------
    model : PreTrainedModel or peft model
        With a head for `kind`. Those of the families BERT (MiniLM among them), RoBERTa and XLM-R
        are changed; all others keep what they have, and so do decoders, whose first sub-word sees
        itself alone: by the place of a query, which is lost here.
    kind : TaskKind
        Tagging and questions read every sub-word, and change nothing.

    Notes
    -----
    Logits, loss and gradients are the same but for rounding (and, with dropout, for which random
    numbers fall where): of the last layer's other vectors nothing depends on anything but their
    keys and values, which are computed. Ten twelfths of that layer's products are saved, so a
    fifth of all in a model of 4 layers and 7 % in one of 12.
    """
    layers = [module for module in model.modules() if isinstance(module, tuple(SHORTENED))]
    last: Any = layers[-1] if layers else None
    whole = type(last)  # a shortened one is in no need of it: scores are also asked in training
    masks_known = model.config._attn_implementation in {"sdpa", "eager"}
    if kind not in ONE_VECTOR or whole not in SHORTENED or last.is_decoder or not masks_known:
        yield
        return
    last.__class__ = SHORTENED[whole]
    try:
        yield
    finally:
        last.__class__ = whole
