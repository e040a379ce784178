"""CKA without each block of sentences: as if the block had never been there."""

import numpy as np
import pytest

from mslt_core.analysis.cka import cka_matrix
from mslt_core.analysis.cka_blocks import measured_cka
from mslt_core.analysis.jackknife import document_blocks

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
