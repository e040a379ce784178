"""Tables that leave: a spreadsheet may open them, and the text comes back as it was."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mslt_core.pipeline import as_csv, rows_as_csv
from mslt_core.spec.cells import neutralised, restored

LEADS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = (
    '=HYPERLINK("http://evil.example", "click")',
    "=1+1",
    "==1",
    "=cmd|'/C calc'!A0",
    "+cmd|' /C notepad'!A1",
    "+SUM(1,2)",
    "-2+3+cmd|' /C calc'!A0",
    "-SUM(1)",
    "- 1",
    "-",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff20SUM",
    "'=1+1",
    "''=1+1",
    "+49 30 1234",
    "1e5".replace("1e5", "-1e5x"),
)
PLAIN = (
    "MSLT(de, en, es)",
    "ar, en",
    "-0.5",
    "+3",
    "-1e-05",
    "-12%",
    "1-2",
    "a=b",
    "'tis",
    "−3",
    "",
)


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_leaves_as_one(text):
    frame = pd.DataFrame({"name": [text], text: [1.5]})
    for written in (as_csv(frame), rows_as_csv(("name", text), [(text, 1.5)])):
        (_, header), (cell, number) = cells(written)
        for found in (header, cell):
            assert not found.startswith(LEADS)
            assert found == f"'{text}"
            assert restored(found) == text
        assert number == "1.5"


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_and_numbers_stay_as_they_are(text):
    assert neutralised(text) == text
    assert restored(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ' 1.e%a\ufeff\uff1d")))
def test_what_was_marked_comes_back(text):
    assert restored(neutralised(text)) == text


def test_numbers_of_every_type_are_untouched():
    frame = pd.DataFrame(
        {"loss": [-1.5, None], "rank": [-1, None], "seen": [True, False], "set": ["-x", None]}
    )
    for whole in (frame, frame.convert_dtypes()):
        assert cells(as_csv(whole)) == [
            ["loss", "rank", "seen", "set"],
            ["-1.5", cells(as_csv(whole))[1][1], "True", "'-x"],
            ["", "", "False", ""],
        ]
        assert float(cells(as_csv(whole))[1][1]) == -1


def test_two_columns_of_one_name_are_both_kept():
    frame = pd.DataFrame([["=a", "=b"]], columns=["x", "x"])
    assert cells(as_csv(frame)) == [["x", "x"], ["'=a", "'=b"]]


def test_the_frame_itself_is_not_changed():
    frame = pd.DataFrame({"name": ["=a"]})
    as_csv(frame)
    assert frame["name"].tolist() == ["=a"]
