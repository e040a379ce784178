"""The transfer gap, by hand."""

import pytest

from mslt_core.analysis.gap import transfer_gap
from mslt_core.spec.errors import DegenerateInputError

SCORES = {"de": 0.8, "en": 0.9, "fi": 0.6, "sw": 0.5, "tr": 0.1}


def test_by_hand():
    # (0.8 + 0.9) / 2 - (0.6 + 0.5 + 0.1) / 3 = 0.85 - 0.4
    assert transfer_gap(SCORES, {"de", "en"}, {"fi", "sw", "tr"}) == pytest.approx(0.45)


def test_a_run_that_is_better_elsewhere_has_a_negative_gap():
    assert transfer_gap(SCORES, {"tr"}, {"en"}) == pytest.approx(-0.8)


def test_languages_without_a_score_and_order_are_of_no_account():
    there = transfer_gap(SCORES, ["en", "de"], ["sw", "fi"])
    assert transfer_gap(SCORES, ["de", "zh", "en"], ["fi", "ja", "sw"]) == pytest.approx(there)


def test_every_language_counts():
    changed = {**SCORES, "fi": 0.9}
    moved = transfer_gap(SCORES, {"en"}, {"fi", "sw", "tr"}) - transfer_gap(
        changed, {"en"}, {"fi", "sw", "tr"}
    )
    assert moved == pytest.approx(0.1), "0.3 over three languages"


def test_without_a_score_on_either_side_it_is_undefined():
    with pytest.raises(DegenerateInputError, match="no source language was scored"):
        transfer_gap(SCORES, {"zh"}, {"fi"})
    with pytest.raises(DegenerateInputError, match="not trained on"):
        transfer_gap(SCORES, {"en"}, {"ja"})
