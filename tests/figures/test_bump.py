"""Sets across criteria: ranks from the top, ties, gaps, who stands out."""

import itertools
import math

import numpy as np
import pytest

from mslt_core.figures import alt_text, bump, criteria_bump
from mslt_core.spec.rankings import CriteriaResult

NAN = math.nan


def lines(fig) -> dict[str, list]:
    """Set to its ranks, of the traces that are one set."""
    single = [t for t in fig.data if len({name for name in t.customdata if name}) == 1]
    return {trace.customdata[0]: list(trace.y)[:-1] for trace in single}


def test_best_sets_stand_out_from_the_others(criteria_result):
    fig = criteria_bump(criteria_result())
    # best in syntax, and in phonology, which is syntax turned round; script has six first places
    assert lines(fig) == {"ar,zh": [1, 6, 1], "de,en": [6, 1, 1]}
    others = fig.data[0]
    assert others.opacity < 0.5
    assert {name for name in others.customdata if name} == {"ar,de", "ar,en", "de,zh", "en,zh"}


def test_tied_sets_share_a_height(criteria_result):
    others = criteria_bump(criteria_result()).data[0]
    at = dict(zip(others.customdata[::4], others.y[::4], strict=True))
    assert at["ar,en"] == at["en,zh"] == 2


def test_rank_1_is_at_the_top(criteria_result):
    foot, top = criteria_bump(criteria_result()).layout.yaxis.range
    assert top < 1
    assert foot > 6


def test_a_column_a_criterion_with_its_label(criteria_result):
    axis = criteria_bump(criteria_result()).layout.xaxis
    assert list(axis.ticktext) == ["Syntax", "Phonology", "Writing systems"]
    assert list(axis.tickvals) == [0, 1, 2]


def test_an_undefined_rank_is_a_gap(criteria_result):
    scores = {"syntax": (1, 2, 3, 4, 5, 6), "syntax_average": (NAN, 2, 3, 4, 5, 6)}
    fig = criteria_bump(criteria_result(scores), chosen=("ar", "de"))
    assert lines(fig)["ar,de"] == [6, None]
    mine = fig.data[-1]
    assert mine.connectgaps is False
    assert mine.hovertext[1] == "<b>ar, de</b><br>Syntax, reported only: not ranked"


def test_the_chosen_set_has_the_accent_and_lies_over_the_others(criteria_result):
    fig = criteria_bump(criteria_result(), chosen=("zh", "ar"), highlights=[("de", "zh")])
    assert fig.data[-1].line.color == "#155E75"
    assert set(fig.data[-1].customdata) == {"ar,zh", None}
    assert fig.data[-2].line.color == "#009E73"
    assert {note.text for note in fig.layout.annotations} == {
        "<b>ar, zh</b>", "<b>de, zh</b>", "de, en",
    }  # fmt: skip


def test_hover_has_set_rank_and_score(criteria_result):
    words = criteria_bump(criteria_result(), chosen=("ar", "en")).data[-1].hovertext[0]
    assert words == "<b>ar, en</b><br>Syntax: rank 2= of 6<br>sum of 1 − cosine 0.800"


def test_shared_first_places_and_missing_criteria_are_told(criteria_result):
    fig = criteria_bump(criteria_result(missing={"embedding": "no model"}))
    told = fig.layout.title.subtitle.text.replace("<br>", " ")
    assert "writing systems: 6 share first place" in told
    assert "without LM embedding" in told


@pytest.mark.parametrize("heights", [[1, 1, 1, 0.9], [0.5, 0.1, 0, 0], [0.9, 0.5, 0.1], []])
def test_labels_are_moved_apart_in_their_order(heights):
    placed = bump._spread(heights)
    assert all(a - b >= 14.9 / 380 for a, b in itertools.pairwise(placed))
    assert all(0 <= y <= 1 for y in placed)


def test_half_a_million_sets_under_16_criteria(half_a_million):
    sets = half_a_million.sets
    result = CriteriaResult(
        by_criterion={f"{name}": sets for name in bump.CRITERIA},
        correlations=np.ones((16, 16)),
        missing={},
    )
    fig = criteria_bump(result, chosen=sets.langs(0))
    assert fig.layout.yaxis.type == "log"
    assert len(fig.layout.xaxis.tickvals) == 16
    assert all(len(trace.y) == 17 for trace in fig.data)  # no background


def test_alternative_text_says_first_and_chosen(criteria_result):
    assert alt_text(criteria_bump(criteria_result(), chosen=("ar", "zh"))) == (
        "Ranks of sets under 3 criteria. First by syntax: ar, zh; phonology: de, en; "
        "writing systems: ar, de and 5 tied. Chosen ar, zh: syntax rank 1 of 6, "
        "phonology rank 6 of 6, writing systems rank 1= of 6."
    )


def test_no_criterion_at_all_is_an_empty_figure(criteria_result):
    fig = criteria_bump(criteria_result({}, by_criterion={}), chosen=("ar", "zh"))
    assert not fig.data
