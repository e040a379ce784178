"""One label an item: accuracy and macro F1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.analysis.classes import item_accuracy, macro_f1
from mslt_core.spec.errors import DegenerateInputError

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)


def test_by_hand():
    predicted, gold = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    assert item_accuracy(predicted, gold) == pytest.approx(3 / 5)
    # label 0: 1 of 2 predicted, 1 of 2 gold, F1 1/2; label 1: 1 of 1, 1 of 2, F1 2/3;
    # label 2: 1 of 2, 1 of 1, F1 2/3; mean (3 + 4 + 4) / 18 = 11/18
    assert macro_f1(predicted, gold) == pytest.approx(11 / 18)


@given(PAIRS)
def test_against_the_definition(pairs):
    predicted, gold = np.array(pairs).T
    f1 = []
    for label in set(predicted) | set(gold):
        right = np.sum((predicted == label) & (gold == label))
        f1.append(2 * right / (np.sum(predicted == label) + np.sum(gold == label)))
    assert macro_f1(predicted, gold) == pytest.approx(np.mean(f1))


@given(PAIRS, st.permutations(range(4)))
def test_names_of_labels_are_of_no_account(pairs, names):
    predicted, gold = np.array(pairs).T
    renamed = np.array(names)
    assert macro_f1(renamed[predicted], renamed[gold]) == pytest.approx(macro_f1(predicted, gold))
    assert item_accuracy(renamed[predicted], renamed[gold]) == item_accuracy(predicted, gold)


def test_no_item_is_refused():
    nothing = np.array([], dtype=np.int64)
    for score in (item_accuracy, macro_f1):
        with pytest.raises(DegenerateInputError, match="no item to score"):
            score(nothing, nothing)
