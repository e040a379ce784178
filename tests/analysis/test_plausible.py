"""Draws of true means: the noise of seeds and of items is in them, and they cover the truth."""

import itertools

import numpy as np
import pytest

from mslt_core.analysis.item_noise import item_covariance
from mslt_core.analysis.judging import judge, judged_draws, spearman, spearman_draws, standing
from mslt_core.analysis.plausible import _uncorrelated, plausible_means, seed_variance


def test_seed_variance_ignores_what_a_seed_does_to_all():
    scores = np.random.default_rng(1).normal(size=(4, 9))
    variance, df = seed_variance(scores)
    assert df == 24
    moved = scores + np.array([[0.0], [5.0], [-3.0], [1.0]]) + np.arange(9.0)
    assert seed_variance(moved)[0] == pytest.approx(variance)
    # the mean square of a two-way layout without repeats
    fitted = scores.mean(1, keepdims=True) + scores.mean(0) - scores.mean()
    assert variance == pytest.approx(((scores - fitted) ** 2).sum() / 24)


@pytest.mark.parametrize("spread", [0.5, 1.0, 3.0])
def test_intervals_of_rank_and_regret_cover_the_truth(spread):
    rng, n_worlds = np.random.default_rng(2), 300
    hits = np.zeros((3, n_worlds))
    for world in range(n_worlds):
        truth = rng.normal(scale=spread, size=35)
        scores = truth + rng.normal(size=(3, 35)) + rng.normal(size=(3, 1))
        # the best observed is the pick that luck flatters most
        picks = np.array([scores.mean(axis=0).argmax()])
        found = judged_draws(plausible_means(scores, 400, rng), picks)
        true = judge(truth, picks)
        for row, name in enumerate(("rank", "regret", "beats")):
            low, high = np.quantile(found[name], [0.025, 0.975])
            hits[row, world] = low - 1e-9 <= getattr(true, name) <= high + 1e-9
    # ranks are whole numbers and regret is never below 0: their intervals may cover more
    assert (hits.mean(axis=1) >= 0.92).all(), hits.mean(axis=1)


def test_without_noise_the_means_are_the_truth():
    means = np.array([0.5, 0.6, 0.8])
    scores = np.tile(means, (2, 1))
    drawn = plausible_means(scores, 5, np.random.default_rng(0), over_items=np.zeros((3, 3)))
    assert drawn == pytest.approx(np.tile(means, (5, 1)))


def test_items_that_move_all_sets_alike_change_nothing():
    scores = np.random.default_rng(0).normal(size=(3, 6))
    alone = plausible_means(scores, 50_000, np.random.default_rng(1))
    alike = plausible_means(
        scores, 50_000, np.random.default_rng(1), over_items=np.full((6, 6), 9.0)
    )
    # two standard errors of a standard deviation of 50,000 draws are 0.6 %
    assert alike.std(axis=0) == pytest.approx(alone.std(axis=0), rel=0.02)
    assert alike.mean(axis=0) == pytest.approx(alone.mean(axis=0), abs=0.02)


def test_directions_are_orthonormal_differences_with_their_variances():
    rng = np.random.default_rng(2)
    root = rng.normal(size=(5, 5))
    covariance = root @ root.T
    variances, directions = _uncorrelated(covariance, np.zeros(5))
    assert directions.T @ directions == pytest.approx(np.eye(4))
    assert directions.sum(axis=0) == pytest.approx(np.zeros(4))
    assert directions.T @ covariance @ directions == pytest.approx(np.diag(variances))
    line = np.array([1.0, 0.0, 0.0, 0.0, -1.0]) / np.sqrt(2)
    variances, directions = _uncorrelated(covariance, line)
    beside = np.column_stack([np.full(5, np.sqrt(0.2)), line, directions])
    assert beside.T @ beside == pytest.approx(np.eye(5))
    assert directions.T @ covariance @ directions == pytest.approx(np.diag(variances))


def test_noise_of_items_widens_what_is_plausible_and_draws_closer():
    """One direction worked by hand: drawn closer by the mean noise, scattered by its own."""
    means = np.array([1.0, -1.0, 0.0])  # spread 1; towards (1, -1, 0) / sqrt 2 it is sqrt 2
    scores = np.tile(means, (2, 1))  # no noise of seeds
    direction = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
    noise = 0.8 * np.outer(direction, direction)  # 0.8 in one direction, 0 in the other: mean 0.4
    drawn = plausible_means(scores, 200_000, np.random.default_rng(3), over_items=noise)
    # each direction's variance: 0.6 + 0.8 and 0.6 + 0, so df (1.4 + 0.6)^2 / (1.4^2 + 0.6^2)
    df = 4 / (1.96 + 0.36)
    spread = df / np.random.default_rng(4).chisquare(df, size=200_000)
    truth = np.maximum(spread - 0.4, 0)
    kept = truth / (truth + 0.4)
    expected = kept.mean() * np.sqrt(2)
    assert (drawn @ direction).mean() == pytest.approx(expected, abs=0.01)
    variance = (kept * 0.8).mean() + kept.var() * 2
    assert (drawn @ direction).var() == pytest.approx(variance, rel=0.02)


def of_languages() -> np.ndarray:
    """(35, 7): which languages are in which set of three, centred, of length 1 on the mean."""
    members = np.zeros((35, 7))
    for row, langs in enumerate(itertools.combinations(range(7), 3)):
        members[row, langs] = 1
    members -= members.mean(axis=0)
    return members / np.sqrt((members**2).sum(axis=1).mean())


@pytest.mark.parametrize("by_language", [True, False])
def test_intervals_cover_the_truth_where_items_are_a_sample_too(by_language):
    """35 sets, 3 seeds, 150 items: of the best observed set, which luck flatters most, and of any.

    True scores go by languages, as items do, or are in no order. Without the items 0.71 to 0.78
    would be covered."""
    rng, n_worlds, n_items = np.random.default_rng(5), 120, 150
    members, hits = of_languages(), np.zeros((2, 3, n_worlds))
    for world in range(n_worlds):
        truth = rng.normal(size=35)
        if by_language:
            truth = 0.95 * members @ rng.normal(size=7) + 0.3 * truth
        shared = 0.9 * members @ rng.normal(size=(7, n_items)) + 0.4 * rng.normal(
            size=(35, n_items)
        )
        influence = 0.7 * shared[:, None] + 0.5 * rng.normal(size=(35, 3, n_items))
        influence *= np.sqrt(n_items)
        scores = truth + influence.mean(axis=2).T + 0.6 * rng.normal(size=(3, 35))
        items = item_covariance(influence - influence.mean(axis=2, keepdims=True))
        draws = plausible_means(scores, 300, rng, over_items=items)
        for place, pick in enumerate((scores.mean(axis=0).argmax(), rng.integers(35))):
            found, true = judged_draws(draws, np.array([pick])), judge(truth, np.array([pick]))
            for row, name in enumerate(("rank", "regret", "beats")):
                low, high = np.quantile(found[name], [0.025, 0.975])
                hits[place, row, world] = low - 1e-9 <= getattr(true, name) <= high + 1e-9
    # 120 worlds tell a share of 0.95 to within 0.04
    assert (hits.mean(axis=2) >= 0.91).all(), hits.mean(axis=2)


def test_along_a_criterion_nothing_is_drawn_closer():
    """Worked by hand: the means go with the criterion, and with nothing else."""
    means = np.array([1.0, -1.0, 0.0])
    scores = means + 0.5 * np.array([[1.0, 1.0, -2.0], [-1.0, -1.0, 2.0]])
    variance, _ = seed_variance(scores)  # residuals 0.5, 0.5, 1 twice: 2 * 1.5 / 2
    assert variance == pytest.approx(1.5)
    rng, along = np.random.default_rng(0), np.array([3.0, 1.0, 2.0])
    direction = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
    on_line = plausible_means(scores, 200_000, rng, along=along) @ direction
    # Student's t(2) has its quartiles at 0.8165, in units of the root of 1.5 over 2 seeds
    low, middle, high = np.quantile(on_line, [0.25, 0.5, 0.75])
    assert middle == pytest.approx(np.sqrt(2), abs=0.01)
    assert high - low == pytest.approx(2 * 0.8165 * np.sqrt(0.75), rel=0.02)
    items = 4.0 * np.outer(direction, direction)
    more = plausible_means(scores, 200_000, rng, along=along, over_items=items) @ direction
    # the noise of items is added: a normal's alone has its quartiles at 0.6745, twice as wide
    low, high = np.quantile(more, [0.25, 0.75])
    assert 2 * 0.6745 * 2 < high - low < 2 * 0.6745 * 2 + 2 * 0.8165 * np.sqrt(0.75)
    # a criterion that tells no sets apart is none
    without = plausible_means(scores, 50, np.random.default_rng(1))
    level = plausible_means(scores, 50, np.random.default_rng(1), along=np.ones(3))
    np.testing.assert_array_equal(level, without)


@pytest.mark.parametrize("tells", [0.0, 0.6, 0.95])
def test_how_well_a_criterion_goes_with_the_true_means_is_covered(tells):
    """Noise of a run as large as the true spread. Drawn without the criterion, 0.95, 0.55 and none
    of the worlds' true correlations would be covered."""
    rng, n_worlds, hits = np.random.default_rng(7), 150, []
    for _ in range(n_worlds):
        goodness = rng.normal(size=35)
        truth = tells * goodness + np.sqrt(1 - tells**2) * rng.normal(size=35)
        scores = truth + rng.normal(size=(3, 35))
        draws = plausible_means(scores, 300, rng, along=standing(goodness))
        low, high = np.quantile(spearman_draws(goodness, draws), [0.025, 0.975])
        hits.append(low <= spearman(goodness, truth) <= high)
    # 150 worlds tell a share of 0.95 to within 0.036
    assert np.mean(hits) >= 0.91
