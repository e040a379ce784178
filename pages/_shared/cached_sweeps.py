"""Answers about all sets of one size, kept in memory by what was asked of which runs."""

from collections.abc import Callable
from typing import TypeVar

from mslt_core import pipeline
from mslt_core.pipeline import Swept
from mslt_core.spec.results import RunGroup
from mslt_core.spec.selecting import FeatureSet
from mslt_core.spec.set_views import ModelSizes
from mslt_core.spec.views import ByGroup, BySize, GroupBy
from pages._shared import cached

T = TypeVar("T")


def of_sweep(
    ask: Callable[..., T],
    root: str,
    sweep: Swept,
    *more: RunGroup,
    metric: str,
    pool: tuple[RunGroup, ...] = (),
) -> T:
    """What a function of `pipeline` says of a sweep's sets; `pool` lends its seeds' noise."""

    def compute() -> T:
        lent = {"pool": pool} if pool else {}
        return ask(pipeline.open_store(root), sweep, *more, metric, **lent)

    stamp = cached.sweep_stamp(sweep, more, pool)
    found: T = cached.keep(f"{ask.__name__} {root} {metric} {stamp}", compute)
    return found


def by_size(root: str, sweeps: tuple[Swept, ...], metric: str) -> BySize | None:
    """The mean score over all sets of each size; None where too few are there."""
    stamp = " / ".join(cached.sweep_stamp(sweep, (), ()) for sweep in sweeps)
    found: BySize | None = cached.keep(
        f"by_size {root} {metric} {stamp}",
        lambda: pipeline.by_size(pipeline.open_store(root), sweeps, metric),
    )
    return found


def sizes_of_sisters(
    root: str, everything: tuple[RunGroup, ...], groups: tuple[RunGroup, ...], metric: str
) -> tuple[ModelSizes, ...]:
    """The same of other base models that were asked the same."""
    stamp = f"{groups[0].experiment} of {cached.groups_stamp(everything)}"
    found: tuple[ModelSizes, ...] = cached.keep(
        f"sizes_of_sisters {root} {metric} {stamp}",
        lambda: pipeline.sizes_of_sisters(pipeline.open_store(root), everything, groups, metric),
    )
    return found


def gains_by_group(
    root: str,
    a: RunGroup,
    b: RunGroup,
    metric: str,
    *,
    by: GroupBy,
    features: FeatureSet,
    pool: tuple[RunGroup, ...],
) -> ByGroup:
    """Group b minus group a, by group of zero-shot targets."""

    def compute() -> ByGroup:
        store = pipeline.open_store(root)
        return pipeline.gains_by_group(store, a, b, metric, by=by, features=features, pool=pool)

    stamp = cached.groups_stamp((a, b), pool)
    question = f"gains_by_group {root} {metric} {by} {features} {stamp}"
    found: ByGroup = cached.keep(question, compute)
    return found
