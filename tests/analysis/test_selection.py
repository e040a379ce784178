"""Diversity of sets of languages: definition, ties, order, limits, and the paper's picks."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances

from mslt_core.analysis.selection import distances, pair_contributions, rank_sets
from mslt_core.data import typology
from mslt_core.spec.errors import DegenerateInputError, SpecError

ATOL = 1e-12  # float64 throughout; the formulas differ only in the order of operations

PAPER = Path(__file__).parents[2].parent / "shared" / "paper"
POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
CRITERIA = ("syntax", "phonology", "inventory", "family", "geography")


def random_distances(seed: int, n: int) -> np.ndarray:
    return distances(np.random.default_rng(seed).random((n, 9)))


def square(n: int, **pairs: float) -> np.ndarray:
    """A distance matrix from ``ab=0.5``: between rows a and b."""
    matrix = np.zeros((n, n))
    for pair, value in pairs.items():
        i, j = ("abcdefgh".index(letter) for letter in pair)
        matrix[i, j] = matrix[j, i] = value
    return matrix


def langs_of(sets, rank=None):
    return [s.source_langs for s in sets if rank in (None, s.rank)]


# distances


def test_distances_worked_by_hand():
    # cos((1,0),(3,4)) = 3/5 and cos((0,2),(3,4)) = 8/10
    expected = [[0, 1, 0.4], [1, 0, 0.2], [0.4, 0.2, 0]]
    np.testing.assert_allclose(distances(np.array([[1, 0], [0, 2], [3, 4]])), expected, atol=ATOL)


@pytest.mark.parametrize("seed", range(3))
def test_distances_ignore_length_and_rotation(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(6, 5))
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    moved = vectors @ rotation * rng.uniform(0.01, 100, size=(6, 1))
    np.testing.assert_allclose(distances(moved), distances(vectors), atol=ATOL)


def test_distances_notice_one_feature():
    same, other = np.ones((2, 20)), np.ones((2, 20))
    other[1, 3] = 0
    assert distances(same)[0, 1] == pytest.approx(0, abs=ATOL)
    # 19 features in common: 1 - 19 / sqrt(20 * 19)
    assert distances(other)[0, 1] == pytest.approx(1 - math.sqrt(19 / 20), abs=ATOL)


def test_distances_equal_scikit_learn_s():
    vectors = np.random.default_rng(0).normal(size=(30, 12))
    np.testing.assert_allclose(distances(vectors), cosine_distances(vectors), atol=ATOL)


def test_distances_are_exactly_symmetric_and_zero_on_the_diagonal():
    vectors = np.random.default_rng(0).random((40, 103))
    # rows of one direction: rounding would take some cosines above 1
    found = distances(np.vstack([vectors, 3 * vectors, 0.7 * vectors]))
    assert (found.diagonal() == 0).all()
    assert (found == found.T).all()
    assert found.min() >= 0


def test_distances_say_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="row 1 of 3 is all zero"):
        distances(np.array([[1.0, 0], [0, 0], [0, 1]]))
    with pytest.raises(ValueError, match=r"2-d and finite, got shape \(3,\)"):
        distances(np.ones(3))
    with pytest.raises(ValueError, match="2-d and finite"):
        distances(np.array([[1.0, np.nan]]))


# sets


def test_ranking_worked_by_hand():
    d = square(4, ab=0.1, ac=0.2, ad=0.3, bc=0.4, bd=0.5, cd=0.6)
    # bcd 0.4+0.5+0.6, acd 0.2+0.3+0.6, abd 0.1+0.3+0.5, abc 0.1+0.2+0.4
    found = rank_sets(d, ("ar", "de", "en", "es"), 3)
    assert langs_of(found) == [
        ("de", "en", "es"),
        ("ar", "en", "es"),
        ("ar", "de", "es"),
        ("ar", "de", "en"),
    ]
    assert [s.rank for s in found] == [1, 2, 3, 4]
    assert [s.score for s in found] == pytest.approx([1.5, 1.1, 0.9, 0.7], abs=ATOL)
    assert [s.mean_pair for s in found] == pytest.approx([0.5, 1.1 / 3, 0.3, 0.7 / 3], abs=ATOL)


def test_ties_share_the_smallest_rank_and_stand_in_alphabetical_order():
    # 0.3 and 0.1 + 0.2 differ in float64, by 6e-17: no reason to rank one before the other
    d = square(4, ab=0.3, ac=0.1 + 0.2, bc=0.3, ad=0.5, bd=0.1, cd=0.1)
    found = rank_sets(d, ("ar", "de", "en", "es"), 2)
    assert [(s.rank, s.source_langs) for s in found] == [
        (1, ("ar", "es")),
        (2, ("ar", "de")),
        (2, ("ar", "en")),
        (2, ("de", "en")),
        (5, ("de", "es")),
        (5, ("en", "es")),
    ]


def test_scores_further_apart_than_1e_9_are_not_tied():
    d = square(3, ab=0.5, ac=0.5 + 3e-9, bc=0.5 + 3.5e-9)
    found = rank_sets(d, ("ar", "de", "en"), 2)
    assert [(s.rank, s.source_langs) for s in found] == [
        (1, ("ar", "en")),
        (1, ("de", "en")),
        (3, ("ar", "de")),
    ]


@pytest.mark.parametrize("k", range(2, 7))
@pytest.mark.parametrize("include", [(), ("en",), ("zh", "ar")])
def test_equals_the_definition(k, include):
    d = random_distances(k, 7)
    row = {lang: i for i, lang in enumerate(POOL)}
    scores = {
        chosen: sum(d[row[a], row[b]] for a, b in itertools.combinations(chosen, 2))
        for chosen in itertools.combinations(POOL, k)
        if set(include) <= set(chosen)
    }
    found = rank_sets(d, POOL, k, include=include)
    assert set(langs_of(found)) == set(scores)
    for s in found:
        assert s.score == pytest.approx(scores[s.source_langs], abs=ATOL)
        assert s.mean_pair == pytest.approx(s.score / (k * (k - 1) / 2), abs=ATOL)
        assert s.rank == 1 + sum(other > scores[s.source_langs] + 1e-9 for other in scores.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_pool_is_of_no_account(seed):
    rng = np.random.default_rng(seed)
    # few different distances, so that ties are many
    d = np.triu(rng.integers(1, 3, size=(7, 7)) / 7, k=1)
    d += d.T
    order = rng.permutation(7)
    shuffled = [POOL[i] for i in order]
    found = rank_sets(d[np.ix_(order, order)], shuffled, 4, include=(shuffled[0],))
    assert found == rank_sets(d, POOL, 4, include=(shuffled[0],))


def test_a_full_set_and_a_given_set_are_the_only_ones():
    d = random_distances(0, 7)
    assert langs_of(rank_sets(d, POOL, 7)) == [POOL]
    assert langs_of(rank_sets(d, POOL, 3, include=("zh", "ar", "en"))) == [("ar", "en", "zh")]


def test_too_many_sets_are_refused_before_they_are_made():
    n, langs = 40, [f"l{i:02}" for i in range(40)]
    # C(40, 6) = 3,838,380
    with pytest.raises(
        SpecError, match=r"40 languages have 3,838,380 sets of 6, more than the 1,0"
    ):
        rank_sets(np.zeros((n, n)), langs, 6)
    with pytest.raises(SpecError, match="Choose fewer languages or a smaller k"):
        rank_sets(np.zeros((n, n)), langs, 20)


def test_ranking_says_what_is_wrong():
    d = random_distances(0, 7)
    for k in (1, 8):
        with pytest.raises(SpecError, match=rf"k must be from 2 to 7, .* got {k}"):
            rank_sets(d, POOL, k)
    with pytest.raises(SpecError, match=r"k must be from 3 to 7, .* got 2"):
        rank_sets(d, POOL, 2, include=("ar", "de", "en"))
    with pytest.raises(SpecError, match="sw not in the pool ar, de"):
        rank_sets(d, POOL, 3, include=("sw",))
    with pytest.raises(ValueError, match=r"got shape \(7, 7\) for \['ar', 'de'\]"):
        rank_sets(d, ("ar", "de"), 2)
    with pytest.raises(ValueError, match="one row for each different language"):
        rank_sets(d[:2, :2], ("ar", "ar"), 2)
    for wrong in (d + np.triu(d), d * np.nan, d + np.inf):
        with pytest.raises(ValueError, match="symmetric and finite"):
            rank_sets(wrong, POOL, 3)


# pairs


def test_pairs_sum_to_the_set_s_score():
    d = random_distances(1, 7)
    for s in rank_sets(d, POOL, 4):
        pairs = pair_contributions(d, POOL, s.source_langs)
        assert set(pairs) == set(itertools.combinations(s.source_langs, 2))
        assert list(pairs.values()) == sorted(pairs.values(), reverse=True)
        assert sum(pairs.values()) == pytest.approx(s.score, abs=ATOL)


def test_pairs_worked_by_hand():
    d = square(3, ab=0.1, ac=0.5, bc=0.1)
    assert list(pair_contributions(d, ("de", "en", "zh"), ("zh", "en", "de")).items()) == [
        (("de", "zh"), 0.5),
        (("de", "en"), 0.1),
        (("en", "zh"), 0.1),
    ]
    with pytest.raises(SpecError, match="sw not in the pool de, en, zh"):
        pair_contributions(d, ("de", "en", "zh"), ("de", "sw"))


# the paper


def ranking(criterion, include=()):
    d = distances(typology.vectors(criterion, POOL))
    return rank_sets(d, POOL, 3, include=include)


# Table 1 gives each criterion's rank per task, Table 3 the sets at ranks 1 to 5: wherever a rank
# is 5 or better, the criterion's pick can be read off. All readings of a criterion agree.
PICKS = {
    "syntax": ("ar", "de", "zh"),
    "phonology": ("ar", "en", "zh"),
    "inventory": ("de", "es", "zh"),
    "geography": ("ar", "es", "zh"),
}


@pytest.mark.parametrize("criterion", PICKS)
def test_picks_are_those_of_tables_1_and_3(criterion):
    assert langs_of(ranking(criterion), rank=1) == [PICKS[criterion]]


def test_under_family_five_sets_tie_and_the_paper_s_is_among_them():
    # Arabic, Chinese and one of the five Indo-European languages share no family at all
    best = ranking("family")[:6]
    assert [s.source_langs for s in best[:5]] == [
        ("ar", x, "zh") for x in ("de", "en", "es", "fr", "ru")
    ]
    assert [s.rank for s in best] == [1, 1, 1, 1, 1, 6]
    assert best[0].score == pytest.approx(3, abs=ATOL)
    assert ("ar", "en", "zh") in [s.source_langs for s in best[:5]]


def test_picks_with_english_agree_as_in_table_2():
    # Table 2: syntax, phonology and family have the same five ranks; so have inventory and
    # geography. Rank 1 on XWinograd is Table 3's (ar, en, zh).
    picks = {criterion: langs_of(ranking(criterion, ("en",)), rank=1) for criterion in CRITERIA}
    assert picks["syntax"] == picks["phonology"] == picks["family"] == [("ar", "en", "zh")]
    assert picks["inventory"] == picks["geography"]


def test_most_similar_sets_agree_with_table_6():
    # inventory and geography have the same five scores there; those of syntax are the scores
    # that Table 1 gives the largest languages of XLM-R's pretraining data: en, ru, de
    assert ranking("inventory")[-1].source_langs == ranking("geography")[-1].source_langs
    assert ranking("syntax")[-1].source_langs == ("de", "en", "ru")


@pytest.mark.realdata
@pytest.mark.parametrize("criterion", CRITERIA)
def test_picks_are_those_of_the_paper_s_own_tables(criterion):
    if not PAPER.is_dir():
        pytest.skip("the paper's tables are not beside the project")
    with (PAPER / "table3_top5_sets.csv").open(encoding="utf-8") as file:
        top5 = {(r["task"], r["rank"]): tuple(r["languages"].split()) for r in csv.DictReader(file)}
    with (PAPER / "table1_criteria.csv").open(encoding="utf-8") as file:
        places = [
            (r["task"], r["rank"]) for r in csv.DictReader(file) if r["criterion"] == criterion
        ]
    implied = {top5[place] for place in places if place in top5}
    assert len(implied) == 1
    assert implied <= set(langs_of(ranking(criterion), rank=1))
