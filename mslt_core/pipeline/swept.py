"""Which sets of a store are all there: the finished sweeps, size by size."""

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mslt_core.pipeline.own_base import base_of
from mslt_core.spec.results import RunGroup
from mslt_core.spec.selecting import SelectSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class Swept:
    """Sets of one size that were all trained, with the same seeds."""

    pool: tuple[str, ...]
    k: int
    groups: tuple[RunGroup, ...]
    """One a set, in alphabetical order of sets."""
    seeds: tuple[int, ...]
    whole: RunGroup | None
    """The set of the whole pool, where it was trained."""

    @property
    def sets(self) -> tuple[tuple[str, ...], ...]:
        """The sets, in order."""
        return tuple(group.source_langs for group in self.groups)

    def question(self, **made_of: Any) -> SelectSpec:
        """What every criterion is asked about these sets, with the base that the runs began from.

        `made_of` are fields that say of what text, layer and figures criteria are made.
        """
        base = base_of(self.groups)
        return SelectSpec(pool=self.pool, k=self.k, criterion="script", model=base, **made_of)


def swept(groups: Sequence[RunGroup]) -> tuple[Swept, ...]:
    """The sizes of which every set out of a pool was trained, in the order to look at them.

    First sets of three, as in the paper, then the size of most sets, single languages last.
    Where sets are missing the pool is made smaller until none is; sizes with fewer than three
    sets left are not worth a comparison. Runs with few-shot examples are left out.
    """
    plain = [group for group in groups if group.plain]
    by_set = {group.source_langs: group for group in plain}
    found = []
    for k in sorted({len(langs) for langs in by_set}):
        pool = _complete_pool([langs for langs in by_set if len(langs) == k], k)
        if math.comb(len(pool), k) < 3:
            continue
        mine = tuple(by_set[langs] for langs in itertools.combinations(pool, k))
        seeds = set.intersection(*({info.spec.seed for info in group.runs} for group in mine))
        if seeds:
            found.append(
                Swept(
                    pool=pool,
                    k=k,
                    groups=mine,
                    seeds=tuple(sorted(seeds)),
                    whole=by_set.get(pool) if len(pool) > k else None,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.k != 3, one.k == 1, -len(one.groups))))


def _complete_pool(trained: Sequence[tuple[str, ...]], k: int) -> tuple[str, ...]:
    """The languages of which every set of k was trained; those in most missing sets go first."""
    inside = [frozenset(langs) for langs in trained]
    pool = sorted(frozenset().union(*inside))
    # sets are counted, never listed: 24 languages have 2.7 million of 12
    while len(pool) >= k:
        if len(inside) == math.comb(len(pool), k):
            return tuple(pool)
        there = Counter(itertools.chain.from_iterable(inside))
        # every language is in equally many sets, so the one in fewest trained misses most
        worst = min(pool, key=lambda lang: there[lang])
        pool.remove(worst)
        inside = [langs for langs in inside if worst not in langs]
    return ()
