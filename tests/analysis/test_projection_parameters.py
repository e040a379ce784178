"""What the libraries can be told reaches them; neighbours are found once; odd input is mapped."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from mslt_core.analysis.projection import (
    Neighbours,
    principal_components,
    project,
    project_jointly,
    tsne_neighbours,
)
from mslt_core.analysis.projection.joint import common_scale
from mslt_core.spec.errors import DegenerateInputError, SpecError
from mslt_core.spec.maps import MapParameters

N = 60
QUICK = MapParameters(perplexity=5.0, n_iter=20, early_exaggeration_iter=10)


def rand(seed: int = 0, n: int = N, d: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def tsne(X: np.ndarray, *, neighbours: Neighbours | None = None, **fields) -> np.ndarray:
    parameters = QUICK.but(**fields)
    return project(X, method="tsne", seed=0, parameters=parameters, neighbours=neighbours)


# --- principal components


def test_shares_of_variance_worked_by_hand():
    # variances 8 / 4 along x and 2 / 4 along y: shares 0.8 and 0.2
    X = np.array([[2.0, 0], [-2, 0], [0, 1], [0, -1]])
    components = principal_components(X, 2)
    np.testing.assert_allclose(components.explained_variance_ratio, [0.8, 0.2])
    whitened = principal_components(X, 2, whiten=True).scores
    np.testing.assert_allclose(whitened.var(axis=0, ddof=1), 1)


@pytest.mark.parametrize("n", [20, 100])  # fewer rows than columns, and more
def test_both_ways_to_components_are_the_singular_value_decomposition(n):
    X = rand(1, n, 30) + 3
    centred = X - X.mean(axis=0)
    U, S, _ = np.linalg.svd(centred, full_matrices=False)
    components = principal_components(X, 5)
    # up to the sign
    np.testing.assert_allclose(np.abs(components.scores), np.abs(U[:, :5] * S[:5]), atol=1e-10)
    np.testing.assert_allclose(components.explained_variance_ratio, (S**2 / (S**2).sum())[:5])


def test_both_ways_to_components_have_one_sign():
    X = rand(1, 31, 30)
    more = np.vstack([X, X])  # the same covariance; 31 and 62 rows take different ways at 30, 40
    wide = np.hstack([X, np.zeros((31, 10))])
    np.testing.assert_allclose(
        principal_components(wide, 4).scores, principal_components(more, 4).scores[:31], atol=1e-10
    )


def test_the_components_shown_can_be_chosen():
    X = rand()
    scores = principal_components(X, 3).scores
    shown = project(X, method="pca", seed=0, parameters=MapParameters(components=(3, 1)))
    np.testing.assert_allclose(shown, scores[:, [2, 0]], rtol=1e-6)
    with pytest.raises(SpecError, match=r"60 vectors of width 8 have 8 .* asked for number 9"):
        project(X, method="pca", seed=0, parameters=MapParameters(components=(1, 9)))


def test_an_empty_component_is_not_whitened():
    X = np.outer(np.arange(5.0), [1, 2, 3])
    with pytest.raises(DegenerateInputError, match="principal component 2 is empty"):
        project(X, method="pca", seed=0, parameters=MapParameters(whiten=True))


# --- neighbours


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbours_are_the_nearest_by_definition(metric):
    X = rand() + 2
    distances = cdist(X, X, metric)
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances)[:, :7]
    found = tsne_neighbours(X, 7, metric=metric)
    np.testing.assert_array_equal(found.indices, order)
    # a distance by a matrix product is exact to the root of float64's rounding
    expected = np.take_along_axis(distances, order, axis=1)
    np.testing.assert_allclose(found.distances, expected, rtol=1e-7)


def test_a_sentence_is_not_its_own_neighbour_though_others_are_equal_to_it():
    found = tsne_neighbours(np.repeat(rand(0, 6), 10, axis=0), 12)
    assert not (found.indices == np.arange(60)[:, None]).any()
    assert all(len(set(row)) == 12 for row in found.indices.tolist())


def test_neighbours_found_once_serve_every_perplexity():
    X = rand()
    found = tsne_neighbours(X, 40)
    for perplexity in (5.0, 7.5, 13.0):
        again = tsne(X, perplexity=perplexity, neighbours=found)
        np.testing.assert_array_equal(again, tsne(X, perplexity=perplexity))


def test_says_which_neighbours_do_not_do():
    X = rand()
    with pytest.raises(SpecError, match="perplexity 5 needs 15 neighbours a point, got 14"):
        tsne(X, neighbours=tsne_neighbours(X, 14))
    with pytest.raises(ValueError, match=r"shape \(60, k\), got \(59, 20\) and \(59, 20\)"):
        tsne(X, neighbours=tsne_neighbours(X[1:], 20))
    with pytest.raises(SpecError, match="k_max must be from 1 to n_samples - 1 = 59, got 60"):
        tsne_neighbours(X, 60)
    X[7] = 0
    with pytest.raises(DegenerateInputError, match="vectors of zeros: row 7 is one"):
        tsne_neighbours(X, 5, metric="cosine")


# --- t-SNE


@pytest.mark.parametrize(
    "fields",
    [
        {"early_exaggeration": 4.0},
        {"exaggeration": 2.0},
        {"exaggeration": 20.0},
        {"learning_rate": 17.0},
        {"n_iter": 33},
        {"early_exaggeration_iter": 5},
        {"initialization": "random"},
        {"initialization": "spectral"},
        {"metric": "cosine"},
    ],
)
def test_tsne_is_opentsne_s_own_with_every_parameter(fields):
    from openTSNE import TSNE

    # of full rank below N_PRINCIPAL components, so that these change no distance; and centred,
    # since cosine is of the vectors as they are given and openTSNE sees the components
    X = rand()
    X -= X.mean(axis=0)
    told = {name: getattr(QUICK, name) for name in ("perplexity", "n_iter")}
    told |= {"early_exaggeration_iter": QUICK.early_exaggeration_iter, **fields}
    expected = TSNE(neighbors="exact", random_state=0, **told)
    expected = expected.fit(principal_components(X, 8).scores)
    if fields == {"metric": "cosine"}:
        # its own start is of the vectors, and ours of their directions
        units = X / np.linalg.norm(X, axis=1, keepdims=True)
        start = principal_components(units, 8).scores
        from openTSNE.initialization import pca

        expected = TSNE(neighbors="exact", random_state=0, **told)
        expected = expected.fit(X, initialization=pca(start, random_state=0))
    np.testing.assert_allclose(tsne(X, **fields), np.array(expected), rtol=1e-3, atol=1e-6)


def test_tsne_does_not_depend_on_threads(monkeypatch):
    from mslt_core.analysis.projection import tsne as module

    X = rand(n=300)
    alone = tsne(X)
    monkeypatch.setattr(module, "N_THREADED", 1)
    np.testing.assert_array_equal(tsne(X), alone)


@pytest.mark.parametrize("initialization", ["pca", "spectral", "random"])
@pytest.mark.parametrize(
    "X",
    [
        pytest.param(np.repeat(rand(0, 20), 6, axis=0), id="every sentence six times"),
        pytest.param(np.vstack([np.zeros((80, 8)), rand(0, 40)]), id="most are equal"),
        pytest.param(np.repeat(rand(0, 2), 60, axis=0), id="two sentences"),
        pytest.param(np.vstack([np.zeros((119, 8)), np.ones((1, 8))]), id="all but one equal"),
    ],
)
def test_tsne_of_equal_sentences_is_drawn(X, initialization):
    coords = tsne(X, initialization=initialization)
    assert np.isfinite(coords).all()
    np.testing.assert_array_equal(tsne(X, initialization=initialization), coords)


def test_equal_sentences_end_near_each_other():
    X = np.repeat(rand(0, 20), 6, axis=0)
    coords = tsne(X, n_iter=500, early_exaggeration_iter=250)
    distances = cdist(coords, coords)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances)[:, :5]
    assert np.mean(nearest // 6 == np.arange(120)[:, None] // 6) > 0.95


# --- UMAP


@pytest.mark.slow  # Numba compiles umap-learn anew in every process
def test_umap_takes_its_parameters_and_equal_sentences():
    def umap(X, neighbours=None, **fields):
        parameters = MapParameters(n_neighbors=5, n_epochs=30).but(**fields)
        return project(X, method="umap", seed=0, parameters=parameters, neighbours=neighbours)

    X = rand(n=200) + 1
    plain = umap(X)
    for fields in ({"n_epochs": 31}, {"metric": "cosine"}, {"min_dist": 0.5}, {"n_neighbors": 6}):
        assert not np.allclose(umap(X, **fields), plain), fields
    given = umap(X, tsne_neighbours(X, 40))
    np.testing.assert_array_equal(umap(X, tsne_neighbours(X, 40)), given)
    from mslt_core.analysis.map_quality import map_quality

    # another order of summation, so another map, but of the same neighbours
    qualities = [map_quality(X, coords, 5).means()["trustworthiness"] for coords in (plain, given)]
    assert qualities[0] == pytest.approx(qualities[1], abs=0.03)
    for odd in (
        np.repeat(rand(0, 20), 10, axis=0),
        np.repeat(rand(0, 2), 100, axis=0),
        np.vstack([np.zeros((199, 8)), np.ones((1, 8))]),
    ):
        assert np.isfinite(umap(odd)).all()
        assert np.isfinite(umap(odd, tsne_neighbours(odd, 10))).all()


# --- several checkpoints at once


def test_a_joint_map_is_one_map_of_all_and_split_by_checkpoint():
    Xs = [rand(0) + 7, 3 * rand(1)]
    stacked = np.concatenate([common_scale(X) for X in Xs])
    whole = project(stacked, method="tsne", seed=0, parameters=QUICK)
    parts = project_jointly(Xs, method="tsne", seed=0, parameters=QUICK)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert [part.shape for part in parts] == [(N, 2), (N, 2)]


def test_a_common_scale_worked_by_hand():
    # centred: (-1, 0), (1, 0), (0, 3), (0, -3); mean norm (1 + 1 + 3 + 3) / 4 = 2
    X = np.array([[4.0, 5], [6, 5], [5, 8], [5, 2]])
    expected = np.array([[-0.5, 0], [0.5, 0], [0, 1.5], [0, -1.5]])
    np.testing.assert_allclose(common_scale(X), expected)


def test_a_joint_map_ignores_where_a_checkpoint_lies_and_how_large_it_is():
    X = rand()
    first, moved = project_jointly([X, 40 * X + 5], method="pca", seed=0)
    np.testing.assert_allclose(moved, first, atol=1e-6)


def test_a_joint_map_shows_a_moved_sentence_where_it_went():
    X = rand(d=2)
    Y = X.copy()
    Y[[3, 8]] = Y[[8, 3]]  # two sentences change places; mean and scale stay
    first, second = project_jointly([X, Y], method="pca", seed=0)
    np.testing.assert_allclose(second[[3, 8]], first[[8, 3]], atol=1e-6)


def test_a_joint_map_needs_one_space_and_the_same_sentences():
    with pytest.raises(SpecError, match=r"of one width, got widths 8 and 9\. Draw one map each"):
        project_jointly([rand(), rand(d=9)], method="pca", seed=0)
    with pytest.raises(ValueError, match=r"every checkpoint, got shapes \(60, 8\) and \(59, 8\)"):
        project_jointly([rand(), rand(n=59)], method="pca", seed=0)
    with pytest.raises(SpecError, match="at least one checkpoint"):
        project_jointly([], method="pca", seed=0)
    with pytest.raises(DegenerateInputError, match="all rows of X are equal"):
        project_jointly([rand(), np.ones((N, 8))], method="pca", seed=0)
    with pytest.raises(DegenerateInputError, match="X holds NaN or infinity"):
        project_jointly([rand(), np.full((N, 8), np.inf)], method="pca", seed=0)
