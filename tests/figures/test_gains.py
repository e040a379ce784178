"""The gains: rows in order, points and intervals, which side of zero."""

import dataclasses
import itertools

import pytest

from mslt_core.figures import alt_text, target_gains
from mslt_core.figures.room import LINE


def dots(fig) -> list:
    return [trace for trace in fig.data if trace.customdata is not None]


def test_rows_go_from_the_largest_gain_down(gain_result):
    fig = target_gains([gain_result()])
    rows = dict(zip(fig.layout.yaxis.ticktext, fig.layout.yaxis.tickvals, strict=True))
    assert list(rows)[:3] == ["Arabic (ar)", "German (de)", "Finnish (fi)"]
    assert list(rows.values())[:3] == [3, 2, 1]
    assert rows["Mean, zero-shot"] < 1


def test_points_not_ratios_with_whiskers_on_both_sides(gain_result):
    (trace,) = dots(target_gains([gain_result()]))
    at = dict(zip(trace.customdata, zip(trace.x, trace.y, strict=True), strict=True))
    assert at["ar"] == (pytest.approx(4.0), 3)
    assert at["fi"] == (pytest.approx(-1.0), 1)
    whiskers = dict(zip(trace.customdata, trace.error_x.array, strict=True))
    assert whiskers["fi"] == pytest.approx(3.0)
    assert list(trace.error_x.arrayminus) == pytest.approx(list(trace.error_x.array))


def test_trained_on_is_filled_and_zero_shot_outlined(gain_result):
    (trace,) = dots(target_gains([gain_result()], theme="dark"))
    fill = dict(zip(trace.customdata, trace.marker.color, strict=True))
    assert fill == {"fi": "#14181D", "ar": "#14181D", "de": "#0072B2", "": "#14181D"}
    assert trace.marker.line.color == "#0072B2"


def test_zero_is_always_in_view(gain_result):
    only_up = gain_result(gains=gain_result().gains[1:2], mean=None)
    low, high = target_gains([only_up]).layout.xaxis.range
    assert low < 0
    assert high > 5  # the whisker ends there


def test_numbers_stand_beside_and_are_bold_beyond_noise(gain_result):
    notes = [note.text for note in target_gains([gain_result()]).layout.annotations]
    assert notes == [
        "−1.0", "[−4.0, 2.0]", "<b>+4.0</b>", "[3.0, 5.0]",
        "<b>+2.0</b>", "[1.0, 3.0]", "<b>+1.5</b>", "[0.5, 2.5]",
    ]  # fmt: skip


def test_without_an_interval_there_is_neither_whisker_nor_bracket(gain_result):
    bare = tuple(dataclasses.replace(g, low=None, high=None) for g in gain_result().gains)
    fig = target_gains([gain_result(gains=bare, mean=None, interval="none")])
    assert list(dots(fig)[0].error_x.array) == [None] * 3
    assert {note.text for note in fig.layout.annotations} == {"−1.0", "+4.0", "+2.0", ""}
    assert "no interval" in fig.layout.title.subtitle.text


def test_hover_has_both_scores_and_what_they_rest_on(gain_result):
    (trace,) = dots(target_gains([gain_result()]))
    assert trace.hovertext[1] == (
        "<b>Arabic (ar)</b> · zero-shot<br><b>+4.0 [3.0, 5.0]</b> points<br>"
        "MSLT(de, en, es) 64.0, SSLT(en) 60.0<br>1,000 test items, 3 seeds<br>"
        "majority accuracy 50.0"
    )


def test_hover_has_both_sources_of_error_apart(gain_result):
    # half of 2 points: 3 and 4 of 5 parts of it
    given = gain_result()
    apart = dataclasses.replace(given.gains[1], sd_items=0.003, sd_seeds=0.004, p_holm=0.0004)
    (trace,) = dots(target_gains([gain_result(gains=(apart,), interval="both")]))
    assert "test items ±0.6, seeds ±0.8" in trace.hovertext[0]
    assert "p < 0.001 after Holm" in trace.hovertext[0]


def test_bold_is_what_holms_correction_leaves(gain_result):
    unsure = dataclasses.replace(gain_result().gains[1], p_holm=0.2)  # its interval leaves out zero
    fig = target_gains([gain_result(gains=(unsure,), mean=None)])
    assert "+4.0" in {note.text for note in fig.layout.annotations}


def test_another_metric_has_no_majority(gain_result):
    (trace,) = dots(target_gains([gain_result(metric="span_f1")]))
    assert all("majority" not in words for words in trace.hovertext)


def test_several_comparisons_share_the_rows_in_their_own_colours(gain_result):
    other = gain_result("MSLT(ar, fi)")
    fig = target_gains([gain_result(), other])
    first, second = dots(fig)
    assert (first.marker.line.color, second.marker.line.color) == ("#0072B2", "#009E73")
    assert all(above > below for above, below in zip(first.y, second.y, strict=True))
    assert all(above - below < 0.7 for above, below in zip(first.y, second.y, strict=True))
    assert [t.name for t in fig.data if t.customdata is None] == [
        "MSLT(de, en, es)",
        "MSLT(ar, fi)",
    ]
    assert not fig.layout.annotations
    assert fig.layout.title.text == (
        "How much higher does each set score than SSLT(en), by language?"
    )
    assert fig.layout.xaxis.title.text == "minus SSLT(en), points"


def test_no_mean_hides_another_ones_interval_in_a_slides_low_rows(gain_result):
    alike = [gain_result(name) for name in ("MSLT(ar, fi)", "MSLT(ar, de)", "MSLT(de, fi)")]
    fig = target_gains(alike)
    means = [trace.y[-1] for trace in dots(fig)]
    row = LINE * 13  # pixels, from one language to the next where a slide is full
    # the diamond reaches 1.3 times half its size from its middle, and its line is 2 wide
    reach = 1.3 * dots(fig)[0].marker.size[-1] / 2 + 1
    assert min((a - b) * row for a, b in itertools.pairwise(means)) > 1.5 * reach
    assert (0.4 - means[0]) * row > reach  # 0.4 is the line under the languages
    assert (means[-1] - fig.layout.yaxis.range[0]) * row > reach
    place = dict(zip(fig.layout.yaxis.ticktext, fig.layout.yaxis.tickvals, strict=True))
    assert place["Mean, zero-shot"] == pytest.approx(means[1])


def test_a_language_that_one_comparison_lacks_leaves_its_row_empty(gain_result):
    other = gain_result("MSLT(ar, fi)", gains=gain_result().gains[:1], mean=None)
    fig = target_gains([gain_result(), other])
    assert len(dots(fig)[1].x) == 1
    assert len(fig.layout.yaxis.ticktext) == 4


def test_title_and_alternative_text_say_the_answer(gain_result):
    fig = target_gains([gain_result()])
    assert fig.layout.title.text == (
        "How much higher does MSLT(de, en, es) score than SSLT(en), by language?"
    )
    assert alt_text(fig) == (
        "MSLT(de, en, es) minus SSLT(en): higher on 1 of 2 zero-shot languages; from −1.0 on "
        "Finnish (fi) to +4.0 on Arabic (ar), in points of token accuracy."
    )


def test_the_subtitle_names_every_kind_of_interval(gain_result):
    fig = target_gains([gain_result(), gain_result("MSLT(ar, en)", interval="items")])
    assert "over seeds or 95 % intervals over test items" in fig.layout.title.subtitle.text
