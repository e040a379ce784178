"""Means over many sets at once, and differences of such means, with both sources of error."""

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.item_noise import item_variance
from mslt_core.analysis.paired import judged
from mslt_core.analysis.seed_noise import difference_variance
from mslt_core.pipeline.noise import carried_by
from mslt_core.pipeline.outcomes import influences_of, scored, scores_of, weighted_blocks
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import MIN_SEEDS, Carried, Difference
from mslt_core.spec.results import RunGroup
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]


class SetMeans:
    """The sets' scores over the targets that none of them trained on, by the seeds all have."""

    def __init__(self, store: Store, groups: Sequence[RunGroup], metric: str) -> None:
        field = scored(store, groups, metric)
        shared = ~np.any(field.seen, axis=0) & np.all(field.defined, axis=0)
        common = np.all(field.has_seed, axis=0)
        if not shared.any() or not common.any():
            missing = "target" if common.any() else "seed"
            raise BadInputError(
                f"these {len(field.groups)} sets share no {missing} to compare them on",
                hint="Score further languages, or train the missing seeds.",
            )
        self._store, self._groups, self._metric = store, field.groups, metric
        self.targets = field.named(shared)
        self.seeds = tuple(seed for seed, there in zip(field.seeds, common, strict=True) if there)
        weights = np.tile(shared / shared.sum(), (len(field.groups), 1))
        self.scores = field.mean(weights)[:, common]
        """(n_sets, n_seeds)."""

    @property
    def carried(self) -> Carried:
        """What the intervals carry."""
        return carried_by(items=self._items is not None, seeds=len(self.seeds) >= MIN_SEEDS)

    @functools.cached_property
    def _items(self) -> list[npt.NDArray[np.float32]] | None:
        """Blocks of (n_sets, n_seeds, n_items); None where outcomes are not all stored."""
        share = dict.fromkeys(self.targets, 1 / len(self.targets))
        runs = [
            {info.spec.seed: info for info in group.runs}[seed]
            for group in self._groups
            for seed in self.seeds
        ]
        blocks = weighted_blocks(
            [influences_of(self._store, run, self._metric) for run in runs], [share] * len(runs)
        )
        shape = (len(self._groups), len(self.seeds), -1)
        return blocks and [block.reshape(shape) for block in blocks]

    @functools.cached_property
    def _n_items(self) -> int:
        of_first = scores_of(self._store, self._groups[0].runs[0])
        return sum(of_first[lang].n_items for lang in self.targets)

    def judge(self, weights: Floats) -> Difference:
        """A weighted sum over the sets, weights (n_sets,): a mean, or one mean minus another.

        Sets of one seed are taken as they come: what a seed does to all of them stays in a mean's
        variance, and cancels in a difference.
        """
        by_seed = weights @ self.scores
        n = len(by_seed)
        var_seeds = float(difference_variance(by_seed)) if n >= MIN_SEEDS else math.nan
        var_items, df_items = self._over_items(weights, np.nan_to_num(var_seeds))
        found = judged(
            np.array(by_seed.mean()),
            np.array(np.nan_to_num(var_items)),
            np.array(np.nan_to_num(var_seeds)),
            df_items=df_items,
            df_seeds=max(n - 1, 1),
        )
        known = not math.isnan(float(found.p))
        known &= not (math.isnan(var_seeds) and math.isnan(var_items))
        return Difference(
            estimate=float(by_seed.mean()),
            low=float(found.low) if known else None,
            high=float(found.high) if known else None,
            sd_items=None if math.isnan(var_items) else math.sqrt(var_items),
            sd_seeds=None if math.isnan(var_seeds) else math.sqrt(var_seeds),
            df=float(found.df) if known else None,
            n_items=self._n_items,
            n_seeds=n,
        )

    def _over_items(self, weights: Floats, var_seeds: float) -> tuple[float, float]:
        """Variance over test items and its degrees of freedom; NaN where they are not stored."""
        if self._items is None:
            return math.nan, 1.0
        total, squares = 0.0, 0.0
        for block in self._items:
            influence = np.tensordot(weights.astype(np.float32), block, axes=1)
            variance = float(item_variance(influence, np.array(var_seeds)))
            total += variance
            squares += variance**2 / (block.shape[2] - 1)
        return total, total**2 / squares if squares > 0 else 1.0
