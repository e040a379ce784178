"""Associations over sets and targets: by hand, against plain dummy regression, by simulation."""

import itertools

import numpy as np
import pytest

from mslt_core.analysis.mechanism import association, language_p, within
from mslt_core.spec.errors import DegenerateInputError

RTOL = 1e-9  # float64 throughout; leverages and refits differ in the order of sums


def layout(n_sets, n_targets):
    return np.repeat(np.arange(n_sets), n_targets), np.tile(np.arange(n_targets), n_sets)


def drawn(seed, n_sets=9, n_targets=6):
    rng = np.random.default_rng(seed)
    n = n_sets * n_targets
    return rng.normal(size=n), rng.normal(size=n), *layout(n_sets, n_targets)


def test_one_target_by_hand():
    # x centred: -2 -1 0 1 2, y - 2 = -2 0 -1 1 2: sxy = 4 + 0 + 0 + 1 + 4 = 9, sxx = syy = 10
    x, y = np.arange(5.0), np.array([0.0, 2, 1, 3, 4])
    found = association(x, y, np.arange(5), np.zeros(5, int))
    assert found.slope == pytest.approx(0.9)
    assert found.correlation == pytest.approx(0.9)
    assert found.spread == pytest.approx(np.sqrt(10 / 5))
    # leaving out the first: x 1 2 3 4, y 2 1 3 4: sxy = 0.75 + 0.75 + 0.25 + 2.25 = 4, sxx = 5;
    # by the leverage 1/5 + 4/10 and the residual e = -0.2 of a row: 0.9 - (-2)(-0.2)/0.4/10 = 0.8
    leverages = np.array([0.6, 0.3, 0.2, 0.3, 0.6])
    e = np.array([-0.2, 0.9, -1.0, 0.1, 0.2])
    moved = np.array([-2, -1, 0, 1, 2]) * e / (1 - leverages) / 10
    assert 0.9 - moved[0] == pytest.approx(4 / 5)
    half = 2.776445 * np.sqrt(4 / 5 * np.sum(moved**2))  # t with 4 degrees of freedom
    assert (found.low, found.high) == pytest.approx((0.9 - half, 0.9 + half), rel=1e-6)
    assert (found.df, found.n, found.n_sets, found.n_targets) == (4, 5, 5, 1)


def test_within_takes_off_the_means_of_every_factor():
    # 2 x 2 with effects of rows and columns alone: nothing is left; the last cell's 4 is shared out
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    (left,) = within([rows, columns], np.array([1.0, 2, 3, 8]))
    assert left == pytest.approx([1, -1, -1, 1])


@pytest.mark.parametrize("seed", range(3))
def test_it_ignores_levels_of_targets_sizes_and_units(seed):
    x, y, sets, targets = drawn(seed)
    sizes = sets % 3
    found = association(x, y, sets, targets, sizes=sizes)
    moved = association(
        4 * x + 7 * targets - sizes, 0.5 * y - targets**2 + 3 * sizes, sets, targets, sizes=sizes
    )
    names = ("correlation", "correlation_low", "correlation_high", "p")
    assert [getattr(moved, n) for n in names] == pytest.approx([getattr(found, n) for n in names])
    assert moved.slope == pytest.approx(found.slope / 8)
    assert moved.high == pytest.approx(found.high / 8)
    order = np.random.default_rng(seed).permutation(len(x))
    again = association(x[order], y[order], sets[order], targets[order], sizes=sizes[order])
    assert again.low == pytest.approx(found.low, rel=RTOL)


def test_it_notices_direction_sizes_and_sets():
    x, y, sets, targets = drawn(0)
    found, turned = association(x, y, sets, targets), association(x, -y, sets, targets)
    assert (turned.slope, turned.low) == pytest.approx((-found.slope, -found.high))
    sizes = sets % 2
    driven_x, driven_y = x + 9 * sizes, y - 9 * sizes  # size drives both, in opposite directions
    assert association(driven_x, driven_y, sets, targets).correlation < -0.9
    adjusted = association(driven_x, driven_y, sets, targets, sizes=sizes)
    assert adjusted.slope == pytest.approx(association(x, y, sets, targets, sizes=sizes).slope)
    lucky_x, lucky_y = x + 9 * sets, y + 9 * sets
    assert association(lucky_x, lucky_y, sets, targets, sizes=sizes).correlation > 0.9
    inside = association(lucky_x, lucky_y, sets, targets, within_sets=True)
    assert inside.slope == pytest.approx(association(x, y, sets, targets, within_sets=True).slope)


def refitted(x, y, factors):
    """Slope and partial correlation by least squares on every dummy, whatever the rank."""
    dummies = np.concatenate([f[:, None] == np.unique(f) for f in factors], axis=1).astype(float)
    slope = np.linalg.lstsq(np.column_stack([x, dummies]), y, rcond=1e-10)[0][0]
    left = [v - dummies @ np.linalg.lstsq(dummies, v, rcond=1e-10)[0] for v in (x, y)]
    return slope, np.corrcoef(*left)[0, 1]


@pytest.mark.parametrize("how", ["plain", "sizes", "sets"])
def test_refitting_without_each_cluster_gives_the_same(how):
    x, y, sets, targets = drawn(5)
    keep = np.random.default_rng(6).random(len(x)) < 0.8  # some targets are sources of some sets
    x, y, sets, targets = (v[keep] for v in (x, y, sets, targets))
    sizes = sets % 3
    more = {"plain": [], "sizes": [sizes], "sets": [sets]}[how]
    options = {"sizes": {"sizes": sizes}, "sets": {"within_sets": True}}.get(how, {})
    found = association(x, y, sets, targets, **options)
    slope, r = refitted(x, y, [targets, *more])
    assert (found.slope, found.correlation) == pytest.approx((slope, r), rel=RTOL)
    parts, parts_z = [], []
    for codes in (sets, targets, np.arange(len(x))):
        kept = [codes != code for code in np.unique(codes)]
        fits = [refitted(x[k], y[k], [f[k] for f in (targets, *more)]) for k in kept]
        share = (len(kept) - 1) / len(kept)
        parts.append(share * sum((fit[0] - slope) ** 2 for fit in fits))
        parts_z.append(share * sum((np.arctanh(fit[1]) - np.arctanh(r)) ** 2 for fit in fits))
    t = {"plain": 2.570582, "sizes": 2.570582, "sets": 2.570582}[how]  # 5 df: six targets
    for (s, t_, both), low, centre, back in (
        (parts, found.low, slope, lambda v: v),
        (parts_z, found.correlation_low, np.arctanh(r), np.tanh),
    ):
        half = t * np.sqrt(max(s, t_, s + t_ - both))
        assert low == pytest.approx(back(centre - half), rel=1e-6)  # digits of t
    assert found.df == 5


def test_p_is_where_the_interval_ends():
    x, y, sets, targets = drawn(1)
    found = association(x, y, sets, targets)
    moved = association(x, y - found.low * x, sets, targets)
    assert moved.p == pytest.approx(0.05, rel=1e-6)


def test_sets_that_are_alike_are_no_further_sets():
    # each row of a set twice over more targets: the luck of a set is not averaged out
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=8), rng.normal(size=8)
    sets, targets = layout(8, 20)
    found = association(x[sets], y[sets], sets, targets)
    alone = association(x, y, np.arange(8), np.zeros(8, int))
    assert (found.slope, found.low) == pytest.approx((alone.slope, alone.low))


# --- exchanging languages


def triples(n=5):
    return list(itertools.combinations(range(n), 3))


def test_exchanging_languages_against_a_slow_twin():
    rng = np.random.default_rng(3)
    members = [*[(i,) for i in range(4)], *itertools.combinations(range(4), 2)]
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 3))
    place = {langs: i for i, langs in enumerate(members)}
    sizes = np.array([len(langs) for langs in members])

    def centred(v):
        v = v - v.mean(axis=0)
        return v - np.array([v[sizes == k].mean(axis=0) for k in sizes]).mean(axis=1, keepdims=True)

    def r(order):
        rows = [place[tuple(sorted(order[i] for i in langs))] for langs in members]
        return np.corrcoef(centred(x[rows]).ravel(), centred(y).ravel())[0, 1]

    every = [abs(r(order)) for order in itertools.permutations(range(4))]
    assert language_p(x, y, members) == pytest.approx(np.mean(np.array(every) >= every[0] - 1e-12))


def test_exchanging_many_single_languages():
    x = np.random.default_rng(8).normal(size=(40, 3))
    y = x + np.random.default_rng(9).normal(size=(40, 3))
    assert language_p(x, y, [(place,) for place in range(40)]) == 1 / 5040


def test_one_good_language_is_no_ten_sets():
    # all that holds language 0 is near and good: one coincidence of five, however many sets
    members = triples()
    good = np.array([0 in langs for langs in members], dtype=float)
    x = np.tile(good[:, None], 6)
    y = x + np.random.default_rng(4).normal(scale=0.01, size=x.shape)
    sets, targets = layout(len(members), 6)
    assert association(x.ravel(), y.ravel(), sets, targets).p < 1e-4
    assert language_p(x, y, members) == pytest.approx(24 / 120)


def test_p_of_exchanging_is_even_without_an_effect():
    rng, ps = np.random.default_rng(5), []
    members = triples()
    holds = np.array([[lang in langs for lang in range(5)] for langs in members], dtype=float)
    for _ in range(400):
        x, y = (
            holds @ rng.normal(size=(5, 4)) + rng.normal(size=(len(members), 4)) for _ in range(2)
        )
        ps.append(language_p(x, y, members))
    # 120 orders; binomial standard error at 400: 1.5 % at 10 %, 2.5 % at one half
    assert np.mean(np.array(ps) <= 0.1) == pytest.approx(0.1, abs=0.045)
    assert np.mean(np.array(ps) <= 0.5) == pytest.approx(0.5, abs=0.075)


# --- as often as they say


def world(rng, n_sets, n_targets, n_sizes, kind, slope):
    """One draw: luck of sets in both, slopes that differ, levels of targets and of sizes."""
    sets, targets = layout(n_sets, n_targets)
    u, p, b_sets = rng.normal(size=(3, n_sets))
    v, q, b_targets = rng.normal(size=(3, n_targets))
    own, noise = rng.normal(size=(2, n_sets * n_targets))
    if kind == "rows":
        x, e = own, noise
    elif kind == "sets":
        x, e = 2 * u[sets] + own, 2 * p[sets] + noise
    else:  # also slopes of their own
        x = u[sets] + own
        e = p[sets] + noise + (b_targets[targets] / 2 + b_sets[sets] / 3) * x
    sizes = sets % n_sizes
    x, e = x + v[targets] + sizes, e + q[targets] - 2 * sizes
    return x, slope * x + e, sets, targets, sizes


def rates(n_sims, n_sets, n_targets, n_sizes, kind, slope):
    rng = np.random.default_rng([n_sets, n_targets, n_sizes])
    covered, rejected, of_r = [], [], []
    for _ in range(n_sims):
        *data, sizes = world(rng, n_sets, n_targets, n_sizes, kind, slope)
        found = association(*data, sizes=sizes)
        covered.append(found.low <= slope <= found.high)
        rejected.append(found.p < 0.05)
        of_r.append(found.correlation_low <= 0 <= found.correlation_high)
    return np.mean(covered), np.mean(rejected), np.mean(of_r)


GRID = list(itertools.product([(6, 8, 2), (12, 17, 2), (20, 8, 3)], ["rows", "sets", "slopes"]))


def check(n_sims, shape, kind, slack):
    covered, rejected, of_r = rates(n_sims, *shape, kind, 0.0)
    # a little too wide where rows have nothing in common: the larger of two equal variances
    assert 0.93 - slack <= covered <= 0.99 + slack, covered
    assert 0.01 - slack <= rejected <= 0.07 + slack, rejected
    assert 0.93 - slack <= of_r <= 0.99 + slack, of_r
    covered, _, _ = rates(n_sims, *shape, kind, 0.5)
    assert 0.93 - slack <= covered <= 0.99 + slack, covered


def test_intervals_cover_in_a_quick_look():
    check(150, (8, 8, 2), "slopes", 0.04)  # standard error 1.8 %


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "kind"), GRID)
def test_intervals_cover_as_often_as_they_say(shape, kind):
    check(2000, shape, kind, 0.005)  # standard error 0.5 %


def test_says_what_is_wrong():
    x, y, sets, targets = drawn(0, n_sets=4)
    with pytest.raises(DegenerateInputError, match="4 sets of 1 size are too few: at least 5"):
        association(x, y, sets, targets)
    x, y, sets, targets = drawn(0, n_sets=8)
    with pytest.raises(DegenerateInputError, match="8 sets of 8 sizes are too few: at least 12"):
        association(x, y, sets, targets, sizes=sets)
    with pytest.raises(DegenerateInputError, match="closeness does not vary"):
        association(targets * 0.1, y, sets, targets)
    few = targets < 4
    with pytest.raises(DegenerateInputError, match="4 targets are too few: at least 5"):
        association(x[few], y[few], sets[few], targets[few])
    with pytest.raises(DegenerateInputError, match="only where all sets of a size"):
        language_p(np.eye(4), np.eye(4), [(0, 1), (0, 2), (1, 2), (0, 3)])
