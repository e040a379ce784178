"""Do tests reject, and intervals cover, as often as they say? By simulation, cell by cell.

A run's true accuracy is its set's plus a seed's deviation; an item adds what it adds to every run
of a set. Each cell has 2,000 simulations or more, with a standard error of 0.5 % at most.
"""

import itertools

import numpy as np
import pytest

from mslt_core.analysis.item_noise import item_variance, ratio_influence
from mslt_core.analysis.paired import both_dfs, judged, mid_p_mcnemar
from mslt_core.analysis.seed_noise import difference_variance, pooled_seed_noise

SEEDS, SEED_SDS = (3, 5, 10), (0.0, 0.01, 0.03)
GRID = list(itertools.product(SEEDS, SEED_SDS))
AGREE, HARDLY = 0.25, 0.05
"""How far an item moves a set's runs together: seeds agree on items, or hardly do."""
REJECTS, COVERS = (0.03, 0.07), (0.93, 0.97)


def outcomes(rng, n_sims, n_seeds, seed_sd, n_items, *, gain=0.0, together=AGREE):
    """Right minus wrong answers of set b against set a, (n_sims, n_seeds, n_items)."""
    right = []
    hard = rng.choice(np.float32([0.45, 0.6]), size=(n_sims, 1, n_items))
    for shift in (0.0, gain):
        own = rng.choice(np.float32([-together, together]), size=(n_sims, 1, n_items))
        seed = rng.normal(shift, seed_sd, size=(n_sims, n_seeds, 1)).astype(np.float32)
        drawn = rng.random((n_sims, n_seeds, n_items), dtype=np.float32)
        right.append(drawn < hard + own + seed)
    return right[1].astype(np.int8) - right[0]


def differences(n_sims, n_seeds, seed_sd, n_items, **how):
    """The same in parts that fit into memory."""
    rng = np.random.default_rng([n_seeds, int(1000 * seed_sd), n_items])
    part = max(1, 3_000_000 // (n_seeds * n_items))
    for start in range(0, n_sims, part):
        yield outcomes(rng, min(part, n_sims - start), n_seeds, seed_sd, n_items, **how)


def rates(n_sims, n_seeds, seed_sd, n_items, **how):
    """Share of simulations in which no difference is rejected, and the true one is covered."""
    true, p, covered = how.get("gain", 0.0), [], []
    for d in differences(n_sims, n_seeds, seed_sd, n_items, **how):
        by_seed = d.mean(axis=2)
        var_seeds = difference_variance(by_seed)
        var_items = item_variance((d - by_seed[..., None]).astype(np.float32), var_seeds)
        found = judged(
            by_seed.mean(axis=1), var_items, var_seeds, df_items=n_items - 1, df_seeds=n_seeds - 1
        )
        p.append(found.p < 0.05)
        covered.append((found.low <= true) & (true <= found.high))
    return np.concatenate(p).mean(), np.concatenate(covered).mean()


def check(n_items, n_sims, n_seeds, seed_sd):
    for together in (AGREE, HARDLY):
        rejected, _ = rates(n_sims, n_seeds, seed_sd, n_items, together=together)
        assert REJECTS[0] <= rejected <= REJECTS[1], (together, rejected)
    _, covered = rates(n_sims, n_seeds, seed_sd, n_items, gain=0.02)
    assert COVERS[0] <= covered <= COVERS[1], covered


@pytest.mark.parametrize(("n_seeds", "seed_sd"), GRID)
def test_items_and_seeds_on_200_items(n_seeds, seed_sd):
    check(200, 2000, n_seeds, seed_sd)


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [200, 5000])
@pytest.mark.parametrize(("n_seeds", "seed_sd"), GRID)
def test_items_and_seeds(n_items, n_seeds, seed_sd):
    check(n_items, 8000 if n_items == 200 else 2000, n_seeds, seed_sd)


def sweep(rng, n_seeds, seed_sd, n_items):
    """Right answers of 40 equally good sets whose seeds deviate unequally, and all alike a bit."""
    hard = rng.choice(np.float32([0.45, 0.6]), size=(1, 1, n_items))
    own = rng.choice(np.float32([-AGREE, AGREE]), size=(40, 1, n_items))
    seed = rng.normal(0, seed_sd * rng.uniform(0.5, 1.5, size=(40, 1, 1)), size=(40, n_seeds, 1))
    seed += rng.normal(0, 0.01, size=(n_seeds, 1))
    drawn = rng.random((40, n_seeds, n_items), dtype=np.float32)
    return drawn < hard + own + seed.astype(np.float32)


@pytest.mark.parametrize("n_items", [200, pytest.param(5000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("n_seeds", "seed_sd"), GRID)
def test_seeds_lent_by_forty_sets(n_items, n_seeds, seed_sd):
    """100 sweeps, 20 pairs of sets in each."""
    rng = np.random.default_rng([n_seeds, int(1000 * seed_sd), n_items, 1])
    rejected = []
    for _ in range(100):
        right = sweep(rng, n_seeds, seed_sd, n_items)
        means = right.mean(axis=2)
        lent = pooled_seed_noise(means, np.ones(40))
        of_runs = lent.variance / n_seeds
        one, other = of_runs.reshape(2, 20)
        influence = (right - means[..., None]).astype(np.float32)
        found = judged(
            means[20:].mean(axis=1) - means[:20].mean(axis=1),
            item_variance(influence[20:] - influence[:20], one + other),
            one + other,
            df_items=n_items - 1,
            df_seeds=both_dfs(one, lent.df[:20], other, lent.df[20:]),
        )
        rejected.append(found.p < 0.05)
    assert REJECTS[0] <= np.mean(rejected) <= REJECTS[1], np.mean(rejected)


def cells_of_mcnemar():
    return [(n, share) for n in (200, 5000) for share in (0.02, 0.1, 0.4)]


@pytest.mark.parametrize(("n_items", "discordant"), cells_of_mcnemar())
def test_mid_p_mcnemar_of_two_equal_runs(n_items, discordant):
    """Two single runs that are equally good: at most 5 % and a bit, and with four discordant items
    on average far less, since no count of four rejects."""
    rng = np.random.default_rng([n_items, int(100 * discordant)])
    both = rng.multinomial(n_items, [discordant / 2, discordant / 2, 1 - discordant], size=20_000)
    rejected = (mid_p_mcnemar(both[:, 0], both[:, 1]) < 0.05).mean()
    assert rejected <= 0.055
    if n_items * discordant >= 20:
        assert rejected >= 0.03
    else:
        assert rejected < 0.03, "the bound above may reach down to here now"


def test_sentences_and_not_words_are_the_items():
    """Words of a sentence go right or wrong together; span F1 and token accuracy know it."""
    rng = np.random.default_rng(9)
    sizes = rng.integers(1, 30, size=(2000, 200))
    right = [rng.binomial(sizes, rng.beta(0.6, 0.4, size=sizes.shape)) for _ in range(2)]
    scores = [hits.sum(axis=1) / sizes.sum(axis=1) for hits in right]
    influence = ratio_influence(right[1], sizes) - ratio_influence(right[0], sizes)
    found = judged(
        scores[1] - scores[0],
        item_variance(influence[:, None, :]),
        np.zeros(2000),
        df_items=199,
        df_seeds=1,
    )
    assert REJECTS[0] <= (found.p < 0.05).mean() <= REJECTS[1]
