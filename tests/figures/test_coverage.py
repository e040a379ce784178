"""The grid of data: every cell's number and use, and a reason where there is nothing."""

import math

import pytest

from mslt_core.figures import PALETTES, alt_text, coverage_grid
from mslt_core.spec.coverage import CoverageCell, CoverageColumn, CoverageResult


def column(key: str, group: str) -> CoverageColumn:
    return CoverageColumn(key=key, label=key, group=group, meaning="")


@pytest.fixture
def result() -> CoverageResult:
    """English has 4,000 rows to train on and 500 to score, Swahili 500 to score alone."""
    train = CoverageCell(mark="for training", shown="4,000", told="4,000 rows, for training")
    test = CoverageCell(mark="for scoring", shown="500", told="500 rows, for scoring")
    none = CoverageCell(mark="nothing", shown="", told="no <train> file")
    there = CoverageCell(mark="there", shown="yes", told="a treebank")
    return CoverageResult(
        task="wikiann",
        title="WikiANN: <names>",
        langs=("en", "sw"),
        columns=(column("train", "task"), column("test", "task"), column("PUD", "parallel")),
        cells={"en": (train, test, there), "sw": (none, test, none)},
    )


def test_a_row_a_language_and_a_column_a_kind_of_data(result):
    fig = coverage_grid(result)
    assert fig.layout.yaxis.ticktext == ("English (en)", "Swahili (sw)")
    assert fig.layout.xaxis.ticktext == ("train", "test", "PUD")
    low, high = fig.layout.yaxis.range
    assert low > high, "the first language is at the top"
    groups = [a.text for a in fig.layout.annotations]
    assert ["rows in the data" in groups[0], "parallel" in groups[1]] == [True, True]


def test_cells_say_how_many_and_what_for(result):
    fig = coverage_grid(result)
    grid, numbers = fig.data[:2]
    assert [[None if math.isnan(v) else int(v) for v in row] for row in grid.z] == [
        [2, 1, 0],
        [None, 1, None],
    ]
    assert list(zip(numbers.y, numbers.x, numbers.text, strict=True)) == [
        (0, 0, "4,000"), (0, 1, "500"), (0, 2, "yes"), (1, 1, "500"),
    ]  # fmt: skip
    assert grid.hovertext[0][0] == "English (en), train<br>4,000 rows, for training"
    assert [t.name for t in fig.data if t.showlegend is not False and t.name] == [
        "for training", "for scoring", "there",
    ]  # fmt: skip


def test_nothing_is_struck_through_with_its_reason(result):
    fig = coverage_grid(result)
    grey, strokes = fig.data[2:4]
    assert grey.hovertext[1][0] == "Swahili (sw), train<br>no &lt;train&gt; file"
    assert list(zip(strokes.y, strokes.x, strict=True)) == [(1, 0), (1, 2)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes(result, theme):
    fig = coverage_grid(result, theme=theme)
    assert fig.data[2].colorscale[0][1] == PALETTES[theme].missing
    assert fig.layout.title.text == "What is there: WikiANN: &lt;names&gt;"


def test_alternative_text_counts_languages(result):
    told = "What is there for 2 languages of WikiANN: <names>: train 1, test 2, PUD 1."
    assert alt_text(coverage_grid(result)) == told
