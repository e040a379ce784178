"""Curves over layers: the lines, their bands, the companion below, and what is a difference."""

import dataclasses

import pytest

from mslt_core.figures import alt_text, layer_curves
from mslt_core.spec.measuring import LayerCurve, LayerPoint


@pytest.fixture
def curves(mingle_result):
    """Checkpoint number c measures 0.1 * (layer + c), give or take `half`."""

    def make(measure="linear_cka", half=0.05, shift=0.0):
        return [
            LayerCurve(
                measure=measure,
                checkpoint=ref,
                points=tuple(
                    LayerPoint(
                        layer=layer,
                        value=(value := 0.1 * (layer + c) + shift),
                        low=None if half is None else value - half,
                        high=None if half is None else value + half,
                    )
                    for layer in range(ref.n_layers + 1)
                ),
            )
            for c, ref in enumerate(mingle_result().checkpoints)
        ]

    return make


def drawn(found, **given):
    return layer_curves(found, title="How alike?", over="mean over 3 pairs", **given)


def lines(fig):
    return [t for t in fig.data if t.mode == "lines+markers"]


def bands(fig):
    return [t for t in fig.data if t.fill == "toself"]


def test_a_line_and_a_band_for_every_checkpoint(curves):
    fig = drawn(curves())
    assert [line.name for line in lines(fig)] == ["Base", "SSLT(en)", "MSLT(de, en, es)"]
    assert list(lines(fig)[1].x) == [0, 1, 2, 3, 4]
    assert list(lines(fig)[1].y) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert list(bands(fig)[1].y[:2]) == pytest.approx([0.15, 0.25])  # there above the line
    assert list(bands(fig)[1].y[-2:]) == pytest.approx([0.15, 0.05])  # and back below it
    assert [line.line.color for line in lines(fig)] == ["#6B7280", "#E69F00", "#0072B2"]
    # a second cue beside the colour
    assert len({line.line.dash for line in lines(fig)}) == 3
    assert "SSLT(en), layer 2 of 4<br>Linear CKA <b>0.300</b> [0.250, 0.350]" in (
        lines(fig)[1].hovertext
    )


def test_without_intervals_there_is_no_band_and_none_is_told_of(curves):
    assert "Bands: 95 %" in drawn(curves()).layout.title.subtitle.text
    assert "No interval is known." in drawn(curves(half=None)).layout.title.subtitle.text
    assert not bands(drawn(curves(half=None)))


def test_the_axis_starts_where_the_measure_does_or_below_its_intervals(curves):
    low, high = drawn(curves()).layout.yaxis.range
    assert low < -0.05 < 0.0  # the base's interval at layer 0 reaches to -0.05
    assert high > 0.65


def test_values_far_above_the_start_are_looked_at_from_near(curves):
    # from 2.85 to 3.65, and the measure starts at 0: lines would be one line
    low, high = drawn(curves(shift=2.9)).layout.yaxis.range
    assert 2.4 < low < 2.85
    assert high > 3.55


def test_a_band_has_no_marks_of_its_own(curves):
    assert {band.mode for band in bands(drawn(curves()))} == {"lines"}


def test_a_companion_has_a_panel_of_its_own_with_the_same_lines(curves):
    fig = drawn(curves(), companion=curves("disparity"))
    assert {line.yaxis for line in lines(fig)} == {"y", "y2"}
    assert [line.showlegend for line in lines(fig)] == [True] * 3 + [False] * 3
    assert fig.layout.yaxis2.title.text == "Map disparity"


def test_a_long_name_of_an_axis_is_no_longer_than_its_panel(curves):
    fig = drawn(curves(), companion=curves("effective_rank"))
    assert fig.layout.yaxis2.title.text == "Effective rank<br>(directions)"


def test_checkpoints_of_different_depth_share_a_relative_axis(curves):
    deep, *others = curves()
    deep = dataclasses.replace(deep, checkpoint=dataclasses.replace(deep.checkpoint, n_layers=8))
    fig = drawn([deep, *others])
    assert list(lines(fig)[0].x) == [0, 0.125, 0.25, 0.375, 0.5]
    assert list(lines(fig)[1].x) == [0, 0.25, 0.5, 0.75, 1]
    assert "Depth" in fig.layout.xaxis.title.text


def test_a_difference_shows_zero(curves):
    assert drawn(curves(), difference=True).layout.yaxis.zeroline
    assert not drawn(curves()).layout.yaxis.zeroline


def test_alternative_text_says_the_ends(curves):
    assert "SSLT(en): 0.100 at layer 0, 0.500 at layer 4." in alt_text(drawn(curves()))


def test_chance_is_a_thin_line_and_empties_markers(curves):
    fig = drawn(
        curves("linear_cka_biased"),
        null=curves("cka_by_chance", half=None, shift=-0.2)[:1],
        hollow={"SSLT(en)": {0, 3}},
    )
    (thin,) = [t for t in fig.data if t.mode == "lines" and t.line.dash == "dot"]
    assert list(thin.y) == pytest.approx([-0.2, -0.1, 0.0, 0.1, 0.2])
    fills = list(lines(fig)[1].marker.color)
    assert [fill == "#E69F00" for fill in fills] == [False, True, True, False, True]
    assert lines(fig)[0].marker.color == "#6B7280"
    told = fig.layout.title.subtitle.text
    assert "Thin dotted: CKA expected by chance." in told
    assert "Open markers: some pairs may be chance." in told
    assert "Open markers" not in drawn(curves(), hollow={"Base": ()}).layout.title.subtitle.text
