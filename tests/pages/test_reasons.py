"""Why a set ranks where it does, in words."""

import pytest

from mslt_core.spec.selecting import SelectSpec
from pages._shared.judged_table import _held_out
from pages._shared.reasons import _where

POOL = ("ar", "de", "en")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"criterion": "syntax"}, ""),
        ({"criterion": "script"}, "In syntax, which writing systems ignores, "),
        # a blend of syntax and others does not ignore syntax
        (
            {"criterion": "blend", "weights": (("syntax", 1.0), ("script", 1.0))},
            "In syntax, a part of the blend, ",
        ),
    ],
)
def test_features_that_sets_are_not_ranked_by_say_so(asked, told):
    assert _where("syntax", SelectSpec(pool=POOL, k=2, **asked)) == told


def test_no_points_lost_are_no_minus_nought():
    assert _held_out((-0.002, 0.0, 0.001)) == "0.0 (−0.2 to 0.1)"
    assert _held_out(()) is None
