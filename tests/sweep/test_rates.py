"""The learning rate that a sweep finds is the best on rows of the sources, whatever targets say."""

import dataclasses

import pytest

from mslt_core import sweep
from mslt_core.spec.results import CurvePoint, TargetScores
from mslt_core.spec.specs import Where
from mslt_core.spec.sweeps import PlannedRun, RatesFound, Sweep
from mslt_core.sweep.rates import rates_found
from mslt_core.sweep.telling import model_names


@pytest.fixture
def tried(store, planned):
    """``tried(rate, seed, held_out, target)``: a run with its curve, and its name."""

    def make(rate, seed, held_out, target=0.5, **changes):
        chosen = {"select": "source", "holdout": 4, "eval_every": 10} | changes
        one = planned(seed)
        run = PlannedRun(spec=one.spec.but(learning_rate=rate, **chosen), where=Where())
        store.runs.create(run.spec, run.where)
        for step, value in enumerate(held_out, start=1):
            scores = {"ru": TargetScores(accuracy=target, n_items=9, n_tokens=9)}
            store.runs.append_curve(run.run, CurvePoint(step=step, scores=scores, held_out=value))
        return run

    return make


def found(store, runs, *, without=()):
    done = frozenset(run.run for run in runs if run not in without)
    return rates_found(store, runs, done)


def test_rows_of_the_sources_choose_and_targets_do_not(store, tried):
    runs = [
        # weights were chosen at the best point: 0.6 and 0.8, mean 0.7; 0.75 and 0.75
        tried(1e-4, 0, [0.6, 0.5], target=0.99),
        tried(1e-4, 1, [0.4, 0.8], target=0.99),
        tried(3e-4, 0, [0.75], target=0.1),
        tried(3e-4, 1, [0.75], target=0.1),
        tried(9e-4, 0, [0.2], target=0.1),
        tried(9e-4, 1, [0.3], target=0.1),
    ]
    [rates] = found(store, runs)
    assert rates.scores == pytest.approx({1e-4: 0.7, 3e-4: 0.75, 9e-4: 0.25})
    assert (rates.best, rates.n_runs, rates.n_wanted) == (3e-4, 2, 2)
    assert "Learning rate 0.0003 scores best on held-out rows of the sources" in rates.told
    assert "the mean of 2 runs each; 0.0001: 70.0, 0.0003: 75.0, 0.0009: 25.0" in rates.told
    assert "edge" not in rates.told


def test_rates_are_compared_over_the_same_seeds(store, tried):
    runs = [tried(1e-4, 0, [0.5]), tried(1e-4, 1, [0.9]), tried(3e-4, 0, [0.6])]
    late = tried(3e-4, 1, [0.7])
    [rates] = found(store, [*runs, late], without=[late])
    # seed 1 has one rate alone as yet: its 0.9 says nothing about that rate
    assert rates.scores == {1e-4: 0.5, 3e-4: 0.6}
    assert (rates.n_runs, rates.n_wanted) == (1, 2)
    assert "It is at the edge: a larger one may be better." in rates.told


def test_models_in_folders_of_one_name_are_told_apart(store, tried):
    """As all runs' own weights are: each rate is told of the model that was trained with it."""
    runs = []
    for folder, fingerprint, best in (("one", "1" * 16, 1e-4), ("two", "2" * 16, 3e-4)):
        for rate in (1e-4, 3e-4):
            score = 0.9 if rate == best else 0.2
            one = tried(rate, 0, [score], model="model", model_fingerprint=fingerprint)
            runs.append(dataclasses.replace(one, where=Where(model=f"/runs/{folder}/model")))
    assert {r.model: r.best for r in found(store, runs)} == {"one/model": 1e-4, "two/model": 3e-4}
    # the same words are the same column of the grid, in which one cell would hide the other
    store.sweeps.save(plan := Sweep(runs=tuple(runs), keep_weights=False))
    columns = {(cell.recipe, cell.seed) for cell in sweep.status(store, plan.digest).cells}
    assert ("one/model, rate 0.0001", 0) in columns
    assert len(columns) == 4
    alike = [dataclasses.replace(r, where=Where(model="/a/model")) for r in runs]
    assert set(model_names(alike).values()) == {"model 1111", "model 2222"}


def test_without_held_out_rows_nothing_is_chosen(store, tried):
    last = {"select": "last", "holdout": 0}
    runs = [tried(rate, 0, [None], **last) for rate in (1e-4, 3e-4)]
    [rates] = found(store, runs)
    assert (rates.best, rates.told) == (None, "")
    assert (
        found(store, [tried(1e-4, seed, [0.5]) for seed in (3, 4)]) == ()
    )  # one rate is no search


def test_of_equal_rates_the_smallest():
    rates = RatesFound(model="base", budget=9, scores={1e-4: 0.5, 3e-4: 0.5}, n_runs=1, n_wanted=1)
    assert rates.best == 1e-4
    # neither is best, and that the smallest is at the edge says nothing
    assert "Learning rates 0.0001 and 0.0003 score best, and the same, on held-out" in rates.told
    assert "edge" not in rates.told


def test_a_sweep_says_so_in_its_status(store, tried, sweep_of):
    assert sweep.status(store, sweep_of(2).digest).rates == ()
