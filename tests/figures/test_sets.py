"""Ranked sets: order, ties, numbers, the chosen one, whatever the criterion."""

import math

import pytest

from mslt_core.figures import alt_text, ranked_sets
from mslt_core.figures.sets import score_range

NAN = math.nan


def dots(fig):
    return next(trace for trace in fig.data if trace.customdata is not None)


def rows(fig):
    """Ranks and names as they stand beside the dots, from the top; ranks come after scores."""
    names = list(fig.layout.yaxis.ticktext)
    ranks = fig.layout.annotations[-len(names) :]
    assert [note.y for note in ranks] == list(fig.layout.yaxis.tickvals)
    return [f"{note.text} {name}" for note, name in zip(ranks, names, strict=True)]


def test_ranks_stand_in_one_line_whatever_the_names(selection_result):
    ranks = ranked_sets(selection_result(), chosen=("ar", "zh")).layout.annotations[-6:]
    assert {(note.x, note.xanchor, note.xshift) for note in ranks} == {
        (0, "right", ranks[0].xshift)
    }
    assert ranks[0].xshift < -16  # left of every name


def test_best_first_with_ranks_and_ties(selection_result):
    fig = ranked_sets(selection_result())
    assert rows(fig) == [
        "1 ar, zh", "2= ar, en", "2= en, zh", "4 ar, de", "5 de, zh", "6 de, en",
    ]  # fmt: skip
    assert list(dots(fig).x) == [0.9, 0.8, 0.8, 0.7, 0.6, 0.1]
    assert list(dots(fig).y) == [6, 5, 4, 3, 2, 1]
    assert list(dots(fig).customdata)[:2] == ["ar,zh", "ar,en"]


def test_minimised_the_lowest_is_first_and_it_is_said(selection_result):
    fig = ranked_sets(selection_result(minimise=True), top=2)
    assert rows(fig) == ["1 de, en", "2 de, zh"]
    assert fig.layout.title.subtitle.text == "By syntax, lowest first: 2 of 6; = marks ties"
    assert fig.layout.xaxis.title.text == "Syntax: sum of 1 − cosine, lower ranks first"
    assert "lowest first" in alt_text(fig)


def test_ties_are_joined(selection_result):
    line = ranked_sets(selection_result()).data[0]
    assert (tuple(line.x), tuple(line.y)) == ((0.8, 0.8, None), (5, 4, None))


def test_only_the_first_are_shown_and_the_chosen_one(selection_result):
    fig = ranked_sets(selection_result(), top=2, chosen=("en", "de"))
    assert rows(fig) == ["1 ar, zh", "2= ar, en", "<b>6</b> <b>de, en</b>"]
    assert "2 of 6" in fig.layout.title.subtitle.text
    assert list(dots(fig).marker.color) == ["#5B6673", "#5B6673", "#155E75"]


def test_a_chosen_set_within_the_first_is_not_repeated(selection_result):
    fig = ranked_sets(selection_result(), top=2, chosen=("ar", "zh"))
    assert rows(fig) == ["<b>1</b> <b>ar, zh</b>", "2= ar, en"]


def test_a_set_without_a_score_has_no_dot_and_no_place(selection_result):
    result = selection_result((NAN, 0.8, 0.9, 0.1, 0.6, 0.8), "syntax_average")
    fig = ranked_sets(result, chosen=("ar", "de"))
    assert rows(fig)[-1] == "<b>–</b> <b>ar, de</b>"
    assert fig.layout.annotations[5].text == "<b>no score</b>"
    assert "ar,de" not in dots(fig).customdata
    assert "5 of 5" in fig.layout.title.subtitle.text
    assert "1 without a score" in fig.layout.title.subtitle.text
    assert alt_text(fig).endswith("Chosen: ar, de, not ranked.")


def test_no_score_at_all_is_said_and_drawn_as_nothing(selection_result):
    fig = ranked_sets(selection_result((NAN,) * 6))
    assert len(dots(fig).x) == 0
    assert fig.layout.title.subtitle.text.startswith("By syntax: no set has a score")
    assert "None has a score." in alt_text(fig)


@pytest.mark.parametrize(
    ("criterion", "scores", "printed"),
    [
        ("script", (1, 2, 2, 1, 2, 2), ["2", "2", "2", "2", "1", "1"]),
        ("pretraining_size", (1234.56, 5, 4, 3, 2, 1), ["1,234.56", "5.00", "4.00", "3.00"]),
        ("blend", (-1.5, 0.25, -0.0001, 0, 0, 0), ["0.250", "0.000"]),
    ],
)
def test_numbers_have_the_decimals_of_their_criterion(selection_result, criterion, scores, printed):
    fig = ranked_sets(selection_result(scores, criterion))
    assert [note.text for note in fig.layout.annotations][: len(printed)] == printed


def test_negative_scores_have_a_true_minus(selection_result):
    fig = ranked_sets(selection_result((-1.5, -2, -3, -4, -5, -6), "blend"), top=1)
    assert fig.layout.annotations[0].text == "−1.500"


@pytest.mark.parametrize(
    ("scores", "from_zero"),
    [([0.1, 0.9], True), ([0, 3], True), ([0.95, 0.99], False), ([-1.2, 2.0], False)],
)
def test_the_axis_starts_where_differences_can_be_seen(scores, from_zero):
    low, high = score_range(scores, 3)
    assert (low == 0) is from_zero
    assert low <= min(scores) < max(scores) < high
    assert (max(scores) - min(scores)) / (high - low) >= 0.5


def test_equal_scores_still_have_an_axis():
    assert score_range([3, 3], 0) == (2, 4)
    assert score_range([0, 0], 3) == (0, 1)
    assert score_range([], 3) == (0, 1)


def test_hover_names_the_languages_and_the_place(selection_result):
    assert dots(ranked_sets(selection_result())).hovertext[1] == (
        "<b>Arabic (ar)<br>English (en)</b><br>rank 2= of 6<br>"
        "sum of 1 − cosine: 0.800<br>mean over pairs: 0.800"
    )
    other = dots(ranked_sets(selection_result(criterion="targets")))
    assert "mean over pairs" not in other.hovertext[1]


def test_a_heuristic_is_called_one(selection_result):
    fig = ranked_sets(selection_result(heuristic=True))
    assert "Heuristic: not all possible sets" in fig.layout.title.subtitle.text
    assert "Heuristic" in alt_text(fig)


def test_half_a_million_sets(half_a_million):
    sets = half_a_million.sets
    last = sets.langs(int(sets.order[-1]))
    fig = ranked_sets(half_a_million, chosen=last)
    assert len(dots(fig).x) == 13
    assert "12 of 487,635" in fig.layout.title.subtitle.text


def test_alternative_text_says_first_and_chosen(selection_result):
    assert alt_text(ranked_sets(selection_result(), chosen=("de", "zh"))) == (
        "6 sets of 2 by syntax, highest first. First: ar, zh with 0.900. "
        "Chosen: de, zh with 0.600, rank 5 of 6."
    )
