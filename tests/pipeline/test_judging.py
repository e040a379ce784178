"""Criteria against the shipped sweep: which sets are compared, by which means, and searches."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from mslt_core import pipeline
from mslt_core.pipeline.judging import judge_criteria
from mslt_core.pipeline.searching import (
    LUCK,
    MODEL,
    luck_reaches,
    propose,
    search_curves,
    too_few_sets,
)
from mslt_core.pipeline.swept import _complete_pool, swept
from mslt_core.pipeline.swept_scores import swept_scores
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.selecting import PAPER_POOL, SelectSpec


@pytest.fixture(scope="module")
def store():
    return pipeline.open_store(pipeline.EXAMPLE)


@pytest.fixture(scope="module")
def groups(store):
    return tuple(pipeline.run_groups(store))


@pytest.fixture(scope="module")
def access(store):
    return pipeline.Access(store=store, compute=False)


@pytest.fixture(scope="module")
def triples(groups):
    return next(sweep for sweep in swept(groups) if sweep.k == 3)


@pytest.fixture(scope="module")
def judged(access, triples):
    return judge_criteria(access, triples)


def test_every_size_of_the_example_is_whole(groups):
    found = {sweep.k: len(sweep.groups) for sweep in swept(groups)}
    assert found == {k: math.comb(7, k) for k in range(1, 7)}
    assert all(sweep.pool == PAPER_POOL and sweep.seeds == (0, 1, 2) for sweep in swept(groups))


def test_sets_of_three_are_looked_at_first_and_single_languages_last(groups):
    assert [sweep.k for sweep in swept(groups)] == [3, 4, 2, 5, 6, 1]
    of_three = [g for g in groups if set(g.source_langs) < {"de", "en", "zh"}]
    assert [sweep.k for sweep in swept(of_three)] == [2, 1]


def test_the_pool_shrinks_until_no_set_is_missing(groups):
    pairs = [group for group in groups if len(group.source_langs) == 2]
    lacking = [g for g in pairs if g.source_langs not in {("ar", "de"), ("ar", "zh")}]
    (sweep,) = swept(lacking)
    assert sweep.pool == ("de", "en", "es", "fr", "ru", "zh")
    assert sweep.sets == tuple(itertools.combinations(sweep.pool, 2))
    assert not swept(pairs[:2])


def test_a_pool_is_found_without_listing_its_sets():
    """As by listing them: of 7 languages with holes; and of 24 of which hardly any set is there."""
    rng = np.random.default_rng(0)
    triples = list(itertools.combinations("abcdefg", 3))
    for n_lacking in (0, 1, 4, 12, 25):
        lacking = {triples[i] for i in rng.permutation(35)[:n_lacking]}
        trained = [langs for langs in triples if langs not in lacking]
        pool = list("abcdefg")
        while missing := [s for s in itertools.combinations(pool, 3) if s not in trained]:
            pool.remove(max(pool, key=lambda lang: sum(lang in s for s in missing)))
        assert _complete_pool(trained, 3) == (tuple(pool) if len(pool) >= 3 else ())
    many = [f"{i:02d}" for i in range(24)]
    lone = [tuple(sorted(rng.choice(many, 12, replace=False))) for _ in range(50)]
    assert _complete_pool(lone, 12) in {(), *lone}


def test_means_are_over_targets_that_no_set_trained_on(store, judged, triples):
    assert not set(judged.targets) & set(PAPER_POOL)
    assert len(judged.targets) == 17
    group = triples.groups[7]
    expected = [
        np.mean([pipeline.run_result(store, r.run).scores[t].accuracy for t in judged.targets])
        for r in group.runs
    ]
    np.testing.assert_allclose(judged.scores[:, 7], expected, rtol=1e-12)
    assert judged.sets[7] == group.source_langs


def test_the_papers_average_is_over_each_sets_own_targets(access, store, triples):
    judged = judge_criteria(access, triples, average="paper")
    scores = pipeline.run_result(store, triples.groups[0].runs[0].run).scores
    own = [s.accuracy for lang, s in scores.items() if lang not in triples.groups[0].source_langs]
    assert judged.scores[0, 0] == pytest.approx(np.mean(own))
    assert (judged.average, len(judged.targets)) == ("paper", 24)
    assert judged.everything is None  # another set of targets: nothing to compare


def test_standings_fit_the_scores(judged):
    by_name = {one.criterion: one for one in judged.criteria}
    geography = by_name["geography"]
    (pick,) = geography.picks
    place = judged.sets.index(pick)
    above = (judged.means > judged.means[place]).sum()
    assert geography.standing.rank.value == above + 1
    assert geography.standing.regret.value == pytest.approx(
        judged.means.max() - judged.means[place]
    )
    assert len(by_name["family"].picks) == 5  # a tie is a tie
    for one in judged.criteria:
        assert one.standing.rank.low <= one.standing.rank.high
        assert len(one.standing.held_out) == 3
    regrets = [one.standing.regret.value for one in judged.criteria]
    assert regrets == sorted(regrets)
    assert judged.random.rank.value == 18
    assert "syntax" in by_name
    # Table 1 of the paper: syntax is at rank 3 of 35 on WikiAnn
    assert (by_name["syntax"].paper[0].task, by_name["syntax"].paper[0].rank) == ("WikiAnn", 3)


def test_sets_that_a_criterion_chooses_are_apart_by_what_was_observed(judged):
    """They were not chosen by their scores, so that nothing is drawn closer."""
    told = [one.against_least for one in judged.criteria if one.picks != one.least]
    assert len(told) > 5
    for one in told:
        # 2,000 draws know each end to about a tenth of the reach
        middle, reach = (one.low + one.high) / 2, (one.high - one.low) / 2
        assert abs(middle - one.value) < 0.15 * reach


def test_with_english_fixed(access, triples):
    judged = judge_criteria(access, triples, fixed="en")
    assert len(judged.sets) == 15
    assert all("en" in langs for langs in judged.sets)
    by_name = {one.criterion: one for one in judged.criteria}
    assert by_name["syntax"].paper[0].rank == 1  # Table 2, WikiAnn
    with pytest.raises(BadInputError, match="sw is none of the pool"):
        judge_criteria(access, triples, fixed="sw")


def test_says_where_there_is_too_little_to_judge(access, groups, triples):
    singles = next(sweep for sweep in swept(groups) if sweep.k == 1)
    with pytest.raises(BadInputError, match="1 of the sets of 1 with en leave nothing to choose"):
        judge_criteria(access, singles, fixed="en")
    with pytest.raises(BadInputError, match="not all of these sets are scored by macro_f1") as told:
        judge_criteria(access, triples, metric="macro_f1")
    assert told.value.hint == "They are by accuracy, span_f1."


def test_all_languages_at_once_stand_beside(judged, store, groups):
    (whole,) = [group for group in groups if len(group.source_langs) == 7]
    scores = [pipeline.run_result(store, info.run).scores for info in whole.runs]
    mean = np.mean([[s[t].accuracy for t in judged.targets] for s in scores])
    assert judged.everything.score == pytest.approx(mean)
    found = judged.everything.minus_best
    assert found.low < found.value < found.high


def test_a_single_seed_has_no_intervals(access, triples):
    alone = judge_criteria(access, dataclasses.replace(triples, seeds=(1,)))
    assert alone.sd_seed is None
    assert alone.criteria[0].standing.rank.low is None
    with pytest.raises(BadInputError, match="this sweep has one"):
        search_curves(alone)


def test_intervals_carry_the_items_where_their_outcomes_are_stored(
    access, triples, judged, monkeypatch
):
    assert judged.carried == "both"
    monkeypatch.setattr("mslt_core.pipeline.swept_scores.over_items", lambda *_: None)
    alone = judge_criteria(access, triples)
    assert alone.carried == "seeds"

    def width(found):
        return found.random.regret.high - found.random.regret.low

    # wider by the test items, though less than by as much again: they are the same for all sets
    assert width(alone) < width(judged) < 3 * width(alone)
    by_items = judged.everything.minus_best
    by_seeds = alone.everything.minus_best
    assert by_items.high - by_items.low > by_seeds.high - by_seeds.low


def test_the_spread_over_items_is_that_of_a_bootstrap(store, judged, triples):
    """A set minus another over resampled sentences, targets joined item by item."""
    found = swept_scores(store, triples, triples.sets, "accuracy", "shared")
    a, b = 3, 17
    pair = found.over_items[np.ix_([a, b], [a, b])]
    times = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=40000)
    drawn = []
    for place in (a, b):
        by_seed = []
        for info in triples.groups[place].runs:
            counts = store.runs.all_predictions(info.run, judged.targets).values()
            each = [(times @ of["n_correct"]) / (times @ of["n_tokens"]) for of in counts]
            by_seed.append(np.mean(each, axis=0))
        drawn.append(by_seed)
    # what different seeds have in common on an item
    over = np.cov(np.subtract(*np.array(drawn)))
    expected = over[~np.eye(3, dtype=bool)].mean()
    # 40,000 draws tell such a mean of covariances to within some 4 %
    assert pair[0, 0] + pair[1, 1] - 2 * pair[0, 1] == pytest.approx(expected, rel=0.1)


def test_searches_beside_luck(judged):
    curves = {c.name: c for c in search_curves(judged, n_runs=6, n_repeats=30)}
    assert luck_reaches(35, 6) == pytest.approx(0.4417, abs=1e-4)
    assert curves[MODEL].regret[-1] < curves[LUCK].regret[-1]
    assert curves["geography"].n_different == 3
    assert set(curves) == {LUCK, MODEL, *judged.goodness}
    assert all(np.diff(curve.reached).min() >= 0 for curve in curves.values())


def test_few_sets_are_not_searched(access, groups, judged):
    # of ten sets seven are not in the top three: 1 - C(7, 6) / C(10, 6) = 1 - 7/210
    assert too_few_sets(10) == (
        "10 sets are too few for a search to save anything: 6 runs drawn by lot include one of the "
        "top three in 97 % of cases"
    )
    assert "4 runs drawn by lot include one of the top three in 100 %" in too_few_sets(4)
    assert not too_few_sets(15)
    singles = next(sweep for sweep in swept(groups) if sweep.k == 1)
    with pytest.raises(BadInputError, match="7 sets are too few for a search to save anything"):
        search_curves(judge_criteria(access, singles))


def test_what_to_train_next_was_not_trained(access, groups):
    some = [group for group in groups if len(group.source_langs) == 3][:5]
    spec = SelectSpec(pool=PAPER_POOL, k=3, criterion="script")
    proposals = propose(access, some, spec)
    assert len(proposals) == 3
    assert not {p.source_langs for p in proposals} & {g.source_langs for g in some}
    gains = [p.expected_gain for p in proposals]
    assert gains == sorted(gains, reverse=True)
    with pytest.raises(BadInputError, match="needs two trained sets of 3"):
        propose(access, some[:1], spec)
