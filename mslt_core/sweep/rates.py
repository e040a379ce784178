"""Which learning rate a sweep finds: by rows of the sources that its runs did not train on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mslt_core.spec.specs import TrainSpec
from mslt_core.spec.sweeps import PlannedRun, RatesFound
from mslt_core.store import Store
from mslt_core.sweep.telling import base_of, model_names

HELD_OUT = 200
"""Rows; an accuracy of 0.8 over so many has a standard error of 0.03, over WikiANN's words less."""


def judged_on_sources(steps: int) -> dict[str, Any]:
    """What a run is told so that its rate can be judged without a look at the targets."""
    return {"select": "source", "holdout": HELD_OUT, "eval_every": steps}


def rates_found(
    store: Store, runs: Sequence[PlannedRun], done: frozenset[str]
) -> tuple[RatesFound, ...]:
    """The mean score of every rate on held-out rows of the sources, for each model and budget.

    Over the sets and seeds that were trained with all rates. Without held-out rows nothing but the
    targets' test items could tell rates apart, and these choose nothing.
    """
    scores: dict[tuple[str, int], dict[float, dict[Any, float | None]]] = {}
    names = model_names(runs)
    for planned in runs:
        spec = planned.spec
        if spec.oracle:
            continue
        of_model = scores.setdefault((names[base_of(spec)], spec.budget), {})
        found = _held_out(store, spec) if planned.run in done else None
        of_model.setdefault(spec.learning_rate, {})[spec.source_langs, spec.seed] = found
    return tuple(
        _mean(model, budget, of_rates)
        for (model, budget), of_rates in scores.items()
        if len(of_rates) > 1
    )


def _held_out(store: Store, spec: TrainSpec) -> float | None:
    """Of the weights that the run was scored with: those that were best on these rows."""
    points = store.runs.curve(spec.digest()) if spec.select == "source" else []
    return max((p.held_out for p in points if p.held_out is not None), default=None)


def _mean(model: str, budget: int, of_rates: dict[float, dict[Any, float | None]]) -> RatesFound:
    known = [{key for key, score in of.items() if score is not None} for of in of_rates.values()]
    common = sorted(set.intersection(*known))
    means = {
        rate: float(np.mean([of_rates[rate][key] for key in common])) if common else None
        for rate in sorted(of_rates)
    }
    n_wanted = len(set().union(*of_rates.values()))
    return RatesFound(
        model=model, budget=budget, scores=means, n_runs=len(common), n_wanted=n_wanted
    )
