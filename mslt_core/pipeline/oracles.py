"""Oracles: what a target scores when it is trained on its own data, under the same budget."""

import functools
from collections.abc import Iterable

import numpy as np

from mslt_core.pipeline.grouping import experiment_key, one_a_seed
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store


def oracle_runs(runs: Iterable[RunInfo], group: RunGroup) -> dict[str, list[RunInfo]]:
    """Target to the runs of its oracle, by seed, in the experiment of `group`."""
    wanted = _alike(group.runs[0].spec)
    found: dict[str, list[RunInfo]] = {}
    for info in runs:
        # one with shots, as earlier versions made them, is not trained on its own data alone
        alone = info.spec.oracle and not info.spec.shots
        if info.has_scores and alone and _alike(info.spec) == wanted:
            (lang,) = info.spec.source_langs
            found.setdefault(lang, []).append(info)
    return {lang: one_a_seed(of_lang) for lang, of_lang in sorted(found.items())}


def oracle_scores(store: Store, group: RunGroup, metric: str) -> dict[str, float]:
    """Target to its oracle's score, mean over the oracle's seeds, in the experiment of `group`.

    Targets without an oracle are left out; so are oracles on which the score is undefined.
    """
    found = {}
    for lang, runs in oracle_runs(store.runs.list(), group).items():
        outcomes = [store.runs.outcome(info.run, rows=False) for info in runs]
        scores = [getattr(outcome["scores"][lang], metric) for outcome in outcomes]
        if defined := [score for score in scores if score is not None]:
            found[lang] = float(np.mean(defined))
    return found


@functools.lru_cache(maxsize=4096)  # the page asks for all oracles at every click
def _alike(spec: TrainSpec) -> str:
    """What an oracle shares with the sets beside it: an oracle's own target is no difference."""
    return experiment_key(spec.but(target_langs=("en",), oracle=False))
