"""XCOPA: what is asked, what stands in for training data, and labels that are none."""

from pathlib import Path

import pytest

from mslt_core.data.tasks.xcopa import open_xcopa
from mslt_core.spec.errors import DataError

XCOPA = Path(__file__).parents[2].parent / "shared" / "data" / "xcopa"


def row(premise, label=0, idx=0, question="cause"):
    return {
        "premise": premise,
        "choice1": "one",
        "choice2": "two",
        "question": question,
        "label": label,
        "idx": idx,
    }


TEST = [row("a", 1, 0), row("b", 0, 1, "effect")]


def test_what_is_asked_stands_behind_the_premise(write_files):
    task = open_xcopa(write_files({"data/sw/test.sw.jsonl": TEST}))
    first, second = task.evaluation("sw")
    assert first.premise == "a What was the cause?"
    assert second.premise == "b What happened as a result?"
    assert (first.choices, first.label, first.meaning) == (("one", "two"), 1, "test:0")
    assert first.row_id == "test.sw.jsonl:1"


def test_val_is_trained_on_where_there_is_no_training_file(write_files):
    hub = {
        "en/train.jsonl": [row("t")],
        "en/validation.jsonl": [row("v")],
        "en/test.jsonl": TEST,
        "sw/validation-00000-of-00001.parquet": [row("val")],
        "sw/test-00000-of-00001.parquet": [row("test")],
        "translation-sw/test-00000-of-00001.parquet": [row("translated")],
    }
    task = open_xcopa(write_files(hub))
    assert [r.premise.split()[0] for r in task.train("en")] == ["t"]
    assert [r.premise.split()[0] for r in task.train("sw")] == ["val"]
    assert set(task.evaluation_split.values()) == {"test"}
    assert task.train_langs == ("en", "sw")


def test_an_item_that_is_trained_on_in_one_language_is_scored_in_none(write_files):
    files = {
        "val-sw.jsonl": [row("swa")],
        "test-sw.jsonl": TEST,
        "val-qu.jsonl": [row("que"), row("kay", 1, 1)],
    }
    task = open_xcopa(write_files(files))
    # Quechua has no test file: its val is scored, but for the item that Swahili trains on
    assert [r.meaning for r in task.evaluation("qu")] == ["dev:1"]


def test_labels_that_stand_for_none_are_those_of_another_language(write_files):
    english = [row("x", 0, 1), row("y", 0, 0)]
    files = {"data/sw/test.sw.jsonl": TEST, "xtreme_r/test-en.jsonl": english}
    task = open_xcopa(write_files(files))
    # item 1 is 0 in Swahili, item 0 is 1
    assert [r.label for r in task.evaluation("en")] == [0, 1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"test-en.jsonl": [row("x"), row("y", 0, 1)]},
            r"test-en\.jsonl has the same label in every row, which stands for none\. Put",
        ),
        (
            {"test-en.jsonl": [row("x"), row("y", 0, 7)], "test-sw.jsonl": TEST},
            "line 2: no other language has idx 7",
        ),
        ({"test-en.jsonl": [row("x", 2)]}, "line 1: unknown label 2; known are 0, 1"),
        ({"test-en.jsonl": [row("x", question="why")]}, "line 1: unknown question 'why'"),
        ({"test-en.jsonl": [{"premise": "x", "label": 0}]}, "line 1: no column 'question'"),
        ({"test-en.jsonl": [row("")]}, "line 1: premise must be text, got ''"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(write_files, files, message):
    task = open_xcopa(write_files(files))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


@pytest.mark.realdata
@pytest.mark.skipif(not XCOPA.is_dir(), reason="XCOPA is not beside the project")
class TestRealFiles:
    def test_the_counts_are_as_published(self):
        task = open_xcopa(XCOPA)
        assert len(task.eval_langs) == 12
        for lang in task.eval_langs:
            rows = task.evaluation(lang)
            assert (len(rows), sum(r.label for r in rows)) == (500, 250)
            assert len(task.train(lang)) == (400 if lang == "en" else 100)

    def test_nothing_scored_is_trained_on(self):
        task = open_xcopa(XCOPA)
        trained = {r.meaning for lang in task.train_langs for r in task.train(lang)}
        assert not trained & {r.meaning for lang in task.eval_langs for r in task.evaluation(lang)}

    def test_english_has_the_labels_of_all_others(self):
        task = open_xcopa(XCOPA)
        of = {lang: {r.meaning: r.label for r in task.evaluation(lang)} for lang in task.eval_langs}
        assert all(labels == of["en"] for labels in of.values())
