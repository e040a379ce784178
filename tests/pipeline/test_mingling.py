"""What is kept with a map beside its coordinates: true neighbours, and whether to believe it."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from mslt_core.pipeline.maps import _drawn, map_verdict
from mslt_core.spec.results import MapResult
from mslt_core.spec.specs import EmbedSpec, MapSpec

LANGS = ("de", "en", "fi")
N = 30


def spec(**fields):
    embeds = tuple(
        EmbedSpec(checkpoint="0" * 16, corpus="1" * 16, lang=lang, layer=1) for lang in LANGS
    )
    return MapSpec(embeds=embeds, ids="x", n=N, library="test", **{"method": "pca", **fields})


@pytest.fixture(name="X")
def vectors():
    return np.random.default_rng(0).normal(size=(len(LANGS) * N, 8)).astype(np.float32)


def test_neighbours_are_those_of_the_space_and_never_oneself(X):
    kept = _drawn(X, spec(), None)
    distances = np.linalg.norm(X[:, None] - X, axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(kept["neighbours"], distances.argsort(axis=1)[:, :4])
    assert kept["neighbours"].dtype == np.uint8  # 90 points


def test_trust_is_scikit_learns(X):
    kept = _drawn(X, spec(), None)
    expected = trustworthiness(X, kept["coords"], n_neighbors=15)
    assert kept["quality.trustworthiness"][0] == pytest.approx(expected, abs=1e-6)


def test_a_cosine_map_is_judged_by_directions(X):
    long = X * np.random.default_rng(1).uniform(1, 50, size=(len(X), 1)).astype(np.float32)
    look = spec(method="tsne", metric="cosine", perplexity=10, n_iter=50)
    kept, scaled = _drawn(X, look, None), _drawn(long, look, None)
    np.testing.assert_array_equal(kept["neighbours"], scaled["neighbours"])


def test_a_map_that_cannot_be_believed_says_so(X):
    kept = _drawn(X, spec(), None)  # two components of eight dimensions of noise
    quality = {name[8:]: float(v[0]) for name, v in kept.items() if name.startswith("quality.")}
    drawn = MapResult(
        langs=LANGS, ids=tuple("abc"), coords=kept["coords"], method="pca", disparity=None,
        quality=quality,
    )  # fmt: skip
    assert "Do not believe who is near whom" in map_verdict(drawn)
    good = {"trustworthiness": 0.98, "continuity": 0.98, "neighbourhood_preservation": 0.6}
    apart = {**good, "mingling": 0.3, "mingling_in_map": 0.45}
    told = map_verdict(MapResult(**{**drawn.__dict__, "quality": apart}))
    assert told == "The languages mix more on this map than in the model: 0.45 against 0.30."
    near = {**good, "mingling": 0.3, "mingling_in_map": 0.35}
    assert map_verdict(MapResult(**{**drawn.__dict__, "quality": near})) is None
    assert map_verdict(MapResult(**{**drawn.__dict__, "quality": {}})) is None
