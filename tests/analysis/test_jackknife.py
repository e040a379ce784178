"""The jackknife over blocks of documents: worked by hand, honest about coverage."""

import numpy as np
import pytest

from mslt_core.analysis.jackknife import Measured, document_blocks, jackknifed
from mslt_core.spec.errors import DegenerateInputError

EXACT = 1e-12  # the same sums in another order


def mean_of(x):
    return lambda kept: x[kept].mean()


def test_worked_by_hand():
    # mean of 1, 2, 6 is 3; without one of them 4, 3.5, 1.5. Standard error of a mean:
    # s = sqrt(((1-3)^2 + (2-3)^2 + (6-3)^2) / 2) = sqrt(7), over sqrt(3)
    found = jackknifed(mean_of(np.array([1.0, 2.0, 6.0])), np.arange(3))
    assert found.value == 3.0
    np.testing.assert_allclose(found.without, [4.0, 3.5, 1.5], rtol=EXACT)
    assert found.standard_error() == pytest.approx(np.sqrt(7 / 3), rel=EXACT)


def test_unequal_blocks_worked_by_hand():
    # blocks {1, 3}, {5}: n = 3, value 3; without them 5 and 2; h = 3/2 and 3.
    # pseudo-values 4.5 - 0.5 * 5 = 2 and 9 - 2 * 2 = 5
    # centre 2 * 3 - (1/3 * 5 + 2/3 * 2) = 3; variance ((2-3)^2 / 0.5 + (5-3)^2 / 2) / 2 = 2
    found = jackknifed(mean_of(np.array([1.0, 3.0, 5.0])), np.array([0, 0, 1]))
    assert found.standard_error() == pytest.approx(np.sqrt(2), rel=EXACT)


def test_arrays_are_measured_cell_by_cell():
    rng = np.random.default_rng(0)
    X, blocks = rng.normal(size=(60, 3)), np.arange(60) % 12
    together = jackknifed(lambda kept: X[kept].mean(axis=0), blocks)
    for column in range(3):
        alone = jackknifed(mean_of(X[:, column]), blocks)
        np.testing.assert_allclose(
            [end[column] for end in together.interval()], alone.interval(), rtol=EXACT
        )


def test_a_difference_is_taken_block_by_block():
    rng = np.random.default_rng(1)
    shared, blocks = rng.normal(size=200), np.arange(200) % 20
    a, b = shared + rng.normal(scale=0.1, size=(2, 200))
    difference = jackknifed(mean_of(b), blocks) - jackknifed(mean_of(a), blocks)
    low, high = difference.interval()
    direct = jackknifed(mean_of(b - a), blocks).interval()
    np.testing.assert_allclose((low, high), direct, rtol=1e-9)  # two means are subtracted first
    # what both share moves neither
    assert high - low < np.ptp(jackknifed(mean_of(b), blocks).interval()) / 3


def test_a_mean_over_cells():
    rng = np.random.default_rng(2)
    X, blocks = rng.normal(size=(50, 2, 2)), np.arange(50) % 10
    chosen = np.array([[False, True], [True, False]])
    over = jackknifed(lambda kept: X[kept].mean(axis=0), blocks).over(chosen)
    direct = jackknifed(lambda kept: X[kept][:, chosen].mean(), blocks)
    np.testing.assert_allclose(over.interval(), direct.interval(), rtol=EXACT)


@pytest.mark.parametrize("within", [0.0, 0.8])
def test_intervals_cover_the_truth_where_sentences_of_a_document_are_alike(within):
    # documents of five; correlation `within` inside each; the true mean is 0
    rng, n_documents, n_worlds = np.random.default_rng(3), 120, 1000
    documents = np.repeat(np.arange(n_documents), 5)
    blocks = document_blocks(documents)
    common = rng.normal(size=(n_worlds, n_documents))[:, documents] * np.sqrt(within)
    worlds = common + rng.normal(size=(n_worlds, len(documents))) * np.sqrt(1 - within)
    found = jackknifed(lambda kept: worlds[:, kept].mean(axis=1), blocks)
    low, high = found.interval()
    covered = np.mean((low < 0) & (high > 0))
    assert 0.93 <= covered <= 0.97
    # sentences taken for independent would cover far less
    if within:
        naive = jackknifed(lambda kept: worlds[:, kept].mean(axis=1), np.arange(600) % 40)
        low, high = naive.interval()
        assert np.mean((low < 0) & (high > 0)) < 0.85


def test_documents_stay_whole_and_blocks_even():
    documents = np.random.default_rng(4).integers(0, 300, size=1000)
    blocks = document_blocks(documents)
    assert set(blocks) == set(range(40))
    assert np.ptp(np.bincount(blocks)) <= np.bincount(documents).max()
    for document in np.unique(documents):
        assert len(set(blocks[documents == document])) == 1
    np.testing.assert_array_equal(blocks, document_blocks(documents))
    assert not np.array_equal(blocks, document_blocks(documents, seed=1))


def test_says_what_is_wrong():
    with pytest.raises(DegenerateInputError, match="at least 5 of them, got 2"):
        document_blocks(np.array([0, 0, 1, 1]))
    # two of six are a third: the same bound as that of intervals without blocks
    with pytest.raises(DegenerateInputError, match="one document holds 2 of 6 sentences"):
        document_blocks(np.array([0, 0, 1, 2, 3, 4]))
    assert len(document_blocks(np.array([0, 0, 1, 2, 3, 4, 5]))) == 7
    one = Measured(value=np.zeros(2), without=np.zeros((5, 2)), sizes=np.full(5, 3))
    other = Measured(value=np.zeros(2), without=np.zeros((6, 2)), sizes=np.full(6, 3))
    with pytest.raises(ValueError, match="the same blocks on both sides"):
        one - other
    with pytest.raises(ValueError, match="at least one of"):
        one.over(np.zeros(2, dtype=bool))
