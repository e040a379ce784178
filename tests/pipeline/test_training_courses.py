"""Measures over training: cut by run and step, with the change from the first step to the last."""

import dataclasses

import numpy as np
import pytest

from mslt_core.analysis.jackknife import jackknifed
from mslt_core.pipeline import Measures, courses, difference, over_training, score_courses, steps_of
from mslt_core.pipeline import training_courses as module
from mslt_core.pipeline.training_courses import kept_on_the_way
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.results import CheckpointRef, CurvePoint, TargetScores

A, B = "a" * 16, "b" * 16


def ref(run, step, name):
    return CheckpointRef(
        key=f"{run}@{step}", name=f"{name}, step {step}", kind="sslt", seen_langs=("en",),
        path="", fingerprint=f"{step:016x}", n_layers=4,
    )  # fmt: skip


@pytest.fixture
def measures():
    """Means of columns of noise, the column of place c raised by c."""
    noise = np.random.default_rng(0).uniform(size=(40, 5))
    refs = [ref(A, 0, "SSLT(en)"), ref(A, 50, "SSLT(en)"), ref(A, 90, "SSLT(en)")]
    refs += [ref(B, 0, "MSLT(de, en)"), ref(B, 90, "MSLT(de, en)")]
    found = []
    for c in range(5):
        one = jackknifed(lambda kept, c=c: noise[kept, c].mean() + c, np.arange(40) % 8)
        found.append(({"mingling": one},))
    return Measures(
        checkpoints=tuple(refs), layers=((4,),) * 5, found=tuple(found), langs=("de", "en"), n=40,
        n_blocks=8,
    )  # fmt: skip


def test_a_course_a_run_in_the_order_of_its_steps(measures):
    one, other = courses(measures, "mingling")
    assert (one.name, one.run, other.name, other.run) == ("SSLT(en)", A, "MSLT(de, en)", B)
    assert [point.step for point in one.points] == [0, 50, 90]
    assert [point.step for point in other.points] == [0, 90]
    values = [float(of_one[0]["mingling"].value) for of_one in measures.found]
    assert [p.value for p in (*one.points, *other.points)] == values
    assert all(p.low < p.value < p.high for p in one.points)


def test_the_change_is_the_paired_difference_of_last_and_first(measures):
    one, other = courses(measures, "mingling")
    for course, of in ((one, (0, 2)), (other, (3, 4))):
        expected = difference(measures, "mingling", of)
        change = course.change
        assert (change.value, change.low, change.high) == (
            expected.value,
            expected.low,
            expected.high,
        )


def test_asks_for_every_step_at_the_layer_of_the_look(monkeypatch):
    kept = {run: {s: ref(run, s, "x") for s in (0, 40, 80)} for run in (A, B)}
    monkeypatch.setattr(module, "snapshots", lambda _, run: kept[run])
    usual = MeasureSpec(
        checkpoints=("base", A), corpus="cldr-parallel", langs=("de", "en"), pooling="max",
        original="en", k=9, space="centred",
    )  # fmt: skip
    asked = over_training(None, (A, B), usual, 2)
    assert asked.checkpoints == tuple(f"{run}@{s}" for run in (A, B) for s in (0, 40, 80))
    assert (asked.layers, asked.pooling, asked.langs) == ((2,), "max", ("de", "en"))
    assert (asked.original, asked.k, asked.space) == ("en", 9, "centred")
    kept[B].pop(40)
    with pytest.raises(BadInputError, match="kept no weights on the way") as error:
        steps_of(None, B)
    assert "--keep-every" in error.value.hint


@dataclasses.dataclass
class Spec:
    steps: int = 90
    snapshot_steps: tuple[int, ...] = ()


@dataclasses.dataclass
class Info:
    run: str
    name: str
    zero_shot_langs: tuple[str, ...]
    spec: Spec = dataclasses.field(default_factory=Spec)
    metrics: tuple[str, ...] = ("accuracy",)
    has_scores: bool = True


def scores(**accuracies):
    return {
        lang: TargetScores(accuracy=accuracy, n_items=1, n_tokens=1)
        for lang, accuracy in accuracies.items()
    }


def test_scores_are_means_over_what_no_run_saw(monkeypatch):
    infos = {A: Info(A, "SSLT(en)", ("ar", "de", "fi")), B: Info(B, "MSLT(de, en)", ("ar", "fi"))}

    class Result:
        step_scored = None

        def __init__(self, run):
            self.info, self.scores = infos[run], scores(ar=0.4, de=0.9, fi=0.6)

    class Runs:
        def curve(self, run):
            at_50 = CurvePoint(step=50, scores=scores(ar=0.2, de=0.9, fi=0.4))
            undefined = CurvePoint(step=60, scores=scores(ar=0.2, de=0.9, fi=None))
            return [at_50, undefined] if run == A else []

    monkeypatch.setattr(module, "run_result", lambda _, run: Result(run))
    store = type("Store", (), {"runs": Runs()})()
    one, other = score_courses(store, (A, B))
    assert one.langs == other.langs == ("ar", "fi")
    # (0.2 + 0.4) / 2 at 50, nothing at 60 where Finnish is undefined, (0.4 + 0.6) / 2 at the end
    assert dict(one.scores) == pytest.approx({50: 0.3, 90: 0.5})
    assert dict(other.scores) == pytest.approx({90: 0.5})
    infos[B] = Info(B, "MSLT(de, en)", ())
    assert score_courses(store, (A, B)) == ()


def test_only_runs_with_weights_on_the_way_count():
    assert not kept_on_the_way(Info(A, "x", ()))
    assert kept_on_the_way(Info(A, "x", (), spec=Spec(snapshot_steps=(50,))))
