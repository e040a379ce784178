"""What a slide says, and how a figure leaves its title to it."""

import dataclasses

import pytest

from mslt_core.exports.slides import (
    figure_title,
    number_columns,
    shown_rows,
    shown_slides,
    words_of,
)
from mslt_core.spec.errors import SpecError
from mslt_core.spec.stories import NumberContent, Story, TableContent

NUMBER = NumberContent(value="+2.1 [1.4, 2.9]", below="points")


def test_a_slide_says_all_that_is_known(told):
    (slide,) = shown_slides(*told(NUMBER, note="Slowly.\nThen the interval."))
    assert (slide.number, slide.heading, slide.asks) == (1, "How much more?", "")
    assert slide.told == "More on 13 of 15."
    assert slide.note == "Slowly.\nThen the interval."
    assert slide.provenance.startswith(
        "wikiann (data dddddddd), xlm-r (ffffffff), seeds 0, 1 and 2"
    )
    facts = dict(slide.facts)
    assert facts["Runs"] == f"{'a' * 16}, {'b' * 16}"
    assert facts["View"] == "/results?view=targets"


def test_runs_that_may_have_learnt_nothing_are_named_on_the_slide(told):
    story, ((pinned, content),) = told(NUMBER)
    origin = pinned.pin.origin.but(doubt="SSLT(en) may have learnt nothing.")
    pinned = dataclasses.replace(pinned, pin=pinned.pin.but(origin=origin))
    (slide,) = shown_slides(story, [(pinned, content)])
    assert slide.told == "More on 13 of 15. SSLT(en) may have learnt nothing."
    assert "SSLT(en) may have learnt nothing." in slide.cite


def test_oracles_are_no_sets_that_are_compared(told):
    story, ((pinned, content),) = told(NUMBER)
    origin = pinned.pin.origin.but(sets=("SSLT(en)", "MSLT(de, en)", "Oracle(sw)"))
    pinned = dataclasses.replace(pinned, pin=pinned.pin.but(origin=origin))
    facts = dict(shown_slides(story, [(pinned, content)])[0].facts)
    assert facts["Compared"] == "SSLT(en), MSLT(de, en)"
    assert facts["Oracles"] == "Oracle(sw)"


def test_a_citation_names_model_data_seeds_versions_and_day(told):
    (slide,) = shown_slides(*told(NUMBER))
    assert slide.cite.startswith('"How much more?". MSLT Lab, 21 November 2026. Task: wikiann')


def test_a_heading_of_ones_own_leaves_the_question_below(told, dots):
    (slide,) = shown_slides(*told(dots(), heading="Twice as good"))
    assert (slide.heading, slide.asks) == ("Twice as good", "How much more?")
    assert "title" not in slide.figure("light")["layout"]


def test_a_figure_with_another_title_keeps_it(told, dots):
    (slide,) = shown_slides(*told(dots(title="Another question?")))
    assert figure_title(slide.figure("dark"))[0] == "Another question?"


def test_the_subtitle_is_the_figures_where_the_pin_has_none(told, dots):
    (slide,) = shown_slides(*told(dots()))
    assert slide.subtitle == "one against the other, n = 3"


def test_titles_lose_their_marks():
    title = {"text": "a <b>&lt;c&gt;</b><br>d", "subtitle": {"text": "<i>n</i> = 3"}}
    assert figure_title({"layout": {"title": title}}) == ("a <c> d", "n = 3")


def test_cells_as_people_read_them():
    cells = (None, 1234, -0.5, 0.1 + 0.2, "x\x00\ny")
    (row,) = shown_rows(TableContent(columns=tuple("abcde"), rows=(cells,)))
    assert row == ["–", "1,234", "−0.5", "0.3", "x y"]
    table = TableContent(columns=("a", "b", "c"), rows=(("x", 1, None), ("y", None, None)))
    assert number_columns(table) == [False, True, False]


def test_a_column_has_one_number_of_decimals():
    rows = ((67.0, 75.9, 200, 1 / 3, 2e-7), (37.5, 75.88, 1500, None, 0.5), (1e20, 2, 3, 0.0, 0.0))
    columns = zip(*shown_rows(TableContent(columns=tuple("abcde"), rows=rows)), strict=True)
    assert list(columns) == [
        ("67.0", "37.5", "1e+20"),
        ("75.90", "75.88", "2.00"),
        ("200", "1,500", "3"),
        ("0.3333", "–", "0.0000"),
        ("2e−07", "0.5", "0.0"),
    ]
    assert shown_rows(TableContent(columns=("a",), rows=())) == []
    # of pins that were kept with it: no minus before nought
    assert shown_rows(TableContent(columns=("a",), rows=((-0.0,), (-1.5,)))) == [["0.0"], ["−1.5"]]


def test_every_word_is_there_to_be_looked_at(told, dots):
    table = TableContent(columns=("język",), rows=(("ไทย",), (3.0,)))
    story, slides = told(dots("العربية"), table, NUMBER, note="עברית")
    words = set(words_of(story, shown_slides(story, slides)))
    assert {"What we found", "العربية", "język", "ไทย", "עברית", "points"} <= words


def test_it_says_what_is_wrong(told):
    with pytest.raises(SpecError, match="the story 'Empty' has no slide"):
        shown_slides(Story(title="Empty"), [])
    story, slides = told(NUMBER, NUMBER)
    with pytest.raises(ValueError, match="the story's pins in its order"):
        shown_slides(story, slides[::-1])
