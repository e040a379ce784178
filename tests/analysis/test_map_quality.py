"""How well a map keeps neighbours: by hand, against the definition, against scikit-learn."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness

from mslt_core.analysis import map_quality as module
from mslt_core.analysis.map_quality import map_neighbours, map_quality
from mslt_core.spec.errors import DegenerateInputError, SpecError

RTOL = 1e-12  # counts; only their sums are divided


def rand(seed: int, n: int = 60, d: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def line(*places: float) -> np.ndarray:
    return np.array([[place, 0.0] for place in places])


# --- neighbours on a map


@pytest.mark.parametrize("k", [1, 5, 59])
def test_map_neighbours_are_the_nearest_by_definition(k):
    coords = rand(0)
    distances = cdist(coords, coords)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(map_neighbours(coords, k), np.argsort(distances)[:, :k])


def test_a_point_is_never_its_own_neighbour_though_others_lie_on_it():
    coords = np.repeat(rand(1, 4), 30, axis=0)
    near = map_neighbours(coords, 5)
    assert near.shape == (120, 5)
    assert not (near == np.arange(120)[:, None]).any()
    assert (near // 30 == np.arange(120)[:, None] // 30).all()
    assert all(len(set(row)) == 5 for row in near.tolist())


# --- quality


def test_worked_by_hand():
    # Space 0, 1, 3, 7, 15: the nearest to each are 1, 0, 1, 2, 3. The map exchanges the first and
    # the last point, 15, 1, 3, 7, 0: the nearest on it are 3, 4, 1, 2, 1.
    # In the space, 3 is in place 3 from 0, 4 in place 4 from 1, and 1 in place 3 from 4: beyond
    # place 1 by 2 + 3 + 2 = 7. At worst: n k (2n - 3k - 1) / 2 = 5 * 1 * 6 / 2 = 15. T = 1 - 7/15.
    # Preserved: 1 of point 2, and 2 of point 3.
    X, coords = line(0, 1, 3, 7, 15), line(15, 1, 3, 7, 0)
    quality = map_quality(X, coords, 1)
    assert quality.means()["trustworthiness"] == pytest.approx(1 - 7 / 15)
    np.testing.assert_allclose(quality.trustworthiness, 1 - np.array([2, 3, 0, 0, 2]) / 3)
    np.testing.assert_array_equal(quality.preservation, [0, 0, 1, 1, 0])
    # on the map, 1 is in place 3 from 0, 0 in place 4 from 1, 3 in place 3 from 4: 2 + 3 + 2
    assert quality.means()["continuity"] == pytest.approx(1 - 7 / 15)


def test_a_perfect_map_and_a_random_one():
    coords = rand(0, 400)
    assert set(map_quality(coords, 3 * coords[:, ::-1] + 7).means().values()) == {1.0}
    random = map_quality(coords, rand(1, 400), 10).means()
    # an unrelated place is on average in the middle; chance keeps 10 of 399
    assert random["trustworthiness"] == pytest.approx(0.5, abs=0.03)
    assert random["continuity"] == pytest.approx(0.5, abs=0.03)
    assert random["neighbourhood_preservation"] == pytest.approx(10 / 399, abs=0.01)


@pytest.mark.parametrize("k", [1, 7, 29])
def test_trustworthiness_is_scikit_learns_and_continuity_its_mirror(k):
    X, coords = rand(0, d=9) + 5, rand(1)
    means = map_quality(X, coords, k, n_points=None).means()
    assert means["trustworthiness"] == pytest.approx(
        trustworthiness(X, coords, n_neighbors=k), RTOL
    )
    assert means["continuity"] == pytest.approx(trustworthiness(coords, X, n_neighbors=k), RTOL)


def test_ignores_order_rotation_scale_and_shift(monkeypatch):
    X, coords = rand(0, d=9), rand(1)
    quality = map_quality(X, coords, 7)
    order = np.random.default_rng(2).permutation(60)
    turn = np.linalg.qr(rand(3, 9, 9))[0]
    moved = map_quality((2.5 * X @ turn + 100)[order], 0.01 * coords[order] - 3, 7)
    np.testing.assert_allclose(moved.trustworthiness, quality.trustworthiness[order], RTOL)
    np.testing.assert_allclose(moved.continuity, quality.continuity[order], RTOL)
    monkeypatch.setattr(module, "BLOCK_BYTES", 8 * 60 * 7)  # blocks of 7 points, the last of 4
    np.testing.assert_array_equal(map_quality(X, coords, 7).continuity, quality.continuity)


def test_intruders_and_torn_points_are_told_apart():
    # a plane folded along its middle: neighbours stay together, far ones come to lie on them
    plane = rand(0, 500)
    folded = plane * [0, 1] + np.abs(plane) * [1, 0]
    quality = map_quality(plane, folded).means()
    assert quality["trustworthiness"] < 0.9
    assert quality["continuity"] > 0.97
    # and unfolded: what lay on each other is torn apart
    quality = map_quality(folded, plane).means()
    assert quality["trustworthiness"] > 0.97
    assert quality["continuity"] < 0.9


def test_equal_sentences_share_a_place_whatever_their_order():
    X = np.repeat(rand(0, 12, 300) + 9, 5, axis=0)
    coords = np.repeat(rand(1, 12), 5, axis=0) + 1e-3 * rand(2)
    order = np.random.default_rng(3).permutation(60)
    trust = map_quality(X, coords, 3).trustworthiness
    np.testing.assert_allclose(
        map_quality(X[order], coords[order], 3).trustworthiness, trust[order]
    )
    # the four equal ones are the nearest on the map, and none is beyond place 1 in the space
    np.testing.assert_array_equal(trust, 1.0)


def test_a_sample_is_the_same_numbers_of_fewer_points():
    X, coords = rand(0, 300, 9), rand(1, 300)
    every, sample = map_quality(X, coords), map_quality(X, coords, n_points=40, seed=5)
    assert len(set(sample.points.tolist())) == 40
    np.testing.assert_allclose(sample.continuity, every.continuity[sample.points], RTOL)
    np.testing.assert_allclose(sample.trustworthiness, every.trustworthiness[sample.points], RTOL)
    again = map_quality(X, coords, n_points=40, seed=5)
    np.testing.assert_array_equal(again.points, sample.points)


# --- what is refused


def test_says_what_is_wrong():
    X = rand(0)
    with pytest.raises(ValueError, match=r"equal rows, got shapes \(60, 2\) and \(59, 2\)"):
        map_quality(X, X[1:])
    for k in (0, 30):
        with pytest.raises(SpecError, match=rf"below n_samples / 2 = 30, got {k}"):
            map_quality(X, X, k)
    with pytest.raises(SpecError, match="n_points must be at least 1, got 0"):
        map_quality(X, X, n_points=0)
    with pytest.raises(SpecError, match="k must be from 1 to n_samples - 1 = 59, got 60"):
        map_neighbours(X, 60)
    X[3, 1] = np.nan
    with pytest.raises(DegenerateInputError, match="vectors or map hold NaN or infinity"):
        map_quality(X, rand(1))
    with pytest.raises(DegenerateInputError, match="finite coordinates"):
        map_neighbours(X, 3)
