"""How a figure fills the place that a slide has for it."""

import re

import pytest

from mslt_core import exports
from mslt_core.figures import fitting
from mslt_core.figures.fitting import as_high_as, fit, own_height, untitled


def high(height, kind="scatter"):
    return {"data": [{"type": kind}], "layout": {"height": height}}


def test_a_place_is_filled_by_hand():
    # 1480 x 600: 600 / (0.56 * 400) = 2.68, 1480 / 740 = 2, or 2.2: 2. So 740 x 300 before
    place = fit(high(400), width=1480, height=600)
    assert (place.scale, place.width, place.height) == (2, 740, 300)


def test_a_tall_figure_is_squeezed_before_its_letters_shrink():
    # 300 / (0.56 * 400) = 1.339: 224 high instead of 400
    place = fit(high(400), width=1480, height=300)
    assert place.scale == pytest.approx(300 / 224)
    assert place.height == pytest.approx(224)


def test_square_cells_are_hardly_squeezed():
    # 360 / (0.9 * 400) = 1: 360 high instead of 400
    place = fit(high(400, "heatmap"), width=1480, height=360)
    assert (place.scale, place.height) == (1, 360)


def test_letters_have_a_least_size_where_the_place_scrolls():
    # 300 / (0.56 * 1000) = 0.54 would be too small: at 0.85, 560 pixels are 476 and not 300
    place = fit(high(1000), width=1480, height=300, smallest=0.85)
    assert (place.scale, place.height) == (0.85, pytest.approx(560))


def test_a_low_figure_does_not_fill_a_high_place():
    place = fit(high(100), width=740, height=600)
    assert (place.scale, place.height) == (1, 200)


@pytest.mark.parametrize("height", [None, "x", True, 1e9, -3])
def test_a_height_that_makes_no_sense_is_not_taken(height):
    assert own_height({"layout": {"height": height}}) == 450


def test_without_its_title_a_figure_is_lower_and_its_legend_higher():
    # 400 high, legend 54 below the top; 44 go: 356 high, legend 10 below the top
    layout = {
        "title": {"text": "x"},
        "height": 400,
        "margin": {"t": 90, "l": 7},
        "legend": {"yref": "container", "y": 1 - 54 / 400, "x": 0},
    }
    made = untitled({"data": [], "layout": layout})["layout"]
    assert made["height"] == 356
    assert made["margin"] == {"t": 46, "l": 7}
    assert made["legend"] == {"yref": "container", "y": pytest.approx(1 - 10 / 356), "x": 0}
    assert layout["height"] == 400, "the pin's own figure stays as it is"


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"height": 400},
        {"height": "x", "margin": {"t": 9}},
        {"height": 44, "margin": {"t": 90}},  # no room would be left
    ],
)
def test_without_a_known_height_only_the_title_goes(layout):
    assert untitled({"data": [], "layout": {"title": {}, **layout}})["layout"] == layout


def test_a_bar_of_colour_moves_with_the_title_and_a_legend_at_the_foot_does_not():
    # 586 high, the bar 56 below the top; 44 go: 542 high, the bar 12 below the top
    box = {"yref": "container", "y": 1 - 56 / 586}
    layout = {
        "title": {},
        "height": 586,
        "margin": {"t": 110},
        "coloraxis": {"cmin": 0, "colorbar": box},
        "legend2": {"yref": "container", "y": 0},
        "legend3": {"y": 1.1},
    }
    made = untitled({"data": [], "layout": layout})["layout"]
    assert made["coloraxis"]["colorbar"]["y"] == pytest.approx(1 - 12 / 542)
    assert (made["legend2"]["y"], made["legend3"]) == (0, {"y": 1.1})


def test_keys_stay_as_far_from_their_edge():
    # 400 high, keys 40 below the top and 20 above the foot; the same in 200
    layout = {
        "height": 400,
        "legend": {"yref": "container", "y": 0.9},
        "coloraxis": {"colorbar": {"yref": "container", "y": 0.05}},
        "coloraxis2": None,
    }
    made = as_high_as({"data": [], "layout": layout}, 200)["layout"]
    assert made["height"] == 200
    assert made["legend"]["y"] == pytest.approx(1 - 40 / 200)
    assert made["coloraxis"]["colorbar"]["y"] == pytest.approx(20 / 200)


def test_the_exported_page_has_the_same_numbers():
    script = (exports.html.PARTS / "story.js").read_text(encoding="utf-8")
    told = dict(re.findall(r"\b([A-Z_]+) = ([\d.]+)[,;]", script))
    names = ("READABLE_WIDTH", "LARGEST", "LOWEST", "LOWEST_OF_CELLS", "HIGHEST")
    assert {name: float(told[name]) for name in names} == {n: getattr(fitting, n) for n in names}
