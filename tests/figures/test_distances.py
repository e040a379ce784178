"""Distances between languages: cells, tree and what is missing."""

import dataclasses

import numpy as np
import pytest

from mslt_core.figures import alt_text, distance_heatmap


def cells(fig) -> list:
    return [trace for trace in fig.data if trace.type == "heatmap"]


def numbers_in(fig) -> list:
    return [trace for trace in fig.data if trace.type == "scatter" and trace.mode == "text"]


def order_of(fig) -> list[str]:
    return [label.split()[-1] for label in fig.layout.yaxis.ticktext]


def with_missing(result, *pairs, criterion="syntax_average"):
    """Without the distances of these pairs of codes; of a code and itself, that language's all."""
    distances = result.distances.copy()
    for a, b in pairs:
        i, j = result.pool.index(a), result.pool.index(b)
        if i == j:
            distances[i], distances[:, i] = np.nan, np.nan
        distances[i, j] = distances[j, i] = np.nan
    sets = dataclasses.replace(result.sets, criterion=criterion)
    return dataclasses.replace(result, distances=distances, sets=sets)


def test_distances_start_at_zero_and_mark_the_chosen(selection_result):
    fig = distance_heatmap(selection_result(), chosen=("ar", "zh"))
    assert fig.layout.coloraxis.cmin == 0.0
    assert fig.layout.coloraxis.cmax == pytest.approx(0.9)
    assert {label for label in fig.layout.yaxis.ticktext if "●" in label} == {"● ar", "● zh"}
    order = order_of(fig)
    assert cells(fig)[0].z[order.index("ar"), order.index("zh")] == 0.9
    assert alt_text(fig) == (
        "Distances in syntax between 4 languages. "
        "Farthest apart: Arabic (ar) and Chinese (zh), 0.90. "
        "Nearest: German (de) and English (en), 0.10."
    )


def test_the_tree_joins_the_nearest_first_over_their_columns(selection_result):
    # de and en join at 0.1, zh joins them at (0.6 + 0.8) / 2 = 0.7, ar at (0.7+0.8+0.9) / 3 = 0.8
    fig = distance_heatmap(selection_result())
    tree, joins = fig.data[-2:]
    assert list(joins.hovertext) == [
        f"joined at an average distance of {height}" for height in ("0.100", "0.700", "0.800")
    ]
    order = order_of(fig)
    leaves = {order[round(x)] for x in tree.x[:4]}
    assert leaves == {"de", "en"}
    # heights are drawn to scale upwards from the cells, which end at -0.5
    foot, first, second = tree.y[0], joins.y[0], joins.y[1]
    assert first < foot < -0.5
    assert (foot - second) / (foot - first) == pytest.approx(7)
    assert min(joins.y) > fig.layout.yaxis.range[1]


def test_without_a_tree_families_stand_together(selection_result):
    fig = distance_heatmap(with_missing(selection_result(), ("ar", "zh")))
    assert order_of(fig) == ["de", "en", "ar", "zh"]
    assert "1 pair without a distance: no tree" in fig.layout.title.subtitle.text
    assert "1 pair without a distance." in alt_text(fig)


def test_a_missing_distance_is_a_marked_cell_with_its_reason(selection_result):
    fig = distance_heatmap(with_missing(selection_result(), ("ar", "zh")))
    values, missing = cells(fig)
    assert np.isnan(values.z[2, 3])
    assert np.argwhere(np.isfinite(missing.z)).tolist() == [[2, 3], [3, 2]]
    assert missing.hovertext[2][3] == "Arabic (ar) and Chinese (zh)<br>too few shared features"
    strokes = fig.data[2]
    assert (tuple(strokes.x), tuple(strokes.y)) == ((3, 2), (2, 3))


@pytest.mark.parametrize("criterion", ["syntax", "syntax_average"])
def test_a_language_without_a_vector_is_named(selection_result, criterion):
    result = with_missing(selection_result(), ("zh", "zh"), criterion=criterion)
    missing = cells(distance_heatmap(result))[1]
    assert missing.hovertext[0][3] == "German (de) and Chinese (zh)<br>no vector of Chinese (zh)"


def test_a_language_with_a_vector_that_shares_too_little_is_told_apart(selection_result):
    pairs = [("zh", lang) for lang in ("ar", "de", "en")]
    missing = cells(distance_heatmap(with_missing(selection_result(), *pairs)))[1]
    assert missing.hovertext[0][3].endswith("too few shared features")


def test_no_distance_at_all_is_drawn_and_said(selection_result):
    langs = ("ar", "de", "en", "zh")
    fig = distance_heatmap(with_missing(selection_result(), *zip(langs, langs, strict=True)))
    assert alt_text(fig) == "Distances in syntax, reported only between 4 languages. 6 pairs " + (
        "without a distance."
    )


def test_languages_at_no_distance_are_drawn_without_a_tree(selection_result):
    fig = distance_heatmap(selection_result((0.0,) * 6))
    assert fig.layout.coloraxis.cmax > 0
    assert fig.layout.title.subtitle.text == "1 − cosine"


def test_the_subtitle_says_what_the_bar_of_colour_shows(selection_result):
    # a name over the bar came to lie on it wherever the plot became low
    fig = distance_heatmap(selection_result())
    assert fig.layout.title.subtitle.text.startswith("1 − cosine, joined by average distance")
    assert not fig.layout.coloraxis.colorbar.title.text


def test_small_distances_have_digits_that_count(selection_result):
    fig = distance_heatmap(selection_result((0.0012, 0.003, 0.0031, 0.0, 0.002, 0.0029)))
    assert fig.layout.coloraxis.cmax == pytest.approx(0.0031)
    written = {number for trace in numbers_in(fig) for number in trace.text}
    assert written == {"0.0012", "0.0030", "0.0031", "0.0000", "0.0020", "0.0029"}
    assert "0.0031" in alt_text(fig)


def test_a_mark_over_every_cell_hands_its_two_languages_to_a_click(selection_result):
    fig = distance_heatmap(selection_result())
    (marks,) = (trace for trace in fig.data if trace.customdata is not None)
    order = order_of(fig)
    assert [(order[y], order[x]) for x, y in zip(marks.x, marks.y, strict=True)] == [
        tuple(pair.split(",")) for pair in marks.customdata
    ]
    assert len(marks.customdata) == 4 * 3
    told = dict(zip(marks.customdata, marks.hovertext, strict=True))
    assert told["ar,zh"] == "Arabic (ar) and Chinese (zh)<br><b>0.900</b> apart in syntax"


def test_a_click_fades_no_number(selection_result):
    numbers = numbers_in(distance_heatmap(selection_result()))
    assert {trace.textfont.color for trace in numbers} == {"#000000", "#FFFFFF"}
    assert all(trace.unselected.textfont.color == trace.textfont.color for trace in numbers)


def test_sixty_languages_have_small_codes_no_numbers_and_room(half_a_million):
    rng = np.random.default_rng(0)
    distances = np.triu(rng.random((60, 60)), k=1)
    result = dataclasses.replace(half_a_million, distances=distances + distances.T)
    fig = distance_heatmap(result, chosen=("de",))
    assert [label for label in fig.layout.yaxis.ticktext if not label.isalpha()] == ["● de"]
    assert [trace.mode for trace in fig.data[1:]] == ["lines", "markers"]  # the tree alone
    assert fig.layout.height > 60 * 13


def test_a_criterion_without_distances_is_refused(half_a_million):
    with pytest.raises(ValueError, match="syntax is no sum over pairs"):
        distance_heatmap(half_a_million)
