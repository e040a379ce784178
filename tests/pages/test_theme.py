"""The page's theme and the figures' are one."""

import tomllib
from pathlib import Path

import pytest

from mslt_core.figures import PALETTES
from mslt_core.figures.style import FONT_FAMILY
from pages._shared import styles

PROJECT = Path(__file__).parents[2]
CONFIG = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_stand_on_the_pages_background(theme):
    page, look = CONFIG["theme"][theme], PALETTES[theme]
    assert page["backgroundColor"] == look.background
    assert page["secondaryBackgroundColor"] == look.surface
    assert page["textColor"] == look.text
    assert page["linkColor"] == look.accent
    assert page["borderColor"] == look.grid


def test_figures_and_pages_have_the_same_fonts_and_fetch_none():
    assert CONFIG["theme"]["font"] == FONT_FAMILY
    assert "http" not in (PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8")


def test_errors_stay_in_the_log_and_the_agent_interface_is_off():
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["showErrorLinks"] is False
    assert CONFIG["client"]["toolbarMode"] == "viewer"
    assert CONFIG["server"]["enableAgentApi"] is False
    assert CONFIG["server"]["fileWatcherType"] == "none"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_the_browser_gets_is_whole(theme):
    sheet = styles.sheet(theme)
    assert sheet.count("{") == sheet.count("}")
    assert "%s" not in sheet
    assert PALETTES[theme].accent in sheet
    assert "{{" not in sheet
