"""What is trained on is not scored, in no language; what stands in for training is said."""

import numpy as np
import pytest

from mslt_core.data import tables
from mslt_core.data.tasks.layouts import find_files
from mslt_core.data.tasks.splits import LeftOut, SplitTask, file_by_file
from mslt_core.spec.errors import DataError
from mslt_core.spec.sentences import LabelledText


def read(path, lang, split):
    """``text TAB meaning``; a text of ``-`` is left out."""
    return [
        LeftOut(r.row_id, "without a text")
        if r.value("text") == "-"
        else LabelledText(row_id=r.row_id, text=r.text("text"), label=0, meaning=r.value("meaning"))
        for r in tables.read_records(path, ["text", "meaning"])
    ]


@pytest.fixture
def task(write_files):
    """A task on files of ``{"train_en": "text=meaning ...", ...}``."""

    def _task(stand_in=None, **contents):
        files = {
            f"{name.replace('_', '-')}.tsv": "".join(
                "\t".join((*row.split("="), "")[:2]) + "\n" for row in rows.split()
            )
            for name, rows in contents.items()
        }
        folder = write_files(files)
        return SplitTask(
            "toy",
            "classification",
            ("only",),
            folder=folder,
            found=find_files(folder),
            read=file_by_file(read),
            layout="train-<lang>.tsv",
            parallel=True,
            stand_in=stand_in,
        )

    return _task


def texts(rows):
    return [row.text for row in rows]


def test_some_rows_are_a_sample_that_is_the_same_in_every_language(task):
    """Files are sorted by genre or label: the first rows would be of one kind."""
    words = [f"w{i}" for i in range(200)]
    toy = task(test_en=" ".join(words), test_de=" ".join(words))
    some, more = (texts(toy.evaluation("en", n)) for n in (40, 80))
    assert some == sorted(some, key=words.index)
    assert set(some) < set(more)
    assert 20 < np.mean([words.index(word) for word in some]) / 2 < 80
    assert texts(toy.evaluation("de", 40)) == some
    assert texts(toy.evaluation("en", 1000)) == texts(toy.evaluation("en")) == words


def test_a_row_in_any_training_file_is_not_scored(task):
    toy = task(train_en="a b", train_de="c", test_en="a c d d e")
    # a is English training data, c German; d is there twice
    assert texts(toy.evaluation("en")) == ["d", "e"]
    assert len(toy.evaluation("en", 1)) == 1
    assert toy.left_out("en") == {"in training data": 2, "repeated": 1}
    assert texts(toy.train("en")) == ["a", "b"]


def test_a_meaning_in_training_data_is_scored_in_no_language(task):
    toy = task(
        train_en="one=1 two=2",
        test_de="eins=1 drei=3 vier=4",
        test_fr="deux=2 trois=3 quatre=4",
        test_sw="moja=1 tatu=3 one=4",
    )
    # 1 and 2 are trained on in English; 4 is, in Swahili, the same text as a training row
    assert [texts(toy.evaluation(lang)) for lang in ("de", "fr", "sw")] == [
        ["drei"],
        ["trois"],
        ["tatu"],
    ]
    assert toy.left_out("de") == {"in training data in another language": 2}
    assert toy.left_out("sw") == {"in training data in another language": 1, "in training data": 1}


def test_rows_that_are_left_out_are_counted(task):
    toy = task(train_en="- a -", test_en="- b")
    assert texts(toy.train("en")) == ["a"]
    assert texts(toy.evaluation("en")) == ["b"]
    assert toy.left_out("en") == {"without a text": 1}


def test_a_labelled_test_set_is_preferred_to_dev(task):
    toy = task(dev_en="a", dev_de="b", test_de="c")
    assert toy.evaluation_split == {"de": "test", "en": "dev"}
    assert toy.train_langs == ()


def test_the_test_set_stands_in_for_a_training_set_that_nobody_has(task):
    contents = {"dev_en": "a b", "test_en": "c a", "test_de": "d"}
    assert task(**contents).train_langs == ()
    toy = task(stand_in="test", **contents)
    assert (toy.train_langs, toy.eval_langs) == (("de", "en"), ("en",))
    assert texts(toy.train("en")) == ["c", "a"]
    assert texts(toy.evaluation("en")) == ["b"]
    # one training file in the folder, and test is scored again
    toy = task(stand_in="test", train_fr="x", **contents)
    assert (toy.train_langs, set(toy.evaluation_split.values())) == (("fr",), {"test"})


def test_dev_stands_in_for_the_training_set_of_each_language(task):
    toy = task(
        stand_in="dev", train_en="a", dev_en="b", test_en="c", dev_sw="d", test_sw="e", dev_qu="f"
    )
    assert toy.train_langs == ("en", "sw")
    assert (texts(toy.train("en")), texts(toy.train("sw"))) == (["a"], ["d"])
    # Quechua has dev alone: it is scored
    assert toy.evaluation_split == {"en": "test", "qu": "dev", "sw": "test"}
    uses = {(lang, split): use for lang, split, _, use in toy.files()}
    assert uses == {
        ("en", "train"): "training",
        ("en", "dev"): "nothing",
        ("en", "test"): "scoring",
        ("sw", "dev"): "training",
        ("sw", "test"): "scoring",
        ("qu", "dev"): "scoring",
    }


def test_the_fingerprint_follows_names_and_contents(task):
    before = task(train_en="a", test_en="b").fingerprint()
    assert task(train_en="a", test_en="b").fingerprint() == before
    assert task(train_en="a", test_en="c").fingerprint() != before


def test_absent_languages_are_refused(task):
    toy = task(train_en="a", test_de="b")
    with pytest.raises(DataError, match=r"toy has no training data for Thai \(th\) .* it has en"):
        toy.train("th")
    with pytest.raises(DataError, match=r"no labelled evaluation data for English.* it has de"):
        toy.evaluation("en")


def test_an_evaluation_of_nothing_is_refused(task):
    toy = task(train_en="a b", test_en="a - b a")
    with pytest.raises(
        DataError,
        match=r"toy has nothing left to score in English \(en\): 1 without a text, 3 in training",
    ):
        toy.evaluation("en")


def test_a_folder_without_its_files_is_refused(task):
    with pytest.raises(DataError, match=r"holds no file of toy\. It should hold train-<lang>"):
        task(notes="a")
