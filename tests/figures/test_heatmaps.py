"""The heatmaps: order, scale, numbers in cells, words on hover."""

import dataclasses

import numpy as np

from mslt_core.figures import alt_text, cka_heatmaps


def cells(fig) -> list:
    return [trace for trace in fig.data if trace.type == "heatmap"]


def written(fig) -> list:
    return [trace for trace in fig.data if trace.type == "scatter"]


def test_one_panel_a_checkpoint_with_one_scale_from_where_the_metric_starts(mingle_result):
    fig = cka_heatmaps(mingle_result())
    assert len(cells(fig)) == 3
    assert {trace.coloraxis for trace in cells(fig)} == {"coloraxis"}
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (0.0, 1.0)


def test_cells_hold_the_values_in_the_order_of_the_labels(mingle_result):
    result = mingle_result(langs=("ar", "de", "en"), names=("Base",))
    matrix = np.array([[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]])
    result = dataclasses.replace(result, ckas=(dataclasses.replace(result.ckas[0], matrix=matrix),))
    fig = cka_heatmaps(result)
    assert [label.split()[-1] for label in fig.layout.yaxis.ticktext] == ["de", "en", "ar"]
    nan = np.nan
    expected = [[nan, 0.3, 0.1], [0.3, nan, 0.2], [0.1, 0.2, nan]]
    np.testing.assert_array_equal(cells(fig)[0].z, expected)
    assert "German (de)" in cells(fig)[0].hovertext[0][2]
    assert "Arabic (ar)" in cells(fig)[0].hovertext[0][2]
    assert "<b>0.100</b>" in cells(fig)[0].hovertext[0][2]
    (numbers,) = written(fig)
    assert dict(zip(zip(numbers.y, numbers.x, strict=True), numbers.text, strict=True)) == {
        (0, 1): "0.30", (0, 2): "0.10", (1, 0): "0.30",
        (1, 2): "0.20", (2, 0): "0.10", (2, 1): "0.20",
    }  # fmt: skip


def test_the_first_language_is_at_the_top(mingle_result):
    low, high = cka_heatmaps(mingle_result()).layout.yaxis.range
    assert low > high


def test_dots_are_filled_for_the_checkpoints_own_sources(mingle_result):
    layout = cka_heatmaps(mingle_result()).layout
    assert list(layout.xaxis.ticktext) == ["de<br>○", "en<br>○", "ar<br>○"]
    assert list(layout.xaxis2.ticktext) == ["de<br>○", "en<br>●", "ar<br>○"]
    assert list(layout.xaxis3.ticktext) == ["de<br>●", "en<br>●", "ar<br>○"]


def test_hover_says_what_was_trained_on(mingle_result):
    words = cells(cka_heatmaps(mingle_result()))[1].hovertext[0][1]
    assert words == (
        "German (de), not trained on<br>English (en), trained on<br>"
        "CKA <b>0.400</b> in SSLT(en), n = 1,000 sentences"
    )


def test_many_languages_have_no_numbers_in_cells(mingle_result):
    nine = ("ar", "de", "en", "es", "fi", "fr", "he", "hi", "zh")
    assert not written(cka_heatmaps(mingle_result(nine)))
    assert len(written(cka_heatmaps(mingle_result(nine[:8])))) == 3


def test_a_value_below_the_scale_keeps_its_number(mingle_result):
    result = mingle_result(langs=("de", "en"), names=("Base",))
    below = np.array([[1, -0.02], [-0.02, 1]])
    cka = dataclasses.replace(result.ckas[0], matrix=below)
    fig = cka_heatmaps(dataclasses.replace(result, ckas=(cka,)))
    assert set(written(fig)[0].text) == {"−0.02"}


def test_alternative_text_says_the_means(mingle_result):
    assert "Base 0.20, SSLT(en) 0.40, MSLT(de, en, es) 0.60." in alt_text(
        cka_heatmaps(mingle_result())
    )


def test_checkpoints_of_different_depth_are_told_apart(mingle_result):
    result = mingle_result()
    deeper = dataclasses.replace(result.ckas[0], layer=12)
    result = dataclasses.replace(result, ckas=(deeper, *result.ckas[1:]))
    assert "layers 12 and 4" in cka_heatmaps(result).layout.title.subtitle.text
