"""The first ten minutes of a new user, in a real browser."""

import re

import pytest

pytestmark = pytest.mark.browser

PAGES = {
    "": "What do we know so far?",
    "languages": "Which source languages should I choose?",
    "train": "What happens when I train on these languages?",
    "mingling": "Do the languages mix inside the model?",
    "results": "Does MSLT beat SSLT, where, and by how much?",
    "criteria": "Which way of choosing would have found the good sets?",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_link_opens_its_page_with_a_picture(page, dashboard, name):
    page.goto(f"{dashboard}/{name}")
    page.get_by_role("heading", name=PAGES[name]).wait_for()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.get_by_text("This part of the page failed").count() == 0


def test_a_link_reopens_what_was_chosen(page, dashboard):
    page.goto(f"{dashboard}/languages?criterion=Family&k=4")
    page.get_by_text(re.compile("By family")).first.wait_for()
    page.get_by_text(re.compile("of 35 sets of 4|of 4")).first.wait_for()


def test_a_set_is_chosen_trained_and_still_there_after_closing_the_tab(browser, page, dashboard):
    page.goto(f"{dashboard}/languages?k=2&criterion=Syntax")
    page.get_by_role("button", name="Train this set: MSLT(ar, zh)").click()
    page.get_by_role("heading", name=PAGES["train"]).wait_for()
    page.get_by_text("SSLT(en) and MSLT(ar, zh)").wait_for()
    page.get_by_role("spinbutton", name="Steps").fill("40")
    page.get_by_role("spinbutton", name="Steps").press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text(re.compile("waiting|loading|reading|training|scoring")).first.wait_for()
    page.context.close()

    again = browser.new_page()
    again.set_default_timeout(240_000)
    again.goto(f"{dashboard}/train")
    again.get_by_text(re.compile(r"MSLT\(ar, zh\), seed 0")).first.wait_for()
    again.get_by_text(re.compile(r"done in \d+ (s|min)")).nth(1).wait_for()
    again.close()


def test_a_set_that_is_clicked_is_chosen_everywhere_and_by_its_link(page, dashboard):
    page.goto(f"{dashboard}/languages?view=In+the+paper")
    page.get_by_role("heading", name="Why does MSLT(ar, de, zh) rank there?").wait_for()
    dots = page.locator(".js-plotly-plot").first.locator(".scatterlayer .points path")
    dots.nth(2).wait_for()
    box = dots.nth(2).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("heading", name="Why does MSLT(ar, en, zh) rank there?").wait_for()
    page.get_by_text("XWinograd 58.21, rank 1 of 35").wait_for()
    page.goto(page.url)
    page.get_by_role("heading", name="Why does MSLT(ar, en, zh) rank there?").wait_for()


@pytest.mark.slow
def test_a_pair_of_the_heatmap_and_a_row_of_the_picks_choose_a_set(page, dashboard):
    page.goto(f"{dashboard}/languages")
    marks = page.locator(".js-plotly-plot", has_text="How far apart").locator(".points path")
    page.get_by_role("heading", name="Why does MSLT(ar, de, zh) rank there?").wait_for()
    marks.first.scroll_into_view_if_needed()
    marks.first.click(force=True)
    page.get_by_role("heading", name="Why does MSLT(ar, de, zh) rank there?").wait_for(
        state="detached"
    )
