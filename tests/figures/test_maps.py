"""The maps: what is where, filled or outlined, on which axes, with which words on hover."""

import dataclasses
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from mslt_core.figures import Category, alt_text, language_maps


def points(fig: go.Figure) -> list:
    return [trace for trace in fig.data if trace.customdata is not None]


def test_one_trace_a_language_and_panel_and_one_legend_entry_a_language(mingle_result):
    fig = language_maps(mingle_result())
    assert len(points(fig)) == 3 * 3
    legend = [trace for trace in fig.data if trace.showlegend is not False]
    assert [trace.name for trace in legend] == ["German (de)", "English (en)", "Arabic (ar)"]
    # hiding a language hides it in every panel
    for entry in legend:
        assert sum(t.legendgroup == entry.legendgroup for t in points(fig)) == 3


def test_points_are_where_the_map_puts_them(mingle_result):
    result = mingle_result()
    for trace in points(language_maps(result)):
        panel = 0 if trace.xaxis == "x" else int(trace.xaxis[1:]) - 1
        drawn = result.maps[panel]
        rows = list(trace.customdata)
        assert [drawn.langs[row // 5] for row in rows] == [trace.legendgroup] * 5
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), drawn.coords[rows])


def test_no_language_is_drawn_over_all_others(mingle_result):
    drawn = [t for t in points(language_maps(mingle_result(n=60))) if t.xaxis == "x"]
    assert [t.legendgroup for t in drawn] == ["de", "en", "ar"] * 6  # in turn, ten at a time
    rows = [row for t in drawn for row in t.customdata]
    assert sorted(rows) == list(range(3 * 60))


def test_filled_where_that_checkpoint_was_trained_on_the_language(mingle_result):
    filled = {
        (trace.xaxis, trace.legendgroup)
        for trace in points(language_maps(mingle_result()))
        if not trace.marker.symbol.endswith("-open")
    }
    assert filled == {("x2", "en"), ("x3", "de"), ("x3", "en")}


def test_a_language_looks_the_same_in_every_panel(mingle_result):
    looks = {}
    for trace in points(language_maps(mingle_result())):
        look = (trace.marker.color, trace.marker.symbol.removesuffix("-open"))
        assert looks.setdefault(trace.legendgroup, look) == look
    assert len(set(looks.values())) == 3


def test_all_panels_have_the_same_square_that_holds_every_point(mingle_result):
    fig = language_maps(mingle_result())
    (low_x, high_x), (low_y, high_y) = fig.layout.xaxis.range, fig.layout.yaxis.range
    assert high_x - low_x == pytest.approx(high_y - low_y)
    for axis in (fig.layout.xaxis2, fig.layout.xaxis3):
        assert tuple(axis.range) == (low_x, high_x)
        assert axis.matches == "x"
    for trace in points(fig):
        assert low_x < min(trace.x) <= max(trace.x) < high_x
        assert low_y < min(trace.y) <= max(trace.y) < high_y


def test_every_panel_says_its_name_and_mean_cka(mingle_result):
    titles = [note.text for note in language_maps(mingle_result()).layout.annotations]
    assert ["Base" in titles[0], "SSLT(en)" in titles[1], "MSLT(de, en, es)" in titles[2]]
    assert ["0.20" in titles[0], "0.40" in titles[1], "0.60" in titles[2]] == [True] * 3
    assert ["#6B7280" in titles[0], "#E69F00" in titles[1], "#0072B2" in titles[2]] == [True] * 3


def test_given_colours_are_used(mingle_result):
    fig = language_maps(mingle_result(), colours={"MSLT(de, en, es)": "#009E73"})
    assert "#009E73" in fig.layout.annotations[2].text


def test_the_subtitle_says_what_the_numbers_rest_on(mingle_result):
    subtitle = language_maps(mingle_result()).layout.title.subtitle.text
    for part in (
        "t-SNE",
        "5 sentences in each of",
        "layer 4",
        "debiased",
        "n = 1,000",
        "● trained on",
        "mean of all tokens",
    ):
        assert part in subtitle
    assert "Shown are" not in subtitle
    n = len(mingle_result().maps[0].langs)
    filtered = language_maps(mingle_result(), hidden={"en"}).layout.title.subtitle.text
    assert f"Shown are {n - 1} of {n} languages; the numbers are of all." in filtered
    french = dataclasses.replace(mingle_result(), original="fr")
    assert "first written in French (fr)" in language_maps(french).layout.title.subtitle.text


def test_hover_has_language_sentence_and_id_and_escapes_them(mingle_result):
    result = mingle_result(said="<img src=x onerror=alert(1)> {lang} {i}")
    seen = {t.legendgroup: t.hovertext[3] for t in points(language_maps(result)) if t.xaxis == "x2"}
    assert "<b>English (en)</b> · trained on" in seen["en"]
    assert "<b>Arabic (ar)</b> · not trained on" in seen["ar"]
    assert "&lt;img src=x onerror=alert(1)&gt; ar 3" in seen["ar"]
    assert "<img" not in seen["ar"]
    assert "\u2067" in seen["ar"]
    assert "s3 · SSLT(en)" in seen["ar"]


def test_a_checkpoint_name_is_shown_literally(mingle_result):
    fig = language_maps(mingle_result(names=("<a href='https://evil.example'>x</a>",)))
    fig.layout.meta = None  # the alternative text is plain text
    assert "&lt;a href" in fig.layout.annotations[0].text
    assert "<a" not in str(fig.to_dict())


def test_many_points_are_drawn_by_webgl(mingle_result):
    few = language_maps(mingle_result(n=333))  # 3 panels x 3 languages x 333 = 2,997
    many = language_maps(mingle_result(n=334))
    assert {trace.type for trace in points(few)} == {"scatter"}
    assert {trace.type for trace in points(many)} == {"scattergl"}


@pytest.mark.parametrize("n_panels", [1, 2, 3, 4])
def test_one_to_four_panels(mingle_result, n_panels):
    names = ("Base", "SSLT(en)", "MSLT(de, en, es)", "MSLT(ar, fi)")[:n_panels]
    fig = language_maps(mingle_result(names=names))
    assert len(fig.layout.annotations) == n_panels
    assert len(re.findall(r"0\.\d\d", alt_text(fig))) == n_panels


def test_alternative_text_says_the_answer(mingle_result):
    assert alt_text(language_maps(mingle_result())) == (
        "t-SNE maps of 5 parallel sentences in 3 languages. "
        "Mean CKA between languages: Base 0.20, SSLT(en) 0.40, MSLT(de, en, es) 0.60."
    )


@pytest.mark.parametrize(("theme", "ground"), [("light", "#FFFFFF"), ("dark", "#14181D")])
def test_both_themes(mingle_result, theme, ground):
    fig = language_maps(mingle_result(), theme=theme)
    assert fig.layout.template.layout.paper_bgcolor == ground


def test_hidden_languages_are_left_out_of_picture_and_legend(mingle_result):
    fig = language_maps(mingle_result(), hidden={"de"})
    assert {trace.legendgroup for trace in points(fig)} == {"en", "ar"}
    legend = [trace.name for trace in fig.data if trace.showlegend is not False]
    assert legend == ["English (en)", "Arabic (ar)"]
    # those that stay look as they did
    before = {t.legendgroup: t.marker.color for t in points(language_maps(mingle_result()))}
    assert all(before[t.legendgroup] == t.marker.color for t in points(fig))


def test_coloured_by_category_in_the_shapes_of_the_languages(mingle_result):
    codes = (np.arange(15) % 2).astype(np.uint8)
    category = Category(
        names=("even", "odd"), colours=("#111111", "#222222"), codes=(codes, codes, 1 - codes)
    )
    fig = language_maps(mingle_result(), category=category)
    for trace in points(fig):
        panel = 0 if trace.xaxis == "x" else int(trace.xaxis[1:]) - 1
        wanted = [category.colours[category.codes[panel][row]] for row in trace.customdata]
        assert list(trace.marker.color) == list(trace.marker.line.color) == wanted
    assert [t.name for t in fig.data if t.showlegend is not False] == ["even", "odd"]
    assert len({trace.marker.symbol for trace in points(fig)}) > 1
