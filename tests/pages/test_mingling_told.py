"""The answer of the Mingling page: figures with their intervals, and what a flatter space says."""

import dataclasses

import numpy as np
import pytest

from mslt_core.analysis.jackknife import Measured, bare
from mslt_core.pipeline import Measures
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.results import CheckpointRef
from mslt_core.spec.specs import MingleSpec
from pages._shared.looks import maps_missing
from pages._shared.measure_controls import conditions
from pages._shared.mingling_told import answer, crossed_told, point_told


@pytest.mark.parametrize(
    ("point", "signed", "expected"),
    [
        ((0.57, 0.56, 0.58), False, "0.57 [0.56, 0.58]"),
        ((0.21, 0.20, 0.22), True, "+0.21 [0.20, 0.22]"),
        ((-0.0004, -0.0006, 0.0001), True, "0.000 [−0.001, 0.000]"),
        ((-0.0044, -0.006, -0.003), True, "−0.004 [−0.006, −0.003]"),
        ((0.125, None, None), True, "+0.12"),
        ((-0.001, None, None), True, "0.00"),
    ],
)
def test_figures_have_as_many_digits_as_their_interval_needs(point, signed, expected):
    value, low, high = point
    assert (
        point_told(LayerPoint(layer=4, value=value, low=low, high=high), signed=signed) == expected
    )


def around(value, spread):
    """A number whose ten blocks lie evenly about it."""
    return Measured(
        value=np.array(value),
        without=value + spread * np.linspace(-1, 1, 10) / 9,
        sizes=np.full(10, 5),
    )


def even(pairs):
    """Pairs that every block says the same of."""
    return Measured(
        value=pairs, without=np.broadcast_to(pairs, (10, *pairs.shape)), sizes=np.full(10, 5)
    )


def measures(mingling, ranks):
    pairs = np.full((2, 2), 0.5)
    found = [
        {
            "linear_cka": even(pairs),
            "retrieval_p1": even(pairs),
            "mingling": mixed,
            "effective_rank": bare(np.array(rank)),
        }
        for mixed, rank in zip(mingling, ranks, strict=True)
    ]
    names = ["Base", "SSLT(en)"]
    return Measures(
        checkpoints=tuple(
            CheckpointRef(
                key=name,
                name=name,
                kind="base",
                seen_langs=(),
                path="",
                fingerprint=name,
                n_layers=1,
            )
            for name in names
        ),
        layers=((1,), (1,)),
        found=tuple((of_one,) for of_one in found),
        langs=("de", "en"),
        n=50,
        n_blocks=10,
    )


def test_a_flatter_space_is_blamed_only_for_mixing_that_is_there():
    mixes = answer(measures([around(0.2, 0.01), around(0.4, 0.02)], [60.0, 50.0]))
    assert "50 in SSLT\\(en\\): part of the mixing may come from a flatter space." in mixes
    noise = answer(measures([around(0.20, 0.01), around(0.21, 0.2)], [60.0, 50.0]))
    assert "The effective rank is 60 in Base, 50 in SSLT\\(en\\)." in noise
    assert "flatter" not in noise


def test_pairs_that_may_be_chance_are_counted_also_where_there_are_none():
    looked = measures([around(0.2, 0.01)] * 2, [60.0, 50.0])
    none, one = np.zeros((2, 2), dtype=bool), ~np.eye(2, dtype=bool)
    said = crossed_told(looked, [none, none])
    assert said == "The two languages are told from chance in every checkpoint."
    said = crossed_told(looked, [none, one]).replace("\\", "")
    assert said == "Of 1 pair chance may have brought about 0 in Base, 1 in SSLT(en)."


def test_maps_that_are_missing_say_of_what_and_where_others_are_chosen():
    look = MingleSpec(checkpoints=("base", "ab"), corpus="/data/pud", langs=("de", "en"), n=50)
    said = maps_missing(look)
    assert said.startswith(
        "t-SNE maps of up to 50 sentences of pud in 2 languages, for 2 checkpoints, "
    )
    assert "under More" in said


def test_captions_of_measures_name_the_sentences():
    looked = dataclasses.replace(measures([around(0.2, 0.01)] * 2, [60.0, 50.0]), corpus="pud")
    assert conditions(looked, "linear_cka") == ", pud, mean of all tokens, debiased"
