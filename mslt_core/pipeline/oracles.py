"""Oracles: what a target scores when it is trained on its own data, under the same budget."""

import numpy as np

from mslt_core.pipeline.grouping import experiment_key, one_a_seed
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store


def oracle_scores(store: Store, group: RunGroup, metric: str) -> dict[str, float]:
    """Target to its oracle's score, mean over the oracle's seeds, in the experiment of `group`.

    Targets without an oracle are left out; so are oracles on which the score is undefined.
    """
    wanted = _alike(group.runs[0].spec)
    runs: dict[str, list[RunInfo]] = {}
    for info in store.runs.list():
        # one with shots, as earlier versions made them, is not trained on its own data alone
        alone = info.spec.oracle and not info.spec.shots
        if info.has_scores and alone and _alike(info.spec) == wanted:
            (lang,) = info.spec.source_langs
            runs.setdefault(lang, []).append(info)
    found = {}
    for lang, of_lang in sorted(runs.items()):
        outcomes = [store.runs.outcome(one.run, rows=False) for one in one_a_seed(of_lang)]
        scores = [getattr(outcome["scores"][lang], metric) for outcome in outcomes]
        if defined := [score for score in scores if score is not None]:
            found[lang] = float(np.mean(defined))
    return found


def _alike(spec: TrainSpec) -> str:
    """What an oracle shares with the sets beside it: an oracle's own target is no difference."""
    return experiment_key(spec.but(target_langs=("en",), oracle=False))
