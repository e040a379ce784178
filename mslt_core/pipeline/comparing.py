"""Runs side by side: groups over seeds, and one group minus another per target."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.statistics import ratio_bootstrap, t_interval
from mslt_core.pipeline.checkpoints import require_run
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.results import (
    SCORES,
    GainResult,
    RunGroup,
    RunInfo,
    RunResult,
    TargetGain,
    TargetScores,
)
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store

Carried = Literal["seeds", "items", "none"]

COUNTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "accuracy": ("n_correct", "n_tokens"),
        "item_accuracy": ("n_correct", "n_tokens"),
        "answer_f1": ("answer_f1", "n_tokens"),
        "exact_match": ("n_exact", "n_tokens"),
    }
)
"""Scores that are a ratio of sums over items, and the stored arrays that are summed."""

MIN_SEEDS = 3
"""With fewer seeds a spread over seeds says too little; the items' spread is shown instead."""


@functools.lru_cache(maxsize=4096)  # a page asks for hundreds at every look
def group_key(spec: TrainSpec) -> str:
    """Runs with the same key differ in their seed alone."""
    return spec.but(seed=0).digest()


@functools.lru_cache(maxsize=4096)
def experiment_key(spec: TrainSpec) -> str:
    """Groups with the same key may be compared: all is equal but the sources and the seed.

    Examples of few-shot targets are sources too: they are inside the same budget.
    """
    return spec.but(seed=0, source_langs=("en",), shots=0, shot_langs=()).digest()


def run_groups(store: Store) -> list[RunGroup]:
    """Runs with scores by what was trained, single sources first, then by number of sources."""
    done = [info for info in store.runs.list() if info.has_scores and not info.spec.oracle]
    done.sort(key=lambda info: (group_key(info.spec), info.spec.seed))
    groups = [
        _group(tuple(runs))
        for _, runs in itertools.groupby(done, key=lambda info: group_key(info.spec))
    ]
    return sorted(groups, key=lambda g: (len(g.source_langs), g.source_langs, g.key))


def _group(runs: tuple[RunInfo, ...]) -> RunGroup:
    spec = runs[0].spec
    return RunGroup(
        key=group_key(spec),
        name=spec.name,
        experiment=experiment_key(spec),
        source_langs=spec.source_langs,
        runs=runs,
    )


def run_result(store: Store, run: str) -> RunResult:
    """A finished run with its scores."""
    info = require_run(store, run)
    if not info.has_scores:
        reason = f" ({info.reason})" if info.reason else ""
        raise NotComputedError(f"run {info.run} has no scores: it is {info.state}{reason}")
    return _result(store, info)


def _result(store: Store, info: RunInfo) -> RunResult:
    outcome = store.runs.outcome(info.run)
    return RunResult(
        info=info,
        scores=outcome["scores"],
        sampled=outcome["n_sampled"],
        sampled_hash=outcome["sampled_hash"],
        tokens_seen=outcome["tokens_seen"],
        n_meanings=outcome["n_meanings"],
        step_scored=outcome["step_scored"],
        last_scores=outcome["last_scores"],
    )


def zero_shot_means(
    store: Store, groups: Sequence[RunGroup], metric: str | None = None
) -> tuple[tuple[str, ...], dict[str, float]]:
    """Mean score of each group over the same targets: those that none of the groups trained on.

    By default the task's main score. A target where some run's score is undefined is none of them.

    Returns these targets, and a mean over them and over the group's seeds by the group's key.
    Without such a target both are empty: means over different languages compare nothing.
    """
    results = {g.key: [_result(store, info) for info in g.runs] for g in groups}
    metric = metric or _main(groups)
    sources = {lang for group in groups for lang in group.seen_langs}
    scored = [set(_defined(result, metric)) for of_group in results.values() for result in of_group]
    targets = tuple(sorted(set.intersection(*scored) - sources)) if scored else ()
    if not targets:
        return (), {}
    means = {
        key: float(np.mean([getattr(r.scores[lang], metric) for r in of_group for lang in targets]))
        for key, of_group in results.items()
    }
    return targets, means


def level_with(
    store: Store, best: RunGroup, others: Sequence[RunGroup], targets: Sequence[str]
) -> tuple[RunGroup, ...]:
    """The groups whose mean main score over `targets` differs from the best's within the noise.

    The 95 % interval (Student's t over common seeds, at least three) of the difference holds 0;
    groups with fewer common seeds are not judged.
    """
    means = _mean_scores(store, best, targets)
    level = []
    for other in others:
        theirs = _mean_scores(store, other, targets)
        common = sorted(means.keys() & theirs.keys())
        if len(common) >= MIN_SEEDS:
            differences = np.array([theirs[seed] - means[seed] for seed in common])
            low, high = t_interval(differences)
            if low <= 0 <= high:
                level.append(other)
    return tuple(level)


def _main(groups: Sequence[RunGroup]) -> str:
    """The main score of the groups' task; token accuracy where there is no group."""
    return next((group.metrics[0] for group in groups if group.metrics), SCORES[0])


def _mean_scores(store: Store, group: RunGroup, targets: Sequence[str]) -> dict[int, float]:
    """Seed to mean main score over the targets."""
    found, metric = {}, _main([group])
    for info in group.runs:
        scores = _result(store, info).scores
        found[info.spec.seed] = float(np.mean([getattr(scores[lang], metric) for lang in targets]))
    return found


def gains(
    store: Store,
    a: RunGroup,
    b: RunGroup,
    metric: str | None = None,
    *,
    mean_over: Sequence[str] | None = None,
) -> GainResult:
    """Group `b` minus group `a` on every target that all their runs have a score on.

    By default in the task's main score. The mean is over `mean_over`, by default the targets that
    neither trained on. Give the targets that no group of a comparison trained on to make several
    means comparable.

    Seeds that both groups have are paired. With at least three of them the interval is
    Student's t over seeds; with fewer it is a paired bootstrap over the items, with the
    seeds' outcomes on an item taken together (not for F1 over spans or labels), which says
    nothing about other seeds.
    """
    if a.experiment != b.experiment:
        raise BadInputError(
            f"{a.name} and {b.name} were not trained alike (task, data, model, budget or steps)",
            hint="Compare runs of one experiment.",
        )
    pairs, metric = _paired(store, a, b), metric or _main([a])
    carried: Carried = "items" if metric in COUNTED else "none"
    if len(pairs) >= MIN_SEEDS:
        carried = "seeds"
    sources = {*a.seen_langs, *b.seen_langs}
    rows = []
    defined = [set(_defined(result, metric)) for pair in pairs for result in pair]
    for lang in sorted(set.intersection(*defined)):
        low, high = _interval(store, pairs, (lang,), metric, carried)
        source = lang in sources
        rows.append(_gain(pairs, (lang,), metric, low, high, is_source=source, lang=lang))
    zero_shot = tuple(
        row.lang
        for row in rows
        if not row.is_source and (mean_over is None or row.lang in mean_over)
    )
    mean = None
    if zero_shot:
        low, high = _interval(store, pairs, zero_shot, metric, carried)
        mean = _gain(pairs, zero_shot, metric, low, high, is_source=False, lang="")
    return GainResult(
        zero_shot=zero_shot,
        metric=metric,
        name_a=a.name,
        name_b=b.name,
        gains=tuple(rows),
        mean=mean,
        interval=carried,
    )


def _defined(result: RunResult, metric: str) -> list[str]:
    """The targets on which the score is a number."""
    return [lang for lang, scores in result.scores.items() if getattr(scores, metric) is not None]


def _paired(store: Store, a: RunGroup, b: RunGroup) -> list[tuple[RunResult, RunResult]]:
    """Results of both groups, joined by seed."""
    of_a = {info.spec.seed: info for info in a.runs}
    pairs = [
        (_result(store, of_a[info.spec.seed]), _result(store, info))
        for info in b.runs
        if info.spec.seed in of_a
    ]
    if not pairs:
        raise BadInputError(
            f"{a.name} and {b.name} have no seed in common",
            hint="Train one of them again with the other's seed.",
        )
    return pairs


def _scores(
    pairs: list[tuple[RunResult, RunResult]], langs: tuple[str, ...], metric: str
) -> npt.NDArray[np.float64]:
    """(n_seeds, 2): each run's mean over `langs`."""
    return np.array(
        [
            [np.mean([getattr(result.scores[lang], metric) for lang in langs]) for result in pair]
            for pair in pairs
        ]
    )


def _gain(
    pairs: list[tuple[RunResult, RunResult]],
    langs: tuple[str, ...],
    metric: str,
    low: float | None,
    high: float | None,
    *,
    is_source: bool,
    lang: str,
) -> TargetGain:
    score_a, score_b = _scores(pairs, langs, metric).mean(axis=0)
    first = [pairs[0][0].scores[lang] for lang in langs]
    return TargetGain(
        lang=lang,
        score_a=float(score_a),
        score_b=float(score_b),
        difference=float(score_b - score_a),
        low=low,
        high=high,
        n_items=sum(score.n_items for score in first),
        n_seeds=len(pairs),
        is_source=is_source,
        majority_accuracy=_mean_majority(first),
    )


def _mean_majority(scores: Sequence[TargetScores]) -> float | None:
    found = [s.majority_accuracy for s in scores if s.majority_accuracy is not None]
    return float(np.mean(found)) if len(found) == len(scores) else None


def _interval(
    store: Store,
    pairs: list[tuple[RunResult, RunResult]],
    langs: tuple[str, ...],
    metric: str,
    carried: Carried,
) -> tuple[float, float] | tuple[None, None]:
    if carried == "seeds":
        by_seed = _scores(pairs, langs, metric)
        return t_interval(by_seed[:, 1] - by_seed[:, 0])
    if carried == "none" or len(langs) != 1:
        return None, None
    found = [[store.runs.predictions(r.info.run, langs[0]) for r in pair] for pair in pairs]
    known = [(a, b) for a, b in found if a is not None and b is not None]
    if len(known) < len(pairs):
        return None, None
    hits, size = COUNTED[metric]
    hits_a, hits_b = (np.sum([pair[i][hits] for pair in known], axis=0) for i in (0, 1))
    sizes = np.sum([a[size] for a, _ in known], axis=0)
    return ratio_bootstrap(hits_a, hits_b, sizes, seed=0)
