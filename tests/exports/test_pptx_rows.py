"""Tables on slides: no number is broken, no row leaves its slide."""

import pytest

from mslt_core.exports.pptx_rows import LETTER, PADDING, grid, lines_of, shared_out


def test_a_table_with_room_is_as_wide_as_its_words():
    made = grid(("set", "mean"), [("MSLT(de, en)", "71.25")], 12)
    assert made.widths == pytest.approx([12 * LETTER + PADDING, 5 * LETTER + PADDING])
    assert (made.size, made.heights) == (12, [0.33, 0.33])


def test_numbers_are_whole_where_sentences_are_long():
    rows = [("67.56", "a sentence of many words that goes on and on " * 3)] * 2
    made = grid(("mean over targets", "evidence"), rows, 4)
    assert sum(made.widths) == pytest.approx(4)
    assert made.widths[0] >= len("targets") * LETTER + PADDING - 1e-9
    # 132 letters in 4 - 0.986 - 0.3 inches at most: five lines at least
    assert made.heights[1] >= 0.33 + 4 * 0.2


def test_letters_shrink_before_a_number_is_broken():
    made = grid(("n",) * 20, [("1,234.5",) * 20], 12)
    # 20 * (7 * 0.098 * size / 12 + 0.3) <= 12 inches: size <= 5.2; the smallest is taken
    assert made.size == 7
    assert sum(made.widths) == pytest.approx(12)
    made = grid(("n",) * 12, [("1,234.5",) * 12], 12.1)
    assert made.size == 12, "12 * (7 * 0.098 + 0.3) = 11.8"


def test_chinese_is_broken_anywhere():
    made = grid(("文", "n"), [("多源语言训练更好" * 10, "1")], 3)
    assert sum(made.widths) == pytest.approx(3)
    assert made.heights[1] > 0.33 * 3


def test_rows_share_a_slide_as_far_as_they_fit():
    # 0.3 of the header on each: 0.3 + 0.3 + 0.5, then 0.3 + 0.9, then the last
    assert shared_out([0.3, 0.3, 0.5, 0.9, 0.3], 1.2) == [range(2), range(2, 3), range(3, 4)]
    assert shared_out([0.3, 9.0], 1.2) == [range(1)], "a row of its own slide, however high"
    assert shared_out([0.3], 1.2) == [range(0)]


@pytest.mark.parametrize(
    ("words", "bold", "n"),
    [
        # a line of 10 inches holds 72 * 10 / 20 = 36 times the size: "aa " is 2 * 0.53 + 0.26
        ("aa " * 27, False, 1),
        ("aa " * 28, False, 2),
        # 1.055 times as wide: 34.1
        ("aa " * 27, True, 2),
        ("i" * 130, False, 1),  # 130 * 0.27 = 35.1
        ("W" * 41, False, 2),  # 41 * 0.9 = 36.9, broken inside
        ("語" * 36, False, 1),
        ("語" * 37, False, 2),
        ("", False, 1),
    ],
)
def test_lines_by_the_widths_of_letters(words, bold, n):
    assert lines_of(words, 20, 10, bold=bold) == n


def test_a_heading_of_many_narrow_letters_takes_one_line():
    # 56 letters, of which 31 are as wide as half their height or less
    heading = "From SSLT(en) to MSLT(ar, en, zh): where do scores go up?"
    assert lines_of(heading, 28, 12.133, bold=True) == 1
