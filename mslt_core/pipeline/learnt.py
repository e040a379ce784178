"""Did training teach anything? Comparing sets that learnt nothing compares noise."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence

from mslt_core.spec.naming import first_few
from mslt_core.spec.results import RunInfo, TargetScores

STANDARD_ERRORS = 2
NAMED = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class _OnSources:
    """A run on the test items of all its sources together; counts are of labels."""

    info: RunInfo
    n_right: int
    n_majority: int
    """What always answering each source's most frequent label gets right."""
    n_labels: int
    n_items: int
    variance: float
    """Of `n_right` over further items; all words of a sentence are taken to be right or wrong
    together, so that for tags it is rather too large."""

    @property
    def of_set(self) -> tuple[str, int, int, int]:
        """The same for all seeds."""
        return self.info.name, self.n_majority, self.n_labels, self.n_items


def nothing_learnt(runs: Iterable[tuple[RunInfo, Mapping[str, TargetScores]]]) -> str:
    """Sentences that name runs which are not surely better than the majority label on the test
    items of their own sources; or empty.

    Those that are right no more often seem to have learnt nothing; of those that are, but by less
    than two standard errors, it cannot be told. Runs whose sources are not scored, or whose scores
    know no majority or a single label, tell nothing.
    """
    found = [one for info, scores in runs if (one := _on_sources(info, scores))]
    below = [one for one in found if one.n_right <= one.n_majority]
    near = [
        one
        for one in found
        if 0 < one.n_right - one.n_majority <= STANDARD_ERRORS * math.sqrt(one.variance)
    ]
    told = []
    if below:
        told.append(
            "Right no more often than the majority label, even on their own sources: "
            f"{_named(below)}. They seem to have learnt nothing; another learning rate may help."
        )
    if near:
        told.append(
            "Better than the majority label by two standard errors at most, even on their own "
            f"sources: {_named(near)}. They may have learnt nothing, or too little for so few "
            "items to show."
        )
    return " ".join(told)


def _named(found: Sequence[_OnSources]) -> str:
    """SSLT(en) (seed 0, 1: 31.0 to 32.0 % against 25.0 %, 100 items)."""
    by_set: dict[tuple[str, int, int, int], list[_OnSources]] = {}
    for one in found:
        by_set.setdefault(one.of_set, []).append(one)
    told = []
    for (name, n_majority, n_labels, n_items), runs in by_set.items():
        seeds = ", ".join(map(str, sorted(one.info.spec.seed for one in runs)))
        shares = [one.n_right / n_labels for one in runs]
        right = dict.fromkeys(f"{100 * share:.1f}" for share in (min(shares), max(shares)))
        told.append(
            f"{name} (seed {seeds}: {' to '.join(right)} % against "
            f"{100 * n_majority / n_labels:.1f} %, {n_items:,} items)"
        )
    return first_few(told, NAMED)


def _on_sources(info: RunInfo, scores: Mapping[str, TargetScores]) -> _OnSources | None:
    n_right, n_majority, n_labels, n_items, variance = 0, 0, 0, 0, 0.0
    for lang in info.spec.source_langs:
        of_lang = scores.get(lang)
        if of_lang is None or of_lang.majority_accuracy is None or of_lang.majority_accuracy == 1:
            continue
        right = of_lang.accuracy if of_lang.item_accuracy is None else of_lang.item_accuracy
        if right is None:
            continue
        n = of_lang.n_tokens
        n_right += round(n * right)
        n_majority += round(n * of_lang.majority_accuracy)
        n_labels += n
        n_items += of_lang.n_items
        variance += n**2 * right * (1 - right) / of_lang.n_items
    if not n_items:
        return None
    return _OnSources(
        info=info,
        n_right=n_right,
        n_majority=n_majority,
        n_labels=n_labels,
        n_items=n_items,
        variance=variance,
    )
