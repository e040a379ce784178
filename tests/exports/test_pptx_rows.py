"""Tables on slides: no number is broken, no row leaves its slide."""

import pytest

from mslt_core.exports.pptx_rows import LETTER, PADDING, grid, shared_out


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
