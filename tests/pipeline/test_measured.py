"""Measures cut by layer and by pair, and what is left of two checkpoints when subtracted."""

import dataclasses

import numpy as np
import pytest

from mslt_core.analysis.jackknife import Measured, jackknifed
from mslt_core.pipeline.measured import (
    Measures,
    chosen_pairs,
    collapsed,
    difference,
    layer_curves,
    pair_matrices,
    pairs_there,
)
from mslt_core.spec.errors import BadInputError
from mslt_core.spec.results import CheckpointRef

LANGS = ("ar", "de", "en", "fi")
BLOCKS = np.arange(60) % 12


def ref(name, *sources, n_layers=1):
    return CheckpointRef(
        key=name, name=name, kind="base", seen_langs=sources, path="", fingerprint="0" * 16,
        n_layers=n_layers,
    )  # fmt: skip


def noisy(seed, value):
    """Something of four by four languages around `value`, the mean of noise over 60 sentences."""
    noise = np.random.default_rng(seed).normal(scale=0.1, size=(60, 4, 4))
    return jackknifed(lambda kept: np.asarray(value) + noise[kept].mean(axis=0), BLOCKS)


@pytest.fixture
def measures():
    """Base, SSLT(en) and MSLT(de, en) at layers 0 and 1."""
    ramp = np.arange(16.0).reshape(4, 4)
    found = tuple(
        tuple(
            {"linear_cka": noisy(0, ramp + 10 * place + layer), "mingling": _number(place, layer)}
            for layer in (0, 1)
        )
        for place in range(3)
    )
    return Measures(
        checkpoints=(ref("Base"), ref("SSLT(en)", "en"), ref("MSLT(de, en)", "de", "en")),
        layers=((0, 1),) * 3,
        found=found,
        langs=LANGS,
        n=60,
        n_blocks=12,
    )


def _number(place, layer):
    return jackknifed(lambda kept: 0.1 * place + 0.01 * layer + 0 * kept.mean(), BLOCKS)


def test_pairs_are_chosen_by_what_any_checkpoint_was_trained_on(measures):
    # seen: de, en. Unseen: ar, fi
    assert np.argwhere(chosen_pairs(measures, "seen")).tolist() == [[1, 2], [2, 1]]
    assert np.argwhere(chosen_pairs(measures, "unseen")).tolist() == [[0, 3], [3, 0]]
    assert chosen_pairs(measures, "across").sum() == 8
    assert chosen_pairs(measures, "all").sum() == 12
    assert pairs_there(measures) == ("all", "seen", "across", "unseen")
    base_only = dataclasses.replace(measures, checkpoints=(ref("Base"),))
    assert pairs_there(base_only) == ("all", "unseen")


def test_a_curve_is_the_mean_over_the_chosen_pairs(measures):
    curves = layer_curves(measures, "linear_cka", "unseen")
    noise = noisy(0, np.zeros((4, 4))).value
    # ramp at (ar, fi) and (fi, ar): 3 and 12, mean 7.5
    expected = 7.5 + (noise[0, 3] + noise[3, 0]) / 2
    assert [point.value for point in curves[0].points] == pytest.approx([expected, expected + 1])
    assert curves[2].points[0].value == pytest.approx(expected + 20)
    assert curves[0].points[0].low < expected < curves[0].points[0].high
    assert [point.value for point in layer_curves(measures, "mingling")[1].points] == (
        pytest.approx([0.1, 0.11])
    )


def test_a_difference_is_rid_of_what_both_share(measures):
    # the same sentences gave the same noise to both checkpoints, so 10 is left, without any
    curves = layer_curves(measures, "linear_cka", minus=0)
    assert [curve.checkpoint.name for curve in curves] == ["SSLT(en)", "MSLT(de, en)"]
    point = curves[0].points[1]
    assert (point.value, point.low, point.high) == pytest.approx((10, 10, 10))
    assert difference(measures, "linear_cka", (1, 2), position=0).value == pytest.approx(10)
    matrices = pair_matrices(measures, "linear_cka", minus=0)
    np.testing.assert_allclose(matrices[1].matrix, 20)
    np.testing.assert_allclose(matrices[1].low, 20)


def test_matrices_have_the_layer_they_are_of(measures):
    first, _, third = pair_matrices(measures, "linear_cka", 0)
    assert (first.layer, third.checkpoint.name) == (0, "MSLT(de, en)")
    np.testing.assert_allclose(
        third.matrix - noisy(0, np.zeros((4, 4))).value, np.arange(16).reshape(4, 4) + 20
    )
    assert (first.low < first.matrix).all()


def test_without_blocks_there_is_no_interval(measures):
    bare = Measured(value=np.ones((4, 4)), without=np.empty((0, 4, 4)), sizes=np.empty(0, int))
    alone = dataclasses.replace(
        measures, checkpoints=(ref("Base"),), layers=((1,),), found=(({"linear_cka": bare},),)
    )
    assert pair_matrices(alone, "linear_cka")[0].low is None
    assert layer_curves(alone, "linear_cka")[0].points[0].low is None


def test_a_measure_that_is_undefined_without_a_block_has_no_interval(measures):
    number = _number(0, 1)
    without = np.where(np.arange(12) == 3, np.nan, number.without)
    broken = dataclasses.replace(number, without=without)
    alone = dataclasses.replace(
        measures, checkpoints=(ref("Base"),), layers=((1,),), found=(({"mingling": broken},),)
    )
    (point,) = layer_curves(alone, "mingling")[0].points
    assert (point.value, point.low, point.high) == (pytest.approx(0.01), None, None)


def test_says_what_cannot_be_subtracted_or_chosen(measures):
    deeper = dataclasses.replace(measures, layers=((0, 1), (0, 1), (0, 2)))
    with pytest.raises(BadInputError, match=r"MSLT\(de, en\) and Base differ in depth"):
        layer_curves(deeper, "linear_cka", minus=0)
    shallow = dataclasses.replace(
        measures, layers=((0, 1), (0, 1), (0,)), found=(*measures.found[:2], measures.found[2][:1])
    )
    with pytest.raises(BadInputError, match=r"\(de, en\) has 1 measured layers, got place -2"):
        pair_matrices(shallow, "linear_cka", -2)
    with pytest.raises(BadInputError, match="differ in depth"):
        pair_matrices(shallow, "linear_cka", minus=0)
    with pytest.raises(BadInputError, match="differ in depth"):
        difference(shallow, "linear_cka", (0, 2), position=-2)
    two = dataclasses.replace(measures, langs=("de", "en", "es", "fr"))
    with pytest.raises(BadInputError, match="no such pair among de, en, es, fr"):
        layer_curves(dataclasses.replace(two, checkpoints=(ref("B", *two.langs),)), "linear_cka",
                     "unseen")  # fmt: skip


def test_more_mixing_in_a_much_flatter_space_is_a_collapse(measures):
    def with_rank(*ranks):
        none = Measured(value=np.ones(()), without=np.empty(0), sizes=np.empty(0, int))
        found = tuple(
            tuple(
                {**at, "effective_rank": dataclasses.replace(none, value=np.array(rank))}
                for at in of_one
            )
            for of_one, rank in zip(measures.found, ranks, strict=True)
        )
        return dataclasses.replace(measures, found=found)

    # mingling rises from 0 over 0.1 to 0.2; half of the base's rank is the border
    assert not collapsed(with_rank(80.0, 41.0, 80.0), 1)
    assert collapsed(with_rank(80.0, 39.0, 80.0), 1)
    assert not collapsed(with_rank(80.0, 39.0, 80.0), 0)


@pytest.mark.parametrize(("name", "ends"), [("retrieval_p1", (0.0, 1.0)), ("mingling", None)])
def test_intervals_of_mean_shares_end_where_shares_do(measures, name, ends):
    # without a block 0.2 more or less: 12 blocks give t * sqrt(11 * 0.04) > 1 to each side
    value = np.full((4, 4), 0.5)
    without = np.stack([value + 0.2 * (-1) ** block for block in range(12)])
    found = ({name: Measured(value=value, without=without, sizes=np.full(12, 5))},) * 2
    (point, _) = layer_curves(dataclasses.replace(measures, found=(found,) * 3), name)[0].points
    if ends:
        assert (point.low, point.high) == ends
    else:
        assert (point.low < -0.5, point.high > 1.5) == (True, True)
    # a difference may be below 0
    minus = layer_curves(dataclasses.replace(measures, found=(found,) * 3), name, minus=0)
    assert minus[0].points[0].value == 0
