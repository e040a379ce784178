"""CKA of 21 languages x 1,000 sentences x 768 features: one product against a loop over pairs."""

import itertools
import time

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.cka import cka_matrix

N_LANGS, N_SENTENCES, HIDDEN_SIZE = 21, 1000, 768  # PUD in XLM-R base


def linear_cka_by_definition(X: npt.NDArray[np.float64], Y: npt.NDArray[np.float64]) -> float:
    """The formula as it is published, from features (Kornblith et al. 2019)."""
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    norms = np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y)
    return float(np.linalg.norm(Y.T @ X) ** 2 / norms)


@pytest.mark.benchmark
def test_one_product_against_a_loop_over_pairs():
    rng = np.random.default_rng(0)
    embeddings = [
        rng.normal(size=(N_SENTENCES, HIDDEN_SIZE)).astype(np.float32) for _ in range(N_LANGS)
    ]

    start = time.perf_counter()
    matrix = cka_matrix(embeddings, "biased")
    matrix_s = time.perf_counter() - start

    start = time.perf_counter()
    wide = [X.astype(np.float64) for X in embeddings]
    pairs = list(itertools.combinations(range(N_LANGS), 2))
    looped = [linear_cka_by_definition(wide[i], wide[j]) for i, j in pairs]
    loop_s = time.perf_counter() - start

    difference = max(abs(matrix[i, j] - value) for (i, j), value in zip(pairs, looped, strict=True))
    print(
        f"\n{N_LANGS} languages x {N_SENTENCES} x {HIDDEN_SIZE}: matrix {matrix_s:.2f} s, "
        f"loop {loop_s:.2f} s, ratio {loop_s / matrix_s:.1f}, largest difference {difference:.1e}"
    )
    assert difference < 1e-10
