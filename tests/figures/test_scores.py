"""The scores: a dot a set, the majority as a tick, the axis of the metric."""

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


def test_a_dot_a_set_its_mean_over_the_seeds_in_points_and_in_its_colour(runs):
    traces = dots(target_scores(runs))
    assert [trace.marker.line.color for trace in traces] == ["#E69F00", "#0072B2"]
    values = [dict(zip(trace.customdata, trace.x, strict=True)) for trace in traces]
    assert [value["ar"] for value in values] == pytest.approx([61, 70])


def test_rows_go_from_the_highest_score_down(runs):
    fig = target_scores(runs)
    assert list(fig.layout.yaxis.ticktext) == ["English (en)", "Arabic (ar)"]
    assert list(fig.layout.yaxis.tickvals) == [2, 1]


def test_filled_where_that_set_was_trained_on_the_language(runs):
    first, last = dots(target_scores(runs))
    assert dict(zip(first.customdata, first.marker.color, strict=True)) == {
        "en": "#E69F00",
        "ar": "#FFFFFF",
    }
    assert list(last.marker.color) == ["#0072B2", "#0072B2"]


def test_filled_where_few_shot_examples_were_trained_on(run_result):
    run = run_result(("en",), {"ar": 0.6, "en": 0.9, "fi": 0.5})
    spec = run.info.spec.but(shots=10, shot_langs=("ar",))
    few = dataclasses.replace(run, info=dataclasses.replace(run.info, spec=spec))
    (trace,) = dots(target_scores([few]))
    assert dict(zip(trace.customdata, trace.marker.color, strict=True)) == {
        "en": "#E69F00",
        "ar": "#E69F00",
        "fi": "#FFFFFF",
    }
    told = dict(zip(trace.customdata, trace.hovertext, strict=True))
    assert "trained on" in told["ar"]
    assert "zero-shot" in told["fi"]


def test_the_axis_is_the_metrics_whole_range(runs):
    low, high = target_scores(runs).layout.xaxis.range
    assert (low, round(high)) == (0, 101)  # a little room for a dot at 100


def test_a_line_from_the_lowest_set_to_the_highest(runs):
    span = target_scores(runs).data[0]
    assert list(span.x)[3:5] == pytest.approx([61, 70])
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


def test_hover_says_every_seed_and_the_basis(runs):
    words = dots(target_scores(runs))[0].hovertext[1]
    assert words == (
        "<b>Arabic (ar)</b> · zero-shot<br>SSLT(en): <b>61.0</b><br>seed 0: 60.0, seed 1: 62.0<br>"
        "100 sentences, 1,234 words<br>majority accuracy 50.0"
    )


def test_the_subtitle_says_how_many_seeds(runs):
    def told(chosen):
        return target_scores(chosen).layout.title.subtitle.text

    assert "mean of 1 to 2 seeds" in told(runs)
    assert "mean of 2 seeds" in told(runs[:2])
    assert "a single run each" in told(runs[1:])


def test_alternative_text_says_from_where_to_where(runs):
    assert "MSLT(ar, en): token accuracy from 70.0 on Arabic (ar) to 85.0" in alt_text(
        target_scores(runs)
    )


def test_an_undefined_score_is_no_dot_and_never_0(run_result):
    result = run_result(("en",), {"ar": 0.5, "fi": 0.7})
    result.scores["ar"] = dataclasses.replace(result.scores["ar"], span_f1=None)
    (trace,) = dots(target_scores([result], metric="span_f1"))
    assert list(trace.customdata) == ["fi"]


def test_words_that_were_not_seen_are_told(run_result):
    result = run_result(("en",), {"ar": 0.5})
    assert "unseen" not in dots(target_scores([result]))[0].hovertext[0]
    result.scores["ar"] = dataclasses.replace(result.scores["ar"], n_unseen=1234)
    assert "1,234 of them unseen" in dots(target_scores([result]))[0].hovertext[0]


def test_oracles_are_marked_where_there_are_any(runs):
    assert not any("Oracle" in (trace.name or "") for trace in target_scores(runs).data)
    fig = target_scores(runs, oracles={"ar": 0.9, "sv": 0.5})
    (mark,) = [trace for trace in fig.data if "Oracle" in (trace.name or "")]
    assert tuple(mark.x) == (90.0,)
    assert "trained on its own data" in mark.hovertemplate[0]
