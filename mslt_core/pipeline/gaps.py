"""What each set loses from its own sources to languages that it never saw."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mslt_core.analysis.gap import transfer_gap
from mslt_core.pipeline.noise import mean_difference, own_seeds
from mslt_core.pipeline.outcomes import influences_of, scored, scores_of, weighted_blocks
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.results import RunGroup, RunResult
from mslt_core.spec.set_views import Langs, SetGapJudged
from mslt_core.store import Store


@dataclasses.dataclass(frozen=True, kw_only=True)
class SetGap:
    """The transfer gap of one set, a mean over its seeds."""

    name: str
    gap: float | None
    """A ratio, not points; None where it is undefined."""
    reason: str
    """Why it is undefined; empty otherwise."""
    by_seed: dict[int, float]
    source_langs: tuple[str, ...]
    """The sources that were scored."""
    unseen_langs: tuple[str, ...]
    """The languages on the other side."""


def set_gap(runs: Sequence[RunResult], metric: str) -> SetGap:
    """The transfer gap of runs that differ in their seed alone.

    Over the languages on which all of them have a score. Few-shot targets are on neither side.
    """
    scores = [
        {
            lang: s
            for lang, of_lang in run.scores.items()
            if (s := getattr(of_lang, metric)) is not None
        }
        for run in runs
    ]
    common = set.intersection(*map(set, scores))
    spec = runs[0].info.spec
    sources = tuple(sorted(common & set(spec.source_langs)))
    unseen = tuple(sorted(common - set(spec.seen_langs)))
    by_seed, reason = {}, ""
    try:
        for run, of_run in zip(runs, scores, strict=True):
            by_seed[run.info.spec.seed] = transfer_gap(of_run, sources, unseen)
    except DegenerateInputError as e:
        reason = e.message
    return SetGap(
        name=spec.name,
        gap=float(np.mean(list(by_seed.values()))) if by_seed else None,
        reason=reason,
        by_seed=by_seed,
        source_langs=sources,
        unseen_langs=unseen,
    )


def set_gaps(store: Store, groups: Sequence[RunGroup], metric: str) -> tuple[SetGapJudged, ...]:
    """The transfer gap of every set with its interval, the smallest first, undefined ones last.

    Each set has its own languages on both sides. Intervals are the set's own: what a seed does to
    its sources and to unseen languages alike cancels, the rest is in them.
    """
    found = [_judged(store, group, metric) for group in groups]
    return tuple(sorted(found, key=_by_gap))


def _by_gap(one: SetGapJudged) -> tuple[float, Langs]:
    return (math.inf if one.gap is None else one.gap.estimate, one.source_langs)


def _judged(store: Store, group: RunGroup, metric: str) -> SetGapJudged:
    field = scored(store, (group,), metric)
    known = field.defined[0]
    is_source = np.array([lang in group.source_langs for lang in field.langs])
    sides = known & is_source, known & ~field.seen[0]
    sources, unseen = (field.named(side) for side in sides)
    reason = "" if unseen else "no language was scored that was not trained on"
    if reason or not sources:
        return SetGapJudged(
            name=group.name,
            source_langs=group.source_langs,
            gap=None,
            on_sources=None,
            on_unseen=None,
            sources=sources,
            unseen=unseen,
            reason=reason or "no source language was scored",
        )
    on_sources, on_unseen = (
        field.scores[0][field.has_seed[0]][:, side].mean(axis=1) for side in sides
    )
    by_seed = on_sources - on_unseen
    first = scores_of(store, group.runs[0])
    return SetGapJudged(
        name=group.name,
        source_langs=group.source_langs,
        gap=mean_difference(
            by_seed,
            _influences(store, group, metric, sources, unseen),
            own_seeds(by_seed),
            n_items=sum(first[lang].n_items for lang in (*sources, *unseen)),
        ),
        on_sources=float(on_sources.mean()),
        on_unseen=float(on_unseen.mean()),
        sources=sources,
        unseen=unseen,
        reason="",
    )


def _influences(
    store: Store, group: RunGroup, metric: str, sources: Langs, unseen: Langs
) -> list[npt.NDArray[np.float32]] | None:
    """What each test item adds to the gap: below 0 on unseen languages."""
    share = dict.fromkeys(sources, 1 / len(sources)) | dict.fromkeys(unseen, -1 / len(unseen))
    of_runs = [influences_of(store, run, metric) for run in group.runs]
    return weighted_blocks(of_runs, [share] * len(of_runs))
