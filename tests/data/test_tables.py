"""Tables are read whole and literally, or refused with file and line."""

import pytest

from mslt_core.data.tables import Record, first_cells, n_parquet_rows, read_records
from mslt_core.spec.errors import DataError

ROWS = [{"text": 'say "a', "label": "yes"}, {"text": "b, c", "label": "no"}]


def fields(path, columns=None):
    return [dict(record.fields) for record in read_records(path, columns)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", 'text\tlabel\nsay "a\tyes\nb, c\tno\n'),
        ("a.tsv", '\ufefftext\tlabel\r\nsay "a\tyes\r\n\r\nb, c\tno\r\n'),
        ("a.csv", 'text,label\n"say ""a",yes\n"b, c",no\n'),
        ("a.jsonl", ROWS),
        ("a.parquet", ROWS),
    ],
)
def test_every_format_tells_the_same(write_files, name, content):
    assert fields(write_files({name: content}) / name) == ROWS


def test_a_table_without_a_header_takes_the_names_given(write_files):
    path = write_files({"a.tsv": "1\t2\n3\t4\n"}) / "a.tsv"
    assert fields(path, ["x", "y"]) == [{"x": "1", "y": "2"}, {"x": "3", "y": "4"}]


def test_a_character_written_as_two_escapes_is_one(write_files):
    path = write_files({"a.jsonl": '{"x": "\\ud83d\\ude00"}\n'}) / "a.jsonl"
    assert fields(path) == [{"x": "😀"}]


def test_rows_are_named_by_file_and_line(write_files):
    folder = write_files({"a.tsv": "x\n\n1\n\n2\n", "b.jsonl": "\n{}\n", "c.parquet": [{"x": 1}]})
    ids = [record.row_id for name in ("a.tsv", "b.jsonl") for record in read_records(folder / name)]
    assert ids == ["a.tsv:3", "a.tsv:5", "b.jsonl:2"]
    assert read_records(folder / "c.parquet")[0].row_id == "c.parquet:1"


def test_only_the_wanted_columns_of_a_parquet_file_are_read(write_files):
    path = write_files({"a.parquet": ROWS}) / "a.parquet"
    assert fields(path, ["label"]) == [{"label": "yes"}, {"label": "no"}]
    assert n_parquet_rows(path) == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "", r"a\.tsv is empty"),
        ("a.tsv", "x\ty\n", r"a\.tsv has no row"),
        ("a.tsv", "\n \n", r"a\.tsv has no row"),
        ("a.tsv", "x\tx\n1\t2\n", r"a\.tsv: two columns of one name among x, x"),
        ("a.tsv", "x\ty\n1\t2\n\n3\n", r"line 4: 1 columns where 2 should be \(x, y\), got '3'"),
        ("a.tsv", "x\ty\n1\t2\n3\t", r"line 3: the last line has no line end, .*cut short"),
        ("a.tsv", b"x\ty\n1\t2\n\xe9t\xe9\t4\n", r"a\.tsv, line 3: not UTF-8 \(byte 0xe9\)"),
        ("a.csv", 'x,y\n"1\n2",3\n', r"a\.csv, line 2: a quoted field holds a line end"),
        ("a.jsonl", '{"x": 1}\n{"x": \n', r"a\.jsonl, line 2: not JSON"),
        ("a.jsonl", '{}\n{"x": "\\ud83d"}\n', r"line 2: half a character in the JSON"),
        ("a.jsonl", "[" * 10**5 + "\n", r"line 1: too deep or long in the JSON"),
        ("a.jsonl", '{"x": 1}\n{"x": 1, "x": 2}\n', r"line 2: the key 'x' is there twice"),
        ("a.jsonl", "[1]\n", r"a\.jsonl, line 1: must be a JSON object, got '\[1\]'"),
        ("a.parquet", b"PAR1 and no more", r"a\.parquet is not a readable Parquet file"),
        ("a.parquet", b"", r"a\.parquet is not a readable Parquet file"),
        (
            "a.csv",
            "x;y\n1;2\n",
            r"columns are apart by semicolons, got 'x;y'\. Save it with commas",
        ),
        ("a.xlsx", "x", r"a\.xlsx has no known format\. It may end in \.tsv, \.csv"),
    ],
)
def test_a_damaged_table_is_refused(write_files, name, content, message):
    with pytest.raises(DataError, match=message):
        read_records(write_files({name: content}) / name)


def test_a_parquet_file_cut_short_is_refused(write_files):
    path = write_files({"a.parquet": ROWS}) / "a.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    for read in (read_records, n_parquet_rows):
        with pytest.raises(DataError, match="not a readable Parquet file"):
            read(path)


def test_a_field_is_what_it_should_be_or_refused(tmp_path):
    record = Record(tmp_path / "a.tsv", 7, {"text": " ", "n": 3, "flag": True, "label": " yes "})
    assert record.value("n") == 3
    assert record.choice("label", ("no", "yes")) == 1
    assert Record(tmp_path, 1, {"label": 0}).choice("label", ("no", "yes")) == 0
    for act, message in [
        (lambda: record.text("text"), r"a\.tsv, line 7: text must be text, got ' '"),
        (lambda: record.text("n"), "n must be text, got 3"),
        (lambda: record.text("none"), "no column 'none'; there are text, n, flag, label"),
        (lambda: record.choice("n", ("no", "yes")), "unknown n 3; known are no, yes"),
        (lambda: record.choice("flag", ("no", "yes")), "unknown flag True"),
        (lambda: record.choice("text", ("no", "yes")), "unknown text ' '"),
    ]:
        with pytest.raises(DataError, match=message):
            act()


def test_the_first_line_tells_the_header(write_files):
    folder = write_files({"a.tsv": "\ufeffx\ty\r\n1\t2\r\n", "a.csv": "x,y\n"})
    assert first_cells(folder / "a.tsv") == ["x", "y"]
    assert first_cells(folder / "a.csv", ",") == ["x", "y"]
    with pytest.raises(DataError, match="cannot read"):
        first_cells(folder / "none.tsv")
