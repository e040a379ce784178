"""Figures of the further views of results: what is drawn where, and what is printed beside."""

import dataclasses

import pytest

from mslt_core.figures import alt_text, best_sets, group_gains, scores_by_size
from mslt_core.spec.evidence import Difference, Ranking, Standing
from mslt_core.spec.views import ByGroup, BySize, SizeMean, TargetGroup


def difference(estimate, half: float | None = 0.01):
    low, high = (None, None) if half is None else (estimate - half, estimate + half)
    return Difference(estimate=estimate, low=low, high=high, n_items=100, n_seeds=3)


@pytest.fixture
def sizes():
    def make(half: float | None = 0.01):
        singles = SizeMean(
            k=1, sets=(("de",), ("en",)), means=(0.6, 0.5), mean=difference(0.55, half)
        )
        whole = SizeMean(k=2, sets=(("de", "en"),), means=(0.7,), mean=difference(0.7, half))
        return BySize(
            metric="accuracy",
            pool=("de", "en"),
            targets=("fi", "sw"),
            seeds=(0, 1, 2),
            sizes=(singles, whole),
            gains=(difference(0.15, half),),
            plateau=None,
            carried="none" if half is None else "both",
        )

    return make


def trace(fig, name):
    return next(one for one in fig.data if one.name == name)


def test_every_set_and_the_means_by_size(sizes):
    fig = scores_by_size(sizes())
    assert trace(fig, "mean of all sets").y == pytest.approx((55, 70))
    assert trace(fig, "mean of all sets").error_y.array == pytest.approx((1, 1))
    # a set that is the only one of its size is the mean itself
    assert list(trace(fig, "every set").customdata) == ["de", "en"]
    assert list(trace(fig, "best and worst set").y) == pytest.approx([60, 50])
    assert fig.layout.xaxis.ticktext[1] == "<b>2</b><br>+15.0<br>[14.0, 16.0]"
    assert any("SSLT(en)" in note.text for note in fig.layout.annotations)
    assert "55.0 with 1, 70.0 with 2" in alt_text(fig)
    # from 50 to 71: 0.14 of it stays below the worst set, for its name, 0.1 above
    assert fig.layout.yaxis.range == pytest.approx((50 - 2.94, 71 + 2.1))


def test_without_an_interval_there_is_no_whisker(sizes):
    fig = scores_by_size(sizes(half=None), theme="dark")
    assert trace(fig, "mean of all sets").error_y.array == pytest.approx((0, 0))
    assert fig.layout.xaxis.ticktext[1] == "<b>2</b><br>+15.0<br>"


def by_group(*groups):
    return ByGroup(
        metric="accuracy",
        name_a="SSLT(en)",
        name_b="MSLT(de, en)",
        by="english",
        features="syntax",
        groups=groups,
        trend=None,
        without=(),
        carried="both",
        n_seeds=3,
    )


def test_groups_have_their_span_their_targets_and_their_numbers():
    close = TargetGroup(
        name="Close",
        langs=("sv", "fi"),
        gains=(0.05, 0.01),
        mean=difference(0.03),
        nearest=0.1,
        farthest=0.25,
    )
    distant = TargetGroup(name="Distant", langs=("sw",), gains=(-0.02,), mean=difference(-0.02))
    fig = group_gains(by_group(close, distant), colour="#0072B2")
    assert list(fig.layout.yaxis.ticktext) == ["Close, 0.10 to 0.25 (2)", "Distant (1)"]
    assert list(trace(fig, "targets").customdata) == ["sv", "fi", "sw"]
    assert list(trace(fig, "targets").y) == [2, 2, 1]
    assert trace(fig, "mean").x == pytest.approx((3, -2))
    assert [note.text for note in fig.layout.annotations] == [
        "<b>+3.0</b>", "[2.0, 4.0]", "<b>−2.0</b>", "[−3.0, −1.0]",
    ]  # fmt: skip
    low, high = fig.layout.xaxis.range
    assert low < -3
    assert high > 5
    assert "Close +3.0; Distant −2.0" in alt_text(fig)
    alone = dataclasses.replace(distant, nearest=0.49, farthest=0.49)
    told = group_gains(by_group(close, alone), colour="#0072B2").layout.yaxis.ticktext
    assert told[1] == "Distant, 0.49 (1)", "of one target there is no span"


def standing(name, mean, behind, tied):
    return Standing(
        key=name,
        name=name,
        source_langs=("en",),
        mean=mean,
        n_targets=2,
        n_seeds=3,
        may_be_best=tied,
        behind=behind,
    )


def test_the_first_sets_and_which_may_be_the_best():
    sets = (
        standing("MSLT(de, en)", 0.7, difference(0.0, 0.0), True),
        standing("SSLT(en)", 0.6, difference(-0.1), False),
        standing("SSLT(de)", 0.5, None, None),
    )
    ranking = Ranking(
        metric="accuracy",
        average="shared",
        targets=("fi", "sw"),
        standings=sets,
        level=0.95,
        carried="both",
        pool=None,
        left_out=(),
    )
    fig = best_sets(ranking)
    assert list(fig.layout.yaxis.ticktext) == ["MSLT(de, en)", "SSLT(en)"]
    assert trace(fig, "may be the best").x == (0,)
    assert trace(fig, "is not").x == pytest.approx((-10,))
    assert trace(fig, "is not").y == (1,)
    assert [note.text for note in fig.layout.annotations] == [
        "<b>70.0</b>", "<b>60.0</b>", "−10.0 [−11.0, −9.0]",
    ]  # fmt: skip
    assert "1 of 2 sets may be the best" in alt_text(fig)
    assert list(best_sets(ranking, top=1).layout.yaxis.ticktext) == ["MSLT(de, en)"]
