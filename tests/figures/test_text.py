"""Text in figures: literal, wrapped, in its own direction; numbers as people read them."""

import pytest

from mslt_core.figures import text


def test_tags_and_entities_are_shown_not_read():
    assert text.escape('<b>x</b> & <a href="h">') == '&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href="h"&gt;'


def test_templates_are_shown_not_filled_in():
    assert text.escape("100 %, %{x}") == "100 %, &#37;{x}"


def test_a_name_cannot_turn_its_surroundings_around():
    assert text.escape("a\u202eb\u200f") == "ab"


def test_a_sentence_is_isolated_in_its_direction():
    assert text.sentence("salaam", "ar") == "\u2067salaam\u2069"
    assert text.sentence("hello", "en") == "\u2066hello\u2069"


def test_a_sentence_cannot_turn_the_rest_of_the_box_around():
    assert text.sentence("a\u202eb\u2067c", "en") == "\u2066abc\u2069"


def test_long_sentences_break_at_spaces():
    lines = text.sentence("word " * 30, "en").split("<br>")
    assert [line.strip("\u2066\u2069") for line in lines] == [
        " ".join(["word"] * 11),
        " ".join(["word"] * 11),
        " ".join(["word"] * 8),
    ]


def test_chinese_breaks_without_spaces_at_half_as_many_characters():
    lines = text.sentence("好" * 40, "zh").split("<br>")
    assert [len(line.strip("\u2066\u2069")) for line in lines] == [28, 12]


def test_thai_marks_stay_with_their_letter():
    cluster = "กี่"  # one consonant, a vowel sign and a tone mark
    for line in text.sentence(cluster * 80, "th").split("<br>"):
        assert len(line.strip("\u2066\u2069")) % len(cluster) == 0


def test_a_very_long_sentence_is_cut_with_a_sign():
    lines = text.sentence("word " * 200, "en").split("<br>")
    assert len(lines) == 5
    assert lines[-1].endswith(" …\u2069")


def test_nothing_is_nothing():
    assert text.sentence("", "en") == ""


@pytest.mark.parametrize(
    ("difference", "shown"),
    [(0.0214, "+2.1"), (-0.004, "−0.4"), (0.0, "0.0"), (-0.0001, "0.0"), (0.0004, "0.0")],
)
def test_differences_in_points(difference, shown):
    assert text.signed_points(difference) == shown


def test_points_have_a_true_minus_and_none_before_a_zero():
    assert [text.points(ratio) for ratio in (0.7124, -0.003, -0.0001)] == ["71.2", "−0.3", "0.0"]


def test_p_values():
    told = [text.p_value(p) for p in (0.0004, 0.0042, 0.031, 0.5)]
    assert told == ["< 0.001", "0.004", "0.03", "0.50"]
    said = [text.p_told(p) for p in (0.0004, 0.0042, 0.739, float("nan"))]
    assert said == ["p < 0.001", "p = 0.004", "p = 0.74", "p undefined"]


def test_intervals_in_points():
    assert text.interval(-0.011, 0.0293) == "[−1.1, 2.9]"
    assert text.interval(-0.0004, 0.0293) == "[0.0, 2.9]"  # no sign on a zero
    assert text.interval(None, 0.1) == ""


def test_counts():
    assert [text.count(n, "seed") for n in (1, 3, 1000)] == ["1 seed", "3 seeds", "1,000 seeds"]


def test_criteria_inside_a_sentence():
    assert text.criterion("syntax_average") == "syntax, reported only"
    assert text.criterion("embedding") == "LM embedding"


@pytest.mark.parametrize(
    ("value", "criterion", "shown"),
    [
        (0.8, "syntax", "0.800"),
        (-1.5, "blend", "−1.500"),
        (-0.0001, "blend", "0.000"),
        (1234.56, "pretraining_size", "1,234.56"),
        (3.0, "script", "3"),
    ],
)
def test_scores_have_the_decimals_of_their_criterion(value, criterion, shown):
    assert text.score(value, criterion) == shown


def test_long_words_are_wrapped_for_titles():
    assert text.wrapped("one two three", 8) == "one two<br>three"
