"""The usual ways to lay out splits and languages are told apart, and never mixed up."""

import pytest

from mslt_core.data.tasks.layouts import find_files, find_joint_files
from mslt_core.spec.errors import DataError


def names(folder, found):
    return {
        (split, lang): [path.relative_to(folder).as_posix() for path in paths]
        for split, by_lang in found.items()
        for lang, paths in by_lang.items()
    }


@pytest.mark.parametrize(
    ("files", "found"),
    [
        # XTREME
        (["train-en.tsv", "dev-de.tsv"], [("train", "en"), ("dev", "de")]),
        # XCOPA, and codes of three letters
        (["val.sw.jsonl", "test.tha.jsonl"], [("dev", "sw"), ("test", "th")]),
        (["en_train.csv", "de-valid.csv"], [("train", "en"), ("dev", "de")]),
        # SIB-200: a folder a language, with its script
        (["eng_Latn/train.tsv", "zho_Hans/test.tsv"], [("train", "en"), ("test", "zh")]),
        # the hub, and its own conversion
        (["en/train-00000-of-00001.parquet"], [("train", "en")]),
        (["en/validation/0000.parquet"], [("dev", "en")]),
        (["sw/val.sw.jsonl"], [("dev", "sw")]),
    ],
)
def test_the_usual_layouts(write_files, files, found):
    folder = write_files(dict.fromkeys(files, "x\n"))
    assert names(folder, find_files(folder)) == {
        key: [file] for key, file in zip(found, files, strict=True)
    }


def test_the_parts_of_a_split_stay_in_order(write_files):
    parts = [f"en/train-0000{i}-of-00003.parquet" for i in range(3)]
    converted = [f"de/train/000{i}.parquet" for i in range(2)]
    folder = write_files(dict.fromkeys([*reversed(parts), *converted], "x"))
    assert names(folder, find_files(folder)) == {("train", "en"): parts, ("train", "de"): converted}


def test_older_shards_carry_a_hash(write_files):
    parts = [f"en/train-0000{i}-of-00002-{'4d4b' * 4}.parquet" for i in range(2)]
    folder = write_files(dict.fromkeys(parts, "x"))
    assert names(folder, find_files(folder)) == {("train", "en"): parts}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            ["en/train-00000-of-00003.parquet", "en/train-00002-of-00003.parquet"],
            "train of en has 2 of its 3 Parquet files; missing: 00001-of-00003",
        ),
        (
            ["train-00000-of-00009.parquet"],
            "train of all languages has 1 of its 9 .*: 00001-of-00009, .*, 00003-.* and 5 more",
        ),
        (
            ["en/train-00000-of-00001.parquet", "en/train-00000-of-00002.parquet"],
            "train of en is there 2 times: train-00000-of-00001.parquet, train-00000-of-00002",
        ),
        (
            [f"en/train-00000-of-00001{end}.parquet" for end in ("", "-0123456789abcdef")],
            "train of en is there 2 times",
        ),
    ],
)
def test_a_shard_that_is_missing_or_there_twice_is_told(write_files, files, message):
    """What is read would look like all that there is."""
    folder = write_files(dict.fromkeys(files, "x"))
    find = find_files if "/" in files[0] else find_joint_files
    with pytest.raises(DataError, match=message):
        find(folder)


def test_what_is_no_data_of_a_known_language_is_left_out(write_files):
    folder = write_files(
        dict.fromkeys(
            [
                *("README.md", "notes-en.tsv", "train-xx.tsv", "test-labels.tsv", "train.tsv"),
                *("zho_Hant/train.tsv", "en/labels.txt", "en/test.de.tsv", "en/other/0.parquet"),
                *("all_languages/train.tsv", "train-en.tsv.bak"),
            ],
            "x\n",
        )
    )
    assert names(folder, find_files(folder)) == {}


def test_the_first_place_that_holds_anything_is_taken(write_files):
    folder = write_files({"data/train-en.tsv": "", "deep/data/train-de.tsv": ""})
    assert names(folder, find_files(folder, below=("", "data", "deep/data"))) == {
        ("train", "en"): ["data/train-en.tsv"]
    }


def test_splits_may_be_called_otherwise(write_files):
    folder = write_files({"heldout-en.tsv": "", "fit-en.tsv": "", "test-en.tsv": ""})
    found = find_files(folder, split_of={"fit": "train", "heldout": "test"})
    assert names(folder, found) == {
        ("train", "en"): ["fit-en.tsv"],
        ("test", "en"): ["heldout-en.tsv"],
    }


def test_files_of_all_languages_together(write_files):
    folder = write_files({"train.jsonl": "", "validation/0000.parquet": "", "test-en.tsv": ""})
    found = find_joint_files(folder)
    assert {split: [p.name for p in paths] for split, paths in found.items()} == {
        "train": ["train.jsonl"],
        "dev": ["0000.parquet"],
    }


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["train-en.tsv", "en/train.tsv"], "train of en is there 2 times: train.tsv, train-en.tsv"),
        (["dev-en.tsv", "val-en.tsv"], "dev of en is there 2 times"),
        (["en/train.tsv", "eng/train.tsv"], "train of en is there 2 times"),
    ],
)
def test_two_layouts_at_once_are_refused(write_files, files, message):
    folder = write_files(dict.fromkeys(files, "x\n"))
    with pytest.raises(DataError, match=message):
        find_files(folder)


def test_two_joint_files_of_a_split_are_refused(write_files):
    folder = write_files({"dev.tsv": "", "val.tsv": ""})
    with pytest.raises(DataError, match="dev of all languages is there 2 times"):
        find_joint_files(folder)


def test_a_missing_folder_is_refused(tmp_path):
    for find in (find_files, find_joint_files):
        with pytest.raises(DataError, match=r"there is no folder .*none"):
            find(tmp_path / "none")
