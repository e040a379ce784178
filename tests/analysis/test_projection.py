"""Maps show what is near, stay in place between checkpoints, and do not hide mingling."""

import re
import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist, pdist

from mslt_core.analysis.projection import aligned, library, project
from mslt_core.spec.errors import DegenerateInputError, SpecError
from mslt_core.spec.maps import MapParameters

FIELDS = set(MapParameters.model_fields)
RTOL = 1e-5  # maps are float32
N_LANGS, N_SENTENCES, HIDDEN_SIZE = 3, 30, 8
OFFSETS = 12 * np.eye(N_LANGS, HIDDEN_SIZE)
APART = np.repeat(OFFSETS, N_SENTENCES, axis=0)


def sentences(seed: int = 0) -> np.ndarray:
    """Three languages over the same meanings, with a little of their own each."""
    rng = np.random.default_rng(seed)
    meanings = np.tile(rng.normal(size=(N_SENTENCES, HIDDEN_SIZE)), (N_LANGS, 1))
    return meanings + 0.7 * rng.normal(size=meanings.shape)


def foreign_share(coords: np.ndarray) -> float:
    """Share of the 10 nearest neighbours that are of another language."""
    distances = cdist(coords, coords)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :10]
    lang = np.repeat(np.arange(N_LANGS), len(coords) // N_LANGS)
    return float(np.mean(lang[nearest] != lang[:, None]))


def tsne(X: np.ndarray, seed: int = 0, **options) -> np.ndarray:
    parameters = MapParameters(
        perplexity=10.0, **{k: options.pop(k) for k in FIELDS & set(options)}
    )
    return project(X, method="tsne", seed=seed, parameters=parameters, **options)


# --- principal components


def test_pca_worked_by_hand():
    # on the line y = 2x, one step in x is sqrt(1 + 4) along the line and nothing across
    X = np.array([[5.0, 0.0], [6.0, 2.0], [7.0, 4.0]])
    expected = np.sqrt(5) * np.array([[-1, 0], [0, 0], [1, 0]])
    np.testing.assert_allclose(project(X, method="pca", seed=0), expected, atol=1e-6)


def test_pca_keeps_the_distances_of_a_plane_wherever_it_lies():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(20, 2))
    turned = plane @ np.linalg.qr(rng.normal(size=(6, 6)))[0][:2] + 3.0
    np.testing.assert_allclose(pdist(project(turned, method="pca", seed=0)), pdist(plane), RTOL)


def test_pca_has_one_sign_whatever_the_order_and_the_seed():
    X = sentences()
    coords, order = project(X, method="pca", seed=0), np.random.default_rng(1).permutation(len(X))
    np.testing.assert_allclose(project(X[order], method="pca", seed=9), coords[order], atol=1e-5)


def test_pca_has_the_largest_variance_first():
    variances = project(sentences() + APART, method="pca", seed=0).var(axis=0)
    X = sentences() + APART
    # the eigenvalues of the covariance are the variances along its axes
    expected = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1][:2]
    np.testing.assert_allclose(variances, expected, rtol=RTOL)


# --- t-SNE


def test_tsne_is_opentsne_s_own_on_principal_components():
    from openTSNE import TSNE
    from sklearn.decomposition import PCA

    X = np.random.default_rng(0).normal(size=(60, 55))
    components = PCA(50, svd_solver="full").fit_transform(X)
    expected = TSNE(perplexity=10.0, neighbors="exact", random_state=0).fit(components)
    np.testing.assert_allclose(tsne(X), np.array(expected), rtol=1e-4, atol=1e-4)


def test_tsne_shows_languages_that_lie_apart_as_apart():
    coords = tsne(sentences() + APART)
    assert coords.shape == (N_LANGS * N_SENTENCES, 2)
    assert coords.dtype == np.float32
    assert foreign_share(coords) < 0.02


def test_tsne_gives_the_same_map_again():
    X = (sentences() + APART).astype(np.float32)
    first = tsne(X)
    np.testing.assert_array_equal(tsne(X), first)
    np.testing.assert_array_equal(tsne(X, init=first), tsne(X, init=first))


@pytest.mark.parametrize("seed", range(2))
def test_tsne_from_a_map_stays_near_it_where_neighbours_stay(seed):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(6 * rng.normal(size=(12, HIDDEN_SIZE)), 8, axis=0)
    X = clusters + rng.normal(size=clusters.shape)
    # nearly the same neighbours, but other principal components to start from
    stretched = X * [1.3, 1, 1, 1, 1, 1, 1, 0.7]
    reference = tsne(X)
    _, warm = aligned(tsne(stretched, init=reference), reference)
    _, afresh = aligned(tsne(stretched), reference)
    assert warm < 0.05
    assert warm < afresh / 2


def test_tsne_from_a_map_does_not_hide_mingling():
    # many features and weakly parallel sentences, where points are slow to leave their places:
    # with no exaggeration, half as many neighbours are foreign as on a map drawn afresh
    rng = np.random.default_rng(0)
    n_sentences, width = 100, 50
    meanings = np.tile(rng.normal(size=(n_sentences, width)), (N_LANGS, 1))
    own = meanings + 3 * rng.normal(size=meanings.shape)
    places = np.repeat(np.eye(N_LANGS, width), n_sentences, axis=0)
    apart, mingled = own + 30 * places, own + 4 * places
    reference, afresh = tsne(apart), tsne(mingled)
    warm = tsne(mingled, init=reference)
    assert foreign_share(reference) < 0.02
    assert foreign_share(afresh) > 0.5
    assert foreign_share(warm) > 0.85 * foreign_share(afresh)


def test_tsne_from_a_map_does_not_invent_mingling():
    reference = tsne(sentences())
    assert foreign_share(reference) > 0.6
    assert foreign_share(tsne(sentences() + APART, init=reference)) < 0.05


def test_a_start_is_left_as_it_was():
    start = np.random.default_rng(0).normal(size=(N_LANGS * N_SENTENCES, 2)).astype(np.float32)
    before = start.copy()
    tsne(sentences(), init=start)
    np.testing.assert_array_equal(start, before)


# --- UMAP


@pytest.mark.slow  # Numba compiles umap-learn anew in every process
def test_umap_shows_what_is_apart_stays_in_place_and_hides_no_mingling():
    def umap(X: np.ndarray, **options) -> np.ndarray:
        parameters = MapParameters(n_neighbors=10, min_dist=0.2)
        return project(X, method="umap", seed=3, parameters=parameters, **options)

    X = sentences() + APART
    reference = umap(X)
    assert reference.shape == (N_LANGS * N_SENTENCES, 2)
    assert reference.dtype == np.float32
    assert foreign_share(reference) < 0.02
    np.testing.assert_array_equal(umap(X), reference)

    nearly = X + 0.2 * np.random.default_rng(5).normal(size=X.shape)
    _, warm = aligned(umap(nearly, init=reference), reference)
    _, afresh = aligned(umap(nearly), reference)
    assert warm < min(0.3, afresh)
    mingled = sentences()
    assert foreign_share(umap(mingled, init=reference)) > 0.85 * foreign_share(umap(mingled))


# --- one map laid over another

TRIANGLE = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]])


def turned(coords: np.ndarray, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return coords @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_aligned_undoes_shift_turn_mirror_and_scale(mirror):
    moved = 3.5 * turned(TRIANGLE * [mirror, 1.0], 130.0) + [100.0, -7.0]
    coords, disparity = aligned(moved, TRIANGLE)
    np.testing.assert_allclose(coords, TRIANGLE, atol=1e-5)
    assert disparity == pytest.approx(0.0, abs=1e-12)


def test_disparity_worked_by_hand():
    # Of unit norm, the square is (1,0), (0,1), (-1,0), (0,-1) / 2 and the pair of twofold points
    # (1,0), (1,0), (-1,0), (-1,0) / 2: pair^T square = [[1/2, 1/2], [0, 0]] has the one singular
    # value 1/sqrt(2), and the disparity is 1 less its square
    square = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    pair = np.array([[1.0, 0], [1, 0], [-1, 0], [-1, 0]])
    assert aligned(pair, square)[1] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(3))
def test_disparity_is_scipy_s(seed):
    rng = np.random.default_rng(seed)
    reference = rng.normal(size=(30, 2)) * [5, 1]
    coords = rng.normal(size=(30, 2)) + 0.3 * reference
    assert aligned(coords, reference)[1] == pytest.approx(procrustes(reference, coords)[2])


def test_no_other_turn_brings_the_maps_nearer():
    rng = np.random.default_rng(0)
    reference, coords = rng.normal(size=(2, 30, 2))
    best, _ = aligned(coords, reference)
    centred = best - best.mean(axis=0)
    others = [
        turned(centred * [mirror, 1], degrees) + best.mean(axis=0)
        for mirror in (1, -1)
        for degrees in range(360)
    ]
    distance = np.linalg.norm(best - reference)
    assert min(np.linalg.norm(other - reference) for other in others) >= distance - 1e-5


def test_an_unrelated_map_keeps_the_reference_s_size():
    rng = np.random.default_rng(0)
    reference, coords = 20 * rng.normal(size=(2, 300, 2)) + 5
    placed, disparity = aligned(0.01 * coords, reference)
    assert disparity > 0.9
    np.testing.assert_allclose(placed.mean(axis=0), reference.mean(axis=0), rtol=1e-4)
    size = np.linalg.norm(reference - reference.mean(axis=0))
    assert np.linalg.norm(placed - placed.mean(axis=0)) == pytest.approx(size, rel=1e-4)
    assert placed.dtype == np.float32


# --- what is refused


@pytest.mark.parametrize("perplexity", [30.0, 31.0])
def test_refuses_a_perplexity_out_of_range(perplexity):
    message = rf"below n_samples / 3 = 30\.0, got {perplexity:g}"
    with pytest.raises(SpecError, match=message):
        project(sentences(), method="tsne", seed=0, parameters=MapParameters(perplexity=perplexity))


@pytest.mark.parametrize("n_neighbors", [90, 91])
def test_refuses_n_neighbors_out_of_range(n_neighbors):
    with pytest.raises(SpecError, match=rf"below n_samples = 90, got {n_neighbors}"):
        project(
            sentences(), method="umap", seed=0, parameters=MapParameters(n_neighbors=n_neighbors)
        )


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_refuses_what_cannot_be_mapped(method):
    X = sentences()
    with pytest.raises(DegenerateInputError, match="all rows of X are equal"):
        project(np.ones_like(X), method=method, seed=0, parameters=MapParameters(perplexity=10.0))
    X[4, 2] = np.nan
    with pytest.raises(DegenerateInputError, match="X holds NaN or infinity"):
        project(X, method=method, seed=0, parameters=MapParameters(perplexity=10.0))
    with pytest.raises(ValueError, match=r"at least 2 features, got shape \(90, 1\)"):
        project(X[:, :1], method=method, seed=0)


def test_refuses_a_start_of_another_shape():
    with pytest.raises(ValueError, match=r"init must be of shape \(90, 2\), got \(89, 2\)"):
        tsne(sentences(), init=np.zeros((89, 2)))


def test_refuses_maps_that_cannot_be_paired():
    with pytest.raises(ValueError, match=r"equal shapes, got \(3, 2\) and \(4, 2\)"):
        aligned(TRIANGLE, np.zeros((4, 2)))
    with pytest.raises(DegenerateInputError, match="all points of the map are in one place"):
        aligned(np.full((3, 2), 0.1), TRIANGLE)
    with pytest.raises(DegenerateInputError, match="all points of the reference are in one place"):
        aligned(TRIANGLE, np.full((3, 2), 0.1))


# --- the library's name


@pytest.mark.parametrize(
    ("method", "name"), [("pca", "scikit-learn"), ("tsne", "openTSNE"), ("umap", "umap-learn")]
)
def test_library_has_name_and_version(method, name):
    assert re.fullmatch(rf"{name} \d+\.\d+\.\d+", library(method))


def test_library_is_told_without_importing_it():
    code = (
        "import sys; from mslt_core.analysis.projection import library; library('tsne');"
        "print({'sklearn', 'openTSNE', 'umap', 'scipy', 'torch'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
