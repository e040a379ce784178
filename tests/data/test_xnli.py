"""XNLI files: labels come back, and a premise is trained on or scored, never both."""

from pathlib import Path

import pytest

from mslt_core.data.tasks.xnli import LABELS, open_xnli
from mslt_core.spec.errors import DataError

XNLI = Path(__file__).parents[2].parent / "shared" / "data" / "xnli"

DEV = "p1\th1\tneutral\np1\th2\tentailment\np1\th3\tcontradiction\np2\th4\tneutral\n"
TEST = "q1\ti1\nq1\ti2\nq1\ti3\n"
TEST_LABELS = "row\tlabel\n0\tentailment\n1\tneutral\n2\tcontradiction\n"


def told(rows):
    return [(row.text, row.pair, LABELS[row.label], row.meaning) for row in rows]


def test_xtreme_s_files_by_hand(write_files):
    task = open_xnli(
        write_files(
            {
                "xtreme/dev-en.tsv": DEV,
                "xtreme/test-en.tsv": TEST,
                "derived/test-labels.tsv": TEST_LABELS,
            }
        )
    )
    # there is no training set: test is trained on
    assert told(task.train("en")) == [
        ("q1", "i1", "entailment", "test:0"),
        ("q1", "i2", "neutral", "test:0"),
        ("q1", "i3", "contradiction", "test:0"),
    ]
    assert [row[-1] for row in told(task.evaluation("en"))] == ["dev:0"] * 3 + ["dev:1"]
    assert task.evaluation("en")[3].row_id == "dev-en.tsv:4"


def test_labels_are_joined_by_row_under_a_header_too(write_files):
    header = "premise\thypothesis\n"
    files = {"en/test.tsv": header + TEST, "test-labels.tsv": TEST_LABELS}
    task = open_xnli(write_files(files))
    assert [row[2] for row in told(task.evaluation("en"))] == list(LABELS)


def test_the_hub_s_files_hold_the_label_s_place(write_files):
    rows = [{"premise": "p", "hypothesis": f"h{i}", "label": i} for i in range(3)]
    task = open_xnli(write_files({"sw/train-00000-of-00001.parquet": rows}))
    assert [row[2] for row in told(task.train("sw"))] == list(LABELS)
    # premises of the training set, which is MNLI's, come one by one
    assert [row[3] for row in told(task.train("sw"))] == ["train:0", "train:1", "train:2"]


def test_training_rows_that_are_no_translations_are_refused(write_files):
    """They are joined by row: one that is missing would shift every other meaning."""
    head = "premise\thypothesis\tlabel\n"
    rows = [f"p{i}\th{i}\t{LABELS[i * i % 3]}\n" for i in range(60)]
    files = {"en/train.tsv": head + "".join(rows), "en/test.tsv": head + DEV}
    task = open_xnli(write_files({**files, "sw/train.tsv": head + "".join(rows[:40])}))
    assert len(task.train("sw")) == 40  # the beginning of a file keeps its places
    task = open_xnli(write_files({**files, "sw/train.tsv": head + "".join(rows[:3] + rows[4:])}))
    with pytest.raises(DataError, match=r"sw/train\.tsv has other labels than .*en/train\.tsv"):
        task.train("sw")
    numbers = [{"premise": f"p{i}", "hypothesis": "h", "label": i * i % 3} for i in range(60)]
    task = open_xnli(write_files({**files, "vi/train-00000-of-00001.parquet": numbers}))
    assert len(task.train("vi")) == 60  # the hub's labels are the same ones


@pytest.mark.parametrize("cut", [3, 4])
def test_a_premise_may_begin_in_one_part_of_a_file_and_end_in_the_next(write_files, cut):
    rows = [{"premise": f"p{i // 3}", "hypothesis": f"h{i}", "label": i % 3} for i in range(9)]
    parts = {
        "en/test-00000-of-00002.parquet": rows[:cut],
        "en/test-00001-of-00002.parquet": rows[cut:],
    }
    task = open_xnli(write_files({**parts, "de/test-00000-of-00001.parquet": rows}))
    meanings = [f"test:{i // 3}" for i in range(9)]
    assert [row.meaning for row in task.evaluation("en")] == meanings
    assert [row.meaning for row in task.evaluation("de")] == meanings


def test_a_premise_that_is_trained_on_in_one_language_is_scored_in_none(write_files):
    tables = {
        "en/train.tsv": "premise\thypothesis\tlabel\np1\th2\tneutral\n",
        "en/test.tsv": "premise\thypothesis\tlabel\n" + DEV,
        "de/test.tsv": "premise\thypothesis\tlabel\n" + DEV.replace("p", "d"),
    }
    task = open_xnli(write_files(tables))
    # English row 2 is in the training file: all three German rows of that premise are out too
    assert [row[0] for row in told(task.evaluation("de"))] == ["d2"]
    assert task.left_out("de") == {"in training data in another language": 3}
    assert task.left_out("en") == {
        "in training data": 1,
        "in training data in another language": 2,
    }


def test_a_row_that_is_missing_would_shift_all_premises(write_files):
    """They are translations of each other by their places."""
    lines = [f"p{i // 3}\th{i}\tneutral\n" for i in range(60)]
    whole = open_xnli(write_files({"dev-en.tsv": "".join(lines)}))
    assert whole.evaluation("en")[-1].meaning == "dev:19"
    cut = open_xnli(write_files({"dev-en.tsv": "".join(lines[:7] + lines[8:])}))
    with pytest.raises(DataError, match=r"line 7: every premise should .* 17 of 20 do not"):
        cut.evaluation("en")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dev-en.tsv": DEV.replace("neutral", "maybe")}, "dev-en.tsv, line 1: unknown label 'may"),
        ({"dev-en.tsv": DEV.replace("h3", " ")}, "line 3: hypothesis must be text, got ' '"),
        ({"dev-en.tsv": DEV[:-1]}, "line 4: the last line has no line end"),
        ({"dev-en.tsv": ""}, "dev-en.tsv is empty"),
        ({"dev-en.tsv": "premise\tlabel\na\tneutral\n"}, "line 2: no column 'hypothesis'"),
        ({"dev-en.tsv": DEV.encode("utf-8").replace(b"h4", b"\xe9")}, "line 4: not UTF-8"),
        ({"test-en.tsv": TEST}, r"test-en.tsv has no labels\. Put test-labels\.tsv"),
        (
            {"test-en.tsv": TEST, "test-labels.tsv": TEST_LABELS[:-16]},
            r"line 3: .*test-labels\.tsv has no row 2",
        ),
        ({"test-en.tsv": TEST, "test-labels.tsv": "row\tlabel\nx\tneutral\n"}, "row must be a num"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(write_files, files, message):
    task = open_xnli(write_files(files))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


@pytest.fixture(scope="module")
def xnli():
    return open_xnli(XNLI)


@pytest.mark.realdata
@pytest.mark.skipif(not XNLI.is_dir(), reason="XNLI is not beside the project")
class TestRealFiles:
    def test_the_counts_are_as_published(self, xnli):
        assert len(xnli.train_langs) == len(xnli.eval_langs) == 15
        assert set(xnli.evaluation_split.values()) == {"dev"}
        for lang in ("en", "sw", "zh"):
            labels = [row.label for row in xnli.train(lang)]
            assert [labels.count(i) for i in range(3)] == [1670] * 3
            # one Chinese pair of dev is there twice
            assert len(xnli.evaluation(lang)) == {"zh": 2489}.get(lang, 2490)

    def test_premises_come_in_threes_with_one_of_each_label(self, xnli):
        of_premise = {}
        for row in xnli.train("th"):
            of_premise.setdefault(row.meaning, []).append(row)
        assert len(of_premise) == 1670
        for rows in of_premise.values():
            assert {row.label for row in rows} == {0, 1, 2}
            assert len({row.text for row in rows}) == 1

    @pytest.mark.slow  # 112,500 rows
    def test_nothing_scored_is_trained_on(self, xnli):
        trained = {(r.text, r.pair) for lang in xnli.train_langs for r in xnli.train(lang)}
        scored = {(r.text, r.pair) for lang in xnli.eval_langs for r in xnli.evaluation(lang)}
        assert not trained & scored
