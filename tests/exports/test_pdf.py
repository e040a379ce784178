"""The story on paper: one finding a page, drawings and text, every script with its font."""

import re

import pytest

from mslt_core.exports import missing_fonts, story_pdf
from mslt_core.spec.errors import ExportError
from mslt_core.spec.stories import NumberContent, TableContent

SCRIPTS = {
    "العربية": "Arabic",
    "עברית": "Hebrew",
    "ไทย": "Thai",
    "हिन्दी": "Devanagari",
    "中文": "CJK",
    "日本語ひらがな": "CJK",
    "한국어": "CJK",
}


def pages(data):
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_without_a_browser_it_says_what_to_install(told, no_chromium):
    with pytest.raises(ExportError, match=r"apt install chromium.*HTML needs none"):
        story_pdf(*told(NumberContent(value="1")))


@pytest.mark.slow
def test_a_page_for_each_finding(told, dots, chromium):
    seen = []
    table = TableContent(columns=("a",), rows=(("x",),))
    number = NumberContent(value="+2.1 [1.4, 2.9] points")
    data = story_pdf(
        *told(dots(), table, number, note="With a note"),
        report=lambda *told: seen.append(told),
    )
    assert data.startswith(b"%PDF")
    assert pages(data) == 4, "the cover and three findings"
    assert set(re.findall(rb"/MediaBox \[([^\]]*)\]", data)) == {b"0 0 960 540"}
    assert not re.search(rb"/Subtype\s*/Image", data), "figures are drawings"
    assert seen[0] == (0, 6)
    assert seen[-1] == (6, 6)


@pytest.mark.slow
def test_a_long_table_goes_on_over_pages(told, chromium):
    rows = tuple((f"row {i}", i) for i in range(60))
    data = story_pdf(*told(TableContent(columns=("a", "b"), rows=rows)))
    assert 3 <= pages(data) <= 5


@pytest.mark.slow
def test_every_script_has_its_font(told, dots, chromium):
    texts = list(SCRIPTS)
    if missing_fonts(texts):
        pytest.skip(missing_fonts(texts)[0])
    table = TableContent(columns=("text",), rows=tuple((text,) for text in texts))
    data = story_pdf(*told(*(dots(text) for text in texts), table))
    fonts = {name.decode() for name in re.findall(rb"/FontName\s*/[A-Z]{6}\+([\w-]+)", data)}
    for script in SCRIPTS.values():
        assert any(script in name for name in fonts), (script, fonts)
