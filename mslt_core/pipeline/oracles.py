"""Oracles: what a target scores when it is trained on its own data, under the same budget."""

import numpy as np

from mslt_core.pipeline.grouping import experiment_key
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec
from mslt_core.store import Store


def oracle_scores(store: Store, group: RunGroup, metric: str) -> dict[str, float]:
    """Target to its oracle's score, mean over the oracle's seeds, in the experiment of `group`.

    Targets without an oracle are left out; so are oracles on which the score is undefined.
    """
    wanted = _alike(group.runs[0].spec)
    found: dict[str, list[float]] = {}
    for info in store.runs.list():
        if info.has_scores and info.spec.oracle and _alike(info.spec) == wanted:
            (lang,) = info.spec.source_langs
            score = getattr(store.runs.outcome(info.run, rows=False)["scores"][lang], metric)
            if score is not None:
                found.setdefault(lang, []).append(score)
    return {lang: float(np.mean(scores)) for lang, scores in sorted(found.items())}


def _alike(spec: TrainSpec) -> str:
    """What an oracle shares with the sets beside it: an oracle's own target is no difference."""
    return experiment_key(spec.but(target_langs=("en",), oracle=False))
