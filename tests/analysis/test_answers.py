"""SQuAD's scores of extracted answers."""

import re
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.analysis.answers import answer_f1, exact_matches

WORDS = st.lists(st.sampled_from(["the", "Nile", "nile.", "in", "2011", "Река", "، "]), max_size=6)


def squad_f1(predicted: str, gold: str) -> float:
    """The definition, word by word, as the evaluation script of SQuAD 1.1 has it."""

    def words(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    p, g = words(predicted), words(gold)
    if not p or not g:
        return float(p == g)
    left, same = list(g), 0
    for word in p:
        if word in left:
            left.remove(word)
            same += 1
    if same == 0:
        return 0.0
    precision, recall = same / len(p), same / len(g)
    return 2 * precision * recall / (precision + recall)


def test_by_hand():
    # "in March 2011" against "March 2011": 2 of 3 and 2 of 2, 2 * 2/3 * 1 / (5/3) = 0.8
    # "the Nile" is "nile"; nothing in common is 0
    predicted = ["in March 2011", "The Nile!", "Cairo", ""]
    gold = [["March 2011"], ["x", "nile"], ["Giza"], ["..."]]
    assert answer_f1(predicted, gold) == pytest.approx([0.8, 1.0, 0.0, 1.0])
    assert exact_matches(predicted, gold).tolist() == [False, True, False, True]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_against_the_definition(pairs):
    predicted, gold = ([" ".join(words) for words in side] for side in zip(*pairs, strict=True))
    found = answer_f1(predicted, [[text] for text in gold])
    expected = [squad_f1(p, g) for p, g in zip(predicted, gold, strict=True)]
    assert found == pytest.approx(expected)
    exact = exact_matches(predicted, [[text] for text in gold])
    assert np.all(found[exact] == 1.0)


def test_the_best_of_several_gold_answers_counts():
    assert answer_f1(["a b c"], [["x", "b c", "b"]]).tolist() == [1.0]


def test_messages():
    with pytest.raises(ValueError, match="1 predicted answers for 2 questions"):
        answer_f1(["a"], [["a"], ["b"]])
    with pytest.raises(ValueError, match="question 1 has no gold answer"):
        exact_matches(["a", "b"], [["a"], []])
