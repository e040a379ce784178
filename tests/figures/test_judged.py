"""Picks among all sets, and searches: marks where the numbers are, words beside them."""

import dataclasses

import numpy as np
import pytest

from mslt_core.figures import alt_text, criteria_picks, judged_text, search_regret
from mslt_core.spec.judging import (
    AllLanguages,
    CriterionJudged,
    Judged,
    PickStanding,
    Ranged,
    SearchCurve,
)
from mslt_core.spec.selecting import SelectSpec

SETS = (("de", "en"), ("de", "zh"), ("en", "zh"))


def ranged(value, half=None):
    return Ranged(
        value=value,
        low=None if half is None else value - half,
        high=None if half is None else value + half,
    )


def standing(rank, regret):
    return PickStanding(
        rank=ranged(rank, 0.5), regret=ranged(regret, 0.001), beats=ranged(0.5), held_out=(0.01,)
    )


@pytest.fixture
def judged():
    one = {"rho": ranged(0.5), "p": 0.3, "against_least": ranged(0.02), "least": SETS[:1]}
    return Judged(
        pool=("de", "en", "zh"),
        k=2,
        fixed=None,
        metric="accuracy",
        average="shared",
        targets=("fi", "sw"),
        seeds=(0, 1),
        sets=SETS,
        scores=np.array([[0.70, 0.74, 0.72], [0.72, 0.76, 0.74]]),
        sd_seed=0.01,
        df=2,
        carried="both",
        goodness={"syntax": np.array([1.0, 3.0, 2.0])},
        asked=SelectSpec(pool=("de", "en", "zh"), k=2, criterion="script", corpus="/data/pud"),
        base="mini",
        criteria=(
            CriterionJudged(
                criterion="syntax", picks=SETS[1:2], standing=standing(1.0, 0.0), paper=(), **one
            ),
            CriterionJudged(
                criterion="family", picks=SETS[::2], standing=standing(2.5, 0.03), paper=(), **one
            ),
        ),
        random=standing(2.0, 0.02),
        everything=AllLanguages(score=0.765, minus_best=ranged(0.015)),
        missing={},
    )


def test_every_set_is_in_every_row_and_the_picks_are_marked(judged):
    fig = criteria_picks(judged)
    every, picks = fig.data
    assert len(every.x) == 3 * 3
    np.testing.assert_allclose(sorted(set(every.x)), [71, 73, 75])
    # syntax at the top picks de zh: 75; family's two tie, at 71 and 73
    assert list(zip(picks.y, np.round(picks.x, 6), strict=True)) == [(3, 75), (2, 71), (2, 73)]
    assert list(picks.customdata) == ["de,zh", "de,en", "en,zh"]
    assert "Family picks MSLT(de, en)<br>one of 2 sets that tie" in picks.hovertext[1]
    assert list(fig.layout.yaxis.ticktext) == ["Syntax", "Family", "Random choice"]


def test_rank_and_regret_stand_beside_the_rows(judged):
    words = [a.text for a in criteria_picks(judged).layout.annotations]
    assert {"1 [0, 2]", "2.5 [2.0, 3.0]", "3.0 [2.9, 3.1]", "rank"} <= set(words)
    assert {"random", "all 3"} <= set(words)
    lines = [shape.x0 for shape in criteria_picks(judged).layout.shapes]
    assert lines == pytest.approx([73, 76.5])


def test_words_under_the_title_and_for_those_who_hear_it(judged):
    fig = criteria_picks(judged)
    assert "3 sets of 2 out of de, en, zh, mean over 2 targets, 2 seeds" in (
        fig.layout.title.subtitle.text
    )
    assert "Syntax rank 1 [0, 2]" in alt_text(fig)


def curve(name, *regret, different=50):
    return SearchCurve(
        name=name,
        regret=regret,
        low=regret,
        high=regret,
        reached=tuple(0.25 * i for i in range(len(regret))),
        named=(0.0,) * len(regret),
        n_repeats=100,
        n_different=different,
    )


def test_the_papers_average_is_called_what_it_is(judged):
    paper = dataclasses.replace(judged, average="paper")
    assert "mean over 2 targets" in criteria_picks(judged).layout.title.subtitle.text
    told = criteria_picks(paper).layout.title.subtitle.text
    assert "mean over each set's own unseen ones of 2 targets" in told


def test_searches_fall_with_the_runs_spent():
    curves = (curve("model", 0.03, 0.01), curve("syntax", 0.02, 0.02, different=3),
              curve("random", 0.03, 0.025))  # fmt: skip
    fig = search_regret(curves, shown=("model", "random"), n_sets=35)
    named = {trace.name: trace for trace in fig.data}
    assert list(named["Model of the sets"].y) == pytest.approx([3, 1])
    assert [trace.showlegend for trace in fig.data] == [False, True, True]  # thin ones below
    assert named["Random order"].line.dash == "dot"
    assert "25 %" in named["Model of the sets"].hovertext[1]
    assert "3 different" in named["Syntax"].hovertext[0]
    assert "Model of the sets 1.00" in alt_text(fig)


def test_the_model_and_the_text_that_criteria_read_are_named(judged):
    assert "pud" not in criteria_picks(judged).layout.title.subtitle.text
    names = ("vocabulary_coverage", "pretraining_size")
    read = [dataclasses.replace(judged.criteria[0], criterion=name) for name in names]
    told = dataclasses.replace(judged, criteria=tuple(read))
    shown = criteria_picks(told).layout.title.subtitle.text
    assert "Vocabulary: mini on pud; pretraining size: XLM-R, GiB." in shown
    embedded = dataclasses.replace(judged.criteria[0], criterion="embedding")
    told = dataclasses.replace(told, criteria=(read[0], embedded))
    assert told.made_of == "Vocabulary and embeddings: mini on pud, last layer."


def test_the_answer_names_what_else_picks_the_same_and_the_intervals(judged):
    syntax, family = judged.criteria
    twin = dataclasses.replace(syntax, criterion="geography")
    tied = dataclasses.replace(judged, criteria=(syntax, twin, family))
    told = judged_text.answer(tied)
    assert told == (
        "Syntax (and 1 more) would have chosen MSLT(de, zh): rank 1 [0, 2] of 3, 0.0 [−0.1, 0.1] "
        "points from the best set, two runs each. Choosing by lot costs 2.0 [1.9, 2.1]; 2 of 3 "
        "criteria cost less. All 3 languages at once, under the same budget: +1.5 against the best "
        "set."
    )
    assert judged_text.answer(tied, bold="**").replace("**", "") == told
    level = dataclasses.replace(judged, criteria=(family,), everything=None)
    assert "would have chosen one of 2 tied sets: rank 2.5 [2.0, 3.0] of 3" in (
        judged_text.answer(level)
    )
