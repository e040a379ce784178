"""What is measured at a layer only where it is asked for: it costs more, or few look at it."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import documents as over_documents
from mslt_core.analysis.anisotropy import anisotropy
from mslt_core.analysis.cka_blocks import measured_cka
from mslt_core.analysis.cka_null import CkaNull, cka_null
from mslt_core.analysis.gromov import gromov_wasserstein
from mslt_core.analysis.jackknife import Measured, bare
from mslt_core.analysis.lisi import N_NEIGHBOURS, ilisi, measured_ilisi
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.analysis.overlap import mutual_overlap
from mslt_core.analysis.procrustes import procrustes_residuals
from mslt_core.analysis.spread import measured_rank, measured_silhouette
from mslt_core.pipeline.grouped import Grouped, Rows
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.measuring import MeasureSpec, Part

Found = dict[str, Measured]
Told = Callable[[str], None]
"""Is told how far a slow part is."""

RESERVES = (2, 4, 8)
"""Times as many neighbours as iLISI weighs, so that enough are left without a block: more only
where blocks are large."""
STARTS = 3
"""Blind starts of the Gromov-Wasserstein search; one more begins with the translations."""


def _spread(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    return {
        "linear_cka_biased": measured_cka(rows, sentences.blocks, "biased"),
        "effective_rank": measured_rank(rows, sentences.blocks),
        "language_silhouette": measured_silhouette(rows, sentences.blocks),
    }


def _ilisi(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    points = stacked(rows)
    for times in RESERVES:
        near = neighbours(points, min(times * N_NEIGHBOURS, len(points) - 1))
        try:
            found = measured_ilisi(near.indices, near.distances, len(rows), sentences.blocks)
        except DegenerateInputError:
            if times == RESERVES[-1]:
                raise
        else:
            break
    indices, distances = near.indices[:, :N_NEIGHBOURS], near.distances[:, :N_NEIGHBOURS]
    by_chance = ilisi(indices, distances, len(rows), seed=look.seed).shuffled
    return {"ilisi": found, "ilisi_shuffled": bare(np.array(by_chance))}


def _rbf(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    return {
        "rbf_cka": measured_cka(rows, sentences.blocks, kernel="rbf"),
        "rbf_cka_p": bare(cka_null(rows, kernel="rbf").p),
    }


def _null(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    biased = cka_null(rows, "biased")
    return {
        "cka_p": bare(cka_null(rows).p),
        "cka_biased_p": bare(biased.p),
        "cka_by_chance": _with_spread(biased),
    }


def _with_spread(null: CkaNull) -> Measured:
    """What 95 % of random pairings give, as an interval."""
    half = 1.96 * null.standard_deviation
    return bare(null.expected, ends=(null.expected - half, null.expected + half))


def _procrustes(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:
    n_fits = len(rows) * (len(rows) - 1)
    done = iter(range(1, n_fits + 1))
    found = procrustes_residuals(
        rows,
        sentences.documents,
        blocks=sentences.blocks,
        seed=look.seed,
        tick=lambda: told(f"rotation {next(done)} of {n_fits}"),
    )
    return {
        "procrustes_residual": Measured(
            value=found.residual, without=found.without, sizes=found.sizes
        ),
        "procrustes_by_chance": bare(np.where(np.eye(len(rows)), np.nan, found.by_chance)),
    }


def _gromov(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    n_langs, n = len(rows), len(rows[0])
    drawn = np.sort(np.random.default_rng(look.seed).permutation(n)[: look.points])
    names = ("gromov_wasserstein", "gromov_matched", "gromov_uniform")
    values = np.full((len(names), n_langs, n_langs), np.nan)  # no language is matched with itself
    values[0][np.diag_indices(n_langs)] = 0.0
    pairs = list(itertools.combinations(range(n_langs), 2))
    for number, (a, b) in enumerate(pairs, start=1):
        told(f"shapes of pair {number} of {len(pairs)}")
        found = gromov_wasserstein(rows[a][drawn], rows[b][drawn], n_starts=STARTS, seed=look.seed)
        values[:, a, b] = values[:, b, a] = found.distance, found.matched, found.uniform
    return {name: bare(value) for name, value in zip(names, values, strict=True)}


def _cosine(rows: Rows, sentences: Grouped, look: MeasureSpec, told: Told) -> Found:  # noqa: ARG001
    found = anisotropy(rows, sentences.blocks)
    return {
        "mean_cosine": found.mean_cosine,
        "mean_cosine_rest": found.without_dominating,
        "cosine_shares": bare(found.shares),
    }


ON_DEMAND_PARTS: Mapping[Part, Callable[[Rows, Grouped, MeasureSpec, Told], Found]] = {
    "spread": _spread,
    "ilisi": _ilisi,
    "rbf": _rbf,
    "null": _null,
    "procrustes": _procrustes,
    "gromov": _gromov,
    "cosine": _cosine,
}
"""All but what has moved, which needs two checkpoints: `moved_part`."""


def moved_part(
    before: Sequence[npt.NDArray[np.floating]],
    after: Sequence[npt.NDArray[np.floating]],
    sentences: Grouped,
    look: MeasureSpec,
) -> Found:
    """Per language how alike its space is in two checkpoints, whose widths may differ."""
    blocks, k = sentences.blocks, look.k
    ckas, shares = [], []
    for X, Y in zip(before, after, strict=True):
        ckas.append(measured_cka([X, Y], blocks))
        near = [neighbours(Z, k).indices for Z in (X, Y)]
        shares.append(mutual_overlap(near, k).shares[0, 1])
    sizes = ckas[0].sizes
    ends = [found.interval() for found in ckas]
    overlap = over_documents.mean_over_documents(np.stack(shares), blocks)
    return {
        "checkpoint_cka": Measured(
            value=np.array([found.value[0, 1] for found in ckas]),
            without=np.stack([found.without[:, 0, 1] for found in ckas], axis=1),
            sizes=sizes,
            ends=tuple(np.array([end[i][0, 1] for end in ends]) for i in (0, 1)),  # type: ignore[arg-type]
        ),
        "checkpoint_neighbours": Measured(
            value=overlap.value, without=overlap.replicates, sizes=sizes
        ),
    }
