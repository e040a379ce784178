"""Did training teach anything? Comparing sets that learnt nothing compares noise."""

import math
from collections.abc import Iterable, Mapping

from mslt_core.spec.naming import first_few
from mslt_core.spec.results import RunInfo, TargetScores

STANDARD_ERRORS = 2.0
NAMED = 3


def nothing_learnt(runs: Iterable[tuple[RunInfo, Mapping[str, TargetScores]]]) -> str:
    """A sentence that names runs which their own sources show to have learnt nothing; or empty.

    Such a run is right no more often than who always answers the most frequent label, on the
    test items of all sources together and beyond two standard errors of them. Runs whose sources
    are not scored, or whose scores know no majority, tell nothing.
    """
    found: dict[str, list[int]] = {}
    for info, scores in runs:
        if _no_better(info, scores):
            found.setdefault(info.name, []).append(info.spec.seed)
    if not found:
        return ""
    told = [f"{name} (seed {', '.join(map(str, sorted(seeds)))})" for name, seeds in found.items()]
    return (
        "Right no more often than the majority label, even on their own sources: "
        f"{first_few(told, NAMED)}. They seem to have learnt nothing; try another learning rate."
    )


def _no_better(info: RunInfo, scores: Mapping[str, TargetScores]) -> bool:
    above, variance = 0.0, 0.0
    for lang in info.spec.source_langs:
        of_lang = scores.get(lang)
        if of_lang is None or of_lang.majority_accuracy is None:
            continue
        right = of_lang.accuracy if of_lang.item_accuracy is None else of_lang.item_accuracy
        if right is None:
            continue
        above += of_lang.n_items * (right - of_lang.majority_accuracy)
        variance += of_lang.n_items * right * (1 - right)
    return variance > 0 and above <= STANDARD_ERRORS * math.sqrt(variance)
