"""What pairs bring: largest first, numbers, the unknown one last."""

import math

import pytest

from mslt_core.figures import alt_text, contributions
from mslt_core.spec.rankings import RankedSet, SetExplained


def explained(values: dict, score: float | None = 1.2) -> SetExplained:
    place = RankedSet(
        source_langs=("ar", "de", "zh"), rank=1, tied=False, score=score, mean_pair=0.4
    )
    return SetExplained(
        place=place,
        contributions=values,
        features="syntax",
        differ=(),
        agree=(),
        uncovered=(),
        better=None,
    )


def test_the_largest_is_at_the_top_with_its_number():
    fig = contributions(explained({("ar", "de"): 0.3, ("ar", "zh"): 0.5, ("de", "zh"): 0.4}))
    assert list(fig.layout.yaxis.ticktext) == ["ar – zh", "de – zh", "ar – de"]
    assert list(fig.data[0].x) == [0.5, 0.4, 0.3]
    assert list(fig.data[0].y) == [3, 2, 1]
    assert [note.text for note in fig.layout.annotations] == ["0.500", "0.400", "0.300"]
    assert fig.layout.xaxis.range[0] == 0  # bars are read by their length
    assert fig.layout.title.subtitle.text == "ar, de, zh by syntax: they sum to 1.200"
    assert (
        fig.data[0].hovertext[0] == "Arabic (ar) and Chinese (zh)<br><b>0.500</b> apart in syntax"
    )


def test_equal_ones_stand_in_alphabetical_order():
    fig = contributions(explained({("de", "zh"): 0.4, ("ar", "zh"): 0.4, ("ar", "de"): 0.4}))
    assert list(fig.layout.yaxis.ticktext) == ["ar – de", "ar – zh", "de – zh"]


def test_an_unknown_distance_comes_last_and_has_no_bar():
    fig = contributions(explained({("ar", "de"): math.nan, ("ar", "zh"): 0.5}, score=None))
    assert list(fig.layout.yaxis.ticktext) == ["ar – zh", "ar – de"]
    assert list(fig.data[0].x) == [0.5, None]
    assert fig.layout.annotations[1].text == "unknown"
    assert "a distance is unknown" in fig.layout.title.subtitle.text
    assert alt_text(fig) == (
        "Distances of 2 pairs of ar, de, zh by syntax: no sum, a distance is unknown: "
        "ar and zh 0.500, ar and de unknown."
    )


def test_decimals_are_those_of_the_criterion():
    fig = contributions(explained({("ar", "de"): 0.01234}), criterion="embedding")
    assert fig.layout.annotations[0].text == "0.0123"


def test_no_pairs_are_refused():
    with pytest.raises(ValueError, match="no pairs to draw"):
        contributions(explained({}))
