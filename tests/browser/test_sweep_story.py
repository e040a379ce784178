"""A whole sweep in a real browser: planned, started, paused, and there again by its link."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_sweep_is_started_and_paused(page, dashboard):
    page.set_default_timeout(180_000)
    page.goto(f"{dashboard}/train?extent=A+whole+sweep&budget=64&steps=4&sizes=6")
    page.get_by_text("7 sets on cldr-ner, 64 examples each: 7 runs").wait_for()
    page.get_by_role("button", name="Start the sweep").click()
    page.get_by_text(re.compile(r"[1-7] of 7 runs done")).wait_for()
    page.get_by_text("How far is the sweep?").first.wait_for()
    pause = page.get_by_role("button", name="Pause")
    if pause.count():
        pause.click()
    page.get_by_text(re.compile("is pausing|is paused|is done")).first.wait_for()
    page.goto(page.url)
    page.get_by_text(re.compile(r"[1-7] of 7 runs done")).wait_for()
    if page.get_by_role("button", name="Cancel").count():
        page.get_by_role("button", name="Cancel").click()
        page.get_by_text(re.compile("was cancelled|is ending|is done")).first.wait_for()
