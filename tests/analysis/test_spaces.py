"""What centring and whitening take away, and which dimensions dominate."""

import numpy as np
import numpy.typing as npt
import pytest

from mslt_core.analysis.spaces import in_space
from mslt_core.spec.errors import DegenerateInputError, SpecError

F64 = npt.NDArray[np.float64]


def rand(seed: int, n: int = 60, d: int = 5) -> F64:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_centring_worked_by_hand():
    X, Y = np.array([[0.0], [2.0]]), np.array([[4.0], [10.0]])
    # means 1 and 7, common mean 4
    common = in_space([X, Y], "centred")
    assert [Z.ravel().tolist() for Z in common] == [[-4.0, -2.0], [0.0, 6.0]]
    own = in_space([X, Y], "centred_by_language")
    assert [Z.ravel().tolist() for Z in own] == [[-1.0, 1.0], [-3.0, 3.0]]


def test_raw_leaves_everything_and_nothing_is_changed_in_place():
    X, before = rand(0), rand(0)
    for space in ("raw", "centred", "centred_by_language", "whitened"):
        in_space([X, X + 1], space)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(in_space([X], "raw")[0], before)


def test_whitened_without_shrinkage_has_the_identity_as_covariance():
    arrays = [rand(0) * [1, 2, 3, 50, 0.1] + 3, rand(1) * [1, 2, 3, 50, 0.1]]
    joined = np.concatenate(in_space(arrays, "whitened", shrinkage=0.0))
    np.testing.assert_allclose(joined.T @ joined / 120, np.eye(5), atol=1e-9)


def test_whitened_with_full_shrinkage_is_centred_up_to_rotation_and_scale():
    arrays = [rand(0) * [1, 2, 3, 5, 0.5], rand(1)]
    whitened, plain = (
        np.concatenate(in_space(arrays, s, shrinkage=1.0)) for s in ("whitened", "centred")
    )
    cosines = (whitened @ whitened.T).ravel() @ (plain @ plain.T).ravel()
    norms = np.linalg.norm(whitened @ whitened.T) * np.linalg.norm(plain @ plain.T)
    assert cosines / norms == pytest.approx(1.0)


def test_whitening_with_fewer_rows_than_dimensions_does_not_blow_up():
    arrays = [rand(0, 10, 50), rand(1, 10, 50)]
    whitened = in_space(arrays, "whitened")
    assert whitened[0].shape == (10, 19)  # 20 rows less the mean
    assert np.abs(np.concatenate(whitened)).max() < 10


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: in_space([rand(0), rand(1, 60, 4)]), ValueError, "of equal width"),
        (lambda: in_space([rand(0)], "whitened", shrinkage=2), SpecError, "between 0 and 1, got 2"),
        (lambda: in_space([np.full((4, 2), np.inf)]), DegenerateInputError, "array 1 holds NaN"),
        (
            lambda: in_space([np.ones((4, 2))], "whitened"),
            DegenerateInputError,
            "all rows are equal",
        ),
        (  # their mean is rounded, so that they differ from it by 1e-17
            lambda: in_space([np.tile(rand(0)[0], (50, 1))] * 2, "whitened"),
            DegenerateInputError,
            "all rows are equal",
        ),
    ],
)
def test_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
