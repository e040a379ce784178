"""What other seeds would change: by hand, what it ignores, what it notices, coverage."""

import numpy as np
import pytest
from scipy.special import stdtrit

from mslt_core.analysis.seed_noise import difference_variance, pooled_seed_noise
from mslt_core.spec.errors import DegenerateInputError

RTOL = 1e-9


def scores(n_sets, n_seeds=3, sd=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_sets, n_seeds)) * np.broadcast_to(sd, n_sets)[:, None]


def test_variance_of_a_mean_of_differences_worked_by_hand():
    # (1, 2, 3): s² = 1, over 3 seeds
    assert float(difference_variance(np.array([1.0, 2.0, 3.0]))) == pytest.approx(1 / 3)


def test_two_sets_give_the_paired_variance():
    """Where only two sets are pooled their variances add up to that of their differences."""
    both = scores(2, 4)
    found = pooled_seed_noise(np.tile(both, (5, 1)), np.ones(10))
    differences = both[1] - both[0]
    # five copies of a pair: 10 sets, whose residuals have 9 * 3 degrees of freedom and not 5 * 3
    assert 2 * found.variance[0] == pytest.approx(differences.var(ddof=1) * 10 / 9 / 2, rel=RTOL)


def test_it_ignores_what_a_seed_does_to_all_sets_and_each_sets_own_level():
    rng = np.random.default_rng(1)
    plain = scores(40)
    moved = plain + rng.normal(size=3) * 5 + rng.normal(size=(40, 1)) * 5
    one, other = (pooled_seed_noise(x, np.ones(40)) for x in (plain, moved))
    assert other.variance == pytest.approx(one.variance, rel=RTOL)
    scaled = pooled_seed_noise(100 * plain, np.ones(40))
    assert scaled.variance == pytest.approx(1e4 * one.variance, rel=RTOL)


def test_equal_variances_are_lent_in_full():
    found = pooled_seed_noise(scores(300, seed=4), np.ones(300))
    assert found.prior_df > 20
    assert found.variance == pytest.approx(1.0, rel=0.35)
    assert (found.n_sets, found.n_runs) == (300, 900)


def test_unequal_variances_are_hardly_lent():
    sd = np.where(np.arange(200) % 2, 10.0, 0.1)
    found = pooled_seed_noise(scores(200, 5, sd), np.ones(200))
    assert found.prior_df < 2
    assert found.df.max() < 6


def test_classes_have_a_typical_variance_of_their_own():
    one_source = np.arange(60) < 20
    found = pooled_seed_noise(scores(60, 3, np.where(one_source, 5.0, 1.0)), one_source.astype(int))
    assert np.median(found.variance[one_source]) > 8 * np.median(found.variance[~one_source])


def test_sets_with_one_seed_lend_nothing_and_get_nothing():
    some = scores(30)
    some[:5, 1:] = np.nan
    found = pooled_seed_noise(some, np.ones(30))
    assert np.isnan(found.variance[:5]).all()
    assert (found.df[:5] == 0).all()
    assert (found.n_sets, found.n_runs) == (25, 75)


def test_too_few_sets_are_not_pooled():
    assert pooled_seed_noise(scores(9), np.ones(9)) is None
    # 4 sets of a class are too few for it, whatever the other class has
    found = pooled_seed_noise(scores(20), (np.arange(20) < 4).astype(int))
    assert (found.df[:4] == 0).all()
    assert (found.df[4:] > 0).all()


def test_with_seeds_missing_it_is_the_least_squares_fit():
    """The slow twin: set and seed as indicator variables."""
    some = scores(12, 4)
    some[0, 3] = some[5, 0] = np.nan
    known = ~np.isnan(some)
    rows, columns = np.nonzero(known)
    design = np.concatenate([np.eye(12)[rows], np.eye(4)[columns]], axis=1)
    fitted = design @ np.linalg.lstsq(design, some[known], rcond=None)[0]
    rest = (some[known] - fitted) ** 2
    df = known.sum(axis=1) - 1
    expected = np.bincount(rows, rest) / df * df.sum() / (df.sum() - 3)
    found = pooled_seed_noise(some, np.ones(12))
    if np.isinf(found.prior_df):
        assert found.variance == pytest.approx(np.average(expected, weights=df), rel=1e-6)
    else:
        weight = found.prior_df / (found.prior_df + df)
        typical = (found.variance - (1 - weight) * expected) / weight
        assert typical == pytest.approx(typical[0], rel=1e-6)


@pytest.mark.parametrize("prior_df", [4.0, np.inf])
def test_intervals_on_pooled_variances_cover(prior_df):
    """Of 100 sets with three seeds, whether their true variances are equal or scatter."""
    rng = np.random.default_rng(7)
    covered = []
    for _ in range(60):
        true = 1.0 if np.isinf(prior_df) else prior_df / rng.chisquare(prior_df, size=100)
        x = rng.normal(size=(100, 3)) * np.sqrt(np.broadcast_to(true, 100))[:, None]
        found = pooled_seed_noise(x, np.ones(100))
        half = stdtrit(found.df, 0.975) * np.sqrt(found.variance / 3)
        covered.append(np.abs(x.mean(axis=1)) <= half)
    assert 0.93 < np.mean(covered) < 0.97


def test_one_seed_has_no_variance():
    with pytest.raises(DegenerateInputError, match="at least 2 of them, got 1"):
        difference_variance(np.array([0.1]))
