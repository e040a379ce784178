"""What a training run is fed with: the rows of every step, in parts, as padded tensors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from mslt_core.models.batches import balanced_batches, parted
from mslt_core.models.heads import HEADS, Head
from mslt_core.models.heads.inputs import Example
from mslt_core.models.team import Team
from mslt_core.spec.sentences import TaskKind
from mslt_core.spec.specs import TrainSpec

if TYPE_CHECKING:
    import numpy.typing as npt
    from transformers import TrainingArguments

PARTS = 2
"""Of a batch in random order. Two take most of the padding away, and every pass has a cost."""


def order_of(examples: Mapping[str, Sequence[Example]], spec: TrainSpec) -> npt.NDArray[np.int64]:
    """The rows of every step, (steps, batch_size), counted through the languages."""
    lengths = [np.array([example.length for example in of_lang]) for of_lang in examples.values()]
    return balanced_batches(
        lengths,
        spec.steps,
        spec.batch_size,
        spec.seed,
        group_by_length=spec.group_by_length,
    )


class Ordered(torch.utils.data.Dataset[Example]):
    """The rows of the whole run in the order of their use, so that a resumed run skips exactly."""

    def __init__(self, rows: Sequence[Example], order: npt.NDArray[np.int64]) -> None:
        self._rows, self._order = rows, order.ravel()

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, i: int) -> Example:
        return self._rows[self._order[i]]


@dataclasses.dataclass(frozen=True)
class Collator:
    """Examples to tensors: ``parts`` of the batch, each padded to its longest."""

    head: Head
    pad_id: int
    multiple_of: int
    n_parts: int

    def __call__(self, examples: Sequence[Example]) -> dict[str, list[dict[str, torch.Tensor]]]:
        parts = parted(examples, [example.length for example in examples], self.n_parts)
        return {"parts": [self.head.batch(part, self.pad_id, self.multiple_of) for part in parts]}


def collator(
    kind: TaskKind, spec: TrainSpec, pad_id: int, args: TrainingArguments, team: Team
) -> Collator:
    """The one that suits task, device and processes."""
    return Collator(HEADS[kind], pad_id, _multiple_of(), _n_parts(kind, spec, args, team))


def tokens_seen(
    examples: Mapping[str, Sequence[Example]], order: npt.NDArray[np.int64]
) -> dict[str, int]:
    """Sub-words of each language in the steps of `order`, special ones too; padding not."""
    sizes = [np.array([example.n_subwords for example in of_lang]) for of_lang in examples.values()]
    used = np.bincount(order.ravel(), minlength=sum(map(len, sizes)))
    ends = np.cumsum([len(of_lang) for of_lang in sizes])[:-1]
    return {
        lang: int(times @ of_lang)
        for lang, of_lang, times in zip(examples, sizes, np.split(used, ends), strict=True)
    }


def _multiple_of() -> int:
    """Widths of 8 suit a GPU's matrix units; elsewhere they are padding for nothing."""
    return 8 if torch.cuda.is_available() else 1


def _n_parts(kind: TaskKind, spec: TrainSpec, args: TrainingArguments, team: Team) -> int:
    """Parts of a batch that are computed one after the other; several where padding costs most.

    A GPU is quicker with one large matrix than with two small ones. Several processes exchange
    their gradients in the one backward pass that they do. And a span's ends are chosen among all
    places, padding too, so that with less of it the loss would be another. (So it is in models
    that read padding as if it were text: FNet, Funnel and, a little, XLNet.)
    """
    alone_on_cpu = args.device.type == "cpu" and team.size == 1
    can_be = kind != "questions" and not spec.group_by_length
    return PARTS if alone_on_cpu and can_be else 1
