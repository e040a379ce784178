"""Scores of sets in sentences: written as the figures beside them write them."""

import numpy as np

from mslt_core.spec.rankings import ScoredSets, SelectionResult
from pages._shared.sets_told import answer, place_told


def blended(*scores: float) -> SelectionResult:
    """Sets of one language each, the best first."""
    places = np.arange(len(scores))
    sets = ScoredSets(
        criterion="blend", k=1, minimise=False, pool=("de", "en", "es")[: len(scores)],
        members=places[:, None].astype(np.int16), scores=np.array(scores), ranks=places + 1,
        order=places, unit="standard deviations",
    )  # fmt: skip
    return SelectionResult(sets=sets, distances=None, values=None)


def test_scores_below_zero_have_a_true_minus_and_zero_has_none():
    result = blended(-0.00001, -1.25)
    told = answer(result) + place_told(result, result.sets.ranked(1))
    assert "-" not in told
    assert "with 0.000; the next has −1.250" in told
    assert "**−1.250**" in told
