"""Which way of choosing would have found the good sets? Criteria against a finished sweep."""

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis import judging
from mslt_core.analysis.exchanging import exchanged_sets
from mslt_core.analysis.plausible import plausible_means, seed_variance
from mslt_core.analysis.sets import Members
from mslt_core.data.paper import paper_tables
from mslt_core.pipeline.ingredients import Access
from mslt_core.pipeline.noise import carried_by
from mslt_core.pipeline.own_base import compare_by_own_base
from mslt_core.pipeline.swept import Swept
from mslt_core.pipeline.swept_scores import SweptScores, swept_scores
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.evidence import Average
from mslt_core.spec.judging import (
    AllLanguages,
    CriterionJudged,
    Judged,
    PaperPick,
    PickStanding,
    Ranged,
)
from mslt_core.spec.rankings import TASKS, CriteriaResult
from mslt_core.spec.results import SCORES
from mslt_core.spec.selecting import PAPER_POOL, Criterion, SelectSpec

F64 = npt.NDArray[np.float64]

N_DRAWS = 2000
MIN_SETS = 3
"""With fewer nothing is chosen among, and their spread is not known."""


def judge_criteria(
    access: Access,
    sweep: Swept,
    *,
    fixed: str | None = None,
    metric: str | None = None,
    average: Average = "shared",
    asked: SelectSpec | None = None,
) -> Judged:
    """Every criterion's pick among the sets of a finished sweep.

    Parameters
    ----------
    access : Access
        Where runs lie, and what criteria are made of.
    sweep : Swept
        From `swept`.
    fixed : str, optional
        Only sets that hold this language, as in the paper's Table 2.
    metric : str, optional
        By default the task's main score.
    average : {"shared", "paper"}
        What a set's score is a mean over.
    asked : SelectSpec, optional
        Corpus, layer and figures for the criteria; the defaults where None. The model is the one
        that the sweep's runs began from.

    Raises
    ------
    BadInputError
        If `fixed` is no language of the pool or in fewer than three sets, the runs were not scored
        by `metric`, or all targets are sources.
    """
    sets = _sets(sweep, fixed)
    _require_metric(sweep, metric)
    found = swept_scores(access.store, sweep, sets, metric, average)
    scores = found.scores
    spec = (asked or sweep.question()).but(
        pool=sweep.pool, k=sweep.k, include=(fixed,) if fixed else (), exclude=()
    )
    compared = compare_by_own_base(access, sweep.groups, spec)
    known = _Known(
        sets=tuple(sets),
        scores=scores,
        over_items=found.over_items,
        pool=sweep.pool,
        fixed=fixed,
    )
    goodness = {name: _goodness(compared, name, sets) for name in compared.by_criterion}
    criteria = [_judged(known, name, goodness[name]) for name in goodness]
    several = len(sweep.seeds) > 1
    variance, df = seed_variance(scores) if several else (None, 0)
    return Judged(
        pool=sweep.pool,
        k=sweep.k,
        fixed=fixed,
        metric=metric or sweep.groups[0].metrics[0],
        average=average,
        targets=found.targets,
        seeds=sweep.seeds,
        sets=tuple(sets),
        scores=scores,
        sd_seed=None if variance is None else math.sqrt(variance),
        df=df,
        carried=carried_by(items=found.over_items is not None, seeds=several),
        goodness=goodness,
        asked=spec,
        base=sweep.groups[0].runs[0].spec.model,
        criteria=tuple(sorted(criteria, key=lambda c: c.standing.regret.value)),
        random=_standing(known, np.arange(len(sets)), known.draws),
        everything=_everything(known, found),
        missing={name: why for name, why in compared.missing.items() if name != "targets"},
    )


def _sets(sweep: Swept, fixed: str | None) -> list[tuple[str, ...]]:
    if fixed is not None and fixed not in sweep.pool:
        raise BadInputError(f"{fixed} is none of the pool {', '.join(sweep.pool)}")
    sets = [langs for langs in sweep.sets if fixed is None or fixed in langs]
    if len(sets) < MIN_SETS:
        raise BadInputError(
            f"{len(sets)} of the sets of {sweep.k} with {fixed} leave nothing to choose from: at "
            f"least {MIN_SETS} are needed",
            hint="Take sets of another size, or with any language.",
        )
    return sets


def _require_metric(sweep: Swept, metric: str | None) -> None:
    known = [name for name in SCORES if all(name in group.metrics for group in sweep.groups)]
    if metric is not None and metric not in known:
        raise BadInputError(
            f"not all of these sets are scored by {metric}", hint=f"They are by {', '.join(known)}."
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Known:
    """What all criteria are judged by."""

    sets: tuple[tuple[str, ...], ...]
    scores: F64
    over_items: F64 | None
    pool: tuple[str, ...]
    fixed: str | None

    @functools.cached_property
    def means(self) -> F64:
        return self.scores.mean(axis=0)

    @functools.cached_property
    def members(self) -> Members:
        place = {lang: i for i, lang in enumerate(self.pool)}
        return np.array([[place[lang] for lang in langs] for langs in self.sets], dtype=np.int16)

    @functools.cached_property
    def exchanged(self) -> npt.NDArray[np.intp]:
        """The sets under other names of their languages."""
        place = self.pool.index(self.fixed) if self.fixed else None
        return exchanged_sets(self.members, fixed=place)

    @functools.cached_property
    def draws(self) -> F64 | None:
        """What the sets' true means may be."""
        return self.drawn(None)

    def drawn(self, along: F64 | None) -> F64 | None:
        """The same where something is known of the sets; None with a single seed."""
        if len(self.scores) < 2:
            return None
        rng = np.random.default_rng(0)
        return plausible_means(self.scores, N_DRAWS, rng, over_items=self.over_items, along=along)


def _goodness(
    compared: CriteriaResult, criterion: Criterion, sets: Sequence[tuple[str, ...]]
) -> F64:
    """The criterion's score of every set, in the order of `sets`."""
    scored = compared.by_criterion[criterion]
    row = {scored.langs(i): i for i in range(len(scored))}
    return scored.scores[[row[langs] for langs in sets]]


def _judged(known: _Known, criterion: Criterion, goodness: F64) -> CriterionJudged:
    picks, least = judging.picked(goodness), judging.picked(-goodness)
    p, rho = math.nan, judging.spearman(goodness, known.means)
    draws = known.drawn(judging.standing(goodness))
    rhos = None
    if not np.isnan(goodness).any():
        p = judging.permutation_p(goodness, known.means, known.exchanged)
    if draws is not None and not math.isnan(rho):
        rhos = judging.spearman_draws(goodness, draws)
    return CriterionJudged(
        criterion=criterion,
        picks=tuple(known.sets[i] for i in picks),
        least=tuple(known.sets[i] for i in least),
        standing=_standing(known, picks, draws),
        rho=_ranged(rho, rhos),
        p=p,
        against_least=_apart(known, picks, least),
        paper=_paper(criterion, known),
    )


def _standing(known: _Known, picks: npt.NDArray[np.intp], draws: F64 | None) -> PickStanding:
    now = judging.judge(known.means, picks)
    drawn = {} if draws is None else judging.judged_draws(draws, picks)
    held_out: Sequence[float] = ()
    if len(known.scores) > 1:
        held_out = judging.held_out_regret(known.scores, picks).tolist()
    return PickStanding(
        rank=_ranged(now.rank, drawn.get("rank")),
        regret=_ranged(now.regret, drawn.get("regret")),
        beats=_ranged(now.beats, drawn.get("beats")),
        held_out=tuple(held_out),
    )


def _apart(known: _Known, picks: npt.NDArray[np.intp], least: npt.NDArray[np.intp]) -> Ranged:
    """The sets are chosen without a look at their scores, so that no luck is in the difference."""
    weights = np.bincount(picks, minlength=len(known.sets)) / len(picks)
    weights = weights - np.bincount(least, minlength=len(known.sets)) / len(least)
    draws = known.drawn(weights)
    return _ranged(float(known.means @ weights), None if draws is None else draws @ weights)


def _everything(known: _Known, found: SweptScores) -> AllLanguages | None:
    whole = found.whole
    if whole is None:
        return None
    score, value = float(whole.mean()), float(whole.mean() - known.means.max())
    if known.draws is None:
        return AllLanguages(score=score, minus_best=Ranged(value=value, low=None, high=None))
    # one set more, with the noise of the others: the seeds of a single one tell too little. Draws
    # keep the mean over the sets, so the noise of that mean is the whole set's here
    n_seeds, n_sets = known.scores.shape
    variance = seed_variance(known.scores)[0] / n_seeds * (1 + 1 / n_sets) + found.whole_over_items
    drawn = score + math.sqrt(variance) * np.random.default_rng(1).standard_normal(len(known.draws))
    return AllLanguages(score=score, minus_best=_ranged(value, drawn - known.draws.max(axis=1)))


def _ranged(value: float, draws: F64 | None) -> Ranged:
    if draws is None:
        return Ranged(value=value, low=None, high=None)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Ranged(value=value, low=float(low), high=float(high))


def _paper(criterion: Criterion, known: _Known) -> tuple[PaperPick, ...]:
    """Ranks of Table 1, or of Table 2 with English fixed, where pool and k are the paper's."""
    if known.pool != PAPER_POOL or len(known.sets[0]) != 3 or known.fixed not in {None, "en"}:
        return ()
    tables = paper_tables()
    ranks = {key: rank for key, (_, rank) in tables.criteria.items()}
    if known.fixed:
        ranks = dict(tables.english_fixed)
    return tuple(
        PaperPick(task=name, rank=ranks[criterion, task])
        for task, name in TASKS.items()
        if (criterion, task) in ranks
    )
