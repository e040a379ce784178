"""One total for any number of languages; draws that nest."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.data.budget import equal_budget, sample, sample_meanings, tempered_budget
from mslt_core.spec.errors import DataError, SpecError

ROOT = Path(__file__).parents[2]
POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")


def test_worked_by_hand():
    # 4000 = 3 * 1333 + 1; the one left over goes to the first by alphabet
    assert equal_budget(["en", "de", "es"], 4000) == {"de": 1334, "en": 1333, "es": 1333}


@pytest.mark.parametrize("n_langs", range(1, 8))
@pytest.mark.parametrize("n_examples", [7, 1000, 4001, 20_000])
def test_the_total_is_kept_and_shares_are_even(n_langs, n_examples):
    shares = equal_budget(POOL[:n_langs], n_examples)
    assert sum(shares.values()) == n_examples
    assert max(shares.values()) - min(shares.values()) <= 1


def test_order_and_repeats_of_the_languages_are_of_no_account():
    assert equal_budget(["ru", "ar", "ru"], 11) == equal_budget(["ar", "ru"], 11)


def test_refuses_what_cannot_be_shared():
    with pytest.raises(SpecError, match="no source language chosen"):
        equal_budget([], 10)
    with pytest.raises(SpecError, match="a budget of 2 examples does not reach 3 source"):
        equal_budget(["ar", "de", "en"], 2)


@pytest.mark.parametrize("seed", range(3))
def test_a_smaller_draw_begins_a_larger_one(seed):
    whole = sample(1000, 1000, lang="de", seed=seed)
    assert sorted(whole) == list(range(1000))
    for n_wanted in (0, 1, 333, 999):
        np.testing.assert_array_equal(
            sample(1000, n_wanted, lang="de", seed=seed), whole[:n_wanted]
        )


def test_draws_differ_by_language_and_by_seed():
    draws = [
        sample(1000, 100, lang=lang, seed=seed).tolist() for lang in ("de", "en") for seed in (0, 1)
    ]
    assert len({tuple(draw) for draw in draws}) == 4


def test_the_draw_is_random_over_all_rows():
    # mean of 1000 of 0..9999 has sd 9999 / sqrt(12 * 1000) = 91; 5 sd is 456
    assert abs(sample(10_000, 1000, lang="sw", seed=7).mean() - 4999.5) < 456


def test_the_draw_is_the_same_in_another_process():
    code = "from mslt_core.data.budget import sample; print(*sample(50, 9, lang='zh', seed=3))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.split() == [str(i) for i in sample(50, 9, lang="zh", seed=3)]


def test_refuses_more_than_there_is():
    with pytest.raises(
        DataError, match=r"Swahili \(sw\) has 1,000 training examples, 1,001 are want"
    ):
        sample(1000, 1001, lang="sw", seed=0)


# --- shares by size


@given(
    st.dictionaries(st.sampled_from(POOL[:5]), st.integers(1, 10**6), min_size=1),
    st.integers(5, 10**5),
    st.floats(0, 1),
)
def test_tempered_shares_sum_up_and_follow_the_sizes(sizes, total, alpha):
    shares = tempered_budget(sizes, total, alpha)
    assert sum(shares.values()) == total
    assert list(shares) == sorted(sizes)
    assert min(shares.values()) >= 1
    for one in sizes:
        for other in sizes:
            if sizes[one] >= sizes[other]:
                assert shares[one] >= shares[other] - 1


def test_tempered_by_hand():
    sizes = {"de": 1000, "en": 9000}
    # one each, then 998 by 100 : 900 = 99.8 and 898.2, and the one that is left to the larger rest
    assert tempered_budget(sizes, 1000, 1.0) == {"de": 101, "en": 899}
    # 10 : 30, so 249.5 and 748.5: the rests are equal, the first takes it
    assert tempered_budget(sizes, 1000, 0.5) == {"de": 251, "en": 749}
    assert tempered_budget(sizes, 1001, 0.0) == equal_budget(["de", "en"], 1001)


def test_a_budget_of_all_that_there_is_takes_it():
    """One each, set aside, would ask small languages for a row more than they have."""
    sizes = {"ar": 1, "de": 100, "en": 900}
    assert tempered_budget(sizes, 1001, 1.0) == sizes
    assert tempered_budget({"en": 400, "zh": 100}, 500, 1.0) == {"en": 400, "zh": 100}
    # 0.5 and 998.5 by size; who would get nothing takes one from the largest share
    assert tempered_budget({"de": 1, "en": 1, "zh": 10**6}, 3, 1.0) == {"de": 1, "en": 1, "zh": 1}
    assert sum(tempered_budget({"ar": 1, "de": 1, "en": 10}, 11, 1.0).values()) == 11
    # more than a language has, as its tempered share asks, is no matter of rounding
    assert tempered_budget({"de": 100, "en": 10_000}, 1000, 0.3)["de"] > 100


def test_a_language_without_data_has_no_share():
    with pytest.raises(SpecError, match=r"German \(de\) has no training examples"):
        tempered_budget({"de": 0, "en": 5}, 10, 0.5)


# --- parallel data


def test_a_draw_from_much_data_takes_the_same_rows_as_from_its_own_meanings():
    """Rows stand in any order, several to a meaning, and few of many are drawn."""
    rng = np.random.default_rng(0)
    many = {
        lang: [f"m{i}" for i in rng.integers(0, 900, 3000).tolist()] for lang in ("de", "en", "sw")
    }
    order = sorted({m for of_lang in many.values() for m in of_lang})
    order = [order[i] for i in np.random.default_rng(5).permutation(len(order))]
    drawn = sample_meanings(many, {"de": 50, "en": 3}, how="parallel", seed=5)
    for lang, n in (("de", 50), ("en", 3)):
        rows = [i for m in order for i, meaning in enumerate(many[lang]) if meaning == m]
        assert drawn[lang].tolist() == rows[:n]


MEANINGS = {"de": list("abcdefgh"), "en": list("hgfedcba"), "sw": list("bdfh")}


def drawn_meanings(shares, how, seed=0):
    drawn = sample_meanings(MEANINGS, shares, how=how, seed=seed)
    return {lang: [MEANINGS[lang][i] for i in rows] for lang, rows in drawn.items()}


@pytest.mark.parametrize("seed", range(5))
def test_parallel_draws_share_their_meanings(seed):
    found = drawn_meanings({"de": 3, "en": 3}, "parallel", seed)
    assert found["de"] == found["en"]
    larger = drawn_meanings({"de": 5}, "parallel", seed)
    assert larger["de"][:3] == found["de"]


@pytest.mark.parametrize("seed", range(5))
def test_disjoint_draws_share_none_and_are_as_many_as_one_language_s(seed):
    found = drawn_meanings({"de": 3, "en": 3}, "disjoint", seed)
    assert not set(found["de"]) & set(found["en"])
    # the same meanings as one language alone would have been given: a set is not more content
    alone = drawn_meanings({"en": 6}, "disjoint", seed)
    assert {*found["de"], *found["en"]} == set(alone["en"])


def test_rows_of_one_meaning_stay_in_one_language():
    triples = {lang: [str(i // 3) for i in range(12)] for lang in ("de", "en")}
    drawn = sample_meanings(triples, {"de": 4, "en": 4}, how="disjoint", seed=1)
    meant = {lang: {triples[lang][i] for i in rows} for lang, rows in drawn.items()}
    assert not meant["de"] & meant["en"]


def test_a_small_language_takes_its_share_before_a_large_one():
    """German could do without the four meanings that Swahili has; both orders of names."""
    for small, large in (("sw", "de"), ("de", "sw")):
        meanings = {small: list("abcd"), large: list("abcdefgh")}
        drawn = sample_meanings(meanings, {small: 4, large: 4}, how="disjoint", seed=0)
        assert {meanings[large][i] for i in drawn[large]} == set("efgh")


def test_too_few_meanings_are_told_with_what_would_help():
    fewer = r"Lower the budget, or "
    with pytest.raises(
        DataError,
        match=rf"Swahili \(sw\) has 4 training examples, 5 are wanted\. {fewer}add source",
    ):
        sample_meanings(MEANINGS, {"sw": 5}, how="parallel", seed=0)
    with pytest.raises(
        DataError,
        match=f"3 training examples that no other language has taken.*{fewer}let the languages",
    ):
        sample_meanings(MEANINGS, {"de": 5, "en": 4}, how="disjoint", seed=0)
    with pytest.raises(DataError, match=f"{fewer}add source"):  # sharing would not make it five
        sample_meanings(MEANINGS, {"sw": 5}, how="disjoint", seed=0)
