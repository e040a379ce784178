"""t-SNE of 21 languages x 1,000 sentences: ours, scikit-learn's and openTSNE's own, in one run.

On vectors with clusters of meaning and an offset a language, or on those of a file written by
``embed --out`` and named in MSLT_BENCH_VECTORS. Seconds of the clock, and in brackets of the
processor: on a machine that others use too, the second ones are to be compared.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.map_quality import map_quality
from mslt_core.analysis.projection import Neighbours, project, tsne_neighbours
from mslt_core.spec.maps import MapParameters

N_LANGS, N_SENTENCES, HIDDEN_SIZE = 21, 1000, 768  # PUD in XLM-R base
PERPLEXITY = 30.0
N_JOBS = 2


def structured() -> npt.NDArray[np.float32]:
    """Clusters of meanings, an offset a language, noise; variances that fall as one over rank."""
    rng = np.random.default_rng(0)
    sizes = 1 / np.sqrt(1 + np.arange(HIDDEN_SIZE))

    def drawn(*shape: int) -> npt.NDArray[np.float64]:
        return rng.normal(size=(*shape, HIDDEN_SIZE)) * sizes

    meanings = drawn(60)[rng.integers(60, size=N_SENTENCES)] + drawn(N_SENTENCES)
    vectors = meanings + drawn(N_LANGS, 1) + 0.6 * drawn(N_LANGS, N_SENTENCES)
    return vectors.reshape(-1, HIDDEN_SIZE).astype(np.float32)


def vectors() -> npt.NDArray[np.float32]:
    if path := os.environ.get("MSLT_BENCH_VECTORS"):
        from safetensors.numpy import load_file

        return np.concatenate(list(load_file(path).values()))
    return structured()


def timed(name: str, work: Callable[[], Any]) -> tuple[Any, float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    clock_s, cpu_s = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{name:<42} {clock_s:7.1f} s ({cpu_s:6.1f} s)", flush=True)
    return result, clock_s, cpu_s


def ours(
    X: npt.NDArray[np.float32], perplexity: float, neighbours: Neighbours
) -> npt.NDArray[np.float32]:
    parameters = MapParameters(perplexity=perplexity)
    return project(X, method="tsne", seed=0, parameters=parameters, neighbours=neighbours)


@pytest.mark.benchmark
def test_tsne_against_the_libraries_own():
    from openTSNE import TSNE as OpenTSNE  # noqa: N811
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    X = vectors()
    print(f"\n{len(X):,} vectors of width {X.shape[1]}, perplexity {PERPLEXITY:g}")
    timed("PCA by the full decomposition", lambda: PCA(50, svd_solver="full").fit_transform(X))
    neighbours, *search_s = timed(
        "ours: PCA and neighbours", lambda: tsne_neighbours(X, int(3 * PERPLEXITY))
    )
    mine, *fit_s = timed("ours: the map", lambda: ours(X, PERPLEXITY, neighbours))
    timed("ours: another perplexity, same neighbours", lambda: ours(X, 15.0, neighbours))
    plain, *plain_s = timed(
        "openTSNE, its defaults",
        lambda: np.array(OpenTSNE(perplexity=PERPLEXITY, random_state=0).fit(X)),
    )
    theirs, *their_s = timed(
        "scikit-learn, its defaults",
        lambda: TSNE(perplexity=PERPLEXITY, random_state=0, n_jobs=N_JOBS).fit_transform(X),
    )
    total_s = [a + b for a, b in zip(search_s, fit_s, strict=True)]
    for name, other_s in (("openTSNE", plain_s), ("scikit-learn", their_s)):
        clock, cpu = (b / a for a, b in zip(total_s, other_s, strict=True))
        print(f"{name} / ours: {clock:.1f} by the clock, {cpu:.1f} by the processor")
    quality = {}
    for name, coords in (("ours", mine), ("openTSNE", plain), ("scikit-learn", theirs)):
        quality[name] = map_quality(X, coords).means()
        print(name, {measure: round(value, 4) for measure, value in quality[name].items()})
    worse = quality["scikit-learn"]["trustworthiness"] - quality["ours"]["trustworthiness"]
    assert worse < 0.005  # half of a standard error of 2,000 points
