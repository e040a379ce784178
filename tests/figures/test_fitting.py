"""How a figure fills the place that a slide has for it."""

import itertools
import json
import re

import numpy as np
import pytest

from mslt_core import exports
from mslt_core.figures import bump, criteria_bump, fitting, target_gains, target_slopes
from mslt_core.figures.fitting import as_high_as, fit, for_slide, untitled
from mslt_core.figures.room import lowest_height, own_height, readable_width
from mslt_core.figures.two_columns import in_two_columns
from mslt_core.figures.two_panels import in_two_panels
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.rankings import CriteriaResult
from tests.figures.conftest import gain


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
    assert {n: float(told[n]) for n in ("LARGEST", "HIGHEST")} == {
        "LARGEST": fitting.LARGEST,
        "HIGHEST": fitting.HIGHEST,
    }


# --- as slides draw it


def as_json(fig) -> dict:
    return json.loads(fig.to_json())


def of_24_languages(gain_result, n_sets=2) -> dict:
    """Gains on 24 languages, and their mean, as pins keep them."""
    gains = tuple(gain(lang, 0.01 * i) for i, lang in enumerate(list(LANGUAGES)[:24]))
    sets = [f"MSLT(de, en{', es' * i})" for i in range(n_sets)]
    results = [gain_result(name, gains=gains) for name in sets]
    return untitled(as_json(target_gains(results)))


def test_labels_at_the_ends_of_lines_stay_a_line_apart_on_a_slide(half_a_million):
    sets = half_a_million.sets
    by_criterion = {f"{name}": sets for name in list(bump.CRITERIA)[:8]}
    result = CriteriaResult(by_criterion=by_criterion, correlations=np.ones((8, 8)), missing={})
    nearest = [sets.langs(int(sets.order[i])) for i in range(9)]
    kept = untitled(as_json(criteria_bump(result, chosen=nearest[0], highlights=nearest[1:])))
    made = for_slide(kept)
    for width, height in ((1165, 480), (1165, 300), (1300, 700)):
        place = fit(made, width=width, height=height)
        layout = as_high_as(made, place.height)["layout"]
        plot = place.height - layout["margin"]["t"] - layout["margin"]["b"]
        notes = [note for note in layout["annotations"] if note.get("xref") == "paper"]
        tops = sorted(note["y"] * plot for note in notes)
        assert len(tops) == 9
        assert min(b - a for a, b in itertools.pairwise(tops)) > 14.5, "labels of 12 pixels"
        ends = {round(shape["y1"], 9) for shape in layout["shapes"]}
        assert ends == {round(note["y"], 9) for note in notes}, "lines lead to their labels"
    # it is magnified as far as before, when labels lay over one another: 1165 / 740
    assert fit(made, width=1165, height=480).scale > 1.4


def test_24_languages_stand_in_two_columns_in_larger_letters(gain_result):
    kept = of_24_languages(gain_result)
    before, made = fit(kept, width=1165, height=480), for_slide(kept)
    assert fit(made, width=1165, height=480).scale > 1.5 * before.scale
    rows = [made["layout"][name] for name in ("yaxis", "yaxis2")]
    assert made["layout"]["xaxis2"]["matches"] == "x", "one scale"
    shown = [
        [y for y in axis["tickvals"] if axis["range"][0] < y < axis["range"][1]] for axis in rows
    ]
    assert sorted(shown[0] + shown[1]) == sorted(kept["layout"]["yaxis"]["tickvals"])
    assert [len(some) for some in shown] == [13, 12]  # the mean, apart from the others, last
    spans = [axis["range"][1] - axis["range"][0] for axis in rows]
    assert spans[0] == pytest.approx(spans[1]), "one pitch"
    assert made["layout"]["xaxis"]["domain"][1] < made["layout"]["xaxis2"]["domain"][0]
    assert sum(trace.get("showlegend", True) for trace in made["data"]) == 2


def slopes_of(n, gain_result) -> dict:
    """The slopes of n languages, and of their mean, as pins keep them."""
    gains = tuple(gain(lang, 0.01 * i) for i, lang in enumerate(list(LANGUAGES)[:n]))
    return untitled(as_json(target_slopes(gain_result(gains=gains), colour="#0072B2")))


def test_24_slopes_stand_in_two_panels_in_larger_letters(gain_result):
    kept = slopes_of(24, gain_result)
    one, made = fitting.labels_near(kept), for_slide(kept)
    scales = [fit(figure, width=1165, height=480).scale for figure in (one, made)]
    assert scales[1] > 1.2 * scales[0]
    layout = made["layout"]
    assert layout["yaxis2"]["matches"] == "y", "one scale"
    assert layout["margin"]["r"] == 8, "names lie inside the panels"
    assert layout["xaxis"]["domain"][1] < layout["xaxis2"]["domain"][0]
    panels = [[note for note in layout["annotations"] if note["yref"] == y] for y in ("y", "y2")]
    assert [len(notes) for notes in panels] == [13, 12]
    for y, notes in zip(("y", "y2"), panels, strict=True):
        leads = [shape for shape in layout["shapes"] if shape["yref"] == y]
        assert [shape["y1"] for shape in leads] == [note["y"] for note in notes]
        drawn = [line["y"][1] for line in made["data"] if line.get("yaxis", "y") == y]
        assert sorted(drawn) == pytest.approx(sorted(shape["y0"] for shape in leads))


def test_few_slopes_and_what_is_none_stay_in_one_panel(gain_result):
    assert in_two_panels(slopes_of(8, gain_result)) is None
    assert in_two_panels(of_24_languages(gain_result)) is None
    assert in_two_panels({"data": None, "layout": {"shapes": 3, "annotations": [None]}}) is None


def test_numbers_and_lines_go_with_their_rows(gain_result):
    made = in_two_columns(of_24_languages(gain_result, n_sets=1))
    for note in made["layout"]["annotations"]:
        axis = made["layout"]["yaxis2" if note["yref"] == "y2" else "yaxis"]
        assert axis["range"][0] < note["y"] < axis["range"][1]
        assert note["xref"] == ("x2 domain" if note["yref"] == "y2" else "x domain")
    assert len(made["layout"]["annotations"]) == 2 * 25
    (line,) = made["layout"]["shapes"]  # over the mean
    assert (line["xref"], line["yref"]) == ("x2 domain", "y2")


def test_the_name_of_a_column_of_numbers_stands_over_both():
    # rows 1 to 20, of which 11 to 20 go to the left: the name at 21.5 comes to 11.5 at the right
    kept = dotted(20)
    kept["layout"]["annotations"] = [{"text": "rank", "y": 21.5, "x": 1, "xref": "paper"}]
    notes = in_two_columns(kept)["layout"]["annotations"]
    assert [(note["yref"], note["y"]) for note in notes] == [("y", 21.5), ("y2", 11.5)]


def dotted(n, **axis) -> dict:
    rows = {"tickvals": list(range(1, n + 1)), "ticktext": ["x"] * n, "range": [0.5, n + 0.5]}
    trace = {"type": "scatter", "x": [1] * n, "y": list(range(1, n + 1))}
    layout = {"height": 25 * n + 100, "xaxis": {}, "yaxis": {**rows, **axis}}
    return {"data": [trace], "layout": layout}


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"data": [], "layout": {}},
        dotted(13),
        dotted(20, ticktext=["x"]),
        dotted(20, tickvals=[1] * 20),
        dotted(20, tickvals="12345"),
        dotted(20, range=[20.5, 0.5]),
        dotted(20, range=None),
        dotted(20, type="log"),
        dotted(20, ticktext=["x" * 500] * 20),
        {**dotted(20), "data": [{"type": "heatmap"}]},
        {"data": [], "layout": {**dotted(20)["layout"], "yaxis2": {}}},
    ],
)
def test_what_has_few_rows_or_is_damaged_stays_as_it_is(kept):
    assert in_two_columns(kept) is None
    assert for_slide(kept)["layout"] == kept.get("layout", {})


def test_a_grid_and_its_bar_stand_in_the_middle():
    bar = {"orientation": "h", "x": 0, "xref": "container", "xanchor": "left", "xpad": 14, "y": 0.9}
    layout = {"xaxis": {"constraintoward": "left"}, "coloraxis": {"colorbar": bar}}
    made = for_slide({"data": [], "layout": layout})["layout"]
    assert made["xaxis"]["constraintoward"] == "center"
    moved = made["coloraxis"]["colorbar"]
    assert (moved["x"], moved["xanchor"], moved["xref"], moved["y"]) == (
        0.5,
        "center",
        "paper",
        0.9,
    )
    assert layout["xaxis"]["constraintoward"] == "left", "the pin's own figure stays as it is"


# --- how low and how narrow


def test_rows_keep_a_line_of_their_letters_by_hand():
    # 20 rows of 13 pixels: 20 * 1.3 * 13 = 338 high, 30 around; 0.56 * 600 = 336 would be less
    kept = dotted(20, tickfont={"size": 13})
    kept["layout"] |= {"height": 600, "margin": {"t": 20, "b": 10}}
    assert lowest_height(kept) == pytest.approx(368)
    kept["layout"]["height"] = 350
    assert lowest_height(kept) == 350, "never higher than it was made"


def test_names_on_end_take_room_below():
    # 20 letters of 12: 8 + 20 * 0.56 * 12 = 142.4 below 10 rows of 1.3 * 12
    kept = dotted(10)
    kept["layout"] |= {"height": 500, "margin": {"b": 30}}
    kept["layout"]["xaxis"] = {"tickangle": -90, "ticktext": ["x" * 20]}
    assert lowest_height(kept) == pytest.approx(156 + 142.4)
    kept["layout"]["xaxis"]["automargin"] = False
    assert lowest_height(kept) == pytest.approx(0.56 * 500)


def test_numbers_fit_into_their_cells():
    # "0.84" in 10 pixels: 4 * 0.56 * 10 + 4 = 26.4 a cell; four grids of 8 and 130 beside them
    text = {"type": "scatter", "mode": "text", "text": ["0.84", 3], "textfont": {"size": 10}}
    grids = {"data": [{"type": "heatmap"}, text], "layout": {"height": 400, "coloraxis": {}}}
    for i in ("", "2", "3", "4"):
        grids["layout"][f"xaxis{i}"] = {"range": [-0.5, 7.5], "domain": [0.1, 0.35]}
        grids["layout"][f"yaxis{i}"] = {"range": [7.5, -0.5], "scaleanchor": "x"}
    assert readable_width(grids) == pytest.approx(4 * 8 * 26.4 + 130)
    assert lowest_height(grids) == pytest.approx(0.56 * 400)
    grids["layout"]["height"] = 300
    assert lowest_height(grids) == pytest.approx(8 * 26.4)


def test_square_panels_side_by_side_are_not_squeezed():
    # a quarter of 740 wide, so 185 high, and 120 around
    layout = {"height": 400, "margin": {"t": 90, "b": 30}}
    for i in ("", "2", "3", "4"):
        layout[f"xaxis{i}"] = {"domain": [0, 0.25]}
        layout[f"yaxis{i}"] = {"constrain": "domain"}
    assert lowest_height({"data": [], "layout": layout}) == pytest.approx(305)


def test_names_of_axes_and_labels_near_the_foot_ask_for_little():
    # 10 letters of 12 upright, 0.85 * 67.2 = 57.1, in a quarter of the plot: 228.5 and 100 around
    layout = {"height": 500, "margin": {"t": 60, "b": 40}, "yaxis": {"domain": [0.5, 1]}}
    layout["yaxis2"] = {"domain": [0, 0.25], "title": {"text": "Effective "}}
    assert lowest_height({"layout": layout}) == pytest.approx(328.48)
    layout["yaxis2"]["title"]["text"] *= 2
    assert lowest_height({"layout": layout}) == pytest.approx(375), "three quarters at most"
    # a label 7 below a mark, 11 high: 21.3 pixels for a tenth of the plot
    note = {"y": 51, "yanchor": "top", "yshift": -7, "font": {"size": 11}}
    layout = {"height": 400, "yaxis": {"range": [50, 60]}, "annotations": [note]}
    assert lowest_height({"layout": layout}) == pytest.approx(0.56 * 400)
    layout["height"] = 300
    assert lowest_height({"layout": layout}) == pytest.approx(213)
