"""PAWS-X files: pairs without a translation are out, and counted."""

from pathlib import Path

import pytest

from mslt_core.data.tasks.pawsx import LABELS, open_pawsx
from mslt_core.spec.errors import DataError

PAWSX = Path(__file__).parents[2].parent / "shared" / "data" / "pawsx"

DEV = "a1\ta2\t1\nb1\tNS\t0\n\tc2\t0\nd1\td2\t0\n"


def told(rows):
    return [(row.text, row.pair, LABELS[row.label], row.meaning) for row in rows]


def test_rows_without_a_translation_are_left_out_and_counted(write_files):
    task = open_pawsx(write_files({"dev-ko.tsv": DEV}))
    assert told(task.evaluation("ko")) == [
        ("a1", "a2", "paraphrase", "dev:1"),
        ("d1", "d2", "not_paraphrase", "dev:4"),
    ]
    assert task.left_out("ko") == {"without a translation": 2}


def test_test_labels_come_back_and_an_undetermined_one_leaves_its_row_out(write_files):
    task = open_pawsx(
        write_files(
            {
                "xtreme/test-de.tsv": "a\tb\nc\td\n",
                "derived/test-labels.tsv": "row\tid\tlabel\n0\t10\t1\n1\t12\t\n",
            }
        )
    )
    assert told(task.evaluation("de")) == [("a", "b", "paraphrase", "test:1")]
    assert task.left_out("de") == {"with an undetermined label": 1}


def test_the_hub_s_files_and_tables_with_a_header_read_the_same(write_files):
    rows = [
        {"id": 7, "sentence1": "a", "sentence2": "b", "label": 1},
        {"id": 9, "sentence1": "c", "sentence2": "NS", "label": 0},
    ]
    header = "id\tsentence1\tsentence2\tlabel\n"
    task = open_pawsx(
        write_files(
            {
                "en/test-00000-of-00001.parquet": rows,
                "de/test.tsv": header + "7\ta\tb\t1\n9\tc\tNS\t0\n",
            }
        )
    )
    assert told(task.evaluation("en")) == told(task.evaluation("de"))
    assert told(task.evaluation("en")) == [("a", "b", "paraphrase", "test:7")]


def test_a_row_that_is_missing_takes_no_other_s_label(write_files):
    labels = "row\tlabel\n0\t1\n1\t0\n2\t1\n"
    task = open_pawsx(write_files({"test-de.tsv": "a\tb\nc\td\n", "test-labels.tsv": labels}))
    with pytest.raises(DataError, match=r"has 2 rows, test-labels\.tsv has 3 labels"):
        task.evaluation("de")


LABELLED = [("a", 1), ("b", 0), ("c", 0), ("d", 1)]


def table(rows):
    return "".join(f"{text}\tsecond\t{label}\n" for text, label in rows)


@pytest.mark.parametrize(
    ("german", "message"),
    [
        (LABELLED[:-1], r"dev-en\.tsv has 4 rows, .*dev-de\.tsv has 3"),
        # the second row is missing, so every further one would be taken for another's translation
        ([*LABELLED[:1], *LABELLED[2:], ("e", 0)], r"has other labels than .* in 2 of 4 rows"),
    ],
)
def test_files_joined_by_row_must_fit_each_other(write_files, german, message):
    task = open_pawsx(write_files({"dev-en.tsv": table(LABELLED), "dev-de.tsv": table(german)}))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


def test_labels_of_missing_translations_and_files_with_ids_need_not_fit(write_files):
    german = [("e", 1), ("f", 0), ("g", 0), ("NS", 0)]
    with_ids = "id\tsentence1\tsentence2\tlabel\n3\tc\td\t1\n"
    files = {
        **{"dev-en.tsv": table(LABELLED), "dev-de.tsv": table(german)},
        **{"test-en.tsv": with_ids + "4\te\tf\t0\n", "test-de.tsv": with_ids},
    }
    task = open_pawsx(write_files(files))
    assert [len(task.train(lang)) for lang in ("en", "de")] == [2, 1]
    assert [len(task.evaluation(lang)) for lang in ("en", "de")] == [4, 3]


def test_rows_without_an_id_are_no_translations_of_each_other(write_files):
    rows = [{"id": None, "sentence1": text, "sentence2": "b", "label": 1} for text in "ac"]
    task = open_pawsx(write_files({"en/test-00000-of-00001.parquet": rows}))
    assert [row.meaning for row in task.evaluation("en")] == ["test:1", "test:2"]


def test_parts_of_a_file_count_on(write_files):
    """Parquet files number their rows from 1 again: pair 1 and pair 3 would be one."""
    rows = [{"sentence1": f"s{i}", "sentence2": "b", "label": i % 2} for i in range(5)]
    parts = {"en/test-00000-of-00002.parquet": rows[:2], "en/test-00001-of-00002.parquet": rows[2:]}
    lines = [f"t{i}\tb\t{i % 2}\n" for i in range(5)]
    task = open_pawsx(write_files({**parts, "test-zh.tsv": "".join(lines)}))
    for lang in ("en", "zh"):
        assert [row.meaning for row in task.evaluation(lang)] == [f"test:{i}" for i in range(1, 6)]
    shifted = open_pawsx(write_files({**parts, "test-ko.tsv": "".join(lines[1:])}))
    with pytest.raises(DataError, match=r"test-ko.tsv has 4 rows, .*00000-of-00002.parquet has 5"):
        shifted.evaluation("ko")


def test_a_pair_that_is_trained_on_in_one_language_is_scored_in_none(write_files):
    task = open_pawsx(
        write_files(
            {
                "dev-en.tsv": "a\tb\t1\nc\td\t0\n",
                "dev-de.tsv": "x\ty\t1\nz\tw\t0\n",
                "test-de.tsv": "x\ty\n",
                "test-labels.tsv": "row\tlabel\n0\t1\n",
            }
        )
    )
    # the German pair of row 1 is among what stands in for training data
    assert told(task.evaluation("en")) == [("c", "d", "not_paraphrase", "dev:2")]
    assert task.left_out("en") == {"in training data in another language": 1}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dev-en.tsv": "a\tb\t2\n"}, "line 1: unknown label '2'; known are 0, 1"),
        ({"dev-en.tsv": "a\tb\t1\nc\n"}, "line 2: 1 columns where 3 should be"),
        ({"dev-en.jsonl": [{"sentence1": "a", "label": 1}]}, "line 1: no column 'sentence2'"),
        ({"test-en.tsv": "a\tb\n"}, "has no labels"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(write_files, files, message):
    task = open_pawsx(write_files(files))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


# SOURCE.md of the corpus: rows without a translation on dev and on test
UNTRANSLATED = {
    "de": (68, 32),
    "en": (0, 0),
    "es": (38, 1),
    "fr": (8, 14),
    "ja": (20, 54),
    "ko": (35, 28),
    "zh": (16, 25),
}


@pytest.fixture(scope="module")
def pawsx():
    return open_pawsx(PAWSX)


@pytest.mark.realdata
@pytest.mark.skipif(not PAWSX.is_dir(), reason="PAWS-X is not beside the project")
class TestRealFiles:
    @pytest.mark.parametrize("lang", UNTRANSLATED)
    def test_untranslated_rows_are_as_published(self, pawsx, lang):
        on_dev, on_test = UNTRANSLATED[lang]
        assert pawsx.left_out(lang).get("without a translation", 0) == on_dev
        # six labels are undetermined; of these rows some have no translation either
        assert 2000 - on_test - 6 <= len(pawsx.train(lang)) <= 2000 - on_test
        assert len(pawsx.evaluation(lang)) + sum(pawsx.left_out(lang).values()) == 2000

    def test_labels_are_as_published(self, pawsx):
        # of 2,000 test rows 1,091 are 0, 903 are 1, six are undetermined
        labels = [row.label for row in pawsx.train("en")]
        assert (labels.count(0), labels.count(1)) == (1091, 903)

    def test_nothing_scored_is_trained_on_in_any_language(self, pawsx):
        trained = {(r.text, r.pair) for lang in pawsx.train_langs for r in pawsx.train(lang)}
        meanings = {}
        for lang in pawsx.eval_langs:
            for row in pawsx.evaluation(lang):
                assert (row.text, row.pair) not in trained
                meanings.setdefault(row.meaning, set()).add(row.label)
        # the languages agree on every row that is left
        assert {len(labels) for labels in meanings.values()} == {1}
