"""The map of languages: places, the chosen ones, who is left out."""

import itertools

import numpy as np
import pytest

from mslt_core.figures import alt_text, distance_map

LANGS = ("ar", "de", "en", "zh")
COORDS = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])


def drawn(langs=LANGS, coords=COORDS, kept=0.714, **options):
    return distance_map(langs, coords, kept, **{"criterion": "syntax", **options})


def points(fig):
    return next(trace for trace in fig.data if "text" in trace.mode)


def test_every_language_is_where_it_was_put_with_its_code():
    trace = points(drawn())
    assert list(zip(trace.text, trace.x, trace.y, strict=True)) == [
        ("ar", 0, 0), ("de", 2, 0), ("en", 2, 1), ("zh", 0, 1),
    ]  # fmt: skip
    assert trace.hovertext[0] == "<b>Arabic (ar)</b><br>Afro-Asiatic, script Arab"


def test_both_directions_have_one_scale_and_no_ticks():
    layout = drawn().layout
    assert layout.yaxis.scaleanchor == "x"
    assert not layout.xaxis.showticklabels
    (x0, x1), (y0, y1) = layout.xaxis.range, layout.yaxis.range
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert x0 < 0
    assert x1 > 2


@pytest.mark.parametrize(("theme", "empty"), [("light", "#FFFFFF"), ("dark", "#14181D")])
def test_the_chosen_are_filled_and_bold_the_others_outlined(theme, empty):
    trace = points(drawn(chosen=("de", "zh"), theme=theme))
    assert [colour == empty for colour in trace.marker.color] == [True, False, True, False]
    assert list(trace.text) == ["ar", "<b>de</b>", "en", "<b>zh</b>"]


def test_three_chosen_are_a_closed_area_and_two_a_line():
    area = drawn(chosen=LANGS).data[0]
    assert area.fill == "toself"
    # round the middle: no two sides of the outline cross
    corners = list(zip(area.x, area.y, strict=True))
    assert corners[0] == corners[-1]
    sides = [np.hypot(*np.subtract(a, b)) for a, b in itertools.pairwise(corners)]
    assert sorted(sides) == [1, 1, 2, 2]
    assert drawn(chosen=("ar", "de")).data[0].fill == "none"
    assert len(drawn(chosen=("ar",)).data) == 1


def test_the_subtitle_says_how_much_is_kept_and_who_is_left_out():
    fig = drawn(left_out=("fi", "eu"))
    assert fig.layout.title.subtitle.text == (
        "By syntax; two dimensions explain 71 % of the<br>variation; "
        "without eu, fi: distances missing"
    )
    assert alt_text(fig) == (
        "Map of 4 languages by distance in syntax; two dimensions explain 71 % of the variation. "
        "Left out, distances missing: Basque (eu), Finnish (fi)."
    )


def test_languages_in_one_place_are_named_together_with_labels_apart():
    fig = drawn(coords=np.zeros((4, 2)))
    trace = points(fig)
    assert "same place: German (de), English (en)," in trace.hovertext[0]
    assert len(set(trace.textposition)) == 4


def test_the_key_names_every_family_while_each_has_a_hue_of_its_own():
    (key,) = drawn().layout.annotations
    assert all(name in key.text for name in ("Indo-European", "Afro-Asiatic", "Sino-Tibetan"))
    # nine families and seven hues: those of one language share, and would be told apart by none
    many = ("ar", "de", "en", "eu", "fi", "he", "id", "ja", "ko", "sw", "th", "tr", "zh")
    (key,) = drawn(many, np.random.default_rng(0).random((len(many), 2))).layout.annotations
    assert "Indo-European" in key.text
    assert "Japonic" not in key.text
    assert not drawn(group="language").layout.annotations[0].text


def test_nothing_to_draw_is_an_empty_map():
    fig = drawn((), np.zeros((0, 2)), 1.0, left_out=("fi",))
    assert not fig.data
    assert "Map of 0 languages" in alt_text(fig)
