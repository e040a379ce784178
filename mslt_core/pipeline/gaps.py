"""What each set loses from its own sources to languages that it never saw."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from mslt_core.analysis.gap import transfer_gap
from mslt_core.spec.errors import DegenerateInputError
from mslt_core.spec.results import RunResult


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
