"""What is measured between and over languages at one layer: vectors in, measures out."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import documents as over_documents
from mslt_core.analysis.alignment import Distance, alignment_errors
from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.cka_blocks import measured_between, measured_cka
from mslt_core.analysis.identity import language_probe
from mslt_core.analysis.jackknife import Measured, bare
from mslt_core.analysis.mingling import mingling_interval
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.analysis.overlap import mutual_overlap
from mslt_core.analysis.retrieval import retrieval
from mslt_core.analysis.silhouette import language_silhouette
from mslt_core.analysis.spaces import in_space
from mslt_core.analysis.spectrum import effective_rank, language_variance
from mslt_core.pipeline.grouped import Blocks, Grouped, Rows
from mslt_core.pipeline.parts_on_demand import ON_DEMAND_PARTS, Told
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.measuring import SPACED, MeasureSpec, Part

Found = dict[str, Measured]

CSLS_K = 10
"""Neighbours that CSLS looks at (Conneau et al. 2018)."""
RESERVES = (3, 9, 27)
"""Times k neighbours are looked for, so that enough are left without a block: more only where
blocks are large."""


def _cka(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:  # noqa: ARG001
    found = {
        "linear_cka": measured_cka(rows, sentences.blocks),
        "linear_cka_biased": bare(cka_matrix(rows, "biased")),
    }
    if sentences.tells_documents:
        found["cka_between_documents"] = measured_between(
            rows, sentences.documents, sentences.blocks
        )
    return found


def _pairs(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:
    blocks, k = sentences.blocks, look.k
    plain, csls = retrieval(rows, csls_k=min(CSLS_K, len(blocks)))
    near = [neighbours(X, k).indices for X in rows]
    return {
        "retrieval_p1": _share(plain.hits, sentences),
        "retrieval_p1_csls": _share(csls.hits, sentences),
        "retrieval_mrr": _mean(plain.reciprocal_ranks, blocks),
        "neighbour_overlap": _mean(mutual_overlap(near, k).shares, blocks),
    }


def _csls(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:  # noqa: ARG001
    _, csls = retrieval(rows, csls_k=min(CSLS_K, len(sentences.blocks)))
    return {"retrieval_mrr_csls": _mean(csls.reciprocal_ranks, sentences.blocks)}


def _alignment(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:  # noqa: ARG001
    return _errors(rows, sentences, "euclidean", ("alignment_error", "relative_alignment_error"))


def _cosines(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:  # noqa: ARG001
    return _errors(rows, sentences, "cosine", ("cosine_error", "relative_cosine_error"))


def _errors(rows: Rows, sentences: Grouped, distance: Distance, names: tuple[str, str]) -> Found:
    found = alignment_errors(rows, sentences.blocks, distance=distance)
    sizes = np.unique(sentences.blocks, return_counts=True)[1].astype(np.int64)
    raw, relative = names
    return {
        raw: Measured(
            value=found.raw,
            without=found.raw_without,
            sizes=sizes,
            ends=(found.raw_low, found.raw_high),
        ),
        relative: Measured(
            value=found.relative,
            without=found.relative_without,
            sizes=sizes,
            ends=(found.relative_low, found.relative_high),
        ),
    }


def _mixing(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:
    blocks = sentences.blocks
    mixed = _of(_mingling(rows, blocks, look.k), blocks)
    return {
        "mingling": _first(mixed),
        "language_variance": _of(language_variance(rows, blocks), blocks),
        "effective_rank": bare(np.array(effective_rank(rows))),
    }


def _language_mixing(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:
    mixed = _of(_mingling(rows, sentences.blocks, look.k), sentences.blocks)
    return {
        "language_mingling": dataclasses.replace(
            mixed, value=mixed.value[1:], without=mixed.without[:, 1:]
        )
    }


def _mingling(rows: Rows, blocks: Blocks, k: int) -> over_documents.Estimate:
    points = stacked(rows)
    for times in RESERVES:
        reserve = min(times * k, len(points) - 1)
        try:
            near = neighbours(points, reserve).indices
            return mingling_interval(near, len(rows), blocks, k=k)
        except DegenerateInputError:
            if times == RESERVES[-1] or reserve == len(points) - 1:
                raise
    raise AssertionError


def _identity(rows: Rows, sentences: Grouped, look: MeasureSpec) -> Found:
    blocks = sentences.blocks
    probe = language_probe(rows, blocks, seed=look.seed)
    return {
        "language_probe": _share(probe.hits, sentences, every_language=True),
        "language_silhouette": bare(np.array(language_silhouette(rows).score)),
    }


PARTS: Mapping[Part, Callable[[Rows, Grouped, MeasureSpec], Found]] = {
    "cka": _cka,
    "pairs": _pairs,
    "csls": _csls,
    "mixing": _mixing,
    "identity": _identity,
    "alignment": _alignment,
    "cosines": _cosines,
    "language_mixing": _language_mixing,
}
"""Measures of sentences that are computed and kept together; `tagged` has those of words."""

MEASURED: tuple[Part, ...] = ("cka", "pairs", "mixing", "identity")
"""What the Mingling page shows of every layer, unless more is asked for."""


def measured_part(
    part: Part,
    rows: Rows,
    sentences: Grouped,
    look: MeasureSpec,
    told: Told = lambda _: None,
) -> Found:
    """One part of a look, in the space that it is measured in; `told` hears how far it is."""
    if part in SPACED and look.space != "raw":
        rows = in_space(rows, look.space)
    if part in ON_DEMAND_PARTS:
        return ON_DEMAND_PARTS[part](rows, sentences, look, told)
    return PARTS[part](rows, sentences, look)


def _of(found: over_documents.Estimate, blocks: Blocks) -> Measured:
    sizes = np.unique(blocks, return_counts=True)[1].astype(np.int64)
    return Measured(value=np.asarray(found.value), without=found.replicates, sizes=sizes)


def _mean(values: npt.NDArray[np.number], blocks: Blocks) -> Measured:
    """Mean over the last axis, which is sentences."""
    return _of(over_documents.mean_over_documents(values, blocks), blocks)


def _share(
    hits: npt.NDArray[np.number], sentences: Grouped, *, every_language: bool = False
) -> Measured:
    """Mean of hits, with Wilson's interval: near 0 and 1 the jackknife's has no length.

    With `every_language` that of all rows of (n_langs, n) together.
    """
    blocks, n_documents = sentences.blocks, len(np.unique(sentences.documents))
    sizes = np.unique(blocks, return_counts=True)[1].astype(np.int64)
    if every_language:
        hits, blocks = hits.ravel(), np.tile(blocks, len(hits))
    found = over_documents.share_over_documents(hits, blocks, n_documents=n_documents)
    ends = np.asarray(found.low), np.asarray(found.high)  # a single number's are no arrays
    return Measured(value=found.value, without=found.replicates, sizes=sizes, ends=ends)


def _first(found: Measured) -> Measured:
    return Measured(
        value=np.asarray(found.value[0]), without=found.without[:, 0], sizes=found.sizes
    )
