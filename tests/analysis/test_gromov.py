"""Shapes that are the same, shapes that are not, and what the search can be trusted with."""

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.gromov import gromov_wasserstein
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]


def rand(seed: int, n: int = 60, d: int = 4) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_worked_by_hand():
    # x = 0, 1, 2: distances 1, 1, 2, mean 4/3, so 3/4, 3/4, 3/2. An equilateral triangle: all 1.
    # Any matching of points: squared differences 1/16, 1/16, 1/4 twice each over 9 pairs:
    # 2 (1/16 + 1/16 + 4/16) / 9 = 1/12.
    line = np.array([[0.0], [1.0], [2.0]])
    triangle = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])
    found = gromov_wasserstein(line, triangle)
    assert found.of_pairs == pytest.approx(np.sqrt(1 / 12))
    assert found.distance <= found.of_pairs + 1e-12


def test_uniform_is_the_cost_of_matching_all_alike():
    X, Y = rand(0, 8), rand(1, 8)
    C, D = (np.linalg.norm(Z[:, None] - Z, axis=2) for Z in (X, Y))
    C, D = (E / E[~np.eye(8, dtype=bool)].mean() for E in (C, D))
    expected = np.sqrt(np.mean((C[:, None, :, None] - D[None, :, None, :]) ** 2))
    assert gromov_wasserstein(X, Y).uniform == pytest.approx(expected)


def test_finds_a_shuffled_turned_and_scaled_copy_blindly():
    X = rand(0, 100)
    turned = 3 * X @ np.linalg.qr(rand(1, 4, 4))[0] + 2
    found = gromov_wasserstein(X, turned)
    assert found.blind == pytest.approx(0, abs=1e-6)
    assert found.matched == 1.0
    order = np.random.default_rng(0).permutation(100)
    shuffled = gromov_wasserstein(X, turned[order])
    assert shuffled.blind == pytest.approx(0, abs=1e-6)
    assert shuffled.of_pairs > 0.1  # the rows' order is not that of the shapes
    assert shuffled.matched < 0.1


def test_grows_with_noise_and_is_never_above_the_translations():
    X, noise = rand(0), rand(1)
    found = [gromov_wasserstein(X, X + s * noise, n_starts=2) for s in (0.0, 0.1, 0.3)]
    values = [one.distance for one in found]
    assert values == sorted(values)
    for one in found:
        assert one.distance <= min(one.blind, one.of_pairs) + 1e-9
        assert one.distance <= one.uniform


def test_a_start_from_the_translations_betters_a_blind_search_that_missed_them():
    X = rand(0, 100, 20)
    found = gromov_wasserstein(X, X + 0.5 * rand(1, 100, 20), n_starts=2)
    assert found.blind > found.of_pairs >= found.distance
    assert found.matched < 0.1


def test_same_seed_same_numbers():
    X, Y = rand(0, 30), rand(1, 30)
    assert gromov_wasserstein(X, Y, seed=3) == gromov_wasserstein(X, Y, seed=3)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ((rand(0), rand(1, 59)), ValueError, r"got shapes \(60, 4\) and \(59, 4\)"),
        ((rand(0, 1001), rand(1, 1001)), SpecError, "3 to 1000 sentences, got 1001"),
        ((rand(0), np.ones((60, 2))), DegenerateInputError, "all rows of Y are equal"),
        ((np.full((9, 2), np.inf), rand(0, 9)), DegenerateInputError, "X holds NaN"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_says_what_is_wrong(arrays, error, message):
    with pytest.raises(error, match=message):
        gromov_wasserstein(*arrays)


def test_refuses_no_start():
    with pytest.raises(SpecError, match="n_starts must be 1 or more, got 0"):
        gromov_wasserstein(rand(0), rand(1), n_starts=0)
