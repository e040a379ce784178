"""Exact neighbours of 21 languages x 1,000 sentences: blocks in float32, against scikit-learn."""

import time

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from mslt_core.analysis.neighbours import neighbours

N_POINTS, HIDDEN_SIZE, K = 21_000, 384, 50


@pytest.mark.benchmark
def test_blocks_against_scikit_learn():
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(N_POINTS, HIDDEN_SIZE)) + 3).astype(np.float32)

    start, start_cpu = time.perf_counter(), time.process_time()
    found = neighbours(X, K)
    ours_s, ours_cpu_s = time.perf_counter() - start, time.process_time() - start_cpu

    start, start_cpu = time.perf_counter(), time.process_time()
    fitted = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(X)
    indices = fitted.kneighbors(return_distance=False)
    theirs_s, theirs_cpu_s = time.perf_counter() - start, time.process_time() - start_cpu

    differing = np.mean(found.indices != indices)
    print(
        f"\n{N_POINTS:,} x {HIDDEN_SIZE}, k = {K}: {ours_s:.1f} s ({ours_cpu_s:.1f} s of CPU), "
        f"scikit-learn {theirs_s:.1f} s ({theirs_cpu_s:.1f} s), ratio {theirs_s / ours_s:.1f}; "
        f"{differing:.1e} of the neighbours differ"
    )
    # scikit-learn's products are rounded: near ties may swap
    assert differing < 1e-3
