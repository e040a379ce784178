"""Effective rank and silhouette without a block are those of the sentences that are left."""

import numpy as np
import pytest

from mslt_core.analysis.silhouette import language_silhouette
from mslt_core.analysis.spectrum import effective_rank
from mslt_core.analysis.spread import measured_rank, measured_silhouette

BLOCKS = np.random.default_rng(9).integers(6, size=48)


@pytest.fixture
def languages():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(48, 5))
    return [shared + 0.5 * rng.normal(size=(48, 5)) + 2 * lang for lang in range(3)]


def test_worked_by_hand():
    # two languages on a line, blocks {0, 1} and {2, 3}: without the second one German 0 and 1,
    # English 10 and 11 are left, whose silhouettes are 1 - 1/10.5 and 1 - 1/9.5, twice each
    de, en = (np.array([[0.0], [1.0], [5.0], [6.0]]) + shift for shift in (0, 10))
    found = measured_silhouette([de, en], np.array([0, 0, 1, 1]))
    assert found.without[1] == pytest.approx(1 - (1 / 10.5 + 1 / 9.5) / 2, rel=1e-5)
    # on a line there is one direction whatever is left out
    assert measured_rank([de, en], np.array([0, 0, 1, 1])).without == pytest.approx([1, 1])


def test_equal_computing_without(languages):
    rank = measured_rank(languages, BLOCKS)
    shape = measured_silhouette(languages, BLOCKS)
    assert float(rank.value) == effective_rank(languages)
    # distances are products in float32, right to about 1e-5
    assert float(shape.value) == pytest.approx(language_silhouette(languages).score, abs=1e-5)
    for place, name in enumerate(np.unique(BLOCKS)):
        left = [X[name != BLOCKS] for X in languages]
        assert rank.without[place] == pytest.approx(effective_rank(left), rel=1e-9)
        assert shape.without[place] == pytest.approx(language_silhouette(left).score, abs=1e-5)
    assert rank.sizes.sum() == shape.sizes.sum() == 48


def test_ignore_order_and_scale(languages):
    order = np.random.default_rng(1).permutation(48)
    moved = [1000 * X[order] for X in languages]
    for measured in (measured_rank, measured_silhouette):
        found, again = measured(languages, BLOCKS), measured(moved, BLOCKS[order])
        np.testing.assert_allclose(again.without, found.without, rtol=1e-4)


def test_intervals_notice_blocks_that_differ(languages):
    strange = [X + 30 * (BLOCKS == 2)[:, None] * np.eye(5)[0] for X in languages]
    for measured in (measured_rank, measured_silhouette):
        plain, odd = measured(languages, BLOCKS), measured(strange, BLOCKS)
        assert odd.standard_error() > 2 * plain.standard_error()
