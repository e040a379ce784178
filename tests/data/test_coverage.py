"""The grid of a task's data, before anything is read."""

from pathlib import Path

import pytest

from mslt_core.data.tasks import TASKS, coverage, open_task
from mslt_core.data.tasks.counting import count_rows, count_sentences
from mslt_core.data.tasks.coverage import Coverage
from mslt_core.spec.errors import DataError

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def told(task, **how):
    return [(row.lang, row.split, row.n_rows, row.used_for) for row in coverage(task, **how)]


def test_files_are_listed_and_counted_when_asked(write_files):
    folder = write_files(
        {
            "train-de.tsv": "a\tO\nb\tO\n\n\nc\tO\n",
            "dev-de.tsv": "a\tO\n",
            "test-de.tsv": "a\n\nb\n",
            "en/train-00000-of-00001.parquet": [{"tokens": ["a"], "ner_tags": [0]}] * 3,
        }
    )
    task = open_task("wikiann", folder)
    assert told(task) == [
        ("de", "train", None, "training"),
        ("de", "dev", None, "scoring"),
        ("de", "test", None, "no labels"),
        ("en", "train", None, "training"),
    ]
    assert [row[2] for row in told(task, count=True)] == [2, 1, 2, 3]


def test_nothing_is_parsed_for_the_list(write_files):
    damaged = {"dev-en.tsv": b"\xff", "test-en.tsv": "no tabs"}
    assert told(open_task("xnli", write_files(damaged))) == [
        ("en", "dev", None, "scoring"),
        ("en", "test", None, "training"),
    ]


def test_the_example_s_numbers_are_known():
    rows = coverage(open_task("cldr-ner"))
    assert rows[0] == Coverage(lang="ar", split="train", n_rows=4000, used_for="training")
    assert len(rows) == 2 * 24


def test_a_file_of_all_languages_is_counted_by_language(write_files):
    rows = [{"text": "a", "label": "x", "lang": lang} for lang in ("en", "de", "en")]
    text = "kind: classification\ntitle: t\nlabels: [x, y]\ncolumns: {lang: lang}\n"
    task = open_task("own", write_files({"task.yaml": text, "train.jsonl": rows}))
    assert told(task, count=True) == [
        ("de", "train", 1, "training"),
        ("en", "train", 2, "training"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "columns", "n"),
    [
        ("a.tsv", "a\tb\n\nc\td\n", (), 2),
        ("a.tsv", "\ufeffx\ty\r\na\tb\r\n", ("x",), 1),
        ("a.csv", '"x",y\na,b\n', ("x", "y"), 1),
        ("a.tsv", "a\tb\n", ("x",), 1),
        ("a.tsv", "", ("x",), 0),
        ("a.jsonl", "{}\n{}\n", ("x",), 2),
    ],
)
def test_rows_are_lines_but_the_header(write_files, name, content, columns, n):
    assert count_rows(write_files({name: content}) / name, columns) == n


def test_sentences_stand_between_blank_lines(write_files):
    path = write_files({"a.conllu": "\n1\n2\n\r\n\n3\n"}) / "a.conllu"
    assert count_sentences(path) == 2


def test_what_cannot_be_counted_is_refused(tmp_path):
    for count in (count_rows, count_sentences):
        with pytest.raises(DataError, match="cannot read"):
            count(tmp_path / "none.tsv")


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the project")
@pytest.mark.parametrize(
    ("name", "folder", "counts"),
    [
        ("wikiann", "panx", {"train": 7 * 20_000, "dev": 14 * 10_000}),
        ("xnli", "xnli", {"dev": 15 * 2490, "test": 15 * 5010}),
        ("pawsx", "pawsx", {"dev": 7 * 2000, "test": 7 * 2000}),
        ("udpos", "pud", {"test": 21 * 1000}),
        ("sib200", "sib200", {"train": 22 * 701, "dev": 22 * 99, "test": 22 * 204}),
        ("xcopa", "xcopa", {"train": 400, "dev": 12 * 100, "test": 12 * 500}),
        # dev of ar, bn, fi, id, ru and te has no answers; en, ko and sw hold out some of train
        (
            "tydiqa",
            "tydiqa",
            {"train": 3696 + 1625 + 2755 - 1618, "dev": 1618 + 921 + 113 + 782 + 565 + 812 + 669},
        ),
    ],
)
def test_the_real_corpora_are_as_published(name, folder, counts):
    assert name in TASKS
    found = {}
    for row in coverage(open_task(name, DATA / folder), count=True):
        found[row.split] = found.get(row.split, 0) + row.n_rows
    assert found == counts
