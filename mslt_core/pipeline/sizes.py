"""How does the score go with the number of sources, and with the number of their scripts?"""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.trend import plateau
from mslt_core.pipeline.grouping import main_metric
from mslt_core.pipeline.set_means import SetMeans
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.results import RunGroup
from mslt_core.spec.views import BySize, ScriptMean, SizeMean
from mslt_core.store import Store


def sizes_swept(sweeps: Sequence[Swept]) -> tuple[tuple[str, ...], dict[int, list[RunGroup]]]:
    """The pool of which most sizes are all there, and the sets of each size out of it.

    A size that was trained out of a larger pool lends the sets that are inside the smaller one.
    The set of the whole pool is the last size. Empty where fewer than two sizes share a pool.
    """
    best: tuple[tuple[str, ...], dict[int, list[RunGroup]]] = ((), {})
    for pool in sorted({sweep.pool for sweep in sweeps}, key=lambda pool: (-len(pool), pool)):
        inside = {
            sweep.k: [g for g in sweep.groups if set(g.source_langs) <= set(pool)]
            for sweep in sweeps
            if set(pool) <= set(sweep.pool) and sweep.k <= len(pool)
        }
        seeds = {seed for s in sweeps if s.k in inside for seed in s.seeds}
        for sweep in sweeps:
            whole = sweep.whole
            # one set of everything must not cost all other sizes their seeds
            if sweep.pool == pool and whole and seeds <= {i.spec.seed for i in whole.runs}:
                inside[len(pool)] = [whole]
        if len(inside) > max(len(best[1]), 1):
            best = pool, dict(sorted(inside.items()))
    return best


def by_size(store: Store, sweeps: Sequence[Swept], metric: str | None = None) -> BySize | None:
    """The mean score over all sets of each size; None where fewer than two sizes are all there.

    All means are over the same targets, languages of no set, and the same seeds. Every set out of
    the pool is there, so the sets are no sample: the intervals carry items and seeds.
    """
    pool, by_k = sizes_swept(sweeps)
    if not by_k:
        return None
    groups = [group for of_size in by_k.values() for group in of_size]
    metric = metric or main_metric(groups)
    means = SetMeans(store, groups, metric)
    k_of = np.array([len(group.source_langs) for group in groups])
    weights = {k: (k_of == k) / (k_of == k).sum() for k in by_k}
    ks = list(by_k)
    gains = tuple(
        means.judge(weights[after] - weights[before]) for before, after in itertools.pairwise(ks)
    )
    return BySize(
        metric=metric,
        pool=pool,
        targets=means.targets,
        seeds=means.seeds,
        sizes=tuple(_size(means, groups, k, weights[k]) for k in ks),
        gains=gains,
        # an interval without the seeds' noise makes nothing sure of what another seed would bring
        plateau=plateau(ks, [gain.high if gain.sd_seeds is not None else None for gain in gains]),
        carried=means.carried,
    )


def _size(
    means: SetMeans, groups: Sequence[RunGroup], k: int, weights: npt.NDArray[np.float64]
) -> SizeMean:
    of_set = {
        groups[i].source_langs: float(means.scores[i].mean())
        for i in np.flatnonzero(weights).tolist()
    }
    ordered = sorted(of_set, key=lambda langs: (-of_set[langs], langs))
    return SizeMean(
        k=k,
        sets=tuple(ordered),
        means=tuple(of_set[langs] for langs in ordered),
        mean=means.judge(weights),
    )


def by_scripts(store: Store, sweep: Swept, metric: str | None = None) -> tuple[ScriptMean, ...]:
    """The mean score of the sweep's sets by how many scripts their languages are written in."""
    means = SetMeans(store, sweep.groups, metric or main_metric(sweep.groups))
    n_scripts = np.array([len({LANGUAGES[lang].script for lang in langs}) for langs in sweep.sets])
    weights = {int(n): (n_scripts == n) / (n_scripts == n).sum() for n in np.unique(n_scripts)}
    fewest = weights[min(weights)]
    return tuple(
        ScriptMean(
            n_scripts=n,
            n_sets=int(np.count_nonzero(weight)),
            n_targets=len(means.targets),
            mean=means.judge(weight),
            gain=None if weight is fewest else means.judge(weight - fewest),
        )
        for n, weight in weights.items()
    )
