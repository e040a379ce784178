"""SIB-200: the same sentences in every language, by their index."""

from pathlib import Path

import pytest

from mslt_core.data.tasks.sib200 import LABELS, open_sib200
from mslt_core.spec.errors import DataError

SIB = Path(__file__).parents[2].parent / "shared" / "data" / "sib200"

HEADER = "index_id\tcategory\ttext\n"


@pytest.mark.parametrize("place", ["", "data/annotated/", "data/"])
def test_a_folder_a_language_and_script(write_files, place):
    files = {
        f"{place}eng_Latn/train.tsv": HEADER + '3\ttravel\tThe "old" town\n',
        f"{place}kor_Hang/test.tsv": HEADER + "9\tsports\t공\n",
        f"{place}zho_Hant/test.tsv": HEADER + "9\tsports\t球\n",
        f"{place}eng_Latn/labels.txt": "travel\n",
    }
    task = open_sib200(write_files(files))
    (row,) = task.train("en")
    assert (row.text, row.pair, LABELS[row.label], row.meaning) == (
        'The "old" town',
        None,
        "travel",
        "3",
    )
    # Korean's letters are its usual script, traditional Chinese is not Chinese's
    assert task.eval_langs == ("ko",)


def test_akan_is_not_read_twice(write_files):
    text = HEADER + "3\ttravel\tx\n"
    task = open_sib200(write_files({"aka_Latn/train.tsv": text, "twi_Latn/train.tsv": text}))
    assert len(task.train("ak")) == 1


def test_a_sentence_of_another_language_s_training_set_is_not_scored(write_files):
    files = {
        "en/train.tsv": HEADER + "3\ttravel\tx\n",
        "de/test.tsv": HEADER + "3\ttravel\ty\n4\tsports\tz\n",
    }
    task = open_sib200(write_files(files))
    assert [row.text for row in task.evaluation("de")] == ["z"]
    assert task.left_out("de") == {"in training data in another language": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "3\tcooking\tx\n", "line 2: unknown category 'cooking'; known are science"),
        ("index_id\ttext\n3\tx\n", "line 2: no column 'category'"),
        (HEADER + "3\ttravel\n", "line 2: 2 columns where 3 should be"),
        (HEADER, "has no row"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(write_files, text, message):
    task = open_sib200(write_files({"eng_Latn/test.tsv": text}))
    with pytest.raises(DataError, match=message):
        task.evaluation("en")


@pytest.mark.realdata
@pytest.mark.skipif(not SIB.is_dir(), reason="SIB-200 is not beside the project")
def test_the_real_files_are_as_published():
    task = open_sib200(SIB)
    assert len(task.train_langs) == len(task.eval_langs) == 22
    # SOURCE.md: topics of the training set
    counts = (176, 138, 102, 85, 77, 65, 58)
    meanings = set()
    for lang in task.eval_langs:
        labels = [row.label for row in task.train(lang)]
        assert tuple(map(labels.count, range(7))) == counts
        assert len(task.evaluation(lang)) == 204
        meanings |= {row.meaning for row in task.train(lang)}
    assert len(meanings) == 701
    assert not meanings & {row.meaning for lang in task.eval_langs for row in task.evaluation(lang)}
