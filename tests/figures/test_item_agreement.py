"""The bars of the items that one run alone gets right."""

import dataclasses

import numpy as np
import pytest

from mslt_core.figures import alt_text, item_agreement
from mslt_core.spec.items import ItemsCompared, SeedCells


@pytest.fixture
def found():
    none = np.zeros(100, dtype=np.bool_)
    cells = [
        SeedCells(seed_a=s, seed_b=s, both=50, only_a=3, only_b=20 + s, neither=27 - s, p=0.01)
        for s in (1, 0)
    ]
    return ItemsCompared(
        lang="tr",
        kind="tagging",
        metric="accuracy",
        labels=("O",),
        name_a="SSLT(en)",
        name_b="MSLT(<b>, en)",
        seeds=(0, 0),
        right_a=none,
        right_b=none,
        worth_a=none.astype(float),
        worth_b=none.astype(float),
        sizes=none.astype(int),
        differ=none,
        differ_by="counts",
        only_a_seeds=none.astype(int),
        only_b_seeds=none.astype(int),
        cells=tuple(cells),
        rows=(),
        predicted_a=None,
        predicted_b=None,
        by_label=(),
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_bar_holds_all_items_and_seeds_are_in_order(found, theme):
    fig = item_agreement(found, theme=theme)
    assert np.sum([bar.x for bar in fig.data], axis=0).tolist() == [100, 100]
    assert [y.strip() for y in fig.data[0].y] == ["Seed 0", "Seed 1"]
    assert fig.data[0].x == (20, 21)
    # a number that does not fit is on hover
    assert fig.data[3].text == ("", "")
    assert "<b>3</b> of 100" in fig.data[3].hovertext[0]


def test_names_are_text(found):
    fig = item_agreement(found)
    assert fig.data[0].name == "MSLT(&lt;b&gt;, en) alone right"


def test_what_is_seen_is_told_in_words_too(found):
    assert alt_text(item_agreement(found)) == (
        "Turkish (tr), 100 test items, seed 0: MSLT(<b>, en) alone gets 20 right, SSLT(en) alone "
        "3, both 50, neither 27."
    )


def test_other_seeds_are_named(found):
    cells = dataclasses.replace(found.cells[0], seed_a=4)
    fig = item_agreement(dataclasses.replace(found, cells=(cells,), seeds=(4, 1)))
    assert fig.data[0].y[0].strip() == "Seeds 1 and 4"
