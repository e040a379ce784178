"""Effective rank and variance between languages: by hand, from the SVD, jackknife, messages."""

import numpy as np
import pytest

from mslt_core.analysis.spectrum import collapse_explains, effective_rank, language_variance
from mslt_core.spec.errors import DegenerateInputError, SpecError


def rand(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def twin(X):
    """Effective rank straight from the singular values."""
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    s = s[s > 1e-7 * s[0]]
    p = s / s.sum()
    return np.exp(-(p * np.log(p)).sum())


def test_worked_by_hand():
    # (±3, 0), (0, ±1): sums of squares 18 and 2, singular values 3 and 1 (times sqrt 2):
    # p = 3/4, 1/4, entropy 0.56234, e^0.56234 = 1.75477
    cross = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    assert effective_rank([cross, cross]) == pytest.approx(1.75477, abs=1e-5)


@pytest.mark.parametrize(("n", "d"), [(40, 6), (5, 30), (15, 30)], ids=str)
def test_equals_the_svd(n, d):
    cube = rand(3, n, d) * np.linspace(0.1, 3, d) + rand(3, 1, d, seed=1)
    # the Gram matrix squares the condition, and rounds by less than this
    assert effective_rank(cube) == pytest.approx(twin(cube.reshape(-1, d)), rel=1e-6)


@pytest.mark.parametrize("size", [1e-60, 1.0, 1e60])
def test_ignores_rotation_scale_and_shift(size):
    cube = rand(2, 50, 8) * np.arange(1, 9)
    turn = np.linalg.qr(rand(8, 8, seed=1))[0]
    moved = effective_rank(size * (cube @ turn + 5))
    assert moved == pytest.approx(effective_rank(cube))


def test_notices_a_collapse():
    cube = rand(3, 100, 20)
    squeezed = (np.where(np.arange(20) < 2, 1, squeeze) for squeeze in (1.0, 0.3, 0.1, 0.0))
    ranks = [effective_rank(cube * sizes) for sizes in squeezed]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] > 19
    assert ranks[-1] == pytest.approx(2, abs=0.01)


def test_variance_between_languages_worked_by_hand():
    # 0, 2 | 2, 4: means 1 and 3 about 2, between 4 · 1 = 4, total 4 + 0 + 0 + 4 = 8. Without the
    # first sentence 2 | 4: all of it is between; without the second 0 | 2: the same
    share = language_variance([np.array([[0.0], [2.0]]), np.array([[2.0], [4.0]])])
    assert share.value == pytest.approx(0.5)
    assert share.replicates.tolist() == pytest.approx([1, 1])


def test_variance_replicates_equal_computing_anew():
    cube = rand(3, 30, 5) + rand(3, 1, 5, seed=1) + 7
    groups = np.random.default_rng(2).integers(0, 6, 30)
    share = language_variance(cube, groups)
    for g in range(6):
        rest = cube[:, groups != g]
        means = rest.mean(axis=1)
        between = rest.shape[1] * ((means - means.mean(axis=0)) ** 2).sum()
        total = ((rest - rest.mean(axis=(0, 1))) ** 2).sum()
        assert share.replicates[g] == pytest.approx(between / total, rel=1e-10)
    assert share.low < share.value < share.high


def test_variance_of_one_cloud_is_chance_and_of_islands_1():
    values = [float(language_variance(rand(4, 20, 3, seed=s)).value) for s in range(300)]
    # 3 of 79 degrees of freedom; standard error about 0.02 / sqrt(300) = 0.001
    assert np.mean(values) == pytest.approx(3 / 79, abs=0.005)
    far = language_variance(rand(4, 20, 3) + 1e4 * rand(4, 1, 3, seed=1))
    assert far.value > 0.999999


def test_collapse_needs_both_more_mixing_and_less_rank():
    reference = {"reference_mixing": 0.5, "reference_rank": 100.0}
    assert collapse_explains(mixing=0.6, rank=49.0, **reference)
    assert not collapse_explains(mixing=0.6, rank=51.0, **reference)
    assert not collapse_explains(mixing=0.4, rank=10.0, **reference)
    assert collapse_explains(mixing=0.6, rank=51.0, fraction=0.6, **reference)
    with pytest.raises(SpecError, match="fraction must be above 0 and at most 1, got 2"):
        collapse_explains(mixing=0.6, rank=51.0, fraction=2.0, **reference)


def test_says_what_is_wrong():
    same = np.full((2, 5, 3), 0.1)
    with pytest.raises(DegenerateInputError, match="all points of each language are equal"):
        effective_rank(same + np.array([[[0.0]], [[1.0]]]))
    with pytest.raises(DegenerateInputError, match="all points are equal"):
        language_variance(same)
    for measure in (effective_rank, language_variance):
        with pytest.raises(DegenerateInputError, match="a value is NaN or infinity"):
            measure([np.array([[np.nan], [1.0]])])
    with pytest.raises(DegenerateInputError, match="at least 2 documents, got 1"):
        language_variance(rand(2, 4, 3), ["a"] * 4)
