"""``compare --view``: what is asked across sizes of sets, and across groups of targets."""

import argparse
from collections.abc import Sequence
from typing import Any

from mslt_core.commands.answer import Answer, table
from mslt_core.commands.set_views import items_alone, plain, points_row
from mslt_core.pipeline import by_size, gains_by_group, swept
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import set_name
from mslt_core.spec.views import PLATEAU, ByGroup, BySize, GroupBy
from mslt_core.store import Store

BY: dict[GroupBy, str] = {
    "english": "distance from English",
    "nearest": "distance from the set's nearest source",
    "family": "family",
    "script": "script",
}


def sizes_view(args: argparse.Namespace, store: Store, groups: Sequence[RunGroup]) -> Answer:
    """The mean score by number of sources, and where it levels off."""
    found = by_size(store, swept(groups), args.metric)
    if found is None:
        raise NotComputedError(
            "the number of sources needs every set of at least two sizes, out of one pool",
            hint="`python -m mslt_core sweep plan --sizes 1,2`.",
        )
    return Answer(payload=plain(found), shown=lambda: _sizes(found))


def _sizes(found: BySize) -> Any:
    margin, carried = f"{100 * PLATEAU:.1f} points", found.gains[-1].sd_seeds is not None
    level = "without the seeds' noise in intervals nothing can be said of a plateau"
    if carried and found.plateau is None:
        level = f"no plateau: the last gain may be {margin} or more"
    elif carried:
        level = f"plateau at {found.plateau}: each later gain surely stays below {margin}"
    told = (
        f"{METRICS[found.metric].label} in points, all sets out of {', '.join(found.pool)}, "
        f"{found.gains[-1].strength}. Means over the {len(found.targets)} targets that no set "
        f"trained on: {', '.join(found.targets)}. {level[0].upper()}{level[1:]}."
        f"{items_alone(found.carried)}"
    )
    rows = [
        (
            size.k,
            len(size.sets),
            f"{100 * size.mean.estimate:.1f}",
            *points_row(gain),
            set_name(size.sets[0]),
            f"{100 * size.means[0]:.1f}",
        )
        for size, gain in zip(found.sizes, (None, *found.gains), strict=True)
    ]
    columns = ("sources", "sets", "mean", "gain", "95 %", "p", "highest set", "mean")
    return table(told, columns, rows)


def groups_view(
    args: argparse.Namespace,
    store: Store,
    pool: Sequence[RunGroup],
    baseline: RunGroup,
    others: Sequence[RunGroup],
) -> Answer:
    """Each set minus the baseline, by group of targets."""
    found = [
        gains_by_group(
            store, baseline, one, args.metric, by=args.by, features=args.features, pool=pool
        )
        for one in others
    ]
    return Answer(payload={"sets": plain(found)}, shown=lambda: _groups(found))


def _groups(found: Sequence[ByGroup]) -> Any:
    first = found[0]
    told = [
        f"{METRICS[first.metric].label} in points, minus {first.name_a}, targets by {BY[first.by]}."
        f"{items_alone(first.carried)}"
    ]
    for one in found:
        if one.trend is not None:
            slope, low, high = (10 * x for x in (one.trend.slope, one.trend.low, one.trend.high))
            told.append(
                f"{one.name_b}: {slope:+z.1f} [{low:z.1f}, {high:z.1f}] for every 0.1 of distance "
                f"in {one.features} (Theil-Sen, {one.trend.n} targets)."
            )
        if one.without:
            told.append(f"{one.name_b}: without a distance: {', '.join(one.without)}.")
    rows = [
        (one.name_b, group.name, " ".join(group.langs), *points_row(group.mean))
        for one in found
        for group in one.groups
    ]
    return table("\n".join(told), ("set", "targets", "languages", "points", "95 %", "p"), rows)
