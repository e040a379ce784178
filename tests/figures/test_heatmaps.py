"""The heatmaps: order, scale, numbers in cells, words on hover, differences."""

import dataclasses

import numpy as np
import pytest

from mslt_core.figures import PALETTES, alt_text, pair_heatmaps
from mslt_core.spec.measuring import PairMatrix

NAMES = ("Base", "SSLT(en)", "MSLT(de, en, es)")


@pytest.fixture
def matrices(mingle_result):
    """Checkpoint number c has a CKA of 0.2 * (c + 1) between any two languages."""

    def make(langs=("ar", "de", "en"), names=NAMES, matrix=None, half=None, measure="linear_cka"):
        found = []
        for c, ref in enumerate(mingle_result(langs, names).checkpoints):
            same = np.full((len(langs), len(langs)), 0.2 * (c + 1))
            values = same if matrix is None else np.asarray(matrix, dtype=np.float64)
            low, high = (None, None) if half is None else (values - half, values + half)
            found.append(
                PairMatrix(
                    measure=measure,
                    checkpoint=ref,
                    layer=4,
                    langs=tuple(langs),
                    matrix=values,
                    low=low,
                    high=high,
                )
            )
        return found

    return make


def drawn(found, **given):
    return pair_heatmaps(found, over="debiased, n = 1,000 sentences, layer 4", **given)


def cells(fig) -> list:
    return [trace for trace in fig.data if trace.type == "heatmap"]


def written(fig) -> list:
    return [trace for trace in fig.data if trace.type == "scatter"]


def numbers(fig) -> dict:
    return {
        place: words
        for trace in written(fig)
        for place, words in zip(zip(trace.y, trace.x, strict=True), trace.text, strict=True)
    }


def test_one_panel_a_checkpoint_with_one_scale_from_where_the_metric_starts(matrices):
    fig = drawn(matrices())
    assert len(cells(fig)) == 3
    assert {trace.coloraxis for trace in cells(fig)} == {"coloraxis"}
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (0.0, 1.0)


def test_numbers_leave_out_their_nought_where_cells_are_narrow(matrices):
    eight = ("ar", "de", "en", "es", "fi", "id", "ja", "tr")
    three, four = (drawn(matrices(eight, (*NAMES, *more))) for more in ((), ("MSLT(ar, en)",)))
    assert {told for one in written(three) for told in one.text} == {"0.20", "0.40", "0.60"}
    assert {told for one in written(four) for told in one.text} == {".20", ".40", ".60", ".80"}


def test_cells_hold_the_values_in_the_order_of_the_labels(matrices):
    # from the row's language to the column's: no two cells are the same
    fig = drawn(matrices(names=("Base",), matrix=[[1, 0.1, 0.2], [0.3, 1, 0.4], [0.5, 0.6, 1]]))
    assert [label.split()[-1] for label in fig.layout.yaxis.ticktext] == ["de", "en", "ar"]
    nan = np.nan
    expected = [[nan, 0.4, 0.3], [0.6, nan, 0.5], [0.1, 0.2, nan]]
    np.testing.assert_array_equal(cells(fig)[0].z, expected)
    words = cells(fig)[0].hovertext[0][2]
    assert words.startswith("German (de), not trained on<br>Arabic (ar), not trained on<br>")
    assert "<b>0.300</b>" in words
    assert numbers(fig) == {
        (0, 1): "0.40", (0, 2): "0.30", (1, 0): "0.60",
        (1, 2): "0.50", (2, 0): "0.10", (2, 1): "0.20",
    }  # fmt: skip


def test_the_first_language_is_at_the_top(matrices):
    low, high = drawn(matrices()).layout.yaxis.range
    assert low > high


def test_dots_are_filled_for_the_checkpoints_own_sources(matrices):
    layout = drawn(matrices()).layout
    assert list(layout.xaxis.ticktext) == ["de<br>○", "en<br>○", "ar<br>○"]
    assert list(layout.xaxis2.ticktext) == ["de<br>○", "en<br>●", "ar<br>○"]
    assert list(layout.xaxis3.ticktext) == ["de<br>●", "en<br>●", "ar<br>○"]


def test_hover_says_what_was_trained_on_and_how_sure_it_is(matrices):
    words = cells(drawn(matrices(half=0.05)))[1].hovertext[0][1]
    assert words == (
        "German (de), not trained on<br>English (en), trained on<br>"
        "Linear CKA <b>0.400</b> [0.350, 0.450]<br>SSLT(en), layer 4"
    )


def test_differences_are_centred_on_none_and_silent_within_the_noise(matrices):
    # 0.3 and -0.02 from the base, give or take 0.05: only the first is told
    found = matrices(
        names=("SSLT(en)",), matrix=[[0, 0.3, -0.02], [0.3, 0, -0.02], [-0.02, -0.02, 0]], half=0.05
    )
    fig = drawn(found, minus="Base")
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (-0.3, 0.3)
    colours = [colour for _, colour in fig.layout.coloraxis.colorscale]
    assert colours == list(PALETTES["light"].diverging)
    # order de, en, ar: the pair ar-de is told, en's are not
    assert numbers(fig) == {(0, 2): "0.30", (2, 0): "0.30"}
    assert "SSLT(en) minus Base" in fig.layout.annotations[0].text
    assert "−0.020</b> [−0.070, 0.030]" in cells(fig)[0].hovertext[0][1]


def test_many_languages_have_no_numbers_in_cells(matrices):
    nine = ("ar", "de", "en", "es", "fi", "fr", "he", "hi", "zh")
    assert not written(drawn(matrices(nine)))
    assert len(written(drawn(matrices(nine[:8])))) == 3


def test_a_value_below_the_scale_keeps_its_number(matrices):
    fig = drawn(matrices(("de", "en"), ("Base",), matrix=[[1, -0.02], [-0.02, 1]]))
    assert set(written(fig)[0].text) == {"−0.02"}


def test_alternative_text_says_the_means(matrices):
    assert "Base 0.20, SSLT(en) 0.40, MSLT(de, en, es) 0.60." in alt_text(drawn(matrices()))


def test_the_title_asks_what_is_shown(matrices):
    assert drawn(matrices()).layout.title.text.startswith("How alike")
    found = [dataclasses.replace(one, measure="disparity") for one in matrices()]
    assert drawn(found).layout.title.text.startswith("Map disparity between two languages")


def test_what_may_be_chance_is_crossed_out_and_has_no_number(matrices):
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 2] = mask[2, 0] = True  # Arabic and English
    plain = drawn(matrices())
    fig = drawn(matrices(), chance=[mask, ~mask & False, ~mask & False])
    crosses = [trace for trace in written(fig) if trace.marker.symbol == "x-thin"]
    first = next(trace for trace in crosses if len(trace.x))
    order = [text.split()[-1] for text in fig.layout.yaxis.ticktext]
    places = {(order[int(y)], order[int(x)]) for x, y in zip(first.x, first.y, strict=True)}
    assert places == {("ar", "en"), ("en", "ar")}
    n_numbers = [sum(len(t.x) for t in written(one) if t.mode == "text") for one in (plain, fig)]
    assert n_numbers[0] - n_numbers[1] == 2
    assert "Crossed out: may be chance." in fig.layout.title.subtitle.text
    assert "Crossed out" not in plain.layout.title.subtitle.text
