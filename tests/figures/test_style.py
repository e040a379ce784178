"""Colours that mean one thing, and contrast enough to read."""

import itertools

import pytest

from mslt_core.figures import style

ROMANCE = ["ca", "es", "fr", "gl", "it", "oc", "pt", "ro"]


def test_each_kind_has_its_colour_whatever_the_order():
    expected = {"Base": "#6B7280", "SSLT(en)": "#E69F00", "MSLT(de, en, es)": "#0072B2"}
    for names in itertools.permutations(expected):
        assert style.set_colours(names) == expected


def test_further_sets_are_green_then_purple():
    colours = style.set_colours(["MSLT(de, en)", "SSLT(en)", "SSLT(de)", "MSLT(ar, zh)"])
    assert colours["SSLT(de)"] == "#009E73"
    assert colours["MSLT(ar, zh)"] == "#CC79A7"


def test_a_known_colour_is_kept():
    known = style.set_colours(["MSLT(de, en)", "MSLT(ar, zh)"])
    alone = style.set_colours(["MSLT(ar, zh)", "Base"], known)
    assert alone["MSLT(ar, zh)"] == "#009E73"
    assert alone["Base"] == "#6B7280"


def test_names_get_different_colours_as_long_as_there_are_any():
    names = ["Base", "SSLT(en)", *[f"MSLT(en, {x})" for x in ROMANCE[:5]]]
    assert len(set(style.set_colours(names).values())) == len(names)


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast of two #RRGGBB colours, from its definition."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_a_contrast_of_at_least_4_5(theme):
    look = style.PALETTES[theme]
    for ground in (look.background, look.surface):
        for ink in (look.text, look.muted, look.accent):
            assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", ["ramp", "diverging"])
def test_numbers_in_cells_have_a_contrast_of_at_least_4_5(theme, scale):
    steps = style.sample(getattr(style.PALETTES[theme], scale), [i / 20 for i in range(21)])
    for fill in steps:
        red, green, blue = (round(float(c)) for c in fill.strip("rgb()").split(","))
        assert contrast(style.ink_on(fill), f"#{red:02X}{green:02X}{blue:02X}") >= 4.5


def test_a_base_of_ones_own_is_grey_too():
    assert style.set_colours(["Base (mini)", "SSLT(en)"])["Base (mini)"] == "#6B7280"
