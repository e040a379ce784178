"""The scatter of closeness against score: whose marks they are, and the line through them."""

import numpy as np
import pytest

from mslt_core import figures
from mslt_core.figures import style
from mslt_core.spec.mechanism import Association, Cells, Mechanism, MechanismSpec, Unknown


@pytest.fixture
def result():
    found = Association(
        slope=0.5,
        low=0.2,
        high=0.8,
        correlation=0.6,
        correlation_low=0.3,
        correlation_high=0.8,
        df=5,
        p=0.01,
        spread=0.1,
        n=4,
        n_sets=2,
        n_targets=2,
    )
    cells = Cells(
        sets=(("en",), ("de", "en")),
        set_of=np.array([0, 0, 1, 1]),
        targets=("ar", "fi", "ar", "fi"),
        closer=np.array([0.1, 0.2, 0.3, 0.4]),
        better=np.array([0.0, 0.0, 0.02, 0.04]),
        closer_within=np.array([-0.1, -0.2, 0.1, 0.2]),
        better_within=np.array([-0.01, -0.02, 0.01, 0.02]),
        n_seeds=np.array([3, 3, 3, 3]),
    )
    return Mechanism(
        asked=MechanismSpec(corpus="cldr-parallel", langs=("ar", "de", "en", "fi")),
        metric="accuracy",
        reference="SSLT(en)",
        layer=4,
        cells=cells,
        adjusted=found,
        unadjusted=found,
        within_sets=found,
        between=found,
        p_languages=0.02,
        base_change=0.25,
        sizes=(1, 2),
    )


def by_name(fig):
    return {trace.name: trace for trace in fig.data}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_are_in_points_and_in_the_colours_of_their_kind(result, theme):
    fig = figures.closeness_against_score(result, theme=theme)
    traces = by_name(fig)
    single, several = traces["SSLT"], traces["MSLT"]
    assert single.marker.color == style.FIRST_OF_KIND["SSLT"]
    assert single.marker.symbol != several.marker.symbol  # a second cue
    assert list(single.x) == [-0.1, -0.2]
    assert list(several.y) == [1.0, 2.0]
    assert list(several.customdata[1]) == ["de,en", "fi"]
    assert "MSLT(de, en) on Arabic (ar)" in several.hovertext[0]
    assert "2 sets on 2 targets, 3 seeds a set, layer 4" in fig.layout.title.subtitle.text
    assert "correlation 0.60, slope 5.0 points for 0.1" in figures.alt_text(fig)


def test_the_band_holds_every_slope_of_the_interval(result):
    traces = by_name(figures.closeness_against_score(result))
    assert list(traces["best fit"].x) == [-0.2, 0.0, 0.2]
    assert list(traces["best fit"].y) == pytest.approx([-10.0, 0.0, 10.0])
    band = traces["95 % interval of the slope"]
    upper, lower = list(band.y)[:3], list(band.y)[3:][::-1]
    assert upper == pytest.approx([-4.0, 0.0, 16.0])
    assert lower == pytest.approx([-16.0, 0.0, 4.0])


def test_no_line_without_an_estimate(result):
    import dataclasses

    few = dataclasses.replace(result, adjusted=Unknown(reason="too few"))
    fig = figures.closeness_against_score(few)
    assert set(by_name(fig)) == {"SSLT", "MSLT"}
    assert "no slope can be told" in figures.alt_text(fig)
