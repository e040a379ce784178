"""Classical scaling finds points again from their distances, and says what a plane leaves out."""

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist

from mslt_core.analysis.mds import classical_mds, complete

ATOL = 1e-7  # the root of an eigenvalue that is 1e-15 instead of 0 is 3e-8


def points(seed: int, n: int = 12, n_features: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, n_features))


def test_worked_by_hand():
    # corners of a 4 x 2 rectangle: centred they are (+-2, +-1); eigenvalues 4 * 2^2 and 4 * 1^2
    corners = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0]])
    coords, kept = classical_mds(cdist(corners, corners))
    np.testing.assert_allclose(np.abs(coords), [[2, 1]] * 4, atol=ATOL)
    np.testing.assert_allclose(coords[0], [2, 1], atol=ATOL)  # the first of equals is positive
    assert kept == pytest.approx(1.0)


def test_a_tetrahedron_keeps_two_of_its_three_equal_axes():
    coords, kept = classical_mds(1.0 - np.eye(4))
    assert coords.shape == (4, 2)
    assert kept == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(3))
def test_points_of_a_plane_are_found_up_to_rotation(seed):
    plane = points(seed)
    coords, kept = classical_mds(cdist(plane, plane))
    assert procrustes(plane, coords)[2] == pytest.approx(0, abs=ATOL)
    np.testing.assert_allclose(cdist(coords, coords), cdist(plane, plane), atol=ATOL)
    assert kept == pytest.approx(1.0)


def test_of_more_dimensions_the_two_widest_are_kept():
    X = points(0, n_features=5) * [5, 3, 1, 0.5, 0.1]
    coords, kept = classical_mds(cdist(X, X))
    # principal components: the same axes from the other side
    left, singular, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(coords), np.abs(left[:, :2] * singular[:2]), atol=ATOL)
    assert kept == pytest.approx((singular[:2] ** 2).sum() / (singular**2).sum())


def test_distances_that_fit_no_space_leave_out_their_negative_part():
    # 1 and 3 are 1 from 2, yet 3 from each other: B has eigenvalues 4.5, 0 and -5/6
    broken = np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 1.0], [3.0, 1.0, 0.0]])
    coords, kept = classical_mds(broken)
    np.testing.assert_allclose(np.abs(coords[:, 0]), [1.5, 0, 1.5], atol=ATOL)
    np.testing.assert_array_equal(coords[:, 1], 0)
    assert kept == 1.0


def test_the_order_of_the_rows_does_not_matter():
    X = points(1)
    order = np.random.default_rng(2).permutation(len(X))
    coords, _ = classical_mds(cdist(X, X))
    np.testing.assert_allclose(
        classical_mds(cdist(X[order], X[order]))[0], coords[order], atol=ATOL
    )


@pytest.mark.parametrize("n", [1, 2, 3])
def test_things_in_one_place_are_one_point(n):
    coords, kept = classical_mds(np.zeros((n, n)))
    np.testing.assert_array_equal(coords, np.zeros((n, 2)))
    assert kept == 1.0


def test_one_without_any_distance_goes_and_the_rest_stays():
    D = cdist(points(0, 5), points(0, 5))
    D[1], D[:, 1] = np.nan, np.nan
    assert complete(D).tolist() == [0, 2, 3, 4]
    D[0, 4] = D[4, 0] = np.nan
    assert complete(D).tolist() == [0, 2, 3]
    assert complete(np.full((2, 2), np.nan)).tolist() == []


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        (np.zeros((2, 3)), r"square with at least one row, got shape \(2, 3\)"),
        (np.zeros((0, 0)), r"at least one row, got shape \(0, 0\)"),
        (np.array([[0, np.nan], [np.nan, 0]]), "must be finite, got 2 not"),
        (np.array([[0.0, 1.0], [2.0, 0.0]]), "must be symmetric"),
        (np.array([[0.0, -1.0], [-1.0, 0.0]]), "never negative"),
        (np.ones((2, 2)), "0 on the diagonal"),
    ],
)
def test_says_what_is_wrong(distances, message):
    with pytest.raises(ValueError, match=message):
        classical_mds(distances)
