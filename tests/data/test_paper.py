"""The paper's tables: read as printed, whole or refused."""

import csv
import dataclasses
from pathlib import Path

import pytest

from mslt_core.data import paper
from mslt_core.data.paper import paper_tables
from mslt_core.spec.errors import DataError

PAPER = Path(__file__).parents[2].parent / "shared" / "paper"


def rows(name: str) -> list[dict[str, str]]:
    if not PAPER.is_dir():
        pytest.skip("the paper's tables are not beside the project")
    with (PAPER / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_some_cells_read_off_the_print():
    tables = paper_tables()
    assert tables.criteria["inventory", "xwinograd"] == (58.20, 3)
    assert tables.criteria["min", "xcopa"] == (48.87, 35)
    assert tables.english_fixed["vocabulary_coverage", "xwinograd"] == 2
    assert tables.top_sets["xcopa", 1] == ("de", "en", "zh")
    assert tables.writing_systems["wikiann"] == (72.26, 72.69, 73.07)  # nothing is exchanged back
    assert tables.similarity["phonology", "xstorycloze"] == (51.05, 55.12)


def test_every_table_is_whole():
    tables = paper_tables()
    sizes = {f.name: len(getattr(tables, f.name)) for f in dataclasses.fields(tables)}
    # ten rows of five tasks, twice; five tasks of five sets; five tasks; seven rows of five tasks
    assert sizes == {
        "criteria": 50,
        "english_fixed": 50,
        "top_sets": 25,
        "writing_systems": 5,
        "similarity": 35,
    }


def test_sets_of_table_3_are_as_frequent_as_section_6_1_says():
    # "zh, ar and de are the most commonly used languages, with frequencies of 17, 15, and 15"
    langs = [lang for top in paper_tables().top_sets.values() for lang in top]
    assert {lang: langs.count(lang) for lang in ("zh", "ar", "de")} == {
        "zh": 17,
        "ar": 15,
        "de": 15,
    }


@pytest.mark.parametrize("side", [0, 1])
def test_averages_of_table_6_are_those_of_its_rows(side):
    similarity = paper_tables().similarity
    for task in paper_tables().writing_systems:
        scores = [s[side] for (row, t), s in similarity.items() if t == task and row != "average"]
        # two decimals in print; 56.285 was rounded up
        assert sum(scores) / 6 == pytest.approx(similarity["average", task][side], abs=0.0051)


def test_tables_cannot_be_changed():
    with pytest.raises(TypeError):
        paper_tables().top_sets["xnli", 1] = ("ar", "de", "en")  # type: ignore[index]
    assert paper_tables() is paper_tables()


@pytest.mark.realdata
def test_equal_to_the_transcription_beside_the_project():
    tables = paper_tables()
    table1 = {
        (r["criterion"], r["task"]): (float(r["score"]), int(r["rank"]))
        for r in rows("table1_criteria")
    }
    table2 = {
        (r["criterion"], task): int(r[task])
        for r in rows("table2_english_fixed_ranks")
        for task in tables.writing_systems
    }
    table3 = {
        (r["task"], int(r["rank"])): tuple(r["languages"].split()) for r in rows("table3_top5_sets")
    }
    cases = ("all_same", "two_share", "all_differ")
    table4 = {
        r["task_as_printed"]: tuple(float(r[case]) for case in cases)
        for r in rows("table4_writing_systems")
    }
    table6 = {
        (r["criterion"], r["task"]): (float(r["most_similar"]), float(r["least_similar"]))
        for r in rows("table6_most_vs_least_similar")
    }
    assert tables.criteria == table1
    assert tables.english_fixed == table2
    assert tables.top_sets == table3
    assert tables.writing_systems == table4
    assert tables.similarity == table6


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        (1, ("76.30 (35)", "76.3 (35)"), r"paper_table1.tsv has a cell that does not fit .*'76.3 "),
        (2, ("\t15\t", "\t15\t15\t"), r"paper_table2.tsv must hold a header and rows of its width"),
        (3, ("de fr zh", "de de zh"), r"no set of languages: 'de de zh'"),
        (3, ("de fr zh", "de xx zh"), r"no set of languages: 'de xx zh'"),
        (4, ("XCOPA", "COPA"), r"paper_table4.tsv names no task of the paper: 'COPA'"),
        (6, ("77.93 85.58", "85.58"), r"does not fit its table: '85.58'"),
    ],
)
def test_says_what_is_wrong(tmp_path, monkeypatch, table, change, message):
    for path in Path(paper.__file__).parent.glob("paper_table*.tsv"):
        text = path.read_text(encoding="utf-8")
        if path.name == f"paper_table{table}.tsv":
            assert change[0] in text
            text = text.replace(*change, 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(paper, "__file__", str(tmp_path / "paper.py"))
    with pytest.raises(DataError, match=message):
        paper_tables.__wrapped__()


def test_a_table_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "__file__", str(tmp_path / "paper.py"))
    with pytest.raises(DataError, match=r"paper_table1.tsv cannot be read \(.*No such file"):
        paper_tables.__wrapped__()
