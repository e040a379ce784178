"""Whether more mingling goes with better transfer: as tables."""

import pandas as pd

from mslt_core.spec.mechanism import Association, Mechanism, Unknown
from mslt_core.spec.specs import set_name
from pages._shared.mechanism_told import STEPS, step_of

HELD = {
    "adjusted": "same target, sets of the same size",
    "unadjusted": "same target, sets of any size",
    "within_sets": "same target, and the set's own mean taken off",
    "between": "means of sets, sets of the same size",
}


def compared(found: Mechanism) -> pd.DataFrame:
    """One row a way of comparing."""
    ways = [(name, getattr(found, name)) for name in HELD]
    known = [one for _, one in ways if isinstance(one, Association)]
    step = step_of(known[0]) if known else STEPS[0]
    return pd.DataFrame([_row(HELD[name], one, step) for name, one in ways])


def _row(name: str, one: Association | Unknown, step: float) -> dict[str, object]:
    column = f"points for {step:+g}"
    if isinstance(one, Unknown):
        return {"compared": name, column: None, "note": one.reason}
    return {
        "compared": name,
        column: _rounded(100 * step * one.slope),
        "low": _rounded(100 * step * one.low),
        "high": _rounded(100 * step * one.high),
        "r": _rounded(one.correlation),
        "r, low": _rounded(one.correlation_low),
        "r, high": _rounded(one.correlation_high),
        "p": one.p,
        "sets": one.n_sets,
        "targets": one.n_targets,
        "note": "",
    }


def _rounded(value: float) -> float:
    # adding 0 takes the sign off a zero
    return round(value, 2) + 0.0


def cells(found: Mechanism) -> pd.DataFrame:
    """One row a set and target; scores in points."""
    of = found.cells
    change = "" if found.base_change is None else ", run minus base"
    return pd.DataFrame(
        {
            "set": [set_name(of.sets[place]) for place in of.set_of],
            "target": of.targets,
            "seeds": of.n_seeds,
            f"closeness{change}": of.closer.round(4),
            f"score minus {found.reference}": (100 * of.better).round(2),
            "closeness, centred": of.closer_within.round(4),
            "score, centred": (100 * of.better_within).round(2),
        }
    )
