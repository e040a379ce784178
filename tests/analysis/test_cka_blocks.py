"""CKA without each block of sentences: as if the block had never been there."""

import numpy as np
import pytest

from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.cka_blocks import measured_between, measured_cka, with_second_order
from mslt_core.analysis.cka_intervals import cka_intervals
from mslt_core.analysis.jackknife import Measured, document_blocks

ATOL = 1e-10  # float64; the Gram matrices are summed in another order


@pytest.mark.parametrize("seed", range(3))
def test_is_that_of_the_other_sentences_alone(seed):
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(50, 6))
    embeddings = [
        shared @ rng.normal(size=(6, d)) + rng.normal(size=(50, d)) + 3 for d in (4, 9, 30)
    ]
    blocks = document_blocks(rng.integers(0, 17, size=50), n_blocks=8)
    found = measured_cka(embeddings, blocks)
    np.testing.assert_allclose(found.value, cka_matrix(embeddings), atol=ATOL)
    for block, without, size in zip(np.unique(blocks), found.without, found.sizes, strict=True):
        left = blocks != block
        assert size == (~left).sum()
        np.testing.assert_allclose(without, cka_matrix([X[left] for X in embeddings]), atol=ATOL)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_the_interval_of_a_mean_over_pairs_covers_the_truth(strength):
    rng, n, n_worlds = np.random.default_rng(4), 200, 120
    blocks = np.arange(n) % 40
    off = ~np.eye(3, dtype=bool)

    def world(n):
        shared = rng.normal(size=(n, 3))
        return [strength * shared + rng.normal(size=(n, 3)) for _ in range(3)]

    truth = np.mean([cka_matrix(world(4000))[off].mean() for _ in range(3)])
    hits = 0
    for _ in range(n_worlds):
        low, high = measured_cka(world(n), blocks).over(off).interval()
        hits += low <= truth <= high
    assert hits / n_worlds >= 0.9  # 120 worlds tell a coverage of 95 % to within 4 points


def test_unrelated_languages_are_within_the_noise_of_zero():
    rng = np.random.default_rng(5)
    off = ~np.eye(2, dtype=bool)
    found = [
        measured_cka(rng.normal(size=(2, 120, 50)), np.arange(120) % 40).over(off).interval()
        for _ in range(60)
    ]
    assert np.mean([low <= 0 <= high for low, high in found]) >= 0.9


def pair(seed=0, n=48, d=4):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(2, n, d))
    return [X, X + Y, Y]


def test_the_biased_one_equals_computing_without():
    arrays, blocks = pair(), np.arange(48) % 6
    found = measured_cka(arrays, blocks, "biased")
    for block in range(6):
        left = cka_matrix([X[blocks != block] for X in arrays], "biased")
        np.testing.assert_allclose(found.without[block], left, rtol=1e-9)
    assert found.second is None


def test_a_wide_rbf_kernel_is_the_linear_one():
    arrays, blocks = pair(), np.arange(48) % 6
    wide = measured_cka(arrays, blocks, kernel="rbf", bandwidth=100.0)
    linear = measured_cka(arrays, blocks)
    # exp(-x) is 1 - x to x^2 / 2, here about 1e-4
    np.testing.assert_allclose(wide.without, linear.without, atol=1e-3)
    near = measured_cka(arrays, blocks, kernel="rbf")
    np.testing.assert_allclose(near.value, cka_matrix(arrays, kernel="rbf"), rtol=1e-9)
    assert np.abs(near.value - linear.value).max() > 0.01


def test_between_documents_equals_computing_without():
    groups, blocks = np.arange(48) // 2, np.arange(48) // 2 % 6
    arrays = pair()
    found = measured_between(arrays, groups, blocks)
    whole = cka_intervals(arrays, groups)
    np.testing.assert_allclose(found.value, whole.between, rtol=1e-9)
    np.testing.assert_allclose(found.interval(), (whole.low, whole.high))
    for block in range(6):
        left = [X[blocks != block] for X in arrays]
        expected = cka_intervals(left, groups[blocks != block]).between
        np.testing.assert_allclose(found.without[block], expected, rtol=1e-9)
    mean = found.over(~np.eye(3, dtype=bool))
    low, high = mean.interval()
    assert low < mean.value < high


def test_second_order_worked_by_hand():
    # n = 48 sentences, CKA 0.5: 2 (1 - 0.25)^2 / (48 * 45) = 1.125 / 2160
    value = np.array([[1.0, 0.5], [0.5, 1.0]])
    bare = Measured(value=value, without=np.zeros((6, 2, 2)), sizes=np.full(6, 8))
    second = with_second_order(bare).second
    np.testing.assert_allclose(second, [[0, 1.125 / 2160], [1.125 / 2160, 0]])
    # the mean over (a, b) and (b, a) is one number, over two pairs a quarter of both
    found = with_second_order(bare).over(~np.eye(2, dtype=bool))
    assert float(found.second) == pytest.approx(1.125 / 2160)


def covered(n, d, shared, *, together=0.0, rounds, decay=0.5):
    """How often 95 % intervals hold the true CKA, shared^2: of pairs, and of their mean.

    Eight Gaussian languages, axis k of variance 1 / k, two by two alike; where nothing is shared
    every two count. With `together` sentences of a document have that share of their variance in
    common, and it is CKA between documents that is asked about.
    """
    rng = np.random.default_rng([n, d, int(100 * shared), int(100 * together)])
    scale = np.arange(1, d + 1) ** -decay
    cells = np.zeros((8, 8), dtype=bool)
    pairs = zip(range(0, 8, 2), range(1, 8, 2), strict=True) if shared else np.argwhere(~cells)
    for a, b in pairs:
        cells[a, b] = cells[b, a] = a != b
    hits, of_means = [], []
    for _ in range(rounds):
        sizes = rng.choice([1, 2, 3, 4, 5], size=n, p=[0.25, 0.3, 0.23, 0.1, 0.12])
        groups = np.repeat(np.arange(n), sizes)[:n] if together else np.arange(n)

        def part():
            topics = rng.normal(size=(n, d))[groups]  # noqa: B023
            return np.sqrt(together) * topics + np.sqrt(1 - together) * rng.normal(size=(n, d))

        arrays = []
        for _ in range(4):
            common = np.sqrt(shared) * part()
            arrays += [(common + np.sqrt(1 - shared) * part()) * scale for _ in range(2)]
        blocks = document_blocks(groups)
        found = (
            measured_between(arrays, groups, blocks) if together else measured_cka(arrays, blocks)
        )
        low, high = found.interval()
        upper = np.triu(cells)
        hits += list((low[upper] <= shared**2) & (shared**2 <= high[upper]))
        low, high = found.over(cells).interval()
        of_means.append(low <= shared**2 <= high)
    return float(np.mean(hits)), len(hits), float(np.mean(of_means))


@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_holds_the_truth_about_95_times_in_100(shared):
    # 140 to 420 values: the standard error of the share is at most 0.018
    share, _, of_means = covered(120, 8, shared, rounds=35 if shared else 15)
    assert 0.90 <= share <= 0.995
    assert of_means >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("d", "shared", "together", "rounds"),
    [
        (16, 0.0, 0.0, 40),  # independent
        (50, 0.1, 0.0, 120),  # CKA 0.01, where intervals of fixed length fail
        (16, 0.3, 0.0, 120),
        (16, 0.6, 0.0, 100),
        (50, 0.9, 0.0, 60),
        (16, 0.0, 0.4, 20),  # independent, but for the documents
        (16, 0.3, 0.4, 50),
    ],
)
def test_coverage_of_1000_sentences_in_40_blocks(d, shared, together, rounds):
    share, n_values, of_means = covered(1000, d, shared, together=together, rounds=rounds)
    # 93 to 97 % wanted; beside that three standard errors of a share of so many values
    slack = 3 * np.sqrt(0.95 * 0.05 / n_values)
    assert 0.93 - slack <= share <= 0.97 + slack
    assert of_means >= 0.93 - 3 * np.sqrt(0.95 * 0.05 / rounds)
