"""Learning curves: means by hand, the weights that were scored, and gaps where nothing is."""

import dataclasses
import math

import pytest

from mslt_core.figures import PALETTES, alt_text, learning_curves
from mslt_core.spec.results import CurvePoint, TargetScores

SELECTED = {"source": {"holdout": 5}, "target": {}}


@pytest.fixture
def curve(run_result):
    """``curve(sources, {step: {lang: accuracy}}, ...)``: a run with its learning curve."""

    def make(sources, by_step, *, seed=0, select="last", held=(), scored=None):
        run = run_result(sources, list(by_step.values())[-1], seed)
        changes = {"eval_every": 5, "select": select, **SELECTED.get(select, {})}
        spec = run.info.spec.but(**changes)
        info = dataclasses.replace(run.info, spec=spec, metrics=("accuracy", "span_f1"))
        run = dataclasses.replace(run, info=info, step_scored=scored)
        points = [
            CurvePoint(
                step=step,
                scores={
                    lang: TargetScores(accuracy=value, span_f1=0.5, n_items=1, n_tokens=1)
                    for lang, value in scores.items()
                },
                held_out=held[i] if held else None,
            )
            for i, (step, scores) in enumerate(by_step.items())
        ]
        return run, points

    return make


def lines(fig, width=2.5):
    return {t.name: (t.x, t.y) for t in fig.data if t.mode == "lines" and t.line.width == width}


def diamonds(fig):
    return [t for t in fig.data if t.marker.symbol == "diamond"]


def test_a_line_a_set_is_the_mean_over_targets_and_seeds(curve):
    # step 5: (40 + 20 + 50 + 30) / 4 = 35; step 10: (60 + 40 + 70 + 50) / 4 = 55
    one = curve(["en"], {5: {"fi": 0.4, "sw": 0.2, "en": 1.0}, 10: {"fi": 0.6, "sw": 0.4}})
    two = curve(["en"], {5: {"fi": 0.5, "sw": 0.3}, 10: {"fi": 0.7, "sw": 0.5}}, seed=1)
    other = curve(["de", "en"], {5: {"fi": 0.8, "sw": 0.8}, 10: {"fi": 0.9, "sw": 0.9}})
    fig = learning_curves([one, two, other], metric="accuracy", langs=("fi", "sw"))
    found = lines(fig)
    assert found["SSLT(en)"][0] == (5, 10)
    assert found["SSLT(en)"][1] == pytest.approx((35, 55))
    assert found["MSLT(de, en)"][1] == pytest.approx((80, 90))
    assert "mean over 2 languages unseen by all, 1 to 2 seeds" in fig.layout.title.subtitle.text
    colours = {t.name: t.line.color for t in fig.data if t.name}
    assert colours == {"SSLT(en)": "#E69F00", "MSLT(de, en)": "#0072B2"}


def test_a_diamond_is_where_the_weights_were_scored(curve):
    steps = {5: {"fi": 0.4}, 10: {"fi": 0.6}}
    chosen = curve(["en"], steps, select="source", held=(0.9, 0.8), scored=5)
    other = {5: {"fi": 0.2}, 10: {"fi": 0.7}}
    last = curve(["en"], other, seed=1, select="source", held=(0.7, 0.8))
    (mark,) = diamonds(learning_curves([chosen, last], metric="accuracy", langs=("fi",)))
    assert list(zip(mark.x, mark.y, mark.customdata, strict=True)) == [
        (5, 40.0, "seed 0"),  # its own score, not the mean of 30 with the other's
        (10, 70.0, "seed 1"),
    ]


def test_held_out_rows_are_dashed_and_of_the_main_score_alone(curve):
    one = curve(["en"], {5: {"fi": 0.4}, 10: {"fi": 0.6}}, select="source", held=(0.9, 0.8))
    fig = learning_curves([one], metric="accuracy", langs=("fi",))
    (held,) = [t for t in fig.data if t.line.dash == "dash"]
    assert (held.name, held.y) == ("SSLT(en), held-out rows of the sources", (90, 80))
    assert "dashed: held-out source rows" in fig.layout.title.subtitle.text
    assert [t.name for t in fig.data if t.showlegend is not False] == ["SSLT(en)"]
    other = learning_curves([one], metric="span_f1", langs=("fi",))
    assert not [t for t in other.data if t.line.dash == "dash"]
    assert "dashed" not in other.layout.title.subtitle.text


def test_targets_on_demand(curve):
    one = curve(["en"], {5: {"fi": 0.4, "sw": 0.2}, 10: {"fi": 0.6, "sw": 0.4}})
    fig = learning_curves([one], metric="accuracy", langs=("fi", "sw"), per_target=True)
    thin = [t for t in fig.data if t.mode == "lines" and t.line.width == 1]
    assert [t.y for t in thin] == [(40, 60), (20, 40)]
    assert [t.customdata[0] for t in thin] == ["fi", "sw"]
    assert "Finnish (fi), SSLT(en)" in thin[0].hovertemplate
    plain = learning_curves([one], metric="accuracy", langs=("fi", "sw"))
    assert not [t for t in plain.data if t.line.width == 1]


def test_an_undefined_score_is_a_gap_and_never_0(curve):
    run, points = curve(["en"], {5: {"fi": 0.4}, 10: {"fi": 0.6}})
    nothing = dataclasses.replace(points[0].scores["fi"], accuracy=None)
    points[0] = dataclasses.replace(points[0], scores={"fi": nothing})
    (_, scores), *_ = lines(
        learning_curves([(run, points)], metric="accuracy", langs=["fi"])
    ).values()
    assert math.isnan(scores[0])
    assert scores[1] == 60


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_and_axes(curve, theme):
    one = curve(["en"], {5: {"fi": 0.4}, 10: {"fi": 0.6}})
    fig = learning_curves([one], metric="accuracy", langs=("fi",), theme=theme)
    assert diamonds(fig)[0].marker.line.color == PALETTES[theme].background
    assert fig.layout.yaxis.title.text == "Token accuracy (points)"
    assert fig.layout.xaxis.title.text == "Step"


def test_alternative_text_says_from_where_to_where_and_what_chose(curve):
    steps = {5: {"fi": 0.4}, 10: {"fi": 0.6}}
    fig = learning_curves([curve(["en"], steps)], metric="accuracy", langs=("fi",))
    assert alt_text(fig) == (
        "Token accuracy against step, mean over fi. "
        "SSLT(en): 40.0 at step 5, 60.0 at step 10; scored at step 10."
    )
    bound = curve(["en"], steps, select="target", scored=5)
    told = alt_text(learning_curves([bound], metric="accuracy", langs=("fi",)))
    assert told.endswith(
        "scored at step 5. Weights chosen on the test items: an upper bound, not zero-shot."
    )
