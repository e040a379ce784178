"""Translation retrieval by hand, its twin, hubs, ties, messages."""

import numpy as np
import pytest

from mslt_core.analysis.documents import mean_over_documents
from mslt_core.analysis.retrieval import retrieval
from mslt_core.spec.errors import DegenerateInputError, SpecError

RTOL = 1e-6  # hits and ranks are stored in float32


def rand(seed: int, n: int = 60, d: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def related(n_langs: int = 3, n: int = 60, noise: float = 0.7) -> list[np.ndarray]:
    return [rand(0, n) + noise * rand(lang + 1, n) for lang in range(n_langs)]


def twin(X, Y, k):
    """P@1 and reciprocal rank of every row of X by cosine and by CSLS, one row at a time."""
    X, Y = (A / np.linalg.norm(A, axis=1, keepdims=True) for A in (X, Y))
    found = {"plain": [], "csls": []}
    for i, x in enumerate(X):
        cosines = Y @ x
        r_x = np.sort(cosines)[::-1][:k].mean()
        r_y = np.array([np.sort(X @ y)[::-1][:k].mean() for y in Y])
        for name, score in (("plain", cosines), ("csls", 2 * cosines - r_x - r_y)):
            rank = 1 + int((score > score[i]).sum())
            found[name].append((rank == 1, 1 / rank))
    return found


def test_worked_by_hand():
    # queries at 0, 30 and 90 degrees, translations at 10, 80 and 100: 0 finds 10 (right); 30 is
    # 20 from 10 and 50 from its own 80 (rank 2); 90 is 10 from both 80 and its own 100: a tie of
    # two for the first place, hit 1/2, reciprocal rank (1 + 1/2) / 2 = 3/4
    def at(*degrees):
        angles = np.deg2rad(degrees)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    plain, _ = retrieval([at(0, 30, 90), 7 * at(10, 80, 100)], csls_k=1)
    np.testing.assert_allclose(plain.hits[0, 1], [1, 0, 0.5])
    np.testing.assert_allclose(plain.reciprocal_ranks[0, 1], [1, 0.5, 0.75])
    # backwards: 10 finds 0 or 30? 10 and 20 away: its own 0; 80 finds 90, 10 away, before its own
    # 30, 50 away; 100 finds its own 90
    np.testing.assert_allclose(plain.hits[1, 0], [1, 0, 1])
    assert np.isnan(plain.hits[0, 0]).all()


def test_csls_worked_by_hand():
    # cosines of 2 queries (rows) with 2 targets: 1.0 and 0.8; 0.9 and 0.8. Target 0 is a hub.
    # k = 1: r of the targets, the largest of their column, 1.0 and 0.8; of the queries 1.0, 0.9.
    # Second row: 1.8 - 0.9 - 1.0 = -0.1 and 1.6 - 0.9 - 0.8 = -0.1, a tie where cosine misses.
    X = np.array([[1.0, 0.0, 0.0], [0.9, np.sqrt(0.19), 0.0]])
    b = (0.8 - 0.9 * 0.8) / np.sqrt(0.19)
    Y = np.array([[1.0, 0.0, 0.0], [0.8, b, np.sqrt(1 - 0.64 - b**2)]])
    plain, csls = retrieval([X, Y], csls_k=1)
    np.testing.assert_allclose(plain.hits[0, 1], [1, 0])
    np.testing.assert_allclose(csls.hits[0, 1], [1, 0.5])


@pytest.mark.parametrize(("n", "k"), [(60, 10), (60, 60), (130, 2), (2, 1)], ids=str)
def test_equals_the_loop_from_the_definition(n, k):
    langs = related(3, n)
    plain, csls = retrieval(langs, csls_k=k)
    for a, b in [(0, 1), (1, 0), (2, 1)]:
        slow = twin(langs[a], langs[b], k)
        for found, rows in ((plain, slow["plain"]), (csls, slow["csls"])):
            hits, ranks = np.array(rows).T
            np.testing.assert_allclose(found.hits[a, b], hits, rtol=RTOL)
            np.testing.assert_allclose(found.reciprocal_ranks[a, b], ranks, rtol=RTOL)


def test_ignores_rotation_and_the_length_of_vectors():
    langs = related()
    turn = np.linalg.qr(rand(9, 8, 8))[0]
    lengths = np.random.default_rng(1).uniform(0.1, 1e4, size=(60, 1))
    for plain, moved in zip(retrieval(langs), retrieval([X @ turn * lengths for X in langs])):  # noqa: B905
        np.testing.assert_array_equal(plain.hits, moved.hits)


def guessed_mrr(n: int) -> float:
    """The n-th harmonic number over n."""
    return (1 / np.arange(1, n + 1)).mean()


def test_constant_vectors_score_what_guessing_does():
    same = np.full((20, 4), 0.1)
    for found in retrieval([same, same, rand(0, 20, 4)]):
        assert found.hits[0, 1].mean() == pytest.approx(1 / 20)
        assert found.reciprocal_ranks[0, 1].mean() == pytest.approx(guessed_mrr(20))
    # equal targets alone are as bad: every query finds all of them equally near
    assert found.hits[2, 0].mean() == pytest.approx(1 / 20)


def test_copies_found_in_any_order_share_their_hit():
    # every sentence twice: two rows tie for the first place
    X = np.repeat(rand(0, 15), 2, axis=0)
    # of other lengths, so that cosines which are equal in truth differ by rounding
    lengths = np.random.default_rng(1).uniform(1, 9, size=(2, 30, 1))
    plain, _ = retrieval([X * lengths[0], X * lengths[1]])
    np.testing.assert_allclose(plain.hits[0, 1], 0.5)
    np.testing.assert_allclose(plain.reciprocal_ranks[0, 1], 0.75)


def test_guessing_scores_chance():
    plain, csls = retrieval([rand(seed, 200) for seed in range(6)])
    for found in (plain, csls):
        # 30 directions of 200: standard error about sqrt(0.005 / 6000) = 0.0009
        assert np.nanmean(found.hits) == pytest.approx(1 / 200, abs=0.003)
        assert np.nanmean(found.reciprocal_ranks) == pytest.approx(guessed_mrr(200), abs=0.005)


def test_csls_takes_the_pull_from_hubs():
    # all share a direction, and five targets lie far out along it: they are near to every query
    X = rand(0, 100, 20) + 2
    Y = X + 1.5 * rand(1, 100, 20)
    Y[:5] += 10
    plain, csls = retrieval([X, Y])
    assert csls.hits[0, 1].mean() > plain.hits[0, 1].mean()


def test_intervals_over_documents_take_the_whole_matrix():
    plain, _ = retrieval(related())
    mean = mean_over_documents(plain.reciprocal_ranks, np.arange(60) // 3)
    assert np.isnan(mean.value[0, 0])
    assert mean.low[0, 1] < plain.reciprocal_ranks[0, 1].mean() < mean.high[0, 1]


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"same 2-d shape, got \[\(3, 2\), \(4, 2\)\]"):
        retrieval([np.ones((3, 2)), np.ones((4, 2))])
    with pytest.raises(SpecError, match=r"csls_k must be from 1 to 60, .* got 61"):
        retrieval(related(), csls_k=61)
    with pytest.raises(DegenerateInputError, match="at least 2 languages and 2 sentences, got 1"):
        retrieval([rand(0)])
    broken = related()
    broken[1][4] = 0
    with pytest.raises(DegenerateInputError, match="row 4 of array 2 is 0"):
        retrieval(broken)
    broken[1][4] = np.inf
    with pytest.raises(DegenerateInputError, match="array 2 holds NaN or infinity"):
        retrieval(broken)
