"""Small figures beside sentences: what stands out, in numbers, and what they say aloud."""

import dataclasses

import pytest

from mslt_core.figures import alt_text, fewer_named, spark_gain, spark_mixing, spark_sets
from mslt_core.spec.evidence import Ranking, Standing
from mslt_core.spec.findings import SpaceChange, SpaceShift
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.measuring import LayerPoint


def standing(langs, mean, may_be_best):
    return Standing(
        key="+".join(langs),
        name=f"MSLT({', '.join(langs)})",
        source_langs=langs,
        mean=mean,
        n_targets=2,
        n_seeds=3,
        may_be_best=may_be_best,
        behind=None,
    )


@pytest.fixture
def ranking():
    return Ranking(
        metric="accuracy",
        average="shared",
        targets=("fi", "tr"),
        standings=(
            standing(("de", "en"), 0.8, True),
            standing(("en", "es"), 0.7, None),
            standing(("en", "fr"), 0.6, False),
        ),
        level=0.95,
        carried="both",
        pool=None,
        left_out=(),
    )


def test_sets_that_may_be_best_stand_out_by_shape_and_colour(ranking):
    rest, tied = spark_sets(ranking).data
    assert (list(tied.x), list(tied.y)) == ([1], [80.0])
    assert (list(rest.x), list(rest.y)) == ([2, 3], pytest.approx([70.0, 60.0]))
    assert tied.marker.symbol != rest.marker.symbol
    assert "from 80.0 down to 60.0: 1 of 3 may be the best" in alt_text(spark_sets(ranking))
    unsure = dataclasses.replace(
        ranking,
        standings=tuple(dataclasses.replace(s, may_be_best=None) for s in ranking.standings),
    )
    assert "too few seeds to say" in alt_text(spark_sets(unsure))


def test_gains_fall_from_left_to_right_and_are_filled_beyond_noise(gain_result):
    result = gain_result()
    fig = spark_gain(result, theme="dark")
    (dots,) = fig.data
    assert len(dots.x) == len(result.zero_shot)
    assert list(dots.y) == sorted(dots.y, reverse=True)
    by_height = sorted((g for g in result.gains if g.lang in result.zero_shot),
                       key=lambda g: -g.estimate)  # fmt: skip
    filled = [colour != "#14181D" for colour in dots.marker.color]
    assert filled == [g.beyond_noise for g in by_height]


@pytest.mark.parametrize(("n", "in_a_card"), [(12, 12), (19, 10), (30, 8)])
def test_all_gains_are_named_but_in_a_card(gain_result, n, in_a_card):
    langs = sorted(LANGUAGES)[:n]
    one = gain_result().gains[0]
    gains = tuple(dataclasses.replace(one, lang=lang) for lang in langs)
    fig = spark_gain(gain_result(gains=gains, zero_shot=tuple(langs)))
    assert list(fig.layout.xaxis.ticktext) == langs
    assert list(fig.layout.xaxis.tickvals) == list(fig.data[0].x)
    card = fewer_named(fig)
    assert len(card.layout.xaxis.ticktext) == len(card.layout.xaxis.tickvals) == in_a_card
    assert len(card.data[0].x) == n


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_mixing_has_a_mark_and_an_interval_for_every_checkpoint(mingle_result, theme):
    refs = mingle_result().checkpoints
    points = tuple(
        LayerPoint(layer=4, value=0.1 * (i + 1), low=0.1 * i + 0.05, high=0.1 * i + 0.12)
        for i in range(3)
    )
    shift = SpaceShift(
        before="Base", after="MSLT", mingling=points[0], linear_cka=points[0],
        retrieval_p1=points[0],
    )  # fmt: skip
    change = SpaceChange(
        checkpoints=refs,
        mingling=points,
        effective_rank=(3.0, 2.0, 1.0),
        shifts=(shift, shift),
        overall=shift,
        collapsed=False,
        n=5,
        langs=("ar", "de", "en"),
    )
    fig = spark_mixing(change, theme=theme)
    assert [trace.marker.color for trace in fig.data] == ["#6B7280", "#E69F00", "#0072B2"]
    assert len({trace.marker.symbol for trace in fig.data}) == 3
    assert fig.data[0].error_y.array[0] == pytest.approx(0.02)
    assert fig.data[0].error_y.arrayminus[0] == pytest.approx(0.05)
    assert alt_text(fig).startswith("Mingling at the last layer: 0.10 in Base, 0.20 in SSLT(en)")
