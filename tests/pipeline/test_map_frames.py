"""Maps that belong together: one fit, layer after layer, seed after seed; clusters behind them."""

import shutil

import numpy as np
import pytest

from mslt_core import jobs, pipeline
from mslt_core.analysis import projection
from mslt_core.analysis.map_trust import stability
from mslt_core.analysis.projection import aligned
from mslt_core.commands.training import JOBS
from mslt_core.pipeline.frames import _outwards
from mslt_core.spec.errors import BadInputError, NotComputedError, SpecError
from mslt_core.spec.looks import ClustersSpec, FramesSpec, StabilitySpec
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import MingleSpec, Where
from mslt_core.store import Store

LANGS = ("de", "en", "ru")
N = 24


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def look(tiny_checkpoint, tmp_path, aligned_texts):
    """Two checkpoints that differ in some weights, and a quick map of all of their sentences."""
    from safetensors.numpy import load_file, save_file

    other = tmp_path / "other"
    shutil.copytree(tiny_checkpoint, other)
    weights = load_file(other / "model.safetensors")
    noise = np.random.default_rng(0)
    for name, array in weights.items():
        if "dense" in name:
            weights[name] = array + noise.normal(scale=0.2, size=array.shape).astype(array.dtype)
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})

    fields = {"method": "tsne", "perplexity": 5, "n_iter": 30, "early_exaggeration_iter": 20}
    fields |= {"checkpoints": (str(tiny_checkpoint), str(other)), "langs": LANGS}
    fields |= {"corpus": str(aligned_texts(LANGS, N))}

    def make(**changes):
        return MingleSpec(**{**fields, **changes})

    return make


def work(store, spec):
    """Done by a worker, as the page asks for it."""
    digest = spec.digest()
    store.jobs.create(spec, Where())
    state = jobs.work(store, "jobs", digest, JOBS[type(spec)], should_stop=lambda: False)
    assert state == "done", store.jobs.status(digest)


def test_frames_are_laid_out_from_the_map_of_the_look(store, look):
    asked = FramesSpec(look=look())
    cost = pipeline.frames_cost(store, asked)
    assert (cost.n_maps, cost.n_missing, cost.n_points) == (6, 6, 72)
    with pytest.raises(NotComputedError, match=r"map of Base .* at layer 0 is not computed yet"):
        pipeline.layer_frames(store, asked, compute=False)
    work(store, asked)
    frames = pipeline.layer_frames(store, asked, compute=False)
    assert pipeline.frames_cost(store, asked).n_missing == 0
    assert frames.layers == (0, 1, 2)
    usual = pipeline.mingle(store, look())
    for maps, drawn in zip(frames.maps, usual.maps, strict=True):
        np.testing.assert_array_equal(maps[-1].coords, drawn.coords)  # the very map, not another
    base, other = frames.maps
    for layer in (0, 1):
        disparity = aligned(base[layer].coords, base[layer + 1].coords)[1]
        assert base[layer].disparity == pytest.approx(disparity, abs=1e-5)  # kept as float32
        assert frames.moved[0][layer] == pytest.approx(disparity, abs=1e-5)
        disparity = aligned(other[layer].coords, base[layer].coords)[1]
        assert other[layer].disparity == pytest.approx(disparity, abs=1e-5)
    assert base[2].disparity is None
    assert not np.array_equal(base[0].coords, base[1].coords)


def test_the_chain_goes_outwards_from_the_layer_of_the_look():
    ref = CheckpointRef(
        key="a", name="A", kind="base", seen_langs=(), path="", fingerprint="0" * 16, n_layers=6
    )
    chain = _outwards(ref, (0, 2, 6), 4)  # 4 is not shown, and yet the root
    starts = {layer: d.start and d.start.layer for layer, d in chain.items()}
    assert starts == {4: None, 2: 4, 0: 2, 6: 4}


def test_another_start_is_another_map(store, look):
    """A map far from the root is named by the whole way to it."""
    of_last = pipeline.layer_frames(store, FramesSpec(look=look(), layers=(0, 1, -1)))
    of_first = pipeline.layer_frames(store, FramesSpec(look=look(layer=0), layers=(0, 1, -1)))
    skipping = pipeline.layer_frames(store, FramesSpec(look=look(), layers=(0, -1)))
    at_zero = [f.maps[0][0].coords for f in (of_last, of_first, skipping)]
    assert not np.array_equal(at_zero[0], at_zero[1])
    assert not np.array_equal(at_zero[0], at_zero[2])


def test_a_joint_fit_is_one_map_of_all(store, look):
    result = pipeline.mingle(store, look(fit="joint"))
    assert [drawn.disparity for drawn in result.maps] == [None, None]
    assert all("mingling_in_map" in drawn.quality for drawn in result.maps)
    again = pipeline.mingle(store, look(fit="joint"), compute=False)
    np.testing.assert_array_equal(again.maps[1].coords, result.maps[1].coords)
    apart = pipeline.mingle(store, look())
    assert not np.array_equal(apart.maps[0].coords, result.maps[0].coords)
    assert 0 <= pipeline.checkpoint_mixing(result) <= 1.2
    (one, two) = (drawn.coords for drawn in result.maps)
    far = tuple(
        type(drawn)(**{**drawn.__dict__, "coords": coords})
        for drawn, coords in zip(result.maps, (one, two + 1e4), strict=True)
    )
    assert pipeline.checkpoint_mixing(type(result)(**{**result.__dict__, "maps": far})) == 0


def test_perplexity_counts_all_points_of_a_joint_fit(store, look):
    with pytest.raises(SpecError, match=r"below n_samples / 3 = 24\.0, got 30"):
        pipeline.mingle(store, look(perplexity=30))
    assert pipeline.mingle(store, look(perplexity=30, fit="joint"))


@pytest.mark.parametrize("method", ["tsne", pytest.param("umap", marks=pytest.mark.slow)])
def test_stability_is_of_maps_from_random_starts(store, look, method):
    asked = StabilitySpec(look=look(method=method, n_epochs=20), n_seeds=2)
    with pytest.raises(NotComputedError):
        pipeline.map_stabilities(store, asked, compute=False)
    work(store, asked)
    found = pipeline.map_stabilities(store, asked, compute=False)
    assert [one.n_maps for one in found] == [2, 2]
    # the same as by hand, of maps that differ in the seed of the map alone
    at_random = look(method=method, n_epochs=20, initialization="random")
    first = pipeline.mingle(store, at_random).maps[0]
    assert stability([first.coords, first.coords]).overlap == 1.0
    assert 0 < found[0].overlap < 1.0


def test_pca_has_no_seed(store, look):
    with pytest.raises(BadInputError, match="PCA has no seed"):
        pipeline.map_stabilities(store, StabilitySpec(look=look(method="pca")))


def test_clusters_are_of_the_vectors_and_not_of_the_map(store, look):
    asked = ClustersSpec(look=look(), n_clusters=3)
    with pytest.raises(NotComputedError, match="the clusters of Base"):
        pipeline.map_clusters(store, asked, compute=False)
    work(store, asked)
    found = pipeline.map_clusters(store, asked, compute=False)
    assert [one.n_clusters for one in found] == [3, 3]
    of_umap = pipeline.map_clusters(
        store, ClustersSpec(look=look(method="umap"), n_clusters=3), compute=False
    )
    for one, other in zip(found, of_umap, strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)
    assert all(one.language_ami <= 1 for one in found)


def test_checkpoints_of_different_depth_have_no_common_layers(store, look, tmp_path):
    import json

    shallow = tmp_path / "shallow"
    shutil.copytree(look().checkpoints[1], shallow)
    config = json.loads((shallow / "config.json").read_text())
    config["num_hidden_layers"] = 1
    (shallow / "config.json").write_text(json.dumps(config))
    asked = FramesSpec(look=look(checkpoints=(look().checkpoints[0], str(shallow))))
    with pytest.raises(BadInputError, match="have 1 and 2 layers: frames through layers"):
        pipeline.layer_frames(store, asked)


def test_neighbours_are_found_once_for_all_seeds_and_smaller_perplexities(
    store, look, tmp_path, monkeypatch
):
    found = []
    search = projection.tsne_neighbours

    def counted(X, k, **how):
        found.append(k)
        return search(X, k, **how)

    monkeypatch.setattr(projection, "tsne_neighbours", counted)
    one = look().checkpoints[:1]
    asked = [look(checkpoints=one, perplexity=p, seed=s) for p, s in ((5, 0), (5, 1), (4, 0))]
    pipeline.mingle(store, asked[0])
    assert found == [15]
    again = [pipeline.mingle(store, other) for other in asked[1:]]
    assert found == [15]
    for other, drawn in zip(asked[1:], again, strict=True):
        alone = pipeline.mingle(Store(tmp_path / f"alone{other.seed}{other.perplexity}"), other)
        np.testing.assert_array_equal(drawn.maps[0].coords, alone.maps[0].coords)
    found.clear()
    pipeline.mingle(store, look(checkpoints=one, perplexity=7))
    pipeline.mingle(store, look(checkpoints=one, perplexity=6))
    assert found == [21], "too few were kept, and more are kept now"
    pipeline.mingle(store, look(checkpoints=one, metric="cosine"))
    assert found == [21, 15], "another distance has other neighbours"
    found.clear()
    pipeline.mingle(store, look(checkpoints=one, method="umap", n_neighbors=5))
    assert not found
