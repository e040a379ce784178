"""One file, offline: nothing hostile is run in it, nothing is asked for."""

import base64
import gzip
import hashlib
import html.parser
import json
import re

import pytest

from mslt_core.exports import story_html
from mslt_core.spec.errors import SpecError
from mslt_core.spec.stories import FigureContent, NumberContent, TableContent

MAX_BYTES = 6_000_000  # beside plotly.js


class Page(html.parser.HTMLParser):
    """Elements, attributes and scripts as a browser would find them."""

    def __init__(self, data):
        super().__init__()
        self.tags, self.attributes, self.scripts, self.text = [], [], [], ""
        self.feed(data.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        else:
            self.text += data


def packed(page):
    return json.loads(gzip.decompress(base64.b64decode(page.scripts[0])))


def without_plotly(data):
    return len(data) - max(len(script.encode()) for script in Page(data).scripts)


@pytest.fixture
def nasty(told, dots, hostile):
    """Every text of it is hostile."""
    table = TableContent(columns=(hostile, "n"), rows=((hostile, 1.0), (None, None)))
    number = NumberContent(value=hostile, below=hostile)
    words = dict.fromkeys(("told", "subtitle", "alt", "note", "heading"), hostile)
    return told(dots(hostile, hostile), table, number, title=hostile, **words)


def test_hostile_text_is_text(nasty):
    page = Page(story_html(*nasty))
    assert page.tags.count("script") == 3, "the figures, plotly and ours"
    assert not {"img", "iframe", "object", "embed", "link", "base", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.text.count("window.pwned=1") > 10, "it is shown as it is"


def test_only_its_own_scripts_may_run(nasty):
    page = Page(story_html(*nasty))
    policy = next(value for _, value in page.attributes if value and "script-src" in value)
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in page.scripts[1:]
    ]
    allowed = re.search(r"script-src ([^;]*);", policy)[1]
    assert allowed.split() == [f"'sha256-{one}'" for one in hashes]
    assert policy.startswith("default-src 'none';")
    assert "\r" not in "".join(page.scripts), "browsers take a hash after they normalised line ends"


def test_it_links_to_itself_alone(told, dots):
    page = Page(story_html(*told(dots())))
    links = [value for name, value in page.attributes if name in {"href", "src", "srcset", "data"}]
    assert links
    assert all(link.startswith("#") for link in links)
    assert "url(" not in story_html(*told(dots())).split(b"<body>")[0].decode()


def test_figures_come_in_both_themes_and_harmless(told, dots):
    drawn = dots('<a href="https://x.example">click</a>')
    (figure,) = packed(Page(story_html(*told(drawn))))
    # one trace and no rows: 0.56 of 400, less the 44 of its title
    assert (figure.pop("lowest"), figure.pop("width")) == (pytest.approx(0.56 * 356), 740)
    assert set(figure) == {"light", "dark"}
    for theme, one in figure.items():
        assert one["data"][0]["text"][0].startswith("&lt;a href"), theme
        assert one["layout"]["template"] == getattr(drawn, theme)["layout"]["template"]


def test_tables_and_numbers_are_there_without_a_script(told):
    table = TableContent(columns=("set", "mean"), rows=(("MSLT(de, en)", -71.25), ("Base", None)))
    number = NumberContent(value="+2.1 [1.4, 2.9] points", below="on 15 languages")
    written = story_html(*told(table, number, note="two\nlines")).decode()
    assert '<td dir="auto">MSLT(de, en)</td><td class="number">−71.25</td>' in written
    assert '<td class="number">–</td>' in written
    assert '+2.1 <span class="interval">[1.4, 2.9]</span> points' in written
    assert "two<br>lines</aside>" in written
    assert "More on 13 of 15." in written


def test_a_whole_answer_is_a_sentence(told):
    answer = "**MSLT(de, en, es)** scores higher than SSLT(en) on 13 of 15 languages [1.4, 2.9]."
    written = story_html(*told(NumberContent(value=answer))).decode()
    assert f'<p class="value sentence" dir="auto">{answer.replace("**", "")}</p>' in written


def test_the_same_story_is_the_same_file(told, dots):
    assert story_html(*told(dots())) == story_html(*told(dots()))


def test_the_theme_that_is_asked_for(told):
    story = told(NumberContent(value="1"))
    assert b'<html lang="en" data-theme="auto">' in story_html(*story)
    assert b'<html lang="en" data-theme="dark">' in story_html(*story, theme="dark")


def test_ten_large_figures_stay_small(told):
    # 6,000 points each with numbers that do not repeat, in both themes, as large maps have them
    def cloud(seed):
        x = [(i * 7919 * (seed + 3) % 100_003) / 1000 for i in range(6000)]
        drawn = {"data": [{"type": "scatter", "x": x, "y": x[::-1]}], "layout": {"height": 400}}
        return FigureContent(light=drawn, dark=drawn)

    assert without_plotly(story_html(*told(*map(cloud, range(10))))) < MAX_BYTES


def test_progress_and_errors(told, dots):
    seen = []
    story_html(*told(dots(), dots()), report=lambda *told: seen.append(told))
    assert seen == [(0, 2), (1, 2), (2, 2)]
    world = FigureContent(light={"data": [{"type": "choropleth"}], "layout": {}}, dark={})
    with pytest.raises(SpecError, match="slide 1 holds a trace of type 'choropleth'"):
        story_html(*told(world))


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser(nasty, told, dots, tmp_path, browser):
    """Offline, under its own policy: figures are drawn, keys move, nothing hostile has run."""
    page = browser.new_page(viewport={"width": 1024, "height": 768}, color_scheme="dark")
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("file:", "data:", "blob:"))
            else problems.append(f"asked for {r.url}")
        ),
    )
    open_story(page, tmp_path, story_html(*nasty))
    assert page.evaluate("window.pwned") is None
    assert page.locator("svg a").count() == 0
    odd = dots()
    for drawn in (odd.light, odd.dark):
        drawn["layout"]["coloraxis"] = None  # as by hand: no key, and no reason to draw nothing
    open_story(page, tmp_path, story_html(*told(odd)))
    open_story(page, tmp_path, story_html(*told(dots(), dots())))
    walk_through(page)
    page.close()
    assert not problems


@pytest.mark.browser
@pytest.mark.slow
def test_figures_that_nobody_scrolled_to_are_in_pictures_and_on_paper(
    told, dots, tmp_path, browser
):
    (tmp_path / "story.html").write_bytes(story_html(*told(*(dots() for _ in range(8)))))
    drawn = "[...document.querySelectorAll('.plot')].filter(p => p.querySelector('.main-svg'))"
    page = browser.new_page(viewport={"width": 1024, "height": 768})
    page.goto((tmp_path / "story.html").as_uri())
    page.wait_for_function(f"() => {drawn}.length === 8")
    widths = "new Set([...document.querySelectorAll('.plot')].map(p => p.dataset.drawn))"
    on_screen = page.evaluate(f"[...{widths}]")
    page.emulate_media(media="print")
    page.wait_for_function(f"() => {widths}.size === 1 && !{widths}.has('{on_screen[0]}')")
    page.emulate_media(media="screen")
    page.wait_for_function(f"() => {widths}.has('{on_screen[0]}')")
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_word_without_end_stays_on_the_paper(told, tmp_path, browser):
    word = "https://example.org/?" + "x" * 170
    below = NumberContent(value=word, below=word)
    (tmp_path / "story.html").write_bytes(story_html(*told(below, heading=word, note=word)))
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto((tmp_path / "story.html").as_uri())
    page.evaluate("document.documentElement.classList.add('printing')")
    wide = "[...document.querySelectorAll('h2, li, .note, .value, .below, .cite')]"
    ends = page.evaluate(f"{wide}.map(e => [e.className, e.scrollWidth - e.clientWidth])")
    page.close()
    assert len(ends) >= 5
    assert not [one for one in ends if one[1] > 1]


def open_story(page, folder, data):
    (folder / "story.html").write_bytes(data)
    page.goto((folder / "story.html").as_uri())
    page.evaluate("story.ready")
    page.keyboard.press("ArrowRight")
    page.locator("#slide-1 .main-svg").first.wait_for()


def walk_through(page):
    """Keys, theme, full screen and paper."""
    shown = "[...document.querySelectorAll('.slide')].filter(slide => slide.offsetParent).length"

    def comes_to_be(value, expected):
        page.wait_for_function(f"({value}) === {expected!r}")

    background = "getComputedStyle(document.body).backgroundColor"
    comes_to_be(background, "rgb(20, 24, 29)")  # the system is dark
    page.keyboard.press("t")
    comes_to_be(background, "rgb(255, 255, 255)")
    page.keyboard.press("ArrowRight")
    comes_to_be("location.hash", "#slide-2")
    page.keyboard.press("p")
    comes_to_be(shown, 1)
    page.keyboard.press("ArrowLeft")
    page.locator("#slide-1").wait_for(state="visible")
    page.keyboard.press("Escape")
    comes_to_be(shown, 3)
    page.evaluate("story.printing(true)")
    page.locator("#slide-2 .main-svg").first.wait_for()  # paper shows every figure
    titles = page.locator(".modebar-btn").evaluate_all("all => all.map(b => b.dataset.title)")
    assert "Zoom" in titles
    assert not [title for title in titles if "Share" in title], "plotly offers to upload charts"
