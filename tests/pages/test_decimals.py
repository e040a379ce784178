"""One number of decimals in a column."""

import pandas as pd

from mslt_core.pipeline import as_latex
from pages._shared.decimals import decimals_of, rounded, with_decimals


def test_a_column_has_the_decimals_of_its_longest_fraction():
    assert decimals_of(pd.Series([71.0, 66.6, None])) == 1
    assert decimals_of(pd.Series([1.08, 1.196])) == 3
    assert decimals_of(pd.Series([1 / 3])) == 4  # no more than Streamlit shows
    assert decimals_of(pd.Series([0.00001, 2.0])) == 0
    assert decimals_of(pd.Series([], dtype=float)) == 0


def test_points_are_rounded_and_probabilities_are_not():
    """Nor is a column taken for a probability whose set has a name with p."""
    frame = pd.DataFrame({"paper": [60.6667], "p": [0.0312], "p (Holm)": [2e-7], "set": ["a"]})
    assert rounded(frame, 1).iloc[0].tolist() == [60.7, 0.0312, 2e-7, "a"]


def test_no_minus_stands_before_nought():
    """Nor does it leave the page: papers take tables as LaTeX."""
    frame = rounded(pd.DataFrame({"gain": [-0.04, 1.26], "n": [1, 2]}), 1)
    assert "0.0 & 1" in as_latex(frame)
    assert "-0.0" not in as_latex(frame)
    assert frame.dtypes["n"].kind == "i"


def test_whole_numbers_and_words_are_left_as_they_are():
    frame = pd.DataFrame({"set": ["a"], "seeds": [3], "score": [71.0], "low": [None]})
    frame = frame.assign(score=[70.5]).convert_dtypes()
    assert list(with_decimals(frame)) == ["score"]
    assert with_decimals(frame)["score"]["type_config"]["format"] == "%.1f"
    assert with_decimals(frame, 2)["score"]["type_config"]["format"] == "%.2f"
