"""The integration score without each block of sentences: for its interval."""

import numpy as np
import pytest

from mslt_core.analysis.lisi import N_NEIGHBOURS, _weights, ilisi, measured_ilisi
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.spec.errors import DegenerateInputError

BLOCKS = np.repeat(np.arange(8), 10)


def languages(rng, n_docs=80, each=1, shift=1.0):
    """Two languages, apart on one axis, whose documents are alike inside."""
    codes = np.repeat(np.arange(n_docs), each)
    shared = rng.normal(size=(n_docs, 3))[codes] * (each > 1)
    rows = [shared + rng.normal(size=(len(codes), 3)) for _ in range(2)]
    return [X + shift * lang * np.eye(3)[0] for lang, X in enumerate(rows)], codes


def near(rows, times=8):
    points = stacked(rows)
    return neighbours(points, min(times * N_NEIGHBOURS, len(points) - 1))


def score(rows):
    found = near(rows)
    k = min(N_NEIGHBOURS, found.indices.shape[1])
    return ilisi(found.indices[:, :k], found.distances[:, :k], len(rows)).score


def test_without_a_block_is_what_computing_anew_gives():
    rows, _ = languages(np.random.default_rng(0))
    stored = near(rows)
    found = measured_ilisi(stored.indices, stored.distances, 2, BLOCKS)
    assert float(found.value) == score(rows)
    anew = [score([X[block != BLOCKS] for X in rows]) for block in range(8)]
    # weights are searched for to 1e-5 nats, distances are right to about 1e-5
    np.testing.assert_allclose(found.without, anew, atol=1e-4)
    assert found.sizes.tolist() == [10] * 8
    assert len(set(anew)) == 8, "leaving out changes it"


def test_ignores_the_order_of_sentences():
    rows, _ = languages(np.random.default_rng(0))
    order = np.random.default_rng(1).permutation(80)
    moved = [X[order] for X in rows]
    found, again = (
        measured_ilisi(stored.indices, stored.distances, 2, blocks)
        for stored, blocks in ((near(rows), BLOCKS), (near(moved), BLOCKS[order]))
    )
    np.testing.assert_allclose(again.without, found.without, atol=1e-4)


def test_says_that_neighbours_run_out():
    rows, _ = languages(np.random.default_rng(0))
    points = neighbours(stacked(rows), N_NEIGHBOURS)
    with pytest.raises(DegenerateInputError, match="140 of 140 points run out of neighbours") as e:
        measured_ilisi(points.indices, points.distances, 2, BLOCKS)
    assert "Store more than 90 neighbours" in e.value.hint


@pytest.mark.slow
@pytest.mark.parametrize("each", [1, 4], ids=["sentences", "documents"])
def test_the_interval_is_too_wide_rather_than_too_narrow(each):
    rng = np.random.default_rng(3)
    values, ends = [], []
    for _ in range(60):
        rows, codes = languages(rng, 240 // each, each)
        stored, blocks = near(rows, 2), codes % 20
        found = measured_ilisi(stored.indices, stored.distances, 2, blocks)
        values.append(float(found.value))
        ends.append(found.interval())
    truth = np.mean(values)
    held = np.mean([low <= truth <= high for low, high in ends])
    assert held >= 0.93
    lengths = np.array([high - low for low, high in ends])
    assert lengths.mean() < 10 * np.std(values)  # it says something: 4 would be exact


@pytest.mark.filterwarnings("error")
def test_sentences_that_coincide_have_equal_weights_and_no_overflow():
    # 31 of 90 neighbours at the same place are more than the perplexity of 30
    others = np.exp(np.random.default_rng(0).normal(size=(500, 59)))
    weights = _weights(np.concatenate([np.zeros((500, 31)), others], axis=1), np.log(30))
    np.testing.assert_allclose(weights[:, :31], 1 / 31)
    np.testing.assert_allclose(weights[:, 31:], 0, atol=1e-12)
