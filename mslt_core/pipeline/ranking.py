"""Which sets may be the best? All of a comparison at once, with both sources of error."""

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import paired
from mslt_core.analysis.multiple import may_be_best
from mslt_core.analysis.seed_noise import SeedNoise, difference_variance
from mslt_core.pipeline.grouping import comparable, main_metric
from mslt_core.pipeline.noise import carried_by, pool_of, seed_noise_of
from mslt_core.pipeline.outcomes import Field, over_items, scored, scores_of
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import MIN_SEEDS, Average, Difference, Ranking, Standing
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]

LEVEL = 0.95


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Judged:
    """The sets that have enough seeds; matrices are column's set minus row's set."""

    places: npt.NDArray[np.intp]
    """Rows of the field, (n_judged,)."""
    means: Floats
    """(n_judged,): over the seeds that all of them have."""
    n_seeds: int
    covariance: Floats
    """Of the means."""
    var_items: Floats | None
    """None where outcomes of single items are not stored for every run."""
    var_seeds: Floats
    intervals: paired.Judged

    @property
    def sd(self) -> Floats:
        """Of the differences."""
        items = 0.0 if self.var_items is None else self.var_items
        sd: Floats = np.sqrt(self.var_seeds + items)
        return sd

    def behind(self, at: int, n_items: int) -> Difference:
        """One set minus the one with the highest mean."""
        top = int(self.means.argmax())
        var_items = None if self.var_items is None else self.var_items[top, at]
        known = not np.isnan(self.intervals.p[top, at])
        return Difference(
            estimate=float(self.means[at] - self.means[top]),
            low=float(self.intervals.low[top, at]) if known else None,
            high=float(self.intervals.high[top, at]) if known else None,
            sd_items=None if var_items is None else float(np.sqrt(var_items)),
            sd_seeds=float(np.sqrt(self.var_seeds[top, at])),
            df=float(self.intervals.df[top, at]) if known else None,
            p=float(self.intervals.p[top, at]) if known else None,
            test="t" if known else "none",
            n_items=n_items,
            n_seeds=self.n_seeds,
        )


def ranking(
    store: Store,
    groups: Sequence[RunGroup],
    metric: str | None = None,
    *,
    average: Average = "shared",
    pool: Sequence[RunGroup] = (),
) -> Ranking:
    """The groups by their mean score, and those that may be the best.

    Means are over the targets that none of the groups trained on, or as in the paper over each
    group's own. Groups of another experiment than the first's, or without the score, are left out
    with the reason. Judged are groups that have the seeds that most have, three at least; their
    seeds' noise is pooled with that of the groups of `pool` that are of the same experiment.
    """
    metric = metric or main_metric(groups)
    kept, left_out = comparable(groups, metric)
    if not kept:
        raise BadInputError(
            f"{groups[0].name if groups else 'nothing'} is not scored by {metric}",
            hint="Take one of the task's own scores.",
        )
    # the critical values are simulated: the order that the groups are named in must not matter
    kept.sort(key=lambda group: (len(group.source_langs), group.source_langs, group.key))
    lending = [g for g in pool if g.experiment == kept[0].experiment and metric in g.metrics]
    field = scored(store, (*kept, *lending), metric)
    weights = _weights(field, len(kept), average)
    without = ~weights[: len(kept)].any(axis=1)
    left_out += [(field.groups[i].name, "no target to average") for i in np.flatnonzero(without)]
    noise = None if without.all() else seed_noise_of(field, weights)
    weights = weights[: len(kept)]
    judged = _judged(store, field, metric, weights, noise)
    return Ranking(
        metric=metric,
        average=average,
        targets=field.named(np.any(weights, axis=0)),
        standings=_standings(store, field, weights, judged),
        level=LEVEL,
        carried=carried_by(
            items=judged is not None and judged.var_items is not None, seeds=judged is not None
        ),
        pool=pool_of(noise, [] if judged is None else judged.places.tolist()),
        left_out=tuple(left_out),
    )


def _weights(field: Field, n_ranked: int, average: Average) -> Floats:
    """(n_groups, n_langs): each target's share in each group's mean; all 0 where there is none.

    The groups after the first `n_ranked` only lend their seeds.
    """
    if average == "paper":
        return field.own_means()
    ranked = slice(n_ranked)
    shared = ~field.seen[ranked].any(axis=0) & field.defined[ranked].all(axis=0)
    return np.tile(shared / max(shared.sum(), 1), (len(field.groups), 1))


def _judged(
    store: Store, field: Field, metric: str, weights: Floats, noise: SeedNoise | None
) -> _Judged | None:
    """The sets with the seeds that most sets have, where these are enough; None without two."""
    usable, has_seed = np.any(weights, axis=1), field.has_seed[: len(weights)]
    often = Counter(tuple(np.flatnonzero(row).tolist()) for row in has_seed[usable])
    enough = {seeds: n for seeds, n in often.items() if len(seeds) >= MIN_SEEDS}
    if not enough:
        return None
    seeds = np.array(max(enough, key=lambda seeds: (enough[seeds], len(seeds))))
    places = np.flatnonzero(usable & np.all(has_seed[:, seeds], axis=1))
    if len(places) < 2:  # one set is the best of nothing
        return None
    by_seed = field.mean(weights)[places][:, seeds]
    var_seeds, df_seeds, own = _over_seeds(by_seed, noise, places)
    runs, shares = _runs_and_shares(field, weights, places, seeds)
    items = over_items(store, runs, shares, metric)
    var_items, df_items = None, np.inf
    covariance = np.diag(own)
    if items is not None:
        # seeds that agree to the last answer tell nothing of what items have beside them
        var_items = np.where(var_seeds > 0, _apart(items.apart), _apart(items.whole))
        covariance, df_items = covariance + items.apart, items.df
    means = by_seed.mean(axis=1)
    intervals = paired.judged(
        means[None, :] - means[:, None],
        np.zeros_like(var_seeds) if var_items is None else var_items,
        var_seeds,
        df_items=df_items,
        df_seeds=df_seeds,
    )
    return _Judged(
        places=places,
        means=means,
        n_seeds=len(seeds),
        covariance=covariance,
        var_items=var_items,
        var_seeds=var_seeds,
        intervals=intervals,
    )


def _over_seeds(
    by_seed: Floats, noise: SeedNoise | None, places: npt.NDArray[np.intp]
) -> tuple[Floats, Floats, Floats]:
    """Variance of every difference and its degrees of freedom; and of every mean by itself."""
    n = by_seed.shape[1]
    own = by_seed.var(axis=1, ddof=1) / n
    var = difference_variance(by_seed[None, :, :] - by_seed[:, None, :])
    df = np.full(var.shape, float(n - 1))
    if noise is not None:
        lent = np.where(noise.df[places] > 0, noise.variance[places], 0.0) / n
        both = (noise.df[places] > 0)[:, None] & (noise.df[places] > 0)[None, :]
        dfs = np.maximum(noise.df[places], 1.0)
        var = np.where(both, lent[:, None] + lent[None, :], var)
        df = np.where(both, paired.both_dfs(lent[:, None], dfs[:, None], lent, dfs), df)
        own = np.where(noise.df[places] > 0, lent, own)
    np.fill_diagonal(var, 0.0)
    return var, df, own


def _runs_and_shares(
    field: Field, weights: Floats, places: npt.NDArray[np.intp], seeds: npt.NDArray[np.intp]
) -> tuple[list[list[RunInfo]], list[dict[str, float]]]:
    """Of every judged set its runs by seed, and its targets with their weights."""
    runs = [
        [{i.spec.seed: i for i in field.groups[g].runs}[field.seeds[s]] for s in seeds]
        for g in places
    ]
    shares = [
        {field.langs[i]: float(weights[g, i]) for i in np.flatnonzero(weights[g])} for g in places
    ]
    return runs, shares


def _apart(covariance: Floats) -> Floats:
    """Variance of every difference."""
    diagonal = np.diag(covariance)
    apart: Floats = np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * covariance, 0)
    return apart


def _standings(
    store: Store, field: Field, weights: Floats, judged: _Judged | None
) -> tuple[Standing, ...]:
    """All sets that have a mean, the highest first."""
    inside, place_of = np.zeros(0, dtype=np.bool_), {}
    if judged is not None:
        intervals = judged.intervals
        inside = may_be_best(judged.means, judged.covariance, judged.sd, intervals.df, level=LEVEL)
        place_of = {int(place): at for at, place in enumerate(judged.places)}
    by_run = field.mean(weights)
    found = []
    for i in np.flatnonzero(weights.any(axis=1)).tolist():
        group, at = field.groups[i], place_of.get(i)
        behind = None
        if judged is not None and at is not None:
            of_first = scores_of(store, group.runs[0])
            targets = [field.langs[j] for j in np.flatnonzero(weights[i])]
            behind = judged.behind(at, sum(of_first[lang].n_items for lang in targets))
        found.append(
            Standing(
                key=group.key,
                name=group.name,
                source_langs=group.source_langs,
                mean=float(np.nanmean(by_run[i])),
                n_targets=int((weights[i] > 0).sum()),
                n_seeds=len(group.runs),
                may_be_best=None if at is None else bool(inside[at]),
                behind=behind,
            )
        )
    return tuple(sorted(found, key=lambda standing: (-standing.mean, standing.name)))
