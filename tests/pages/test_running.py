"""Runs on the Train page: one figure compares losses that can be compared."""

import pytest

from mslt_core.spec.results import TrainingPoint
from mslt_core.spec.specs import TrainSpec, Where
from mslt_core.store import Store
from pages._shared import loss_view, running


@pytest.fixture
def begun(tmp_path):
    """A store, and a function that begins a run of one source and five points in it."""
    store = Store(tmp_path / "store")

    def begin(lang="en", *, n_points=5, **changes):
        spec = TrainSpec(
            task="wikiann", data="d" * 16, model="base", model_fingerprint="f" * 16,
            source_langs=(lang,), target_langs=("en", "fi"), budget=100, steps=10,
            learning_rate=3e-4,
        ).but(**changes)  # fmt: skip
        run = spec.digest()
        store.runs.create(spec, Where())
        with store.runs.claim(run):
            store.runs.set_state(run, "running")
            for step in range(n_points):
                store.runs.append_history(
                    run,
                    TrainingPoint(
                        step=step, loss=2.0, learning_rate=0.1, grad_norm=1.0, elapsed_s=step,
                        samples_per_s=9.0,
                    ),
                )  # fmt: skip
        return store.runs.info(run)

    return store, begin


@pytest.fixture
def drawn(monkeypatch):
    """What the page drew and said."""
    seen = {"figures": [], "captions": [], "rests on": []}

    def show_figure(draw, *, key):
        seen["figures"].append(draw("light"))
        assert key == "curves"

    monkeypatch.setattr(loss_view, "show_figure", show_figure)
    monkeypatch.setattr(loss_view.st, "caption", seen["captions"].append)
    monkeypatch.setattr(loss_view, "rest_on", lambda *, runs: seen["rests on"].extend(runs))
    return seen


def test_losses_of_two_tasks_are_not_drawn_beside_each_other(begun, drawn):
    store, begin = begun
    waiting = begin("fi", n_points=0)
    newest = [begin(seed=1), begin(seed=0), begin("de")]
    others = [begin(task="xnli"), begin(steps=20)]
    shown = [waiting, *newest[:2], others[0], newest[2], others[1]]
    loss_view.losses(store, shown, running._recipes(shown, shown))
    (figure,) = drawn["figures"]
    names = [line.name for line in figure.data]
    assert names == ["SSLT(de), seed 0", "SSLT(en), seeds 0, 1", "SSLT(en), seeds 0, 1"]
    assert {info.run for info in drawn["rests on"]} == {info.run for info in newest}
    assert drawn["captions"] == [
        "The curves are of wikiann, base, 100 in 10 steps: the losses of other tasks, models and "
        "recipes do not compare."
    ]


def test_runs_of_one_experiment_need_no_name_of_it(begun, drawn):
    store, begin = begun
    shown = [begin(seed=1), begin("de")]
    loss_view.losses(store, shown, running._recipes(shown, shown))
    assert len(drawn["figures"][0].data) == 2
    assert not drawn["captions"]
