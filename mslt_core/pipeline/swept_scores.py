"""A sweep's scores as one array, with what they owe to the test items."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.pipeline.outcomes import Field, over_items, scored
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import Average
from mslt_core.store import Store

F64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SweptScores:
    """What the sets scored, and how far that hangs on the test items."""

    targets: tuple[str, ...]
    scores: F64
    """(n_seeds, n_sets): mean over the targets."""
    over_items: F64 | None
    """Covariance of the sets' means over items; None where outcomes are not stored."""
    whole: F64 | None
    """(n_seeds,) of the set of the whole pool, where it was trained."""
    whole_over_items: float
    """Variance over items of its mean minus that of all sets; 0 where it is not known."""


def swept_scores(
    store: Store,
    sweep: Swept,
    sets: Sequence[tuple[str, ...]],
    metric: str | None,
    average: Average,
) -> SweptScores:
    """The mean score of some of the sweep's sets by the sweep's seeds.

    Over the targets that no set trained on, or as in the paper over each set's own.
    """
    name = metric or sweep.groups[0].metrics[0]
    wanted = [group for group in sweep.groups if group.source_langs in set(sets)]
    whole = sweep.whole if average == "shared" else None
    field = scored(store, [*wanted, *filter(None, [whole])], name)
    defined = np.all(field.defined[: len(wanted)], axis=0)
    shared = defined & ~np.isin(field.langs, sweep.pool)
    if not shared.any():
        raise BadInputError(
            f"every target with a score is one of the pool {', '.join(sweep.pool)}",
            hint="Score further languages, or compare by another score.",
        )
    own = np.tile(shared, (len(field.groups), 1))
    if average == "paper":
        own = np.array([defined & ~np.isin(field.langs, langs) for langs in sets])
    weights = own / own.sum(axis=1, keepdims=True)
    columns = [field.seeds.index(seed) for seed in sweep.seeds]
    of_whole = None
    if whole is not None and field.has_seed[-1, columns].all() and field.defined[-1, shared].all():
        of_whole = field.scores[-1][columns][:, shared].mean(axis=1)
    n_used = len(wanted) + (of_whole is not None)
    covariance = _over_items(store, field, weights[:n_used], columns, name)
    beside = 0.0
    if covariance is not None and of_whole is not None:
        minus_mean = np.append(np.full(len(wanted), -1 / len(wanted)), 1.0)
        beside = max(float(minus_mean @ covariance @ minus_mean), 0.0)
    return SweptScores(
        targets=field.named(shared if average == "shared" else defined),
        scores=field.mean(weights[: len(wanted)])[:, columns].T,
        over_items=None if covariance is None else covariance[: len(wanted), : len(wanted)],
        whole=of_whole,
        whole_over_items=beside,
    )


def _over_items(
    store: Store, field: Field, weights: F64, columns: Sequence[int], metric: str
) -> F64 | None:
    """Covariance of the means over items, of the field's first groups; None where not stored."""
    if len(columns) < 2:
        return None
    seeds = [field.seeds[column] for column in columns]
    runs = [{info.spec.seed: info for info in group.runs} for group in field.groups]
    shares = [{field.langs[i]: float(row[i]) for i in np.flatnonzero(row)} for row in weights]
    of_sets = [[of_set[seed] for seed in seeds] for of_set in runs[: len(weights)]]
    found = over_items(store, of_sets, shares, metric)
    return None if found is None else found.apart
