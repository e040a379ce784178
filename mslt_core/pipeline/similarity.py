"""Do sets of less similar languages score higher? Both ends of every criterion of diversity."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from mslt_core.data.paper import paper_tables
from mslt_core.pipeline.noise import corrected
from mslt_core.pipeline.set_means import Floats, SetMeans
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.judging import CriterionJudged, Judged
from mslt_core.spec.rankings import TASKS, PaperTask
from mslt_core.spec.selecting import PAIRWISE, PAPER_POOL, Criterion
from mslt_core.spec.set_views import Contrast, Similarity
from mslt_core.store import Store

OF_DIVERSITY: frozenset[Criterion] = frozenset(
    {*PAIRWISE, "vocabulary_coverage", "script", "typology"}  # type: ignore[arg-type]
)
"""Criteria that say of a set how little alike its languages are."""


def most_and_least_similar(store: Store, sweep: Swept, judged: Judged) -> Similarity:
    """For each criterion of diversity the most and the least similar sets, and how they score.

    Sets that tie are averaged. The sets are chosen without a look at scores, so no luck of being
    picked is in them. Criteria under which all sets are alike are left out. `judged` is what
    `judge_criteria` says of the sweep.
    """
    if sweep.k < 2:
        raise BadInputError(
            "one language is like no other: similarity is of sets of two or more",
            hint="Take sets of another size.",
        )
    means = SetMeans(store, sweep.groups, judged.metric)
    row = {langs: i for i, langs in enumerate(sweep.sets)}
    found, missing = [], {n: why for n, why in judged.missing.items() if n in OF_DIVERSITY}
    for one in judged.criteria:
        if one.criterion not in OF_DIVERSITY:
            continue
        if set(one.picks) & set(one.least):
            missing[one.criterion] = "all sets are alike by it"
            continue
        found.append(_contrast(one, means, row, _is_papers(sweep)))
    return Similarity(
        metric=judged.metric,
        pool=sweep.pool,
        k=sweep.k,
        n_sets=len(sweep.sets),
        targets=means.targets,
        seeds=means.seeds,
        carried=means.carried,
        means=dict(zip(sweep.sets, means.scores.mean(axis=1).tolist(), strict=True)),
        contrasts=tuple(
            sorted(_corrected(found), key=lambda c: (-c.difference.estimate, c.criterion))
        ),
        missing=missing,
    )


def _contrast(
    one: CriterionJudged, means: SetMeans, row: dict[tuple[str, ...], int], is_papers: bool
) -> Contrast:
    diverse, similar = (
        _share([row[langs] for langs in sets], len(row)) for sets in (one.picks, one.least)
    )
    by_set = means.scores.mean(axis=1)
    return Contrast(
        criterion=one.criterion,
        diverse=one.picks,
        similar=one.least,
        score_diverse=float(diverse @ by_set),
        score_similar=float(similar @ by_set),
        difference=means.judge(diverse - similar),
        paper=_paper(one.criterion) if is_papers else {},
    )


def _share(rows: Sequence[int], n: int) -> Floats:
    weights = np.zeros(n)
    weights[list(rows)] = 1 / len(rows)
    return weights


def _corrected(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """With Holm's correction over the criteria."""
    adjusted = corrected([one.difference for one in contrasts])
    return [
        dataclasses.replace(one, difference=difference)
        for one, difference in zip(contrasts, adjusted, strict=True)
    ]


def _is_papers(sweep: Swept) -> bool:
    return sweep.pool == PAPER_POOL and sweep.k == 3


def _paper(criterion: Criterion) -> dict[PaperTask, tuple[float, float]]:
    """Table 6, as printed."""
    table = paper_tables().similarity
    return {task: table[criterion, task] for task in TASKS if (criterion, task) in table}
