"""The best and the worst set of a size against a baseline, without the luck of being picked."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.cross_fitting import DEPENDENCE, best_by_others
from mslt_core.analysis.paired import both_dfs
from mslt_core.analysis.seed_noise import SeedNoise
from mslt_core.pipeline.grouping import main_metric, why_apart
from mslt_core.pipeline.noise import (
    carried_by,
    corrected,
    mean_difference,
    own_seeds,
    seed_noise_of,
)
from mslt_core.pipeline.outcomes import Field, influences_of, scored, scores_of, weighted_blocks
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import Difference
from mslt_core.spec.results import RunGroup
from mslt_core.spec.set_views import EndGain, EndGains, SetEnds
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]


def best_and_worst(
    store: Store,
    sweep: Swept,
    baseline: RunGroup,
    metric: str | None = None,
    *,
    pool: Sequence[RunGroup] = (),
) -> SetEnds:
    """The best and the worst of a sweep's sets minus `baseline`, on every target and on their mean.

    For each target the sets are chosen on some seeds and scored on the others; with a single seed
    on the very run, which is said and has no interval. Targets are languages that neither the
    baseline nor any set trained on. The groups of `pool` lend their seeds' noise.
    """
    if reason := why_apart(baseline, sweep.groups[0]):
        raise BadInputError(
            f"{baseline.name} and these sets were not trained alike: {reason}",
            hint="Compare runs of one experiment.",
        )
    metric = metric or main_metric(sweep.groups)
    sets = [group for group in sweep.groups if group.key != baseline.key]
    lending = [group for group in pool if group.experiment == baseline.experiment]
    ends = _Ends(store, scored(store, (baseline, *sets, *lending), metric), metric, len(sets))
    single = np.eye(len(ends.field.langs))[ends.shared]
    rows = [ends.both(lang, row) for lang, row in zip(ends.targets, single, strict=True)]
    rows = _corrected(_corrected(rows, "best"), "worst")
    mean = ends.both("", ends.shared / ends.shared.sum())
    rows.sort(key=lambda row: (-row.best.difference.estimate, row.lang))
    gains = [end.difference for row in rows for end in (row.best, row.worst)]
    return SetEnds(
        metric=metric,
        pool=sweep.pool,
        k=sweep.k,
        n_sets=len(sets),
        targets=ends.targets,
        seeds=ends.seeds,
        carried=carried_by(
            items=all(gain.sd_items is not None for gain in gains),
            seeds=all(gain.sd_seeds is not None for gain in gains),
        ),
        baseline=baseline.name,
        rows=tuple(rows),
        mean=mean,
    )


def _corrected(rows: Sequence[EndGains], name: Literal["best", "worst"]) -> list[EndGains]:
    """With Holm's correction over the targets."""
    ends: list[EndGain] = [getattr(row, name) for row in rows]
    adjusted = corrected([end.difference for end in ends])
    replaced = [
        dataclasses.replace(end, difference=difference)
        for end, difference in zip(ends, adjusted, strict=True)
    ]
    return [
        dataclasses.replace(row, best=end)
        if name == "best"
        else dataclasses.replace(row, worst=end)
        for row, end in zip(rows, replaced, strict=True)
    ]


class _Ends:
    """The baseline is the field's first group, the sets are the next ones."""

    def __init__(self, store: Store, field: Field, metric: str, n_sets: int) -> None:
        self._store, self._metric, self._n_sets = store, metric, n_sets
        self.field = field
        first = slice(n_sets + 1)
        self.shared = ~np.any(field.seen[first], axis=0) & np.all(field.defined[first], axis=0)
        self._common = np.flatnonzero(field.has_seed[first].all(axis=0))
        if not self.shared.any() or not len(self._common):
            missing = "target" if len(self._common) else "seed"
            raise BadInputError(
                f"{field.groups[0].name} and these {n_sets} sets share no {missing}",
                hint="Score further languages, or train the missing seeds.",
            )
        self.targets = field.named(self.shared)
        self.seeds = tuple(field.seeds[i] for i in self._common)

    def both(self, lang: str, weights: Floats) -> EndGains:
        """Best and worst by one target or by a mean, weights (n_langs,)."""
        of_all = np.tile(weights, (len(self.field.groups), 1))
        scores = self.field.mean(of_all)[: self._n_sets + 1, self._common].T
        noise = seed_noise_of(self.field, of_all)
        best, worst = (self._end(scores, weights, noise, sign) for sign in (1, -1))
        return EndGains(lang=lang, best=best, worst=worst)

    def _end(self, scores: Floats, weights: Floats, noise: SeedNoise | None, sign: int) -> EndGain:
        """`scores` are (n_seeds, 1 + n_sets); sign 1 for the best set, -1 for the worst."""
        ours, n = sign * scores[:, 1:], len(scores)
        whole = int(ours.mean(axis=0).argmax()) + 1
        chosen = best_by_others(ours) + 1 if n > 1 else np.array([whole])
        by_seed = scores[np.arange(n), chosen] - scores[:, 0]
        return EndGain(
            difference=self._judge(by_seed, chosen, weights, noise),
            chosen=tuple(dict.fromkeys(self.field.groups[i].source_langs for i in chosen)),
            with_luck=float((scores[:, whole] - scores[:, 0]).mean()),
        )

    def _judge(
        self,
        by_seed: Floats,
        chosen: npt.NDArray[np.intp],
        weights: Floats,
        noise: SeedNoise | None,
    ) -> Difference:
        langs = [self.field.langs[i] for i in np.flatnonzero(weights)]
        of_first = scores_of(self._store, self.field.groups[0].runs[0])
        n_items, n = sum(of_first[lang].n_items for lang in langs), len(by_seed)
        if n > 1:
            influences = self._influences(chosen, weights)
            over_seeds = _over_seeds(by_seed, chosen, noise)
            return mean_difference(by_seed, influences, over_seeds, n_items=n_items)
        # the same run chose the set: its luck is in the score, whatever the interval
        estimate = float(by_seed.mean())
        return Difference(estimate=estimate, low=None, high=None, n_items=n_items, n_seeds=n)

    def _influences(
        self, chosen: npt.NDArray[np.intp], weights: Floats
    ) -> list[npt.NDArray[np.float32]] | None:
        """Blocks of (n_seeds, n_items), the baseline taken off; None where they are not stored."""
        share = {self.field.langs[i]: float(weights[i]) for i in np.flatnonzero(weights)}
        runs = [
            {info.spec.seed: info for info in self.field.groups[place].runs}[seed]
            for places in ([0] * len(chosen), chosen.tolist())
            for place, seed in zip(places, self.seeds, strict=True)
        ]
        blocks = weighted_blocks(
            [influences_of(self._store, run, self._metric, tuple(share)) for run in runs],
            [share] * len(runs),
        )
        return blocks and [block[len(chosen) :] - block[: len(chosen)] for block in blocks]


def _over_seeds(
    by_seed: Floats, chosen: npt.NDArray[np.intp], noise: SeedNoise | None
) -> tuple[float, float]:
    """Variance over seeds and its degrees of freedom; NaN where it cannot be had."""
    n = len(by_seed)
    if noise is not None and (noise.df[[0, *chosen]] > 0).all():
        one = np.array(noise.variance[0] / n)
        other = np.array(noise.variance[chosen].sum() / n**2)
        df = both_dfs(one, noise.df[0], other, noise.df[chosen].min())
        return DEPENDENCE * float(one + other), float(df)
    variance, df_own = own_seeds(by_seed)
    return DEPENDENCE * variance, df_own
