"""Means over many sets at once, and differences of such means, with both sources of error."""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.item_noise import item_covariance
from mslt_core.analysis.paired import both_dfs
from mslt_core.analysis.seed_noise import SeedNoise
from mslt_core.pipeline.noise import carried_by, mean_difference, own_seeds, seed_noise_of
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
        self._field, self._weights = field, weights
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
            [influences_of(self._store, run, self._metric, tuple(share)) for run in runs],
            [share] * len(runs),
        )
        shape = (len(self._groups), len(self.seeds), -1)
        return blocks and [block.reshape(shape) for block in blocks]

    @functools.cached_property
    def over_items(self) -> Floats | None:
        """Covariance of the sets' means over items beside what seeds bring, (n_sets, n_sets); None
        where outcomes are not all stored."""
        blocks = self._items
        if not blocks:
            return None
        covariance: Floats = np.sum([item_covariance(block) for block in blocks], axis=0)
        return covariance

    @functools.cached_property
    def _n_items(self) -> int:
        of_first = scores_of(self._store, self._groups[0].runs[0])
        return sum(of_first[lang].n_items for lang in self.targets)

    @functools.cached_property
    def _noise(self) -> SeedNoise | None:
        return seed_noise_of(self._field, self._weights)

    def judge(self, weights: Floats) -> Difference:
        """A weighted sum over the sets, weights (n_sets,): a mean, or one mean minus another.

        Sets of one seed are taken as they come: what a seed does to all of them stays in a mean's
        variance, and cancels in a difference. One set minus another leans on the seeds of all sets,
        as everywhere; means of several do not, since sets that share languages move together.
        """
        by_seed = weights @ self.scores
        return mean_difference(
            by_seed,
            self._items
            and [np.tensordot(weights.astype(np.float32), b, axes=1) for b in self._items],
            self._over_seeds(weights, by_seed),
            n_items=self._n_items,
        )

    def _over_seeds(self, weights: Floats, by_seed: Floats) -> tuple[float, float]:
        """Variance over seeds and its degrees of freedom; NaN where it cannot be had."""
        minus, plus = np.flatnonzero(weights < 0), np.flatnonzero(weights > 0)
        if len(minus) == len(plus) == 1 and self._noise is not None:
            pair = np.array([minus[0], plus[0]])
            df = self._noise.df[pair]
            if (df > 0).all():
                one, other = np.square(weights[pair]) * self._noise.variance[pair] / len(by_seed)
                return float(one + other), float(both_dfs(one, df[0], other, df[1]))
        return own_seeds(by_seed)
