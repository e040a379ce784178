"""Answers about all sets of one size, kept in memory by what was asked of which runs."""

from collections.abc import Callable
from typing import TypeVar

from mslt_core import pipeline
from mslt_core.pipeline import Swept
from mslt_core.spec.results import RunGroup
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
