"""Correlations between criteria: centred scale, labels, reasons."""

import math

import numpy as np

from mslt_core.figures import alt_text, criteria_correlations


def cells(fig) -> list:
    return [trace for trace in fig.data if trace.type == "heatmap"]


def test_the_scale_is_centred_on_no_relation(criteria_result):
    axis = criteria_correlations(criteria_result()).layout.coloraxis
    assert (axis.cmin, axis.cmax) == (-1, 1)
    assert len(axis.colorscale) % 2 == 1  # a colour of its own in the middle


def test_cells_have_their_numbers_and_the_labels_of_the_criteria(criteria_result):
    fig = criteria_correlations(criteria_result())
    assert list(fig.layout.yaxis.ticktext) == ["Syntax", "Phonology", "Writing systems"]
    assert cells(fig)[0].z[0, 1] == -1
    assert cells(fig)[0].hovertext[0][1] == "Syntax and Phonology<br>Spearman's rho <b>−1.00</b>"
    numbers = fig.data[-1]
    assert set(numbers.text) == {"−1.00"}


def test_the_subtitle_says_what_the_bar_of_colour_shows(criteria_result):
    fig = criteria_correlations(criteria_result())
    assert fig.layout.title.subtitle.text.startswith("Spearman's rho over 6 sets")
    assert not fig.layout.coloraxis.colorbar.title.text


def test_an_undefined_correlation_says_why(criteria_result):
    missing = cells(criteria_correlations(criteria_result()))[1]
    assert missing.hovertext[0][2] == (
        "Syntax and Writing systems<br>Writing systems: all sets have the same score"
    )
    assert np.isfinite(missing.z).sum() == 4


def test_criteria_that_rank_nothing_or_other_sets_say_so(criteria_result):
    nan = math.nan
    scores = {
        "syntax": (1, 2, 3, 4, 5, 6),
        "syntax_average": (1, 2, nan, nan, nan, nan),
        "inventory_average": (nan,) * 6,
    }
    correlations = np.where(np.eye(3), 1.0, nan)
    result = criteria_result(scores, correlations=correlations)
    missing = cells(criteria_correlations(result))[1]
    assert missing.hovertext[0][1].endswith("too few sets have a score under both")
    assert missing.hovertext[0][2].endswith("Inventory, reported only: no set has a score")


def test_missing_criteria_are_named(criteria_result):
    fig = criteria_correlations(criteria_result(missing={"embedding": "no model"}))
    assert "without LM embedding" in fig.layout.title.subtitle.text.replace("<br>", " ")


def test_alternative_text_says_the_ends(criteria_result):
    assert alt_text(criteria_correlations(criteria_result())) == (
        "Rank correlations between 3 criteria. Most alike: syntax and phonology, −1.00. "
        "Least alike: syntax and phonology, −1.00. 2 pairs without a correlation."
    )
