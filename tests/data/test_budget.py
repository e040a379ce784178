"""One total for any number of languages; draws that nest."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mslt_core.data.budget import equal_budget, sample
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
        DataError, match=r"Swahili \(sw\) has 1000 training examples, 1001 are want"
    ):
        sample(1000, 1001, lang="sw", seed=0)
