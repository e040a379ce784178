"""Mingling score: by hand, islands and shuffles, exact expectation, jackknife, iLISI."""

import itertools

import numpy as np
import pytest
from scipy.stats import entropy

from mslt_core.analysis.lisi import ilisi
from mslt_core.analysis.mingling import expected_entropy, mingling, mingling_interval
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.spec.errors import DegenerateInputError, SpecError


def rand(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def languages(n_langs=4, n=60, d=6, *, apart=0.0, shared=0.0, seed=0):
    """Sentences of several languages: `apart` moves languages, `shared` ties translations."""
    rng = np.random.default_rng(seed)
    return (
        shared * rng.normal(size=(1, n, d))
        + apart * rng.normal(size=(n_langs, 1, d))
        + rng.normal(size=(n_langs, n, d))
    )


def indices_of(cube, k=15):
    return neighbours(stacked(cube), k).indices


def test_worked_by_hand():
    # 2 languages of 2: points 0, 1 | 2, 3, k = 2. Neighbours {1,2} and {0,3}: one of each,
    # entropy ln 2; {3,0}: ln 2; {2,3} cannot be, so {2,1}: ln 2. Of the 6 pairs of labels that a
    # shuffle can draw for two points, 4 are mixed: E = (2/3) ln 2, score 3/2.
    mixed = np.array([[1, 2], [0, 3], [3, 0], [2, 1]])
    found = mingling(mixed, 2, k=2)
    assert found.expected_entropy == pytest.approx(2 / 3 * np.log(2))
    assert found.score == pytest.approx(1.5)
    np.testing.assert_allclose(found.shares, 0.5)
    # the last point now has {0, 1}, one language: a quarter of the entropy is gone
    less = mingling(np.array([[1, 2], [0, 3], [3, 0], [0, 1]]), 2, k=2)
    np.testing.assert_allclose(less.sentences, [[1.5, 1.5], [1.5, 0]])
    np.testing.assert_allclose(less.per_language, [1.5, 0.75])
    assert less.score == pytest.approx(9 / 8)
    np.testing.assert_allclose(less.shares, [[0.5, 0.5], [0.75, 0.25]])


@pytest.mark.parametrize(("n_langs", "n", "k"), [(2, 3, 3), (3, 2, 4), (3, 3, 2)], ids=str)
def test_expected_entropy_equals_all_shuffles(n_langs, n, k):
    labels = np.repeat(np.arange(n_langs), n)
    drawn = itertools.combinations(labels, k)
    every = [entropy(np.bincount(some, minlength=n_langs)) for some in drawn]
    assert expected_entropy(n_langs, n, k) == pytest.approx(np.mean(every), rel=1e-12)


def test_21_languages_reach_076_of_the_largest_entropy():
    assert expected_entropy(21, 1000, 15) / np.log(21) == pytest.approx(0.76, abs=0.005)


def test_shuffled_labels_score_1_and_so_does_each_language():
    indices = indices_of(languages(shared=3.0))
    rng = np.random.default_rng(0)
    scores, parts = [], []
    for _ in range(300):
        # moving the points among their places is shuffling the labels over the points
        place = rng.permutation(len(indices))
        moved = np.empty_like(indices)
        moved[place] = place[indices]
        found = mingling(moved, 4)
        scores.append(found.score)
        parts.append(found.per_language)
    error = np.std(scores) / np.sqrt(300)
    assert np.mean(scores) == pytest.approx(1, abs=4 * error)
    assert np.mean(parts, axis=0) == pytest.approx(np.ones(4), abs=0.005)


def test_islands_score_0_translations_above_1_and_between_it_falls():
    assert mingling(indices_of(languages(apart=100.0)), 4).score == 0
    together = mingling(indices_of(languages(20, apart=0, shared=50.0), k=19), 20, k=19)
    # all 19 others once: ln 19 over the expectation
    assert together.score == pytest.approx(np.log(19) / expected_entropy(20, 60, 19))
    assert together.score > 1
    scores = [mingling(indices_of(languages(apart=a)), 4).score for a in (0, 1, 2, 4)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1, abs=0.03)


def test_ignores_the_order_of_languages_and_sentences():
    cube = languages(apart=1.0, shared=1.0)
    order = np.random.default_rng(1).permutation(60)
    swapped = mingling(indices_of(cube[[2, 0, 3, 1]][:, order]), 4)
    found = mingling(indices_of(cube), 4)
    assert swapped.score == pytest.approx(found.score, rel=1e-12)
    np.testing.assert_allclose(swapped.per_language, found.per_language[[2, 0, 3, 1]])


def test_equals_the_loop_from_the_definition():
    indices = indices_of(languages(apart=1.0))
    slow = [entropy(np.bincount(row[:9] // 60, minlength=4)) for row in indices]
    found = mingling(indices, 4, k=9)
    expected = np.mean(slow) / expected_entropy(4, 60, 9)
    assert found.score == pytest.approx(expected, rel=1e-12)
    assert found.per_language.mean() == pytest.approx(found.score, rel=1e-12)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)


@pytest.mark.parametrize("shared", [0.0, 2.0])
def test_replicates_equal_computing_anew_without_each_document(shared):
    cube = languages(apart=0.7, shared=shared)
    groups = np.random.default_rng(2).integers(0, 12, 60)
    interval = mingling_interval(indices_of(cube, k=50), 4, groups, k=8)
    for g in range(12):
        anew = mingling(indices_of(cube[:, groups != g], k=8), 4, k=8)
        assert interval.replicates[g, 0] == pytest.approx(anew.score, rel=1e-10)
        np.testing.assert_allclose(interval.replicates[g, 1:], anew.per_language)
    assert interval.value[0] == pytest.approx(mingling(indices_of(cube), 4, k=8).score)
    assert interval.low[0] < interval.value[0] < interval.high[0]


@pytest.mark.slow
def test_interval_covers_the_score_of_other_documents():
    def draw(seed):
        rng = np.random.default_rng(seed)
        # documents of 3 sentences about one topic, whose languages are more or less apart
        topic = np.repeat(rng.normal(size=(30, 5)), 3, axis=0)
        gap = np.repeat(rng.gamma(2, 0.6, size=(30, 1)), 3, axis=0)
        offset = np.array([[0.0], [1.0], [-1.0]])[:, None] * np.array([1.0, 0, 0, 0, 0])
        return topic + offset * gap + 0.7 * rng.normal(size=(3, 90, 5))

    groups = np.repeat(np.arange(30), 3)
    stored = [indices_of(draw(seed), k=40) for seed in range(500)]
    truth = np.mean([mingling(indices, 3, k=8).score for indices in stored])
    intervals = [mingling_interval(indices, 3, groups, k=8) for indices in stored[:400]]
    covered = np.mean([i.low[0] <= truth <= i.high[0] for i in intervals])
    # binomial standard error at 400: 0.011
    assert 0.92 < covered < 0.99


def test_says_what_is_wrong():
    indices = indices_of(languages())
    with pytest.raises(SpecError, match=r"k must be from 2 to 15, .* got 16"):
        mingling(indices, 4, k=16)
    with pytest.raises(SpecError, match="at least 2 languages, got 1"):
        mingling(indices, 1)
    with pytest.raises(DegenerateInputError, match="each of 7 languages, got 240 points"):
        mingling(indices, 7)
    with pytest.raises(DegenerateInputError, match="Store more than 15 neighbours"):
        mingling_interval(indices, 4, np.arange(60) // 5, k=15)
    with pytest.raises(DegenerateInputError, match="one document holds nearly all"):
        mingling_interval(indices, 4, np.arange(60) > 57, k=15)


# --- iLISI


def lisi_by_definition(distances, labels, perplexity, n_langs):
    """One point as in the authors' code (compute_lisi), with a finer root finder."""
    from scipy.optimize import brentq

    def weights(beta):
        p = np.exp(-beta * (distances - distances.min()))
        return p / p.sum()

    beta = brentq(lambda b: entropy(weights(b)) - np.log(perplexity), 1e-9, 1e6, xtol=1e-12)
    parts = np.bincount(labels, weights(beta), minlength=n_langs)
    return 1 / (parts**2).sum()


def test_lisi_worked_by_hand():
    # two neighbours, one of each language, at distances 0 and 1; perplexity 1.9 means an entropy
    # of 0.6419 nats, that is weights 0.6608 and 0.3392: 1 / (0.4367 + 0.1151) = 1.8124
    pairs = np.array([[1, 2], [0, 3], [3, 0], [2, 1]])
    found = ilisi(pairs, np.tile([0.0, 1.0], (4, 1)), 2, perplexity=1.9)
    p = 0.66
    for _ in range(50):
        h = -p * np.log(p) - (1 - p) * np.log(1 - p)
        p += (h - np.log(1.9)) / np.log(p / (1 - p))
    np.testing.assert_allclose(found.sentences, 1 / (p**2 + (1 - p) ** 2), rtol=1e-4)


def test_lisi_equals_the_definition_at_any_scale():
    near = neighbours(stacked(languages(apart=0.5)), 30)
    found = ilisi(near.indices, near.distances, 4)
    assert found.perplexity == 10
    slow = [
        lisi_by_definition(d.astype(float), i // 60, 10, 4)
        for d, i in zip(near.distances, near.indices, strict=True)
    ]
    # entropies are met to 1e-5 nats
    np.testing.assert_allclose(found.sentences.ravel(), slow, rtol=1e-4)
    assert found.score == pytest.approx((np.median(slow) - 1) / 3, rel=1e-4)
    scaled = ilisi(near.indices, 1e4 * near.distances, 4)
    assert scaled.score == pytest.approx(found.score, rel=1e-4)


def test_lisi_of_islands_is_0_and_of_one_cloud_near_its_shuffle():
    islands = neighbours(stacked(languages(apart=100.0)), 30)
    found = ilisi(islands.indices, islands.distances, 4)
    assert found.score == pytest.approx(0, abs=1e-6)
    assert found.shuffled > 0.3
    cloud = neighbours(stacked(languages(n=300)), 30)
    found = ilisi(cloud.indices, cloud.distances, 4)
    assert 0.3 < found.score < 1
    assert found.score == pytest.approx(found.shuffled, abs=0.03)


def test_lisi_of_equal_points_weighs_them_equally():
    found = ilisi(np.array([[1, 2, 3]] * 4), np.zeros((4, 3)), 2, perplexity=2)
    # one of the own language, two of the other: 1 / (1/9 + 4/9)
    np.testing.assert_allclose(found.sentences, 9 / 5, rtol=1e-6)


def test_lisi_says_what_is_wrong():
    pairs, distances = np.array([[1, 2]] * 4), np.ones((4, 2))
    with pytest.raises(SpecError, match=r"above 1 and below 2, .* got 2"):
        ilisi(pairs, distances, 2, perplexity=2)
    with pytest.raises(SpecError, match="at least 2 languages, got 1"):
        ilisi(pairs, distances, 1, perplexity=1.5)
    with pytest.raises(DegenerateInputError, match="each of 3 languages, got 4 points"):
        ilisi(pairs, distances, 3, perplexity=1.5)
