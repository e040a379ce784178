"""Several maps agree or not, and the reader is told in one sentence."""

import re

import numpy as np
import pytest
from scipy.spatial import procrustes

from mslt_core.analysis.map_quality import MapQuality
from mslt_core.analysis.map_trust import Stability, stability, verdict
from mslt_core.spec.errors import SpecError


def rand(seed: int, n: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 2))


def test_overlap_worked_by_hand():
    # nearest on 0, 1, 3, 7 are 1, 0, 1, 2; with the last two exchanged, 0, 1, 7, 3, they are
    # 1, 0, 3, 1: two of four agree
    first = np.array([[0.0, 0], [1, 0], [3, 0], [7, 0]])
    assert stability([first, first[[0, 1, 3, 2]]], 1).overlap == pytest.approx(0.5)


def test_is_the_mean_over_every_two_maps():
    maps = [rand(0), rand(0) + 0.2 * rand(1), rand(2)]
    pairs = [(0, 1), (0, 2), (1, 2)]
    whole = stability(maps, 7)
    assert whole.n_maps == 3
    expected = np.mean([stability([maps[i], maps[j]], 7).overlap for i, j in pairs])
    assert whole.overlap == pytest.approx(expected)
    expected = np.mean([procrustes(maps[i], maps[j])[2] for i, j in pairs])
    assert whole.disparity == pytest.approx(expected)


def test_ignores_shift_turn_and_scale_and_notices_another_map():
    coords = rand(0, 400)
    same = stability([coords, 3 * coords[:, ::-1] * [1, -1] + 5], 10)
    assert same.overlap == 1.0
    assert same.disparity == pytest.approx(0.0, abs=1e-12)
    other = stability([coords, rand(1, 400)], 10)
    assert other.overlap == pytest.approx(10 / 399, abs=0.01)  # by chance
    assert other.disparity > 0.9


def test_says_what_is_wrong():
    with pytest.raises(SpecError, match="at least two are needed, got 1"):
        stability([rand(0)])
    with pytest.raises(ValueError, match=r"equal shapes, got \(60, 2\) and \(59, 2\)"):
        stability([rand(0), rand(0)[1:]])


# --- the sentence


def quality(trust: float = 0.97, continuity: float = 0.97, share: float = 0.4, n: int = 21_000):
    return MapQuality(
        k=15,
        n_samples=n,
        points=np.arange(2),
        trustworthiness=np.array([trust, trust]),
        continuity=np.array([continuity, continuity]),
        preservation=np.array([share, share]),
    )


def seeds(overlap: float) -> Stability:
    return Stability(k=15, n_samples=21_000, n_maps=3, overlap=overlap, disparity=0.2)


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        (quality(trust=0.85), r"side by side \(trustworthiness 0\.85, below 0\.9\)"),
        (quality(continuity=0.85), r"torn apart \(continuity 0\.85, below 0\.9\)"),
        (quality(share=0.05), r"15 nearest in the space 5% are .* \(0\.1% by chance\)"),
        # 15 of 89 are there by chance: 30 % are no more than twice that
        (quality(share=0.3, n=90), r"30% are among its 15 nearest here \(16\.9% by chance\)"),
    ],
)
def test_one_sentence_where_a_map_is_not_to_be_believed(judged, words):
    with_seeds = verdict(judged, seeds(0.9))
    assert with_seeds == verdict(judged)
    assert re.search(words, with_seeds)


def test_seeds_that_disagree_are_told():
    assert verdict(quality(), seeds(0.4)) == (
        "Do not believe details of this map: "
        "two of 3 seeds agree on 40% of a point's 15 neighbours."
    )


def test_nothing_is_said_of_a_good_map():
    assert verdict(quality()) is None
    assert verdict(quality(), seeds(0.6)) is None
