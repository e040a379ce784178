"""Mutual neighbours: by hand, the definition with sets, chance, messages."""

import numpy as np
import pytest

from mslt_core.analysis import overlap as module
from mslt_core.analysis.neighbours import neighbours
from mslt_core.analysis.overlap import mutual_overlap
from mslt_core.spec.errors import SpecError


def rand(seed: int, n: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 5))


def test_worked_by_hand():
    # of 4 points with 2 neighbours each: sets {1,2} and {2,3} share 1 of 2, {0,2} and {0,2} both,
    # {0,1} and {3,1} one, {0,1} and {2,0} one: (1 + 2 + 1 + 1) / 8
    a = np.array([[1, 2], [0, 2], [0, 1], [0, 1]])
    b = np.array([[2, 3], [2, 0], [3, 1], [2, 0]])
    found = mutual_overlap([a, b], 2)
    np.testing.assert_allclose(found.shares[0, 1], [0.5, 1, 0.5, 0.5])
    assert found.overlap[0, 1] == found.overlap[1, 0] == 0.625
    assert found.overlap[0, 0] == 1
    assert found.chance == pytest.approx(2 / 3)


@pytest.mark.parametrize("block", [1, 1 << 26])
def test_equals_sets(block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_BYTES", block)
    spaces = [neighbours(rand(0) + 0.5 * rand(s + 1), 12).indices for s in range(3)]
    found = mutual_overlap(spaces, 7)
    for a, b in np.ndindex(3, 3):
        sets = [len(set(x[:7]) & set(y[:7])) / 7 for x, y in zip(spaces[a], spaces[b], strict=True)]
        np.testing.assert_allclose(found.shares[a, b], sets, rtol=1e-6)


def test_ignores_rotation_and_scale_and_notices_noise():
    X = rand(0)
    turn = np.linalg.qr(rand(1, 5))[0]
    spaces = [neighbours(Y, 10).indices for Y in (X, 3 * X @ turn, X + 0.5 * rand(2))]
    found = mutual_overlap(spaces, 10).overlap
    assert found[0, 1] == 1
    assert found[0, 2] < 0.8


def test_unrelated_spaces_share_what_chance_gives():
    found = mutual_overlap([neighbours(rand(s), 10).indices for s in range(12)], 10)
    apart = found.overlap[np.triu_indices(12, 1)]
    # 66 pairs of 120 shares of about sqrt(10 * 0.084 * 0.92) / 10 = 0.09: error 0.001
    assert apart.mean() == pytest.approx(found.chance, abs=0.005)


def test_says_what_is_wrong():
    a = neighbours(rand(0), 5).indices
    with pytest.raises(SpecError, match=r"k must be from 1 to 5, .* got 6"):
        mutual_overlap([a, a], 6)
    with pytest.raises(ValueError, match=r"the same sentences, got \[120, 60\]"):
        mutual_overlap([a, a[:60]], 5)
