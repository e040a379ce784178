"""The grid of data, from files whose every row is known."""

import pytest

from mslt_core.pipeline import data_coverage, task_offer
from mslt_core.pipeline.coverage import _short
from mslt_core.spec.errors import BadInputError


@pytest.fixture
def folder(tmp_path):
    """WikiANN with 2 training rows in en, none in sw, one dev row in en and sw."""
    row = "Mary\tB-PER\n"
    for name, text in (
        ("train-en", f"{row}\n{row}"),
        ("dev-en", row),
        ("dev-sw", row),
    ):
        (tmp_path / f"{name}.tsv").write_text(text)
    return tmp_path


def test_rows_are_counted_and_marked_by_their_use(folder):
    result = data_coverage("wikiann", str(folder))
    train, dev, test = (result.column(split) for split in ("train", "dev", "test"))
    assert (train["en"].mark, train["en"].shown) == ("for training", "2")
    assert (dev["sw"].mark, dev["sw"].shown) == ("for scoring", "1")
    assert (train["sw"].mark, train["sw"].shown) == ("nothing", "")
    assert train["sw"].told == "the data holds no train file of this language"
    assert {cell.mark for cell in test.values()} == {"nothing"}


def test_languages_of_the_data_come_first_then_those_that_the_task_proposes(folder):
    langs = data_coverage("wikiann", str(folder)).langs
    assert langs[:2] == ("en", "sw")
    assert {"ar", "de", "el", "zh"} < set(langs[2:])
    assert list(langs[2:]) == sorted(langs[2:])


def test_other_resources_say_what_they_have_and_why_not(folder):
    result = data_coverage("wikiann", str(folder))
    assert result.column("pud")["en"].told.startswith("UD_English-PUD")
    assert result.column("pud")["sw"].mark == "nothing"
    assert result.column("xlmr_gib")["en"].told == "300.8 GiB that XLM-R saw"
    assert result.column("bloom")["de"].told == "BLOOM never saw this language"
    assert result.column("bloom")["el"].told == "no size is published of BLOOM's pretraining text"
    assert result.column("syntax")["en"].shown == "100 %"


def test_nothing_is_never_0(folder):
    result = data_coverage("wikiann", str(folder))
    cells = [cell for row in result.cells.values() for cell in row]
    assert all(cell.told for cell in cells)
    assert all((cell.shown == "") == (cell.mark == "nothing") for cell in cells)
    assert not any(cell.shown.split()[:1] == ["0"] for cell in cells)


def test_an_empty_file_is_nothing(folder):
    (folder / "train-de.tsv").write_text("")
    cell = data_coverage("wikiann", str(folder)).column("train")["de"]
    assert (cell.mark, cell.told) == ("nothing", "the train file is empty")


def test_of_own_data_only_what_is_there_is_listed(tmp_path):
    (tmp_path / "task.yaml").write_text("kind: classification\ntitle: Films\nlabels: [bad, good]\n")
    for split in ("train", "test"):
        (tmp_path / f"{split}-en.tsv").write_text("text\tlabel\nfine\tgood\n")
    assert data_coverage("own", str(tmp_path)).langs == ("en",)


def test_the_example_needs_no_folder_and_others_do():
    assert data_coverage("cldr-ner", None).column("test")["sw"].shown == "500"
    with pytest.raises(BadInputError, match="WikiANN needs a folder with its files"):
        data_coverage("wikiann", None)
    with pytest.raises(BadInputError, match="Your own data needs a folder with its files"):
        task_offer("own", None)


@pytest.mark.parametrize(
    ("size", "unit", "shown"),
    [
        (300.8, "GiB", "301 GiB"),
        (0.1, "GiB", "0.1 GiB"),
        (2733.0, "billion tokens", "2,733 bn"),
        (14_204_367_805.0, "bytes", "14.2 GB"),
        (6_426_868.0, "bytes", "6.43 MB"),
    ],
)
def test_sizes_in_a_few_characters(size, unit, shown):
    assert _short(size, unit) == shown
