"""The scores: a dot a run, the majority as a tick, the axis of the metric."""

import dataclasses

import pytest

from mslt_core.figures import alt_text, target_scores


@pytest.fixture
def runs(run_result):
    return [
        run_result(("en",), {"ar": 0.6, "en": 0.9}),
        run_result(("en",), {"ar": 0.62, "en": 0.88}, seed=1),
        run_result(("ar", "en"), {"ar": 0.7, "en": 0.85}),
    ]


def dots(fig) -> list:
    return [trace for trace in fig.data if trace.customdata is not None]


def test_a_dot_a_run_in_points_and_in_the_colour_of_its_set(runs):
    traces = dots(target_scores(runs))
    assert [trace.marker.line.color for trace in traces] == ["#E69F00", "#E69F00", "#0072B2"]
    values = [dict(zip(trace.customdata, trace.x, strict=True)) for trace in traces]
    assert [value["ar"] for value in values] == pytest.approx([60, 62, 70])


def test_rows_go_from_the_highest_score_down(runs):
    fig = target_scores(runs)
    assert list(fig.layout.yaxis.ticktext) == ["English (en)", "Arabic (ar)"]
    assert list(fig.layout.yaxis.tickvals) == [2, 1]


def test_filled_where_that_run_was_trained_on_the_language(runs):
    first, _, last = dots(target_scores(runs))
    assert dict(zip(first.customdata, first.marker.color, strict=True)) == {
        "en": "#E69F00",
        "ar": "#FFFFFF",
    }
    assert list(last.marker.color) == ["#0072B2", "#0072B2"]


def test_the_axis_is_the_metrics_whole_range(runs):
    low, high = target_scores(runs).layout.xaxis.range
    assert (low, round(high)) == (0, 101)  # a little room for a dot at 100


def test_a_line_from_the_lowest_run_to_the_highest(runs):
    span = target_scores(runs).data[0]
    assert list(span.x)[3:5] == pytest.approx([60, 70])
    assert span.x[2] is None


def test_the_majority_is_a_tick_for_accuracy_only(runs):
    ticks = [t for t in target_scores(runs).data if t.name == "Majority accuracy"]
    assert [list(tick.x) for tick in ticks] == [[50, 50]]
    by_f1 = target_scores(runs, metric="span_f1")
    assert all(trace.name != "Majority accuracy" for trace in by_f1.data)
    assert by_f1.layout.xaxis.title.text == "Span F1 (points)"


def test_a_target_that_a_run_lacks_has_no_dot(run_result):
    runs = [run_result(("en",), {"ar": 0.6}), run_result(("de",), {"fi": 0.5})]
    fig = target_scores(runs)
    assert [list(trace.customdata) for trace in dots(fig)] == [["ar"], ["fi"]]


def test_one_legend_entry_a_set(runs):
    legend = [trace.name for trace in target_scores(runs).data if trace.showlegend is not False]
    assert legend == ["Majority accuracy", "SSLT(en)", "MSLT(ar, en)"]


def test_hover_says_run_seed_and_basis(runs):
    words = dots(target_scores(runs))[1].hovertext[1]
    assert words == (
        "<b>Arabic (ar)</b> · zero-shot<br>SSLT(en), seed 1: <b>62.0</b><br>"
        "100 sentences, 1,234 words<br>majority accuracy 50.0"
    )


def test_alternative_text_says_from_where_to_where(runs):
    assert "MSLT(ar, en), seed 0: token accuracy from 70.0 on Arabic (ar) to 85.0" in alt_text(
        target_scores(runs)
    )


def test_an_undefined_score_is_no_dot_and_never_0(run_result):
    result = run_result(("en",), {"ar": 0.5, "fi": 0.7})
    result.scores["ar"] = dataclasses.replace(result.scores["ar"], span_f1=None)
    (trace,) = dots(target_scores([result], metric="span_f1"))
    assert list(trace.customdata) == ["fi"]


def test_words_that_were_cut_off_are_told(run_result):
    result = run_result(("en",), {"ar": 0.5})
    assert "cut off" not in dots(target_scores([result]))[0].hovertext[0]
    result.scores["ar"] = dataclasses.replace(result.scores["ar"], n_unseen=1234)
    assert "1,234 of them cut off" in dots(target_scores([result]))[0].hovertext[0]
