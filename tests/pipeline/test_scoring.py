"""From predictions to scores, and to what is kept of every item, for every kind of task."""

import numpy as np
import pytest

from mslt_core.models.heads.tagging import PredictedTags
from mslt_core.pipeline.scoring import relabelled, score
from mslt_core.spec.sentences import ChoiceItem, LabelledText, QuestionItem, TaggedSentence

NER = ("O", "B-PER", "I-PER")
UPOS = ("ADJ", "NOUN", "VERB")


def tagged(*labels):
    return TaggedSentence(row_id="r", tokens=("w",) * len(labels), labels=labels)


def predicted_tags(*rows, n_unseen=0):
    return PredictedTags([np.array(row, dtype=np.int64) for row in rows], n_unseen)


def test_tagging_with_spans():
    rows = [tagged(1, 2, 0), tagged(0)]
    found, kept = score("tagging", NER, rows, predicted_tags([1, 0, 0], [0], n_unseen=1))
    # 3 of 4 words; one entity predicted, one gold, none in common
    assert (found.accuracy, found.span_f1, found.majority_accuracy) == (0.75, 0.0, 0.5)
    assert (found.n_items, found.n_tokens, found.n_unseen) == (2, 4, 1)
    assert found.metrics == ("accuracy", "span_f1")
    assert kept["n_correct"].tolist() == [2, 1]
    assert kept["predicted"].tolist() == [1, 0, 0, 0]


def test_tags_that_are_no_spans_have_no_span_f1():
    found, kept = score("tagging", UPOS, [tagged(1, 2, 0)], predicted_tags([1, 2, 2]))
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.span_f1 is None
    assert found.metrics == ("accuracy",)
    assert set(kept) == {"n_tokens", "n_correct", "predicted"}


def test_a_word_that_was_not_seen():
    """Outside of entities it is O, as most words are; a part of speech it has not."""
    unseen = predicted_tags([-1, -1], n_unseen=2)
    found, kept = score("tagging", NER, [tagged(0, 1)], unseen)
    assert (found.accuracy, found.n_unseen) == (0.5, 2)
    assert kept["predicted"].tolist() == [0, 0]
    found, kept = score("tagging", UPOS, [tagged(0, 1)], unseen)
    assert (found.accuracy, found.majority_accuracy) == (0.0, 0.5)
    assert kept["predicted"].tolist() == [255, 255]


def test_tags_are_kept_however_many_there_are():
    """Morphological tag sets have hundreds; of 256 the last must not look like an unseen word."""
    names = tuple(f"T{number}" for number in range(300))
    _, kept = score("tagging", names, [tagged(299, 255, 0)], predicted_tags([299, 255, -1]))
    assert kept["predicted"].tolist() == [299, 255, 65_535]
    _, kept = score("tagging", names[:255], [tagged(254, 0)], predicted_tags([254, -1]))
    assert kept["predicted"].tolist() == [254, 255]
    assert kept["predicted"].dtype == np.uint8


def test_classes():
    rows = [LabelledText(row_id="r", text="t", label=label) for label in (0, 0, 0, 1)]
    found, kept = score("classification", ("a", "b"), rows, np.array([0, 0, 1, 1]))
    # label a: precision 1, recall 2/3, F1 4/5; label b: 1/2 and 1, F1 2/3
    assert found.item_accuracy == 0.75
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert (found.majority_accuracy, found.n_items, found.n_tokens) == (0.75, 4, 4)
    assert found.metrics == ("item_accuracy", "macro_f1")
    assert kept["n_correct"].tolist() == [1, 1, 0, 1]
    assert kept["gold"].tolist() == [0, 0, 0, 1]
    assert kept["n_correct"].sum() / kept["n_tokens"].sum() == found.item_accuracy


def test_choices_have_no_labels_to_average_over():
    rows = [ChoiceItem(row_id="r", premise="p", choices=("a", "b"), label=1)] * 2
    found, _ = score("choice", (), rows, np.array([1, 0]))
    assert (found.item_accuracy, found.macro_f1, found.majority_accuracy) == (0.5, None, 1.0)


def test_questions_and_what_is_kept_of_their_answers():
    rows = [
        QuestionItem(row_id="r", question="q", context="c", answers=(gold,), starts=(0,))
        for gold in ("March 2011", "Река", "x")
    ]
    answers = ["in March 2011", "река", ""]
    found, kept = score("questions", (), rows, answers)
    assert found.answer_f1 == pytest.approx((0.8 + 1 + 0) / 3)
    assert found.exact_match == pytest.approx(1 / 3)
    assert found.majority_accuracy is None
    assert found.metrics == ("answer_f1", "exact_match")
    assert kept["answer_f1"].sum() / kept["n_tokens"].sum() == pytest.approx(found.answer_f1)
    ends = kept["predicted_ends"].tolist()
    text = kept["predicted"].tobytes()
    parts = [text[a:b].decode() for a, b in zip([0, *ends], ends, strict=False)]
    assert parts == answers


def test_labels_by_name():
    pair = LabelledText(row_id="r", text="t", label=0)
    assert relabelled([pair], ("no", "yes"), ("yes", "no"))[0].label == 1
    assert relabelled([tagged(1, 2, 0)], NER, ("I-PER", "O", "B-PER"))[0].labels == (2, 0, 1)
