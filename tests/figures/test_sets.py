"""Ranked sets: order, ties, the chosen one, and where it lies among all."""

import numpy as np
import pytest

from mslt_core.figures import alt_text, ranked_sets, set_distribution


def dots(fig):
    return next(trace for trace in fig.data if trace.customdata is not None)


def test_best_first_with_ranks_and_ties(selection_result):
    fig = ranked_sets(selection_result)
    assert list(fig.layout.yaxis.ticktext) == [
        "1   ar, zh", "2=   ar, en", "2=   en, zh", "4   ar, de", "5   de, zh", "6   de, en",
    ]  # fmt: skip
    assert list(dots(fig).x) == [0.9, 0.8, 0.8, 0.7, 0.6, 0.1]
    assert list(dots(fig).y) == [6, 5, 4, 3, 2, 1]


def test_ties_are_joined(selection_result):
    line = ranked_sets(selection_result).data[0]
    assert (tuple(line.x), tuple(line.y)) == ((0.8, 0.8, None), (5, 4, None))


def test_only_the_first_are_shown_and_the_chosen_one(selection_result):
    fig = ranked_sets(selection_result, top=2, chosen=("en", "de"))
    assert list(fig.layout.yaxis.ticktext) == ["1   ar, zh", "2=   ar, en", "<b>6   de, en</b>"]
    assert "first 2 of 6" in fig.layout.title.subtitle.text
    assert list(dots(fig).marker.color)[-1] == "#155E75"


def test_a_chosen_set_within_the_first_is_not_repeated(selection_result):
    fig = ranked_sets(selection_result, top=2, chosen=("ar", "zh"))
    assert list(fig.layout.yaxis.ticktext) == ["<b>1   ar, zh</b>", "2=   ar, en"]


def test_the_axis_starts_where_the_metric_starts(selection_result):
    low, high = ranked_sets(selection_result).layout.xaxis.range
    assert low == 0.0
    assert high > 0.9


def test_hover_names_the_languages_and_the_place(selection_result):
    assert dots(ranked_sets(selection_result)).hovertext[1] == (
        "<b>Arabic (ar)<br>English (en)</b><br>rank 2= of 6<br>"
        "diversity 0.8000, mean over pairs 0.8000"
    )


def test_the_distribution_counts_every_set_once(selection_result):
    bars = set_distribution(selection_result).data[0]
    assert sum(bars.y) == 6
    # five bins of 0.16 from 0.1 to 0.9
    np.testing.assert_array_equal(bars.y, [1, 0, 0, 2, 3])
    assert bars.x[0] == pytest.approx(0.18)
    assert bars.hovertext[0] == "1 set from 0.100 to 0.260"


def test_the_chosen_set_is_marked_where_it_lies(selection_result):
    fig = set_distribution(selection_result, chosen=("zh", "de"))
    (line,) = fig.layout.shapes
    assert (line.x0, line.x1) == (0.6, 0.6)
    assert fig.layout.annotations[0].text == "<b>de, zh</b>, rank 5 of 6"


def test_a_set_that_was_not_ranked_is_not_marked(selection_result):
    fig = set_distribution(selection_result, chosen=("fi", "fr"))
    assert not fig.layout.shapes
    assert "Chosen" not in alt_text(fig)


def test_alternative_text_says_first_and_chosen(selection_result):
    assert alt_text(ranked_sets(selection_result, chosen=("de", "zh"))) == (
        "6 sets of 2 languages by diversity in syntax. First: ar, zh with 0.900. "
        "Chosen: de, zh with 0.600, rank 5 of 6."
    )
