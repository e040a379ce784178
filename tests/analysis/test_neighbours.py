"""Exact neighbours against hand-worked cases, scikit-learn, and inputs that break float32."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from mslt_core.analysis import neighbours as module
from mslt_core.analysis.neighbours import neighbours, stacked
from mslt_core.spec.errors import DegenerateInputError, SpecError

RTOL = 1e-6  # distances are stored in float32

metrics = pytest.mark.parametrize("metric", ["euclidean", "cosine"])


def rand(seed: int, n: int = 300, d: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def oracle(X, k, metric):
    """scikit-learn in float64, the point itself taken out."""
    fitted = NearestNeighbors(n_neighbors=k, metric=metric, algorithm="brute").fit(X)
    return fitted.kneighbors()  # without an argument it leaves every point out of its own list


def test_worked_by_hand():
    # at 0, 1, 3, 7: 3 is 2 from 1 and 3 from 0; 7 is 4 from 3 and 6 from 1
    found = neighbours(np.array([[0.0], [1.0], [3.0], [7.0]]), 2)
    assert found.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert found.distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]
    assert found.indices.dtype == np.int32


def test_cosine_worked_by_hand():
    # angles 0, 60 and 180 degrees: 1 - cos is 1/2 and 2 from the first, 3/2 from 60 to 180
    X = np.array([[5.0, 0.0], [0.5, np.sqrt(3) / 2], [-2.0, 0.0]])
    found = neighbours(X, 2, "cosine")
    assert found.indices.tolist() == [[1, 2], [0, 2], [1, 0]]
    np.testing.assert_allclose(found.distances, [[0.5, 2], [0.5, 1.5], [1.5, 2]], rtol=RTOL)


@metrics
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "k"), [(300, 5), (300, 50), (2500, 10), (4, 3)], ids=str)
def test_equals_scikit_learn(metric, dtype, n, k):
    X = (rand(n, n) + 3).astype(dtype)
    distances, indices = oracle(X.astype(np.float64), k, metric)
    found = neighbours(X, k, metric)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances, rtol=RTOL)


@metrics
def test_blocks_do_not_matter(metric, monkeypatch):
    X = rand(0)
    whole = neighbours(X, 7, metric)
    monkeypatch.setattr(module, "BLOCK_BYTES", 4 * 300 * 11)
    monkeypatch.setattr(module, "EXACT_BYTES", 8 * 20 * 13)
    blocks = neighbours(X, 7, metric)
    np.testing.assert_array_equal(blocks.indices, whole.indices)
    np.testing.assert_array_equal(blocks.distances, whole.distances)


@metrics
@pytest.mark.parametrize("offset", [1e3, 1e6])
def test_a_large_common_offset_costs_no_precision(metric, offset):
    # products of such vectors in float32 would be wrong by far more than these distances
    X = rand(1, 500) + offset
    _, indices = oracle(X - offset if metric == "euclidean" else X, 5, "euclidean")
    if metric == "cosine":
        units = X / np.linalg.norm(X, axis=1, keepdims=True)
        apart = ((units[:, None] - units[None]) ** 2).sum(axis=-1)
        np.fill_diagonal(apart, np.inf)
        indices = np.argsort(apart, axis=1)[:, :5]
    # at 1e6 float64 itself rounds the points by 1e-10, too little to swap any two of these
    np.testing.assert_array_equal(neighbours(X, 5, metric).indices, indices)


def test_neighbours_nearer_than_float32_can_tell():
    # pairs 1e-9 and 2e-9 apart in a cloud of size 1
    base = rand(2, 100)
    X = np.concatenate([base, base + 1e-9, base - 2e-9])
    found = neighbours(X, 2)
    np.testing.assert_array_equal(found.indices[:100, 0], np.arange(100, 200))
    np.testing.assert_array_equal(found.indices[:100, 1], np.arange(200, 300))


def test_one_point_far_away_costs_no_precision():
    X = rand(3, 400)
    X[7] = 1e6
    _, indices = oracle(X, 5, "euclidean")
    rest = np.arange(400) != 7
    np.testing.assert_array_equal(neighbours(X, 5).indices[rest], indices[rest])


def test_a_far_point_tells_the_others_apart():
    # from 112 away their squared distances differ by less than float32 can hold at 12,500
    X = 1e-5 * rand(8, 400)
    X[7] = 25
    distances = np.linalg.norm(np.delete(X, 7, axis=0) - X[7], axis=1)
    nearest = np.argsort(distances)[:9]
    np.testing.assert_array_equal(neighbours(X, 9).indices[7], nearest + (nearest >= 7))


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_ignores_scale(size):
    X = rand(4)
    np.testing.assert_array_equal(neighbours(X * size, 5).indices, neighbours(X, 5).indices)
    cosine = neighbours(X * size, 5, "cosine")
    np.testing.assert_allclose(cosine.distances, neighbours(X, 5, "cosine").distances, rtol=RTOL)


def test_equal_points_are_neighbours_but_never_of_themselves():
    X = np.repeat(rand(5, 40), 3, axis=0)
    found = neighbours(X, 2)
    assert (found.distances == 0).all()
    assert (found.indices // 3 == np.arange(120)[:, None] // 3).all()
    assert (found.indices != np.arange(120)[:, None]).all()


def test_ties_favour_no_language():
    # 20 languages of 50 copies of one point, and one point elsewhere: each of the copies is as
    # near as any other, so a language should get a 20th of the neighbours, not the first all
    X = np.zeros((1001, 3))
    X[1000] = 1
    share = np.bincount(neighbours(X, 10).indices.ravel() // 50, minlength=21)[:20] / 10010
    assert share.max() < 0.2
    assert (share > 0).sum() >= 5


def test_same_input_same_answer_and_it_stays_as_it_was():
    X = np.repeat(rand(6, 50), 4, axis=0).astype(np.float32)
    before = X.copy()
    np.testing.assert_array_equal(neighbours(X, 2).indices, neighbours(X, 2).indices)
    np.testing.assert_array_equal(X, before)


def test_first_of_many_is_what_fewer_would_be():
    X = rand(7)
    np.testing.assert_array_equal(neighbours(X, 20).first(5).indices, neighbours(X, 5).indices)
    with pytest.raises(SpecError, match="k must be from 1 to 20, got 21"):
        neighbours(X, 20).first(21)


@pytest.mark.parametrize("k", [0, 300])
def test_refuses_k_that_does_not_fit(k):
    with pytest.raises(SpecError, match=f"k must be from 1 to 299, one below the points, got {k}"):
        neighbours(rand(0), k)


@metrics
def test_refuses_equal_points_and_values_that_are_not_finite(metric):
    with pytest.raises(DegenerateInputError, match="all points are equal"):
        neighbours(np.full((10, 3), 0.1), 2, metric)
    X = rand(0)
    X[3, 2] = np.nan
    with pytest.raises(DegenerateInputError, match="X holds NaN or infinity"):
        neighbours(X, 2, metric)


def test_refuses_other_shapes_and_rows_without_direction():
    with pytest.raises(ValueError, match=r"X must be 2-d, got shape \(3,\)"):
        neighbours(np.zeros(3), 1)
    with pytest.raises(DegenerateInputError, match="row 1 of X is 0"):
        neighbours(np.array([[1.0], [0.0], [2.0]]), 1, "cosine")


def test_stacks_language_after_language_and_only_equal_shapes():
    cube = rand(0, 12, 2).reshape(3, 4, 2)
    np.testing.assert_array_equal(stacked(list(cube)), stacked(cube))
    np.testing.assert_array_equal(stacked(cube)[4:8], cube[1])
    with pytest.raises(ValueError, match=r"same 2-d shape, got \[\(3, 2\), \(4, 2\)\]"):
        stacked([np.zeros((3, 2)), np.zeros((4, 2))])
