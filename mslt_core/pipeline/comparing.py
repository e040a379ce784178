"""Runs side by side: one group minus another per target, with both sources of error."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.multiple import holm
from mslt_core.analysis.seed_noise import SeedNoise
from mslt_core.pipeline.checkpoints import require_run
from mslt_core.pipeline.grouping import main_metric, why_apart
from mslt_core.pipeline.noise import Differ, Noise, carried_by, pool_of, seed_noise_of
from mslt_core.pipeline.outcomes import Field, scored, scores_of
from mslt_core.spec.errors import BadInputError, NotComputedError
from mslt_core.spec.evidence import Average, Carried
from mslt_core.spec.results import (
    GainResult,
    RunGroup,
    RunResult,
    TargetGain,
    TargetScores,
)
from mslt_core.store import Store

Floats = npt.NDArray[np.float64]


def run_result(store: Store, run: str) -> RunResult:
    """A finished run with its scores."""
    info = require_run(store, run)
    if not info.has_scores:
        reason = f" ({info.reason})" if info.reason else ""
        raise NotComputedError(f"run {info.run} has no scores: it is {info.state}{reason}")
    outcome = store.runs.outcome(info.run, rows=False)
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
    if not groups:
        return (), {}
    field = scored(store, groups, metric or main_metric(groups))
    shared = ~np.any(field.seen, axis=0) & np.all(field.defined, axis=0)
    if not shared.any():
        return (), {}
    means = np.nanmean(field.mean(np.tile(shared / shared.sum(), (len(field.groups), 1))), axis=1)
    return field.named(shared), {g.key: float(m) for g, m in zip(field.groups, means, strict=True)}


def gains(
    store: Store,
    a: RunGroup,
    b: RunGroup,
    metric: str | None = None,
    *,
    mean_over: Sequence[str] | None = None,
    average: Average = "shared",
    pool: Sequence[RunGroup] = (),
) -> GainResult:
    """As `gains_over`, of one group."""
    (result,) = gains_over(store, a, (b,), metric, mean_over=mean_over, average=average, pool=pool)
    return result


def gains_over(
    store: Store,
    baseline: RunGroup,
    others: Sequence[RunGroup],
    metric: str | None = None,
    *,
    mean_over: Sequence[str] | None = None,
    average: Average = "shared",
    pool: Sequence[RunGroup] = (),
) -> tuple[GainResult, ...]:
    """Each other group minus `baseline` on every target that all runs of the two have a score on.

    By default in the task's main score. The mean is over `mean_over`, by default the targets that
    neither trained on. Give the targets that no group of a comparison trained on to make several
    means comparable; the paper's average takes every set's own.

    Seeds that both groups have are paired. The interval carries the test items (where their
    outcomes are stored) and the seeds: their variance is pooled over the groups of `pool` that are
    of the same experiment, or else, from three seeds on, the two groups' own.
    """
    for other in others:
        if reason := why_apart(baseline, other):
            raise BadInputError(
                f"{baseline.name} and {other.name} were not trained alike: {reason}",
                hint="Compare runs of one experiment.",
            )
    metric = metric or main_metric([baseline])
    lending = [group for group in pool if group.experiment == baseline.experiment]
    field = scored(store, (baseline, *others, *lending), metric)
    comparing = _Comparing(store, field, metric, average, mean_over)
    return tuple(comparing.result(baseline, other) for other in others)


class _Comparing:
    """One comparison's pairs: what all of them lean on is computed once."""

    def __init__(
        self,
        store: Store,
        field: Field,
        metric: str,
        average: Average,
        mean_over: Sequence[str] | None,
    ) -> None:
        self._store, self._field, self._metric = store, field, metric
        self._average, self._mean_over = average, mean_over
        self._differ = Differ(store, field, metric)
        self._noise: dict[bytes, SeedNoise | None] = {}

    def result(self, a: RunGroup, b: RunGroup) -> GainResult:
        """Group `b` minus group `a`."""
        field = self._field
        places = (field.place(a), field.place(b))
        seeds = np.flatnonzero(field.has_seed[list(places)].all(axis=0))
        if not len(seeds):
            raise BadInputError(
                f"{a.name} and {b.name} have no seed in common",
                hint="Train one of them again with the other's seed.",
            )
        known = ~np.any(np.isnan(field.scores[list(places)][:, seeds]), axis=(0, 1))
        if not known.any():
            raise BadInputError(
                f"{a.name} and {b.name} have no target in common with a score by {self._metric}"
            )
        means = self._means(known, *places)
        has_mean = all(row.any() for row in means)
        single = np.eye(len(field.langs))[known]
        a_weights, b_weights = (np.vstack([single, row]) if has_mean else single for row in means)
        noise = [self._pooled(row) for row in single]
        if has_mean:
            noise.append(self._pooled(means[0], paper=self._average == "paper"))
        found = self._differ.judge(places, seeds, (a_weights, b_weights), noise)
        told = self._told(places, (a_weights, b_weights), found, n_seeds=len(seeds))
        mean = told[-1] if has_mean else None
        return GainResult(
            metric=self._metric,
            name_a=a.name,
            name_b=b.name,
            gains=corrected(told[: len(single)]),
            mean=mean and dataclasses.replace(mean, lang="", trained_on=False),
            zero_shot=field.named((means[0] + means[1]) > 0) if has_mean else (),
            interval=_carried(told[: len(single)], mean),
            average=self._average,
            pool=pool_of(noise[-1], places) if has_mean else None,
        )

    def _means(self, known: npt.NDArray[np.bool_], a: int, b: int) -> tuple[Floats, Floats]:
        """The weight of every target in each group's mean; all 0 where there is no target."""
        seen, langs = self._field.seen, self._field.langs
        if self._average == "paper":
            own = known & ~seen[[a, b]]
        else:
            wanted = [self._mean_over is None or lang in self._mean_over for lang in langs]
            own = np.tile(known & ~seen[a] & ~seen[b] & wanted, (2, 1))
        one, other = own / np.maximum(own.sum(axis=1, keepdims=True), 1)
        return one, other

    def _pooled(self, weights: Floats, *, paper: bool = False) -> SeedNoise | None:
        """The seeds' variance of all groups on this mean, or on the paper's of each."""
        key = b"paper" if paper else weights.tobytes()
        if key not in self._noise:
            field = self._field
            of_all = np.tile(weights, (len(field.groups), 1))
            self._noise[key] = seed_noise_of(field, field.own_means() if paper else of_all)
        return self._noise[key]

    def _told(
        self,
        places: tuple[int, int],
        weights: tuple[Floats, Floats],
        noise: Noise,
        *,
        n_seeds: int,
    ) -> list[TargetGain]:
        """What was judged, column by column, as if each were a single target."""
        field = self._field
        of_a = scores_of(self._store, field.groups[places[0]].runs[0])
        used = (weights[0] + weights[1]) > 0
        seen = field.seen[places[0]] | field.seen[places[1]]
        rows = []
        for i, langs in enumerate(map(field.named, used)):
            scores = [of_a[lang] for lang in langs if lang in of_a]
            rows.append(
                TargetGain(
                    lang=langs[0],
                    score_a=float(noise.score_a[i]),
                    score_b=float(noise.score_b[i]),
                    n_items=sum(score.n_items for score in scores),
                    n_seeds=n_seeds,
                    trained_on=bool(np.any(seen[used[i]])),
                    majority_accuracy=_mean_majority(scores),
                    **noise.fields(i),
                )
            )
        return rows


def _carried(rows: Sequence[TargetGain], mean: TargetGain | None) -> Carried:
    """What the mean and the zero-shot targets carry, of which alone anything is claimed.

    Of a target that a set trained on, too few sets of the pool may know how seeds scatter.
    """
    claimed = [row for row in (*rows, mean) if row and (row is mean or not row.trained_on)] or rows
    return carried_by(
        items=all(row.sd_items is not None for row in claimed),
        seeds=all(row.sd_seeds is not None for row in claimed),
    )


def corrected(rows: list[TargetGain]) -> tuple[TargetGain, ...]:
    """With Holm's correction over the targets that neither group trained on."""
    family = [row for row in rows if not row.trained_on and row.p is not None]
    adjusted = iter(holm(np.array([row.p for row in family], dtype=np.float64)).tolist())
    return tuple(
        row if row.trained_on or row.p is None else dataclasses.replace(row, p_holm=next(adjusted))
        for row in rows
    )


def _mean_majority(scores: Sequence[TargetScores]) -> float | None:
    found = [s.majority_accuracy for s in scores if s.majority_accuracy is not None]
    return float(np.mean(found)) if len(found) == len(scores) else None
