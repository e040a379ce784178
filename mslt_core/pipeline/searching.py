"""Finding a good set with few runs: what would have worked, and what to train next."""

import math
from collections.abc import Sequence

import numpy as np

from mslt_core.analysis import search
from mslt_core.pipeline.comparing import zero_shot_means
from mslt_core.pipeline.ingredients import Access
from mslt_core.pipeline.own_base import compare_by_own_base
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.judging import Judged, Proposal, SearchCurve
from mslt_core.spec.languages import languages
from mslt_core.spec.results import RunGroup
from mslt_core.spec.selecting import SelectSpec

N_RUNS = 6
N_REPEATS = 105
"""A multiple of three and of five, so that every seed is searched as often as any other."""
N_PROPOSED = 3
LUCK, MODEL = "random", "model"
"""Names of the strategies that are no criteria."""
LUCK_IS_ENOUGH = 0.95
"""Where runs drawn by lot include one of the top three so often, a search has nothing to save."""


def search_curves(
    judged: Judged, *, n_runs: int = N_RUNS, n_repeats: int = N_REPEATS
) -> tuple[SearchCurve, ...]:
    """Every way of choosing the next set, replayed over a finished sweep, the best first.

    Runs of one seed are shown to the strategy; what it found is judged by the mean of the other
    seeds. Criteria go down their own order and do not look at scores; the model does.

    Raises
    ------
    BadInputError
        With few sets there is nothing to save, and with a single seed there is none to judge by.
    """
    if few := too_few_sets(len(judged.sets), n_runs):
        raise BadInputError(few, hint="Judge the criteria by their picks.")
    if len(judged.seeds) < 2:
        raise BadInputError(
            "a search is judged on seeds that it did not see, and this sweep has one",
            hint="Train the sets with a second seed.",
        )
    n_sets = len(judged.sets)
    strategies: dict[str, search.Strategy] = {
        LUCK: search.at_random(n_sets),
        MODEL: search.by_model(np.column_stack(list(judged.goodness.values()))),
        **{name: search.in_order(goodness) for name, goodness in judged.goodness.items()},
    }
    sure = {one for one, good in judged.goodness.items() if not search.leaves_to_chance(good)}
    replays = {
        name: search.replay(
            judged.scores,
            strategy,
            n_runs=n_runs,
            n_repeats=n_repeats,
            by_chance=name not in sure,
        )
        for name, strategy in strategies.items()
    }
    curves = [_curve(name, found) for name, found in replays.items()]
    return tuple(sorted(curves, key=lambda curve: curve.regret[-1]))


def too_few_sets(n_sets: int, n_runs: int = N_RUNS) -> str:
    """Why a search has nothing to save among so few sets; empty where it may."""
    n_runs = min(n_runs, n_sets)
    luck = luck_reaches(n_sets, n_runs)
    if luck < LUCK_IS_ENOUGH:
        return ""
    return (
        f"{n_sets} sets are too few for a search to save anything: {n_runs} runs drawn by lot "
        f"include one of the top three in {100 * luck:.0f} % of cases"
    )


def luck_reaches(n_sets: int, n_runs: int) -> float:
    """How often runs of sets drawn by lot include one of the top three: 0.44 for 6 of 35."""
    rest = math.comb(max(n_sets - search.TOP, 0), n_runs)
    return 1 - rest / math.comb(n_sets, n_runs)


def propose(
    access: Access, groups: Sequence[RunGroup], spec: SelectSpec, n: int = N_PROPOSED
) -> tuple[Proposal, ...]:
    """The sets of `spec` that are most worth training next, given those that were.

    Scores are means over targets that none of the trained sets learned from, and over seeds. The
    model is told what all criteria say of every set.

    Raises
    ------
    BadInputError
        If fewer than two sets of the spec's size and pool were trained: it has nothing to go by.
    """
    plain = [g for g in groups if g.plain]
    mine = [
        g for g in plain if len(g.source_langs) == spec.k and set(g.source_langs) <= {*spec.free}
    ]
    if len(mine) < 2:
        raise BadInputError(
            f"the model needs two trained sets of {spec.k} out of {', '.join(spec.free)}, "
            f"got {len(mine)}",
            hint="Train the pick of a criterion and a set unlike it first.",
        )
    _, means = zero_shot_means(access.store, mine)
    if not means:
        raise BadInputError(
            "the trained sets have no target that none of them learned from",
            hint="Score further languages.",
        )
    scored = next(iter((found := compare_by_own_base(access, mine, spec)).by_criterion.values()))
    row = {scored.langs(i): i for i in range(len(scored))}
    good = [-one.scores if one.minimise else one.scores for one in found.by_criterion.values()]
    tried = [row[languages(group.source_langs)] for group in mine]
    scores = np.array([means[group.key] for group in mine])
    gains = search.gains_by_model(np.column_stack(good), tried, scores)
    done = set(tried)
    left = [i for i in np.argsort(-gains, kind="stable").tolist() if i not in done]
    return tuple(
        Proposal(source_langs=scored.langs(i), expected_gain=float(gains[i])) for i in left[:n]
    )


def _curve(name: str, found: search.Replay) -> SearchCurve:
    low, high = np.quantile(found.regret, [0.1, 0.9], axis=0)
    courses = np.unique(found.regret.round(12), axis=0)
    return SearchCurve(
        name=name,
        regret=tuple(found.regret.mean(axis=0).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        reached=tuple(found.reached.mean(axis=0).tolist()),
        named=tuple(found.named.mean(axis=0).tolist()),
        n_repeats=len(found.regret),
        n_different=len(courses),
    )
