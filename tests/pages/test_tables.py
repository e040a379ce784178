"""What a table says of a probability: below a limit, never nought."""

import pandas as pd

from mslt_core import pipeline
from mslt_core.spec.mechanism import Association
from pages._shared import decimals, mechanism_table

FRAME = pd.DataFrame(
    {
        "set": ["SSLT(en)", "MSLT(de, en)", "SSLT(zh)"],
        "difference": [12.5, -0.00001, 1_234.56789],
        "n": pd.array([3, None, 1200], dtype="Int64"),
        "p": [2e-7, 0.00012, 0.0312],
        "by lot, p (Holm)": [None, 0.004, 0.0],
        "pool": ["a", "b", "c"],
    }
)


def shown(frame: pd.DataFrame) -> list[list[str]]:
    """The cells as Streamlit is given them."""
    rows = decimals.never_nought(frame)._translate(False, False)["body"]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in rows]


def test_small_probabilities_are_below_a_limit_and_other_columns_as_without():
    cells = shown(FRAME)
    assert [row[3] for row in cells] == ["<\u00a00.001", "<\u00a00.001", "0.03"]
    assert [row[4] for row in cells] == ["–", "0.004", "<\u00a00.001"]
    assert [row[1] for row in cells] == ["12.5000", "0.0000", "1234.5679"]
    assert [row[2] for row in cells] == ["3", "–", "1200"]
    assert [row[5] for row in cells] == ["a", "b", "c"]


def test_they_are_sorted_as_the_numbers_that_they_are():
    assert decimals.never_nought(FRAME).data["p"].tolist() == [2e-7, 0.00012, 0.0312]
    plain = FRAME[["set", "difference"]]
    assert decimals.never_nought(plain) is plain


def test_latex_and_slides_say_them_so_too():
    told = decimals.probabilities_told(FRAME)
    assert told["p"].tolist() == ["<\u00a00.001", "<\u00a00.001", "0.03"]
    assert pd.isna(told["by lot, p (Holm)"][0])
    assert "& $<$~0.001 &" in pipeline.as_latex(told)  # a bare < is another character in OT1


def test_mechanism_rounds_no_probability_away():
    one = Association(
        **dict.fromkeys(("slope", "low", "high", "correlation"), 0.1),
        **dict.fromkeys(("correlation_low", "correlation_high", "spread"), 0.1),
        p=3e-6,
        df=5,
        n=20,
        n_sets=9,
        n_targets=8,
    )
    assert mechanism_table._row("same target", one, 0.1)["p"] == 3e-6
