"""Pin findings, and show them to a team, in a real browser."""

import re

import pytest

from tests.browser.test_mingling_page import colours, contrast

pytestmark = pytest.mark.browser


def pin(page, key):
    """Open the row under a figure or an answer, and pin it."""
    page.locator(f".st-key-take_{key} button").first.click()
    page.get_by_role("button", name="Pin to the story").click()
    page.get_by_text("Pinned to Our findings").wait_for()


def settled(page):
    """Nothing runs: what is made for a click would go with the run that is under way."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()


def offered(page, box, name):
    """A button of the box, which is opened again where its last closing came late."""
    way = page.get_by_role("button", name=name, exact=True).first
    for _ in range(5):
        if not way.is_visible():
            box.click()
        way.wait_for()
        settled(page)
        if way.is_visible():
            return way
    raise AssertionError(f"the box with {name} does not stay open")


def test_two_findings_are_pinned_and_shown_full_screen(page, serve):
    dashboard = serve("app.py")  # with a store of its own
    page.goto(f"{dashboard}/present")
    page.get_by_text("Nothing is pinned yet.").wait_for()
    page.get_by_role("button", name="Find something to show").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    pin(page, "gains")
    page.goto(f"{dashboard}/languages")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    pin(page, "answer")
    page.get_by_role("link", name="Present it").click()

    page.get_by_text("Slide 1 of 2").wait_for()
    page.locator(".st-key-slide .js-plotly-plot .main-svg").first.wait_for()
    page.get_by_text(re.compile("seeds 0, 1 and 2, 24 languages scored")).wait_for()
    page.get_by_role("button", name="Full screen", exact=True).click()
    stage = page.locator(".st-key-stage")
    stage.get_by_text(re.compile("How much higher does each set score")).wait_for()
    stage.locator(".js-plotly-plot .main-svg").first.wait_for()
    box = stage.bounding_box()
    assert (box["width"], box["height"]) == (1440, 900)

    page.keyboard.press("ArrowRight")
    stage.get_by_text("2 of 2").wait_for()
    stage.get_by_text(re.compile("No training run stands behind it")).wait_for()
    page.keyboard.press("PageUp")
    stage.get_by_text("1 of 2").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Slide 1 of 2").wait_for()
    stage.wait_for(state="detached")

    page.get_by_role("button", name="Full screen", exact=True).click()
    page.keyboard.press("ArrowRight")  # long before the stage stands
    stage.get_by_text("2 of 2").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    page.keyboard.press("Home")  # three at once: the last one counts
    stage.get_by_text("1 of 2").wait_for()
    page.wait_for_timeout(1000)
    assert stage.get_by_text("1 of 2").is_visible()


@pytest.mark.slow
def test_a_figure_is_saved_as_picture_and_as_numbers(page, dashboard):
    page.goto(f"{dashboard}/results")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    for button, ending in (("SVG", "svg"), ("PNG", "png"), ("CSV", "csv")):
        way = offered(page, page.locator(".st-key-take_gains button").first, button)
        with page.expect_download() as saved:
            way.click()
        assert saved.value.suggested_filename.endswith(f".{ending}")
        if ending == "csv":
            text = saved.value.path().read_text(encoding="utf-8")
            assert '"MSLT(de, en, es)",' in text
            assert "Chinese (zh)" in text
            page.keyboard.press("Escape")
        way.wait_for(state="hidden")  # the box closes when the camera is pressed
        settled(page)


@pytest.mark.slow
def test_a_slides_figure_is_saved_whole(page, serve):
    dashboard = serve("app.py")
    page.goto(f"{dashboard}/results")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    pin(page, "gains")
    page.goto(f"{dashboard}/present")
    slide = page.locator(".st-key-slide .js-plotly-plot")
    slide.locator(".main-svg").first.wait_for()
    shown = slide.bounding_box()["height"], slide.locator(".main-svg").all_text_contents()
    for button, ending in (("SVG", "svg"), ("PNG", "png"), ("CSV", "csv")):
        way = offered(page, page.get_by_role("button", name="Take along"), button)
        with page.expect_download() as saved:
            way.click()
        assert saved.value.suggested_filename.endswith(f".{ending}")
        if ending == "svg":
            drawn = saved.value.path().read_text(encoding="utf-8")
            assert "How much higher does each set score" in drawn, "with the title it was made with"
            assert 'width="1000"' in drawn
        page.keyboard.press("Escape")
        way.wait_for(state="hidden")  # the box closes when the camera is pressed
        settled(page)
    after = slide.bounding_box()["height"], slide.locator(".main-svg").all_text_contents()
    assert after == shown, "the slide stays as it is"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_box_that_is_open_keeps_its_name_legible(browser, dashboard, theme):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=theme)
    page.goto(f"{dashboard}/results")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    name = page.locator(".st-key-take_gains button").first
    name.click()
    page.get_by_role("button", name="SVG", exact=True).wait_for()
    page.wait_for_timeout(500)  # its colour fades in
    assert contrast(*colours(name)) >= 4.5
    page.get_by_role("button", name="SVG", exact=True).click()
    note = page.locator(".notifier-note").first
    note.wait_for()
    page.wait_for_timeout(1200)
    assert contrast(*colours(note)) >= 4.5
    page.close()
