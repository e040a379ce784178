"""CKA of 21 languages x 1,000 sentences x 768 features: all pairs at once against pair by pair.

Two well-known ways of computing one pair are written out: the feature-space form of the code
that Kornblith et al. (2019) published, and the Gram-matrix form that ckatorch (1.0.3, after
the same code) uses. Both are run on all pairs of some layers in float64, as `cka_matrix` is.
"""

import itertools
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.cka import cka_matrix

F64 = npt.NDArray[np.float64]

N_LANGS, N_SENTENCES, HIDDEN_SIZE = 21, 1000, 768  # PUD in XLM-R base
N_LAYERS, N_CHECKPOINTS = 13, 3
ROUNDS = 6
"""Of one layer all at once and some pairs one by one, in turn; the fastest of each counts."""
PAIRS = 6
"""Timed one by one in each round; every pair costs the same."""


def feature_space_cka(X: F64, Y: F64, estimator: str) -> float:
    """Kornblith et al. (2019), the published form for fewer features than sentences."""
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    products = [np.linalg.norm(Y.T @ X) ** 2, *(np.linalg.norm(Z.T @ Z) ** 2 for Z in (X, Y))]
    if estimator == "debiased":
        n = len(X)
        x, y = (X**2).sum(axis=1), (Y**2).sum(axis=1)
        products = [
            product - n / (n - 2) * (a @ b) + a.sum() * b.sum() / ((n - 1) * (n - 2))
            for product, (a, b) in zip(products, [(x, y), (x, x), (y, y)], strict=True)
        ]
    return float(products[0] / np.sqrt(products[1] * products[2]))


def gram_cka(X: F64, Y: F64, estimator: str) -> float:
    """ckatorch's form: two Gram matrices, centred, and their cosine."""
    K, L = (_centred_gram(Z @ Z.T, estimator) for Z in (X, Y))
    return float(np.vdot(K, L) / (np.linalg.norm(K) * np.linalg.norm(L)))


def _centred_gram(gram: F64, estimator: str) -> F64:
    gram = gram.copy()
    if estimator == "biased":
        means = gram.mean(axis=0)
        means -= means.mean() / 2
        return gram - means[:, None] - means
    n = len(gram)
    np.fill_diagonal(gram, 0)
    means = gram.sum(axis=0) / (n - 2)
    means -= means.sum() / (2 * (n - 1))
    gram = gram - means[:, None] - means
    np.fill_diagonal(gram, 0)
    return gram


def layer(seed: int) -> list[npt.NDArray[np.float32]]:
    """Stored embeddings: float32, with something shared between the languages."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(N_SENTENCES, HIDDEN_SIZE))
    return [(shared + rng.normal(size=shared.shape)).astype(np.float32) for _ in range(N_LANGS)]


def timed(call: Callable[[], F64], fastest: float) -> tuple[F64, float]:
    start = time.perf_counter()
    found = call()
    return found, min(fastest, time.perf_counter() - start)


@pytest.mark.benchmark
@pytest.mark.parametrize("estimator", ["debiased", "biased"])
def test_all_pairs_at_once_against_pair_by_pair(estimator):
    references = {"published code": feature_space_cka, "ckatorch's form": gram_cka}
    fastest = dict.fromkeys(references, np.inf)
    ours_s, difference = np.inf, 0.0
    pairs = list(itertools.combinations(range(N_LANGS), 2))
    for round_ in range(ROUNDS):
        embeddings = layer(round_)
        matrix, ours_s = timed(lambda: cka_matrix(embeddings, estimator), ours_s)  # noqa: B023
        chosen = pairs[round_ :: len(pairs) // PAIRS][:PAIRS]
        for name, one in references.items():

            def loop(one: Callable[[F64, F64, str], float] = one) -> F64:
                # both arrays are widened for every pair, as a call a pair does
                wide = [[embeddings[k].astype(np.float64) for k in pair] for pair in chosen]  # noqa: B023
                return np.array([one(*arrays, estimator) for arrays in wide])

            values, fastest[name] = timed(loop, fastest[name])
            at_once = np.array([matrix[pair] for pair in chosen])
            difference = max(difference, float(np.abs(values - at_once).max()))
    ours_ms = 1e3 * ours_s / len(pairs)
    total = len(pairs) * N_LAYERS * N_CHECKPOINTS
    print(
        f"\n{estimator} CKA, {N_LANGS} languages x {N_SENTENCES} x {HIDDEN_SIZE}, float64: "
        f"all pairs of a layer at once {ours_s:.2f} s, {ours_ms:.2f} ms a value, "
        f"{total} values in {ours_ms * total / 1e3:.0f} s; largest difference {difference:.1e}"
    )
    for name, seconds in fastest.items():
        each_ms = 1e3 * seconds / PAIRS
        print(f"  {name}: {each_ms:.1f} ms a value, ratio {each_ms / ours_ms:.1f}")
    assert difference < 1e-6
