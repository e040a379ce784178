"""Questions about the space of sentence vectors layer by layer, and what figures draw of them."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from mslt_core.spec.base import Langs, Later, Seed, Spec
from mslt_core.spec.corpora import Original
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import EmbedSpec, Pooling

Space = Literal["raw", "centred", "centred_by_language", "whitened"]
Usual = Literal["cka", "pairs", "mixing", "identity", "alignment", "words"]
OnDemand = Literal[
    "spread",
    "csls",
    "cosines",
    "ilisi",
    "rbf",
    "null",
    "procrustes",
    "gromov",
    "cosine",
    "moved",
    "language_mixing",
]
Part = Literal[Usual, OnDemand]
"""Measures that are computed and kept together: `PARTS` says which."""
ON_DEMAND: Mapping[str, Part] = MappingProxyType(
    {
        "rbf_cka": "rbf",
        "retrieval_mrr_csls": "csls",
        "relative_alignment_error": "alignment",
        "alignment_error": "alignment",
        "relative_cosine_error": "cosines",
        "cosine_error": "cosines",
        "procrustes_residual": "procrustes",
        "gromov_wasserstein": "gromov",
        "gromov_matched": "gromov",
        "ilisi": "ilisi",
        "mean_cosine": "cosine",
        "pos_transfer": "words",
    }
)
"""Measures that are computed where they are asked for, and the part that has them."""
CHANCE: Mapping[str, str] = MappingProxyType(
    {
        "linear_cka_biased": "cka_by_chance",
        "procrustes_residual": "procrustes_by_chance",
        "gromov_wasserstein": "gromov_uniform",
        "ilisi": "ilisi_shuffled",
    }
)
"""A measure, and what chance alone gives in its place, where that is not one number for all."""
P_BY_CHANCE: Mapping[str, str] = MappingProxyType(
    {"linear_cka": "cka_p", "linear_cka_biased": "cka_biased_p", "rbf_cka": "rbf_cka_p"}
)
"""A measure, and how often shuffled pairings of sentences reach it."""
WITH_K: frozenset[Part] = frozenset({"pairs", "mixing", "moved", "language_mixing"})
"""Parts that look at so many neighbours."""
SURE: frozenset[Part] = frozenset({"ilisi", "procrustes"})
"""Parts that have intervals since they were first kept: those without them are measured anew."""
SPACED: frozenset[Part] = frozenset({"pairs", "csls", "alignment", "cosines"})
"""Parts that are measured in the chosen space. The others keep the space of the model: CKA takes
every language's mean off by itself, and whether languages lie apart is not to be taken off."""
IN_SPACE = frozenset(
    {
        *("retrieval_p1", "retrieval_p1_csls", "retrieval_mrr", "retrieval_mrr_csls"),
        "neighbour_overlap",
        *("alignment_error", "relative_alignment_error"),
        *("cosine_error", "relative_cosine_error"),
    }
)
"""The measures of these parts."""

OF_DIMENSIONS = frozenset({"cosine_shares"})
"""What is kept beside measures: a number for each of the space's dimensions, no measure itself."""

Pairs = Literal["all", "seen", "across", "unseen"]
"""Which pairs a mean is over: all, both languages trained on by a checkpoint of the comparison,
one of them, or neither."""


class MeasureSpec(Spec):
    """Measures of several checkpoints over the same parallel sentences, at one or more layers."""

    checkpoints: tuple[str, ...] = Field(min_length=1, description="base, run digests or paths")
    corpus: str = Field(description="cldr-parallel, or a folder of parallel text")
    langs: Langs
    layers: tuple[int, ...] = Field(default=(), description="-1 for the last one; () for all")
    parts: tuple[Part, ...] = ("cka", "pairs", "mixing")
    pooling: Pooling = "mean"
    space: Space = Field(default="raw", description="of pairs and alignment: see `SPACED`")
    k: int = Field(default=15, ge=2, le=50, description="neighbours of a sentence")
    original: Original = Field(default="any", description="language they were written in first")
    seed: Seed = 0
    points: Annotated[int, Later] = Field(
        default=300, ge=20, le=1000, description="sentences of Gromov-Wasserstein, drawn by seed"
    )


class LayerSpec(Spec):
    """One part of the measures at one layer of one checkpoint: what the store keeps."""

    part: Part
    embeds: tuple[EmbedSpec, ...] = Field(min_length=1)
    ids: str = Field(description="fingerprint of the common sentence ids, in order")
    n: int = Field(ge=4)
    blocks: str = Field(description="fingerprint of each sentence's block of documents")
    space: Space = "raw"
    k: int = 0
    seed: Seed = 0
    documents: Annotated[str, Later] = Field(
        default="", description="fingerprint of each sentence's document, where they are longer"
    )
    points: Annotated[int, Later] = Field(default=0, description="of Gromov-Wasserstein")
    against: Annotated[tuple[EmbedSpec, ...], Later] = Field(
        default=(), description="the first checkpoint's vectors, of what training has moved"
    )
    intervals: Annotated[bool, Later] = Field(
        default=False, description="measured with intervals, where it once was without"
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerPoint:
    """A measure at one layer, with its 95 % interval over documents where it has one."""

    layer: int
    value: float
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerCurve:
    """A measure of one checkpoint from layer to layer."""

    measure: str
    """Name in `METRICS`."""
    checkpoint: CheckpointRef
    points: tuple[LayerPoint, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PairMatrix:
    """A measure between every two languages at one layer of one checkpoint."""

    measure: str
    checkpoint: CheckpointRef
    layer: int
    langs: tuple[str, ...]
    matrix: npt.NDArray[np.float64]
    """(n_langs, n_langs); where it has a direction, from the row's language to the column's."""
    low: npt.NDArray[np.float64] | None
    """95 % interval over documents, of the same shape."""
    high: npt.NDArray[np.float64] | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dominated:
    """A layer where a few dimensions make up an outsized share of the mean cosine."""

    checkpoint: CheckpointRef
    layer: int
    dimensions: tuple[int, ...]
    """Numbers from 0, the largest share first."""
    share: float
    """Of all of them together, 0 to 1."""
    mean_cosine: float
    rest: float
    """The mean cosine with these dimensions set to 0."""


class ShiftSpec(Spec):
    """Whether the files of a corpus are shifted against each other, judged by one checkpoint."""

    embeds: tuple[EmbedSpec, ...] = Field(min_length=2, description="at the first layer asked for")
    layers: tuple[int, ...] = Field(min_length=1)
    ids: str = Field(description="fingerprint of the common sentence ids, in the files' order")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Misaligned:
    """A language whose lines seem to belong to other lines of another one."""

    lang: str
    anchor: str
    """The language whose file seems to be in order."""
    offset: int
    """Line i of `anchor` belongs to line i + offset of `lang`."""
    start: str
    """Id of the first sentence of `anchor` from which on this holds."""
    all_along: bool
    share: float
    """Of the sentences from there on, how many are nearest to the one at the offset."""
    share_paired: float
    """Of these, how many are nearest to the one they are paired with."""


class CorpusTold(NamedTuple):
    """What a reader must know of a corpus before believing any figure of it."""

    notes: tuple[str, ...]
    """What is left out, or twice, or cut."""
    shifts: tuple[Misaligned, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moved:
    """How alike a checkpoint and the first one of a look are, language by language."""

    measure: str
    checkpoint: CheckpointRef
    layer: int
    langs: tuple[str, ...]
    values: npt.NDArray[np.float64]
    """(n_langs,)"""
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
