"""The training curves: every point, the set's colour, and no silent NaN."""

import math

import pytest

from mslt_core.figures import alt_text, training_curves
from mslt_core.spec.results import TrainingPoint


def history(*losses: float) -> list[TrainingPoint]:
    return [
        TrainingPoint(
            step=10 * (i + 1),
            loss=loss,
            learning_rate=1e-5 * (i + 1),
            grad_norm=2.0,
            elapsed_s=1.0 * i,
            samples_per_s=50.0,
        )
        for i, loss in enumerate(losses)
    ]


def test_a_line_a_run_in_the_colour_of_its_set():
    fig = training_curves(
        {"SSLT(en), seed 0": history(2, 1), "SSLT(en), seed 1": history(2, 1.5),
         "MSLT(de, en), seed 0": history(3, 2)}
    )  # fmt: skip
    assert [trace.line.color for trace in fig.data] == ["#E69F00", "#E69F00", "#0072B2"]
    assert [trace.line.dash for trace in fig.data] == ["solid", "dash", "solid"]
    assert [tuple(trace.x) for trace in fig.data] == [(10, 20)] * 3
    assert [tuple(trace.y) for trace in fig.data] == [(2, 1), (2, 1.5), (3, 2)]


@pytest.mark.parametrize("given", ["SSLT(en)", "SSLT(en), seed 1"])
def test_given_colours_are_used_by_set_or_by_run(given):
    fig = training_curves({"SSLT(en), seed 1": history(1)}, colours={given: "#123456"})
    assert fig.data[0].line.color == "#123456"


def test_the_legend_names_a_set_once_with_its_seeds():
    fig = training_curves(
        {"SSLT(en), seed 0": history(2), "MSLT(de, en)": history(3), "SSLT(en), seed 2": history(1)}
    )
    shown = [trace.name for trace in fig.data if trace.showlegend]
    assert shown == ["SSLT(en), seeds 0, 2", "MSLT(de, en)"]
    # a click on the legend hides all seeds of the set
    assert [trace.legendgroup for trace in fig.data] == ["SSLT(en)", "MSLT(de, en)", "SSLT(en)"]
    assert "SSLT(en), seed 2" in fig.data[2].hovertemplate


@pytest.mark.parametrize("others", [(), ("SSLT(en), seed 0",)])
def test_seeds_that_would_be_cut_off_are_counted(others):
    alike = [f"MSLT(de, en), seed 0 ({digest})" for digest in ("5bc7", "a340", "4320")]
    fig = training_curves({name: history(2, 1) for name in (*alike, *others)})
    subtitle, legend = fig.layout.title.subtitle.text, fig.data[0].name
    assert "5bc7" not in subtitle + legend
    assert (legend if others else subtitle).endswith("3 runs")


def test_seeds_that_all_sets_have_are_told_once():
    runs = {f"{name}, seed {seed}": history(2) for name in ("SSLT(en)", "B") for seed in (0, 2)}
    fig = training_curves(runs)
    assert [trace.name for trace in fig.data if trace.showlegend] == ["SSLT(en)", "B"]
    assert fig.layout.title.subtitle.text.endswith("since the last point; seeds 0, 2")


def test_sets_that_share_a_colour_differ_in_their_dashes():
    fig = training_curves({f"MSLT({lang}, en), seed 1": history(2) for lang in "abcdef"})
    looks = [(trace.line.color, trace.line.dash) for trace in fig.data]
    assert len({colour for colour, _ in looks}) < len(looks) == len(set(looks))


def test_axes_say_what_they_are_and_start_at_zero():
    fig = training_curves({"SSLT(en)": history(2, 1)})
    assert fig.layout.yaxis.title.text == "Training loss (nats)"
    assert fig.layout.yaxis.rangemode == "tozero"
    assert fig.layout.xaxis.title.text == "Step"


def test_a_loss_that_is_no_number_is_marked_where_it_began():
    fig = training_curves({"SSLT(en)": history(2, 1, math.nan, math.nan)})
    mark = fig.data[-1]
    assert (tuple(mark.x), tuple(mark.y), tuple(mark.text)) == ((30,), (1,), ("loss became NaN",))


def test_one_point_is_a_dot():
    assert training_curves({"SSLT(en)": history(2)}).data[0].mode == "markers"


def test_a_run_without_steps_is_named_in_the_legend():
    fig = training_curves({"SSLT(en)": []})
    assert fig.data[0].name == "SSLT(en)"
    assert alt_text(fig) == "Training loss. SSLT(en): no step yet."


def test_names_are_escaped():
    assert training_curves({"<b>x</b>": history(1, 2)}).data[0].name == "&lt;b&gt;x&lt;/b&gt;"


def test_alternative_text_says_from_where_to_where():
    fig = training_curves({"SSLT(en)": history(2, 1)})
    assert alt_text(fig) == "Training loss. SSLT(en): 2.00 at step 10, 1.00 at step 20."
