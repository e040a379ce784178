"""The numbers behind a figure, and a figure as a slide shows it."""

import json

import plotly.graph_objects as go
import pytest

from mslt_core.figures import enlarged, numbers_of, words_of
from mslt_core.figures.style import dress


def dressed(*traces, height=400, **layout) -> go.Figure:
    fig = go.Figure(list(traces), layout={"margin": {"t": 100, "l": 10}, **layout})
    return dress(fig, title="How <b>far</b>?", subtitle="n = 3", alt="far", height=height,
                 theme="light")  # fmt: skip


# --- numbers


def test_rows_of_a_dot_plot_are_told_by_their_label_and_interval():
    # ar's dot stands at height 2 + 0.15: beside its row; 10 - 1 = 9 and 10 + 3 = 13
    dots = go.Scatter(
        x=[10, None, 5], y=[2.15, 2, 1], legendgroup="MSLT(de, en)",
        error_x={"array": [3, 1, 0.5], "arrayminus": [1, 1, 0.5]},
    )  # fmt: skip
    fig = dressed(dots, yaxis={"tickvals": [2, 1], "ticktext": ["Arabic (ar)", "A &amp; B"]})
    fig.update_xaxes(title="points")
    assert numbers_of(fig) == (
        ("shown as", "points", "y", "x low", "x high"),
        [
            ("MSLT(de, en)", 10, "Arabic (ar)", 9, 13),
            ("MSLT(de, en)", 5, "A & B", 4.5, 5.5),
        ],
    )


def test_cells_without_a_value_are_no_rows():
    cells = go.Heatmap(z=[[0.5, None], [float("nan"), 1]], x=["ar", "de"], y=["en", "fi"])
    columns, rows = numbers_of(dressed(cells))
    assert columns == ("x", "y", "value")
    assert rows == [("ar", "en", 0.5), ("de", "fi", 1)]


def test_a_place_between_two_labels_stays_a_number():
    line = go.Scatter(x=[1, 2.5], y=[0, 1], text=["<i>a</i>", None])
    fig = dressed(line, xaxis={"tickvals": [1, 4], "ticktext": ["one", "four"]})
    assert numbers_of(fig)[1] == [("one", 0, "a"), (2.5, 1, "")]


def test_the_axis_of_a_panel_has_labels_of_its_own():
    panel = go.Scatter(x=[0], y=[0], xaxis="x2", yaxis="y2")
    fig = dressed(panel, xaxis={}, xaxis2={"tickvals": [0], "ticktext": ["nought"]}, yaxis2={})
    assert numbers_of(fig)[1] == [("nought", 0)]


def test_words_are_without_markup():
    assert words_of(dressed()) == {"title": "How far?", "subtitle": "n = 3", "alt": "far"}


# --- enlarged


def as_kept(fig: go.Figure) -> dict:
    return json.loads(fig.to_json())


def test_everything_grows_by_one_factor():
    # 1480 / 740 = 2 and the height allows as much: 712 / 2 = 356 = 400 - 44 of the title
    trace = go.Scatter(x=[1], y=[1], marker={"size": 8}, line={"width": 2}, error_x={"array": [1]})
    bars = go.Bar(x=[1], y=[1], width=[0.5])
    fig = dressed(trace, bars, annotations=[{"text": "a", "yshift": 6, "font": {"size": 10}}])
    grown = enlarged(as_kept(fig), width=1480, height=712)
    assert grown.data[0].marker.size == 16
    assert grown.data[0].line.width == 4
    assert list(grown.data[1].width) == [0.5]  # in units of the axis
    assert (grown.layout.annotations[0].yshift, grown.layout.annotations[0].font.size) == (12, 20)
    assert grown.layout.template.layout.font.size == 26
    assert grown.layout.height == 712
    assert grown.layout.margin.t == 2 * (100 - 44)
    assert grown.layout.margin.l == 20
    assert not grown.layout.title.text


def test_the_numbers_stay():
    fig = dressed(go.Scatter(x=[1.5, 2], y=[3, 4], marker={"size": [5, 6]}))
    grown = enlarged(as_kept(fig), width=1480, height=712)
    assert list(grown.data[0].x) == [1.5, 2]
    assert list(grown.data[0].y) == [3, 4]
    assert numbers_of(grown)[1] == numbers_of(fig)[1]


def test_sizes_that_came_as_bytes_grow_too():
    import numpy as np

    fig = dressed(go.Scatter(x=[1, 2], y=[1, 2], marker={"size": np.array([4.0, 6.0])}))
    kept = as_kept(fig)
    assert "bdata" in kept["data"][0]["marker"]["size"]
    grown = enlarged(kept, width=1480, height=712)
    assert list(grown.data[0].marker.size) == [8, 12]


@pytest.mark.parametrize("height", [300, 400, 900])
@pytest.mark.parametrize("place", [(700, 440), (1310, 560), (1900, 800)])
def test_it_fits_its_place_where_type_stays_readable(height, place):
    grown = enlarged(as_kept(dressed(height=height)), width=place[0], height=place[1])
    size = grown.layout.template.layout.font.size
    assert size >= 0.85 * 13
    assert grown.layout.height == place[1] or size == pytest.approx(0.85 * 13, abs=0.1)


def test_a_legend_under_the_title_moves_up_with_it():
    # 54 px below the edge, less 44 of the title: 10 px, twice as large; the figure is 712 high
    grown = enlarged(as_kept(dressed(height=400)), width=1480, height=712)
    assert (1 - grown.layout.legend.y) * 712 == pytest.approx(20)


def test_a_legend_at_the_foot_stays_there():
    fig = dressed(legend={"y": 0, "yref": "container", "yanchor": "bottom"})
    assert enlarged(as_kept(fig), width=1480, height=712).layout.legend.y == 0
