"""Does the score go with how much text of a language the base model saw?"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mslt_core.analysis import judging
from mslt_core.analysis.exchanging import exchanged_sets
from mslt_core.analysis.plausible import plausible_means
from mslt_core.analysis.rank_correlation import rank_correlation
from mslt_core.data.pretraining import Sizes, sizes
from mslt_core.pipeline.grouping import main_metric
from mslt_core.pipeline.outcomes import scored
from mslt_core.pipeline.set_means import SetMeans
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.results import RunGroup
from mslt_core.spec.selecting import PretrainingFigures
from mslt_core.spec.set_views import ByPretraining, RankCorrelation, SizePoint, SizeSeries
from mslt_core.store import Store

N_DRAWS = 2000


def targets_by_pretraining(
    store: Store,
    groups: Sequence[RunGroup],
    metric: str | None = None,
    *,
    figures: PretrainingFigures,
) -> ByPretraining:
    """Every group's score on each target that none of them trained on, against the target's text.

    The correlation's interval is over targets.
    """
    metric = metric or main_metric(groups)
    field = scored(store, groups, metric)
    shared = ~np.any(field.seen, axis=0) & np.all(field.defined, axis=0)
    published = sizes(figures, field.named(shared))
    means = np.nanmean(field.scores, axis=1)[:, shared]
    series = []
    for group, of_group in zip(field.groups, means, strict=True):
        by_lang = dict(zip(published.values, of_group.tolist(), strict=True))
        points = tuple(
            SizePoint(langs=(lang,), size=size, score=by_lang[lang])
            for lang, size in published.values.items()
            if size is not None
        )
        series.append(SizeSeries(name=group.name, points=points, correlation=_over_points(points)))
    return _answer(metric, figures, published, series)


def sets_by_pretraining(
    store: Store, sweep: Swept, metric: str | None = None, *, figures: PretrainingFigures
) -> ByPretraining:
    """Every set's mean score against the text of all its languages together.

    Sets share languages, so they are no independent points: p is by exchanging languages, and the
    correlation's interval carries the noise of seeds and, where their outcomes are stored, items.
    """
    metric = metric or main_metric(sweep.groups)
    means = SetMeans(store, sweep.groups, metric)
    published = sizes(figures, sweep.pool)
    by_set = means.scores.mean(axis=1)
    totals = np.array([_total(published.values, langs) for langs in sweep.sets])
    points = tuple(
        SizePoint(langs=langs, size=float(total), score=float(score))
        for langs, total, score in zip(sweep.sets, totals, by_set, strict=True)
        if not math.isnan(total)
    )
    series = SizeSeries(
        name=f"sets of {sweep.k}",
        points=points,
        correlation=_over_sets(sweep, totals, means),
    )
    return _answer(metric, figures, published, [series])


def _total(values: Mapping[str, float | None], langs: Sequence[str]) -> float:
    found = [values[lang] for lang in langs]
    return math.nan if None in found else math.fsum(size for size in found if size is not None)


def _answer(
    metric: str, figures: PretrainingFigures, published: Sizes, series: Sequence[SizeSeries]
) -> ByPretraining:
    return ByPretraining(
        metric=metric,
        figures=figures,
        unit=published.unit,
        source=published.source,
        series=tuple(series),
        without=tuple(lang for lang, size in published.values.items() if size is None),
        caveats=published.caveats,
    )


def _over_points(points: Sequence[SizePoint]) -> RankCorrelation | None:
    try:
        return rank_correlation(
            np.array([point.size for point in points]), np.array([point.score for point in points])
        )
    except DegenerateInputError:
        return None


def _over_sets(
    sweep: Swept, totals: np.ndarray[tuple[int], np.dtype[np.float64]], means: SetMeans
) -> RankCorrelation | None:
    """None where a size is not published, or one of the two does not vary."""
    place, scores = {lang: i for i, lang in enumerate(sweep.pool)}, means.scores.T
    members = np.array([[place[lang] for lang in langs] for langs in sweep.sets], dtype=np.int16)
    rho = float(judging.spearman(totals, scores.mean(axis=0)))
    if math.isnan(rho) or np.isnan(totals).any():
        return None
    low: float | None = None
    high: float | None = None
    if len(scores) > 1:
        draws = plausible_means(
            scores,
            N_DRAWS,
            np.random.default_rng(0),
            over_items=means.over_items,
            along=judging.standing(totals),
        )
        low, high = np.quantile(judging.spearman_draws(totals, draws), [0.025, 0.975]).tolist()
    p = judging.permutation_p(totals, scores.mean(axis=0), exchanged_sets(members))
    return RankCorrelation(
        rho=rho,
        low=low,
        high=high,
        p=p,
        n=len(totals),
        over="seeds" if means.over_items is None else "both",
    )
