"""Which languages recur in the best sets, and what each brings on average?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.multiple import holm
from mslt_core.analysis.plausible import plausible_means
from mslt_core.analysis.recurrence import hypergeometric_p, main_effect_weights, top_counts
from mslt_core.analysis.sets import Members
from mslt_core.data.paper import paper_tables
from mslt_core.pipeline.grouping import main_metric
from mslt_core.pipeline.judging import MIN_SETS
from mslt_core.pipeline.noise import corrected
from mslt_core.pipeline.ranking import ranking
from mslt_core.pipeline.set_means import SetMeans
from mslt_core.pipeline.swept import Swept
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.judging import Ranged
from mslt_core.spec.rankings import TASKS, PaperTask
from mslt_core.spec.results import RunGroup
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.set_views import Langs, LanguageRecurs, Recurring
from mslt_core.store import Store

TOP = 5
"""As many as the paper's Table 3 lists."""

N_DRAWS = 2000


def recurring(
    store: Store,
    sweep: Swept,
    metric: str | None = None,
    *,
    n_top: int = TOP,
    pool: Sequence[RunGroup] = (),
) -> Recurring:
    """How often each language is in the best sets of a sweep, and its effect at this size.

    The counts are of the `n_top` sets with the highest means, and of those that may be the best;
    the groups of `pool` lend their seeds' noise to the latter. A size at which a language can be
    present and absent is needed.
    """
    if not 0 < n_top < len(sweep.groups):
        raise BadInputError(
            f"the best are 1 to {len(sweep.groups) - 1} of {len(sweep.groups)} sets, got {n_top}"
        )
    metric = metric or main_metric(sweep.groups)
    means = SetMeans(store, sweep.groups, metric)
    place = {lang: i for i, lang in enumerate(sweep.pool)}
    members = np.array([[place[lang] for lang in langs] for langs in sweep.sets], dtype=np.int16)
    by_set = means.scores.mean(axis=1)
    tied = [s.source_langs for s in ranking(store, sweep.groups, metric, pool=pool).tied]
    found = _languages(means, members, sweep.pool, n_top=n_top, tied=tied)
    best = np.argsort(-by_set, kind="stable")[:n_top]
    return Recurring(
        metric=metric,
        pool=sweep.pool,
        k=sweep.k,
        n_sets=len(members),
        targets=means.targets,
        seeds=means.seeds,
        carried=means.carried,
        top=tuple((sweep.sets[i], float(by_set[i])) for i in best),
        n_tied=len(tied),
        languages=tuple(sorted(found, key=lambda one: -one.effect.estimate)),
        paper=_paper(sweep),
    )


def _languages(
    means: SetMeans,
    members: Members,
    pool: Langs,
    *,
    n_top: int,
    tied: Sequence[Langs],
) -> list[LanguageRecurs]:
    counts = top_counts(means.scores.mean(axis=1), members, n_top)
    shares = _shares(means, members, n_top, counts)
    n_with = np.bincount(members.ravel(), minlength=len(pool))
    p = [
        hypergeometric_p(int(count), n_top, int(n), len(members))
        for count, n in zip(counts, n_with, strict=True)
    ]
    effects = corrected([means.judge(row) for row in main_effect_weights(members)])
    return [
        LanguageRecurs(
            lang=lang,
            n_top=int(counts[i]),
            top_share=shares[i],
            p=p[i],
            p_holm=float(adjusted),
            n_tied=sum(lang in langs for langs in tied),
            effect=effects[i],
        )
        for i, (lang, adjusted) in enumerate(zip(pool, holm(np.array(p)), strict=True))
    ]


def _shares(
    means: SetMeans, members: Members, n_top: int, counts: npt.NDArray[np.int64]
) -> list[Ranged]:
    """Shares of the observed best sets, with what the noise leaves open of the true ones."""
    shares, scores = counts / n_top, means.scores.T
    if len(scores) < 2 or len(members) < MIN_SETS:
        return [Ranged(value=float(share), low=None, high=None) for share in shares]
    draws = plausible_means(scores, N_DRAWS, np.random.default_rng(0), over_items=means.over_items)
    low, high = np.quantile(top_counts(draws, members, n_top) / n_top, [0.025, 0.975], axis=0)
    return [
        Ranged(value=float(share), low=float(a), high=float(b))
        for share, a, b in zip(shares, low, high, strict=True)
    ]


def _paper(sweep: Swept) -> dict[PaperTask, tuple[tuple[str, ...], ...]]:
    """Table 3, where it is about these very sets."""
    if sweep.pool != PAPER_POOL or sweep.k != 3:
        return {}
    tables = paper_tables().top_sets
    return {task: tuple(tables[task, rank] for rank in range(1, 6)) for task in TASKS}
