"""Counts and scores of every label: by hand, by a slow twin, and by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from mslt_core.analysis.by_label import (
    LabelCounts,
    entity_counts,
    label_scores,
    spans,
    word_label_counts,
)
from mslt_core.analysis.scores import item_counts

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
RTOL = 1e-12  # ratios of the same whole numbers


def drawn(seed, n_items=40, n_labels=5):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, n_items)
    return [[rng.integers(0, n_labels, n) for n in sizes] for _ in range(2)]


def test_entities_worked_by_hand():
    # gold: PER(0-2) LOC(3); predicted: PER(0-2) PER(3). PER: 1 right of 2 predicted and 1 gold;
    # LOC: none predicted of 1 gold
    counts = entity_counts([np.array([1, 2, 0, 1])], [np.array([1, 2, 0, 3])], LABELS)
    assert counts.names == ("LOC", "PER")
    found = label_scores(counts)
    np.testing.assert_array_equal(found.precision, [np.nan, 0.5])
    np.testing.assert_array_equal(found.recall, [0.0, 1.0])
    np.testing.assert_allclose(found.f1, [0.0, 2 / 3], rtol=RTOL)


@pytest.mark.parametrize("seed", range(3))
def test_types_add_up_to_all_entities(seed):
    predicted, gold = drawn(seed)
    counts, whole = entity_counts(predicted, gold, LABELS), item_counts(predicted, gold, LABELS)
    for name in ("true_positives", "n_predicted", "n_gold"):
        np.testing.assert_array_equal(getattr(counts, name).sum(axis=0), getattr(whole, name))


@pytest.mark.parametrize("seed", range(3))
def test_entities_by_a_slow_twin(seed):
    predicted, gold = drawn(seed)
    counts = entity_counts(predicted, gold, LABELS)
    for i, (p, g) in enumerate(zip(predicted, gold, strict=True)):
        said, true = set(spans(p, LABELS)), set(spans(g, LABELS))
        for row, kind in enumerate(counts.names):
            assert counts.true_positives[row, i] == sum(s[2] == kind for s in said & true)
            assert counts.n_predicted[row, i] == sum(s[2] == kind for s in said)
            assert counts.n_gold[row, i] == sum(s[2] == kind for s in true)


def test_spans_follow_the_lenient_convention():
    # I- after O opens, another type opens, B- opens within a run
    assert spans(np.array([2, 4, 3, 0, 1, 1]), LABELS) == [
        (0, 1, "PER"),
        (1, 2, "LOC"),
        (2, 3, "LOC"),
        (4, 5, "PER"),
        (5, 6, "PER"),
    ]
    assert spans(np.array([], dtype=int), LABELS) == []


@pytest.mark.parametrize("seed", range(3))
def test_words_as_scikit_learn_has_them(seed):
    predicted, gold = drawn(seed)
    found = label_scores(word_label_counts(predicted, gold, LABELS))
    p, r, f, _ = precision_recall_fscore_support(
        np.concatenate(gold), np.concatenate(predicted), labels=range(5), zero_division=np.nan
    )
    for ours, theirs in ((found.precision, p), (found.recall, r), (found.f1, f)):
        np.testing.assert_allclose(ours, theirs, rtol=RTOL)


def test_a_word_that_was_not_seen_is_predicted_as_nothing():
    counts = word_label_counts([np.array([255, 1])], [np.array([0, 1])], ("NOUN", "VERB"))
    assert counts.n_predicted.sum() == 1
    assert counts.n_gold.sum() == 2


def test_ratios_without_anything_are_not_a_number():
    none = np.zeros((1, 2), dtype=np.int64)
    found = label_scores(
        LabelCounts(names=("X",), true_positives=none, n_predicted=none, n_gold=none)
    )
    assert np.isnan([found.precision, found.recall, found.f1]).all()


@pytest.mark.parametrize("count", [entity_counts, word_label_counts])
def test_says_what_is_wrong(count):
    with pytest.raises(ValueError, match="differ in their numbers of items or words"):
        count([np.array([0])], [np.array([0, 0])], LABELS)
    with pytest.raises(ValueError, match="differ in their numbers of items or words"):
        count([], [np.array([0])], LABELS)
