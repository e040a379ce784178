"""The score interval: by hand, and what it does near its ends."""

import numpy as np
import pytest

from mslt_core.analysis.score_interval import score_interval


def test_worked_by_hand():
    # Around 0 with V2 = 0.01 and t = 2 the reach is 0.2 (1 - theta): theta = 0.2 / 1.2 above.
    # Around 0.5 with V1 = 0.01 alone the slope is 0.02: |0.5 - theta| = 4 (1 - theta) sqrt(0.02
    # theta), which theta = 0.5 + x meets for the x that is checked below.
    low, high = score_interval(
        np.array([0.0, 0.5]), np.array([0.0, 0.01]), np.array([0.01, 0.0]), 2
    )
    assert (low[0], high[0]) == pytest.approx((-0.2, 1 / 6))
    for end in (low[1], high[1]):
        assert abs(0.5 - end) == pytest.approx(4 * (1 - end) * np.sqrt(0.02 * end))


def test_grows_with_both_variances_and_ends_at_one():
    centre = np.array(0.4)
    widths = [
        np.diff(score_interval(centre, np.array(first), np.array(second), 2.0))[0]
        for first, second in ((0.001, 0.0), (0.004, 0.0), (0.004, 0.002))
    ]
    assert widths == sorted(widths)
    _, high = score_interval(np.array(0.9), np.array(1.0), np.array(0.0), 2.0)
    assert high <= 1


def test_the_same_representation_has_no_width_and_few_directions_widen():
    assert score_interval(np.array(1.0), np.array(0.0), np.array(0.1), 2.0) == (1.0, 1.0)
    args = np.array(0.01), np.array(0.0), np.array(1e-6), 2.0
    narrow, wide = (score_interval(*args, concentration=c) for c in (0.0, 1.0))
    assert wide[1] > narrow[1]
