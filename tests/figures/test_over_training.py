"""Measures over training: a line and a band a run, the scores beside them, words for those who
cannot see it."""

import pytest

from mslt_core.figures import alt_text, over_training
from mslt_core.spec.courses import Course, ScoreCourse, StepPoint


def course(name="SSLT(en)", values=(0.8, 0.7, 0.5), measure="linear_cka", half=0.02):
    ends = [(None, None) if half is None else (v - half, v + half) for v in values]
    points = tuple(
        StepPoint(step=50 * i, value=v, low=low, high=high)
        for i, (v, (low, high)) in enumerate(zip(values, ends, strict=True))
    )
    return Course(measure=measure, name=name, run="0" * 16, points=points, change=points[-1])


def score(name="SSLT(en)", **scores):
    given = scores.get("scores", {50: 0.4, 100: 0.5})
    return ScoreCourse(metric="span_f1", name=name, run="0" * 16, langs=("ar", "fi"), scores=given)


BOTH = (course(), course("MSLT(de, en, es)", (0.8, 0.82, 0.85)))


def lines(fig, axis="x"):
    return [t for t in fig.data if t.fill is None and t.xaxis == axis]


def test_one_line_with_its_band_a_run():
    fig = over_training(BOTH, over="n = 40 sentences")
    assert [line.name for line in lines(fig)] == ["SSLT(en)", "MSLT(de, en, es)"]
    assert [line.marker.color for line in lines(fig)] == ["#E69F00", "#0072B2"]
    assert list(lines(fig)[1].x) == [0, 50, 100]
    assert list(lines(fig)[1].y) == [0.8, 0.82, 0.85]
    (band, _) = (t for t in fig.data if t.fill == "toself")
    assert list(band.y) == pytest.approx([0.82, 0.72, 0.52, 0.48, 0.68, 0.78])
    without = over_training([course(half=None)], over="n = 40")
    assert not [t for t in without.data if t.fill == "toself"]
    assert "Bands" not in without.layout.title.subtitle.text
    assert "No interval is known." in without.layout.title.subtitle.text


def test_the_companion_and_the_scores_have_panels_of_their_own():
    ranks = [course(values=(70, 60, 50), measure="effective_rank")]
    fig = over_training(BOTH[:1], [score()], companion=ranks, over="n = 40")
    assert list(lines(fig, "x2")[0].y) == [70, 60, 50]
    assert list(lines(fig, "x3")[0].y) == [40, 50]  # in points
    assert fig.layout.yaxis3.title.text == "Span F1 (points)"
    assert fig.layout.yaxis2.rangemode == "tozero"
    assert "mean over 2 unseen languages" in fig.layout.title.subtitle.text
    (one,) = lines(over_training(BOTH[:1], [score(scores={100: 0.5})], over="n"), "x2")
    assert one.mode == "markers"  # no curve was kept


def test_says_it_in_words_and_shows_names_literally():
    assert alt_text(over_training(BOTH, over="n = 40")).endswith(
        "SSLT(en): 0.800 at step 0, 0.500 at step 100. "
        "MSLT(de, en, es): 0.800 at step 0, 0.850 at step 100."
    )
    fig = over_training([course("<b>x</b>")], over="<i>")
    assert fig.data[1].name == "&lt;b&gt;x&lt;/b&gt;"
    assert fig.data[1].hovertext[0].startswith("&lt;b&gt;x")
    assert "&lt;i&gt;" in fig.layout.title.subtitle.text


def test_the_subtitle_has_two_lines_and_the_legend_stands_below_them():
    one = over_training(BOTH, over="n = 40")
    what, bands = one.layout.title.subtitle.text.split("<br>")
    assert what == "n = 40."
    assert bands.startswith("Bands: 95 %")
    below = one.layout.height * (1 - one.layout.legend.y)
    assert below == pytest.approx(54 + 16)
    assert one.layout.margin.t >= below + 40


def test_the_first_step_is_not_cut_in_half_by_the_axis():
    fig = over_training(BOTH, [score()], over="n = 40")
    assert all(t.cliponaxis is False for t in fig.data if t.fill is None)
