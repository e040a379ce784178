"""Clusters of vectors: found, numbered, matched, and compared with the languages."""

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from mslt_core.analysis.clusters import clusters, language_information, matched
from mslt_core.spec.errors import DegenerateInputError, SpecError

TOL = 1e-12  # float64, the same formula


def heaps(*sizes: int, spread: float = 0.1) -> np.ndarray:
    """Heaps of points 10 apart."""
    rng = np.random.default_rng(0)
    heap = [10 * i + spread * rng.normal(size=(n, 3)) for i, n in enumerate(sizes)]
    return np.concatenate(heap)


@pytest.mark.parametrize(("method", "size"), [("kmeans", 3), ("hdbscan", 5)])
def test_heaps_are_clusters_the_largest_first(method, size):
    labels = clusters(heaps(10, 30, 20), method=method, size=size)
    assert labels.tolist() == [2] * 10 + [0] * 30 + [1] * 20


def test_points_between_dense_regions_are_in_no_cluster():
    X = np.concatenate([heaps(20, 20), [[5.0, 5.0, 200.0]]])
    assert clusters(X, method="hdbscan", size=5)[-1] == -1
    assert clusters(X, method="kmeans", size=3).min() == 0


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_order_and_place_are_of_no_account(method):
    X = heaps(15, 25, 10, spread=1.0)
    order = np.random.default_rng(1).permutation(len(X))
    moved = clusters(X[order] + 100, method=method, size=3)
    # numbers may differ where clusters are equally large: the partition does not
    assert adjusted_rand_score(clusters(X, method=method, size=3)[order], moved) == 1.0


def test_are_scikit_learns():
    X = np.random.default_rng(2).normal(size=(80, 4))
    theirs = KMeans(4, n_init=10, random_state=3).fit(X).labels_
    assert adjusted_rand_score(theirs, clusters(X, method="kmeans", size=4, seed=3)) == 1.0
    theirs = HDBSCAN(min_cluster_size=4, copy=True).fit(X).labels_
    ours = clusters(X, method="hdbscan", size=4)
    np.testing.assert_array_equal(ours < 0, theirs < 0)
    assert adjusted_rand_score(theirs, ours) == 1.0


def test_matched_worked_by_hand():
    # 0 shares 2 with reference 1, 1 shares 3 with reference 0; 2 shares the rest with 1: it is new
    labels = np.array([1, 1, 1, 0, 0, 2])
    reference = np.array([0, 0, 0, 1, 1, 1])
    assert matched(labels, reference).tolist() == [0, 0, 0, 1, 1, 2]
    # noise stays noise, and a number of the reference that nothing matches stays free
    assert matched(np.array([-1, 0, 0]), np.array([0, 1, 1])).tolist() == [-1, 1, 1]


def test_matched_renumbers_and_nothing_else():
    rng = np.random.default_rng(4)
    labels, reference = rng.integers(-1, 6, 200), rng.integers(-1, 4, 200)
    renamed = matched(labels, reference)
    assert adjusted_rand_score(labels, renamed) == 1.0
    np.testing.assert_array_equal(labels < 0, renamed < 0)
    np.testing.assert_array_equal(matched(reference, reference), reference)


def test_information_worked_by_hand():
    # the clusters are the languages; and one that holds half of each tells nothing
    assert language_information(np.array([3, 3, 7, 7]), 2) == pytest.approx(1.0)
    # I = 0; E[I] of two pairs: two of six shufflings agree wholly (ln 2), so E = ln 2 / 3, and
    # (0 - ln 2 / 3) / (ln 2 - ln 2 / 3) = -1 / 2
    assert language_information(np.array([0, 1, 0, 1]), 2) == pytest.approx(-0.5)


def test_information_is_scikit_learns_and_about_zero_by_chance():
    labels = np.random.default_rng(5).integers(0, 7, 4000)
    langs = np.repeat(np.arange(8), 500)
    found = language_information(labels, 8)
    assert found == pytest.approx(adjusted_mutual_info_score(langs, labels), abs=TOL)
    assert abs(found) < 0.01


def test_says_what_is_wrong():
    X = heaps(5, 5)
    with pytest.raises(SpecError, match="size must be from 2 to n_samples = 10, got 11"):
        clusters(X, method="kmeans", size=11)
    with pytest.raises(DegenerateInputError, match=r"3 clusters need as many different .* got 1"):
        clusters(np.ones((5, 2)), method="kmeans", size=3)
    X[0, 0] = np.nan
    with pytest.raises(DegenerateInputError, match="must be finite"):
        clusters(X, method="hdbscan", size=2)
    with pytest.raises(ValueError, match=r"of the same points, got \(2,\), \(3,\)"):
        matched(np.zeros(2, int), np.zeros(3, int))
    with pytest.raises(DegenerateInputError, match="each of 2 languages, got 3 points"):
        language_information(np.zeros(3, int), 2)
