"""Lines that were lost or doubled are found, with the line from which on it matters."""

import numpy as np
import pytest

from mslt_core.analysis.shifts import line_shift
from mslt_core.spec.errors import SpecError


def lines(n=120, noise=0.3):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 20))
    return X, X + noise * rng.normal(size=X.shape)


def test_files_in_order_show_nothing():
    assert line_shift(*lines()) is None
    assert line_shift(*lines(noise=3)) is None


@pytest.mark.parametrize("by", [1, 2])
def test_shifted_all_along(by):
    X, Y = lines()
    found = line_shift(X[by:], Y[:-by])  # line i of X is line i + by of Y
    assert (found.offset, found.start) == (by, 0)
    assert found.share > 0.9
    assert found.share_paired < 0.1
    assert line_shift(Y[:-by], X[by:]).offset == -by


@pytest.mark.parametrize("at", [30, 80])
def test_one_line_lost_on_the_way(at):
    X, Y = lines()
    found = line_shift(X[:-1], np.delete(Y, at, axis=0))
    assert found.offset == -1
    # noise can move it by the lines that do not find theirs
    assert abs(found.start - at) <= 3
    doubled = line_shift(X, np.insert(Y, at, Y[at], axis=0)[:-1])
    assert doubled.offset == 1
    assert abs(doubled.start - at) <= 3


def test_a_short_end_or_an_encoder_that_finds_nothing_shows_nothing():
    X, Y = lines()
    assert line_shift(X[:-1], np.delete(Y, 110, axis=0)) is None
    rng = np.random.default_rng(1)
    for _ in range(20):
        assert line_shift(rng.normal(size=(100, 8)), rng.normal(size=(100, 8))) is None


def test_says_what_does_not_fit():
    X, Y = lines(30)
    with pytest.raises(SpecError, match=r"max_shift must be from 1 to 10, .* got 11"):
        line_shift(X, Y, 11)
