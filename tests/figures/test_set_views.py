"""Figures of sets, and of targets as slopes and as a grid: what is drawn and printed where."""

import numpy as np
import pytest

from mslt_core import figures
from mslt_core.figures import alt_text, style
from mslt_core.figures.notes import apart
from mslt_core.spec.evidence import Difference, GainResult, TargetGain
from mslt_core.spec.judging import Ranged
from mslt_core.spec.set_views import (
    ByPretraining,
    Contrast,
    EndGain,
    EndGains,
    LanguageRecurs,
    RankCorrelation,
    Recurring,
    SetEnds,
    SetGapJudged,
    Similarity,
    SizePoint,
    SizeSeries,
)
from mslt_core.spec.views import BySize, ScriptMean, SizeMean

ASKED = {
    "metric": "accuracy",
    "pool": ("ar", "de", "es"),
    "k": 2,
    "n_sets": 3,
    "targets": ("fi", "sw"),
    "seeds": (0, 1, 2),
    "carried": "both",
}


def difference(estimate, half: float | None = 0.01, p_holm: float | None = None):
    low, high = (None, None) if half is None else (estimate - half, estimate + half)
    return Difference(estimate=estimate, low=low, high=high, p_holm=p_holm, n_items=100, n_seeds=3)


def trace(fig, name):
    return next(one for one in fig.data if one.name == name)


def printed(fig):
    return [note.text for note in fig.layout.annotations]


def ends(lang, best, worst, half: float | None = 0.01):
    made = [
        EndGain(difference=difference(one, half), chosen=(("ar", "de"),), with_luck=one + 0.01)
        for one in (best, worst)
    ]
    return EndGains(lang=lang, best=made[0], worst=made[1])


def test_both_ends_of_every_target():
    found = SetEnds(
        **ASKED, baseline="SSLT(en)", rows=(ends("fi", 0.2, -0.05),), mean=ends("", 0.1, 0.005)
    )
    fig = figures.set_ends(found)
    assert list(fig.layout.yaxis.ticktext) == ["Finnish (fi)", "<b>Mean</b>"]
    assert trace(fig, "best set").x == pytest.approx((20, 10))
    assert trace(fig, "worst set").x == pytest.approx((-5, 0.5))
    assert trace(fig, "worst set").error_x.array == pytest.approx((1, 1))
    assert "<b>−5.0</b> [−6.0, −4.0]" in printed(fig)
    assert "+0.5 [−0.5, 1.5]" in printed(fig), "an interval around 0 is not bold"
    assert "3 sets of 2, 2 unseen targets, 3 seeds" in fig.layout.title.subtitle.text
    assert "best +10.0, worst +0.5" in alt_text(fig)


def test_a_single_run_says_so():
    rows = (ends("fi", 0.2, -0.05, half=None),)
    asked = {**ASKED, "seeds": (0,), "carried": "none"}
    fig = figures.set_ends(SetEnds(**asked, baseline="SSLT(en)", rows=rows, mean=rows[0]))
    assert trace(fig, "best set").error_x.array == pytest.approx((0, 0))
    assert "single runs, no interval;<br>chosen by luck too" in fig.layout.title.subtitle.text


def test_languages_that_recur():
    languages = tuple(
        LanguageRecurs(
            lang=lang,
            n_top=n,
            top_share=Ranged(value=n / 2, low=0.5, high=1.0),
            p=0.3,
            p_holm=0.9,
            n_tied=n,
            effect=difference(effect, p_holm=p),
        )
        for lang, n, effect, p in (("ar", 2, 0.02, 0.01), ("de", 1, 0.015, 0.2))
    )
    found = Recurring(
        **ASKED, top=((("ar", "de"), 0.7), (("ar", "es"), 0.6)), n_tied=2, languages=languages,
        paper={},
    )  # fmt: skip
    fig = figures.recurring_languages(found)
    dots = trace(fig, "effect")
    assert list(dots.marker.symbol) == ["circle", "circle-open"], "by Holm, not by the interval"
    assert {"in the top 2", "2 of 2 [50, 100 %]", "1 of 2"} <= set(printed(fig))
    assert "By lot a language is in 67 % of sets" in fig.layout.title.subtitle.text


def test_similar_sets_and_their_ties():
    one = Contrast(
        criterion="syntax",
        diverse=(("ar", "de"), ("ar", "es")),
        similar=(("de", "es"),),
        score_diverse=0.65,
        score_similar=0.5,
        difference=difference(0.15, p_holm=0.01),
        paper={},
    )
    means = {("ar", "de"): 0.7, ("ar", "es"): 0.6, ("de", "es"): 0.5}
    fig = figures.similarity_contrasts(
        Similarity(**ASKED, means=means, contrasts=(one,), missing={})
    )
    assert trace(fig, "least similar").x == pytest.approx((70, 60))
    assert trace(fig, "most similar").x == pytest.approx((50,))
    assert len(trace(fig, "every set").x) == 3
    assert printed(fig)[1] == "<b>+15.0</b> [14.0, 16.0]"


def gap(name, langs, value):
    return SetGapJudged(
        name=name,
        source_langs=langs,
        gap=None if value is None else difference(value),
        on_sources=None if value is None else 0.9,
        on_unseen=None if value is None else 0.9 - value,
        sources=langs,
        unseen=("fi",),
        reason="no source language was scored" if value is None else "",
    )


def test_gaps_have_a_row_where_they_are_defined():
    gaps = [gap("SSLT(en)", ("en",), 0.1), gap("SSLT(ar)", ("ar",), None)]
    fig = figures.transfer_gaps(gaps, "accuracy", colours={"SSLT(en)": "#E69F00"})
    assert list(fig.layout.yaxis.ticktext) == ["SSLT(en)"]
    assert fig.data[0].marker.color == "#E69F00"
    assert printed(fig) == ["gap", "10.0 [9.0, 11.0]", "sources", "90.0", "unseen", "80.0"]
    assert ", 95 % intervals; each set" in fig.layout.title.subtitle.text
    assert alt_text(figures.transfer_gaps(gaps[1:], "accuracy")) == "No set has a transfer gap."


def test_pretraining_text_on_powers_of_ten():
    points = tuple(
        SizePoint(langs=(lang,), size=size, score=score)
        for lang, size, score in (("fi", 100.0, 0.7), ("sw", 1.0, 0.6), ("ak", 0.0, 0.3))
    )
    rho = RankCorrelation(rho=-0.5, low=-0.8, high=0.1, p=0.2, n=3)
    found = ByPretraining(
        metric="accuracy", figures="xlmr_gib", unit="GiB", source="CC-100",
        series=(SizeSeries(name="SSLT(en)", points=points, correlation=rho),),
        without=(), caveats=(),
    )  # fmt: skip
    fig = figures.score_by_pretraining(found, of="the target")
    assert fig.data[0].x == pytest.approx((2, 0, -1)), "nothing seen stands left of the scale"
    assert list(fig.layout.xaxis.ticktext) == ["none", "1", "10", "100"]
    told = "Spearman's rho −0.50 [−0.80, 0.10], p = 0.20 over 3 targets"
    assert fig.layout.title.subtitle.text == told


def test_scripts_with_their_gains():
    found = [
        ScriptMean(n_scripts=n, n_sets=2, n_targets=9, mean=difference(mean), gain=gain)
        for n, mean, gain in ((1, 0.6, None), (2, 0.65, difference(0.05)))
    ]
    fig = figures.scores_by_scripts(found, "accuracy", k=2)
    assert list(fig.layout.yaxis.ticktext) == ["1 script (2 sets)", "2 scripts (2 sets)"]
    assert "<b>+5.0</b> [4.0, 6.0]" in printed(fig)
    told = "Token accuracy, 4 sets, 9 unseen targets, 3 seeds a set, 95 % intervals"
    assert fig.layout.title.subtitle.text == told
    single = [ScriptMean(n_scripts=1, n_sets=1, n_targets=9, mean=difference(0.6, None), gain=None)]
    fig = figures.scores_by_scripts(single, "accuracy", k=2)
    assert fig.layout.title.subtitle.text.endswith("no interval")


def gains(name, *rows, mean=None):
    made = [
        TargetGain(
            lang=lang, score_a=before, score_b=after, estimate=after - before,
            low=after - before - 0.01, high=after - before + 0.01, trained_on=lang == "de",
            majority_accuracy=None, n_items=9, n_seeds=3, p_holm=p,
        )
        for lang, before, after, p in rows
    ]  # fmt: skip
    return GainResult(
        metric="accuracy", name_a="SSLT(en)", name_b=name, gains=tuple(made), mean=mean,
        zero_shot=("fi",), interval="both",
    )  # fmt: skip


def test_the_names_of_slopes_have_room_in_pixels():
    """A share of the width would cut them off on a slide in a small window."""
    rows = [("vi", 0.5, 0.6, 0.01), ("sw", 0.4, 0.395, 0.9)]
    fig = figures.target_slopes(gains("MSLT(de, es)", *rows), colour="#0072B2")
    longest = len("Vietnamese (vi) +10.0 [9.0, 11.0]")
    assert fig.layout.margin.r == pytest.approx(8 + 6.4 * longest)
    assert fig.layout.xaxis.range[1] < 1.2


def test_slopes_from_the_baseline():
    fig = figures.target_slopes(
        gains("MSLT(de, es)", ("fi", 0.5, 0.6, 0.01), ("sw", 0.4, 0.395, 0.9)), colour="#0072B2"
    )
    up, down = trace(fig, "fi"), trace(fig, "sw")
    assert up.y == pytest.approx((50, 60))
    assert (up.line.color, up.line.dash, down.line.dash) == ("#0072B2", "solid", "dot")
    leads = fig.layout.shapes  # from each point to its name
    assert [line.y0 for line in leads] == pytest.approx([60, 39.5])
    assert [line.y1 for line in leads] == [name.y for name in fig.layout.annotations]
    assert printed(fig) == [
        "Finnish (fi) <b>+10.0</b> [9.0, 11.0]", "Swahili (sw) −0.5 [−1.5, 0.5]",
    ]  # fmt: skip


def test_names_keep_their_distance_and_stay_on_the_axis():
    placed = apart([60.0, 59.9, 59.8, 40.1], 2.0, floor=40.0)
    assert placed == pytest.approx([60, 58, 56, 41])
    crowded = apart([41.0, 41.0, 41.0], 2.0, floor=40.0)
    assert crowded == pytest.approx([45, 43, 41])


def test_a_grid_of_sets_and_targets():
    results = [
        gains("MSLT(de, es)", ("fi", 0.5, 0.6, 0.01), ("de", 0.4, 0.8, 0.01)),
        gains("MSLT(ar, es)", ("fi", 0.5, 0.45, 0.9)),
    ]
    sets = [("de", "es"), ("ar", "es")]
    fig = figures.set_target_grid(results, sets, differences=True)
    cells = fig.data[0]
    columns = list(fig.layout.xaxis.ticktext)
    fi, de = columns.index("fi"), columns.index("de")
    assert cells.z[0][fi] == pytest.approx(10)
    assert np.isnan(cells.z[1][de])
    assert cells.zmin == -cells.zmax, "no difference is the middle of the scale"
    assert numbers_in(fig) == {(fi, 0): "<b>+10</b>", (de, 0): "<b>+40</b>", (fi, 1): "−5"}
    assert list(trace(fig, "missing").y) == [1]
    assert len(trace(fig, "trained on").x) == 1, "es and ar were not scored"
    scores = figures.set_target_grid(results, sets, differences=False, group="script")
    assert list(scores.layout.yaxis.ticktext) == ["SSLT(en)", "MSLT(de, es)", "MSLT(ar, es)"]
    assert numbers_in(scores)[list(scores.layout.xaxis.ticktext).index("fi"), 0] == "50"
    assert scores.data[0].z[0][list(scores.layout.xaxis.ticktext).index("de")] == pytest.approx(40)


def numbers_in(fig):
    """Column and row to what is written there."""
    marks = [one for one in fig.data if one.name == "numbers"]
    return {
        (x, y): told for one in marks for x, y, told in zip(one.x, one.y, one.text, strict=True)
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("differences", [True, False])
def test_numbers_in_a_grid_can_be_read_on_every_colour(theme, differences):
    """Plotly's own dark grey has a contrast of less than 4.5 on the mid-tones of the dark theme."""
    scores = [(lang, 0.5, 0.5 + 0.05 * i, 0.01) for i, lang in enumerate(["de", "fi", "ru", "sw"])]
    fig = figures.set_target_grid(
        [gains("MSLT(de, es)", *scores)], [("de", "es")], differences=differences, theme=theme
    )
    cells = fig.data[0]
    scale = [colour for _, colour in cells.colorscale]
    assert len(numbers_in(fig)) == np.isfinite(cells.z).sum()
    for one in (one for one in fig.data if one.name == "numbers"):
        for x, y in zip(one.x, one.y, strict=True):
            place = (cells.z[y][x] - cells.zmin) / (cells.zmax - cells.zmin)
            (fill,) = style.sample(scale, [place])
            assert one.textfont.color == style.ink_on(fill)


def test_several_models_by_size():
    def sizes(mean):
        made = [
            SizeMean(k=k, sets=(("de",), ("en",)), means=(mean, mean), mean=difference(mean))
            for k in (1, 2)
        ]
        return BySize(
            metric="accuracy", pool=("de", "en"), targets=("fi",), seeds=(0, 1, 2),
            sizes=tuple(made), gains=(difference(0.0),), plateau=None, carried="both",
        )  # fmt: skip

    fig = figures.scores_by_size(sizes(0.6), name="base", others={"large": sizes(0.9)})
    assert trace(fig, "base").y == pytest.approx((60, 60))
    assert trace(fig, "large").y == pytest.approx((90, 90))
    assert trace(fig, "large").line.dash == "dash"
    assert fig.layout.yaxis.range[1] > 90
    shown = [one.name for one in fig.data if one.showlegend is not False]
    assert shown == ["base", "large"]
