"""The spread of scores: every set counted once, the chosen and the random ones in place."""

import math

import numpy as np
import pytest

from mslt_core.figures import alt_text, set_distribution


def test_every_set_is_counted_once(selection_result):
    bars = set_distribution(selection_result()).data[0]
    assert sum(bars.y) == 6
    # five bins of 0.16 from 0.1 to 0.9
    np.testing.assert_array_equal(bars.y, [1, 0, 0, 2, 3])
    assert bars.x[0] == pytest.approx(0.18)
    assert bars.hovertext[0] == "1 set from 0.100 to 0.260"


def test_few_values_have_a_bar_each(selection_result):
    fig = set_distribution(selection_result((1, 2, 2, 1, 2, 3), "script"))
    bars = fig.data[0]
    assert (list(bars.x), list(bars.y)) == ([1, 2, 3], [2, 3, 1])
    assert bars.hovertext[1] == "3 sets at 2"
    assert list(fig.layout.xaxis.ticktext) == ["1", "2", "3"]


def test_equal_sums_that_rounding_parted_are_one_bar(selection_result):
    fig = set_distribution(selection_result((0.3, 0.1 + 0.2, 0.3, 0.6, 0.6, 0.6), "family"))
    assert list(fig.data[0].y) == [3, 3]


def test_one_score_for_all_is_one_bar(selection_result):
    assert list(set_distribution(selection_result((2.0,) * 6)).data[0].y) == [6]


def test_sets_without_a_score_are_left_out_and_counted(selection_result):
    fig = set_distribution(
        selection_result((math.nan, 0.8, 0.9, 0.1, 0.6, 0.8)), chosen=("ar", "de")
    )
    assert sum(fig.data[0].y) == 5
    assert "All 5 sets of 2; 1 without a score left out" in fig.layout.title.subtitle.text
    assert not fig.layout.shapes
    assert "Chosen: ar, de, not ranked." in alt_text(fig)


def test_no_score_at_all_is_an_empty_figure(selection_result):
    fig = set_distribution(selection_result((math.nan,) * 6))
    assert sum(fig.data[0].y) == 0
    assert "None has a score." in alt_text(fig)


def test_the_chosen_set_is_marked_where_it_lies(selection_result):
    fig = set_distribution(selection_result(), chosen=("zh", "de"))
    (line,) = fig.layout.shapes
    assert (line.x0, line.x1) == (0.6, 0.6)
    assert fig.layout.annotations[0].text == "<b>de, zh</b><br>rank 5 of 6"
    mark = fig.data[-1]
    assert (list(mark.x), list(mark.customdata)) == ([0.6], ["de,zh"])


def test_random_picks_are_marked_and_can_be_chosen(selection_result):
    fig = set_distribution(selection_result(), random=[("ar", "en"), ("de", "en"), ("fi", "fr")])
    marks = fig.data[1]
    assert (list(marks.x), list(marks.customdata)) == ([0.8, 0.1], ["ar,en", "de,en"])
    assert "○ picked at random (2)" in fig.layout.title.subtitle.text
    assert alt_text(fig).endswith("2 random picks: 0.450 on average.")


def test_a_set_that_is_not_among_these_is_not_marked(selection_result):
    fig = set_distribution(selection_result(), chosen=("fi", "fr"))
    assert not fig.layout.shapes
    assert "Chosen" not in alt_text(fig)


def test_half_a_million_sets(half_a_million):
    sets = half_a_million.sets
    fig = set_distribution(half_a_million, chosen=sets.langs(7), random=[sets.langs(9)])
    assert sum(fig.data[0].y) == 487_635
    assert len(fig.data[0].x) == 40
