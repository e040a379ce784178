"""PowerPoint files as python-pptx opens them again: to be edited, with pictures and notes."""

import io

import pytest
from pptx import Presentation
from pptx.util import Emu, Inches

from mslt_core.exports import story_pptx
from mslt_core.exports.pptx_look import is_right_to_left
from mslt_core.figures.style import PALETTES
from mslt_core.spec.errors import ExportError
from mslt_core.spec.stories import NumberContent, TableContent

NUMBER = NumberContent(value="+2.1 [1.4, 2.9] points", below="on 15 languages")
TABLE = TableContent(columns=("set", "mean"), rows=(("MSLT(de, en)", -71.25), ("Base", None)))


def slides_of(data):
    return list(Presentation(io.BytesIO(data)).slides)


def texts(slide):
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def alt(shape):
    return shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_titles_are_titles_and_words_are_text(told, dots, png):
    data = story_pptx(*told(dots(), NUMBER, TABLE, heading="Twice", note="Slowly."))
    made = Presentation(io.BytesIO(data))
    assert (made.slide_width, made.slide_height) == (Inches(13.333), Inches(7.5))
    assert made.core_properties.title == "What we found"
    cover, *findings = made.slides
    assert cover.shapes.title.text == "What we found"
    assert "2\tTwice" in "\n".join(texts(cover))
    for slide in findings:
        assert slide.shapes.title.text == "Twice"
        assert {"More on 13 of 15.", "How much more?"} <= set(texts(slide))
        assert any(text.startswith("wikiann (data dddddddd)") for text in texts(slide))
        notes = slide.notes_slide.notes_text_frame.text
        assert notes.startswith("Slowly.")
        assert "MSLT Lab" in notes


@pytest.mark.parametrize(("n", "size"), [(4, 18), (18, 16), (40, 9)])
def test_the_list_on_the_cover_is_as_large_as_it_can_be(told, n, size):
    # 4 inches by 5.45, where a line holds 72 * 5.45 / (0.53 * size) letters x: 41 of 18 points, 46
    # of 16. 42 take two of 18: 9 * (2 * 1.25 * 18 + 6) / 72 = 6.4 inches, one of 16:
    # 9 * (1.25 * 16 + 5) / 72 = 3.1. Of 40 findings 20 * (1.25 * 9 + 3) / 72 = 3.96
    cover, *_ = slides_of(story_pptx(*told(*[NUMBER] * n, heading="x" * 42)))
    first, *_ = [s for s in cover.shapes if s.has_text_frame and s.text_frame.text[:2] == "1\t"]
    assert first.text_frame.paragraphs[0].runs[0].font.size.pt == size


def test_a_figure_is_one_sharp_picture_with_its_words(told, dots, png):
    _, slide = slides_of(story_pptx(*told(dots(), alt="Dots, mostly to the right")))
    (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert alt(picture) == "Dots, mostly to the right"
    # at least twice the 96 dots an inch that a screen has
    assert picture.image.size[0] / Emu(picture.width).inches > 2 * 96
    assert "title" not in png[0].figure["layout"], "the slide says it"
    lowest_words = max(
        shape.top + shape.height
        for shape in slide.shapes
        if shape.has_text_frame and shape.top < Inches(6)
    )
    assert lowest_words <= picture.top
    assert picture.top + picture.height <= Inches(7.1), "provenance stands below"


def test_a_table_can_be_edited(told):
    _, slide = slides_of(story_pptx(*told(TABLE, alt="Means")))
    (shape,) = [shape for shape in slide.shapes if shape.has_table]
    cells = [[cell.text for cell in row.cells] for row in shape.table.rows]
    assert cells == [["set", "mean"], ["MSLT(de, en)", "−71.25"], ["Base", "–"]]
    assert alt(shape) == "Means"
    assert shape.table.first_row


def test_a_long_table_goes_on_and_says_what_is_left(told):
    rows = tuple((f"row {i}", i) for i in range(300))
    _, *slides = slides_of(story_pptx(*told(TableContent(columns=("a", "b"), rows=rows))))
    assert len(slides) == 6
    tables = [next(shape.table for shape in slide.shapes if shape.has_table) for slide in slides]
    shown = [row.cells[0].text for table in tables for row in list(table.rows)[1:]]
    assert shown == [f"row {i}" for i in range(len(shown))]
    left = f"{300 - len(shown)} further rows are in the table's CSV."
    assert left in texts(slides[-1])
    assert not any(left in texts(slide) for slide in slides[:-1])
    assert slides[0].shapes.title.text.endswith(f"(1 of {-(-300 * 6 // len(shown))})")


def test_a_whole_answer_stays_inside_its_slide(told):
    sentence = "**MSLT(de, en, es)** scores higher than SSLT(en) on 13 of 15 languages. " * 6
    _, slide = slides_of(story_pptx(*told(NumberContent(value=sentence))))
    box = next(s for s in slide.shapes if s.has_text_frame and s.text_frame.text[:9] == "MSLT(de, ")
    assert "**" not in box.text_frame.text
    assert box.text_frame.paragraphs[0].runs[0].font.size.pt == 26
    assert box.top + box.height < Inches(7)


def test_the_dark_one_is_dark(told):
    made = Presentation(io.BytesIO(story_pptx(*told(NUMBER), theme="dark")))
    colours = {
        str(run.font.color.rgb)
        for shape in made.slides[1].shapes
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
    }
    look = PALETTES["dark"]
    assert colours == {c.lstrip("#").upper() for c in (look.text, look.muted, look.accent)}
    fill = made.slide_master.background.fill
    assert str(fill.fore_color.rgb) == look.background.lstrip("#").upper()


def test_hostile_text_is_text(told, hostile):
    table = TableContent(columns=(hostile,), rows=((hostile + "\x00\x0b",),))
    data = story_pptx(*told(table, heading=hostile, note=hostile, title=hostile))
    _, slide = slides_of(data)
    assert "</script><script>" in slide.shapes.title.text
    assert "</script><script>" in slide.notes_slide.notes_text_frame.text


@pytest.mark.parametrize(
    ("words", "expected"),
    [("العربية (ar)", True), ("(12) עברית", True), ("Arabic العربية", False), ("12 + 3", False)],
)
def test_a_line_runs_in_its_own_direction(words, expected):
    assert is_right_to_left(words) is expected


def test_lines_in_arabic_begin_at_the_right(told):
    _, slide = slides_of(story_pptx(*told(NUMBER, heading="كم أكثر؟")))
    assert slide.shapes.title.text_frame.paragraphs[0]._p.pPr.get("rtl") == "1"


def test_without_a_browser_it_says_what_to_install(told, dots, no_chromium):
    with pytest.raises(
        ExportError, match=r"no Chromium or Chrome.*apt install chromium.*HTML needs"
    ):
        story_pptx(*told(dots()))
    assert story_pptx(*told(TABLE)), "words and tables need none"


@pytest.mark.slow
def test_drawn_by_a_real_browser(told, dots, chromium):
    seen = []
    data = story_pptx(*told(dots(), dots()), report=lambda *told: seen.append(told))
    for slide in slides_of(data)[1:]:
        (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert picture.image.content_type == "image/png"
        assert picture.image.size[0] > 2000
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)
