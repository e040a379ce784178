"""Whether more mingling goes with better transfer: in words and as tables, with intervals."""

import math

import pandas as pd

from mslt_core.spec.mechanism import Association, Mechanism, Unknown
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.specs import set_name
from pages._shared.gains_told import told_seeds
from pages._shared.messages import escape

HELD = {
    "adjusted": "same target, sets of the same size",
    "unadjusted": "same target, sets of any size",
    "within_sets": "same target, and the set's own mean taken off",
    "between": "means of sets, sets of the same size",
}
STEPS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""Of closeness, in which a slope is told."""


def answer(found: Mechanism) -> str:
    """The finding in one sentence; or why there is none."""
    one = found.adjusted
    if isinstance(one, Unknown):
        return f"**Not enough to tell**: {escape(one.reason)}."
    step = step_of(one)
    what = METRICS[found.asked.measure].in_sentence
    if one.low > 0 or one.high < 0:
        verdict = "better" if one.slope > 0 else "worse"
        lead = f"**More mingling goes with {verdict} transfer here**"
    else:
        lead = "**Whether more mingling goes with better transfer cannot be told here**"
    return (
        f"{lead}: on the same target and among sets of as many sources, {step:+g} of {what} goes "
        f"with **{_points(one, step)}** points; r = {_r(one)}, {_basis(found, one)}. Going "
        "together is no cause."
    )


def others(found: Mechanism) -> str:
    """What becomes of it when the same is held in other ways, and by exchanging languages."""
    p = found.p_languages
    told = (
        f"By exchanging the source languages' names it is {_p(p)}: that sets share languages is "
        "in this p alone, the intervals take sets for separate draws."
        if isinstance(p, float)
        else "Sets share source languages, and the intervals take them for separate draws: they "
        f"are too narrow where few languages make all the sets. No p by exchanging languages: "
        f"{escape(p.reason)}."
    )
    return f"**Does it hold in other ways?** {told}"


def basis(found: Mechanism) -> str:
    """What is on the axes, and what the base has to do with it."""
    score = METRICS[found.metric].in_sentence
    change = ""
    if found.base_change is not None:
        change = f"From base to run it changed by {found.base_change:+.3f} on average. "
    return (
        f"{change}A base has no task head and no score; {score} is told against "
        f"{escape(found.reference)}, and within a target it does not matter against which. "
        "Intervals: jackknife over sets and over targets, Student's t, 95 %. A space that "
        "collapses brings languages nearer too: see the effective rank on the Mingling page."
    )


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
        column: round(100 * step * one.slope, 2),
        "low": round(100 * step * one.low, 2),
        "high": round(100 * step * one.high, 2),
        "r": round(one.correlation, 2),
        "r, low": round(one.correlation_low, 2),
        "r, high": round(one.correlation_high, 2),
        "p": round(one.p, 4),
        "sets": one.n_sets,
        "targets": one.n_targets,
        "note": "",
    }


def cells(found: Mechanism) -> pd.DataFrame:
    """One row a set and target; scores in points."""
    of = found.cells
    return pd.DataFrame(
        {
            "set": [set_name(of.sets[place]) for place in of.set_of],
            "target": of.targets,
            "seeds": of.n_seeds,
            "closeness, run minus base": of.closer.round(4),
            f"score minus {found.reference}": (100 * of.better).round(2),
            "closeness, centred": of.closer_within.round(4),
            "score, centred": (100 * of.better_within).round(2),
        }
    )


def step_of(one: Association) -> float:
    """The largest round step that is no more than two standard deviations of what there is."""
    return next((step for step in STEPS if step <= 2 * one.spread), STEPS[-1])


def _points(one: Association, step: float) -> str:
    slope, low, high = (100 * step * value for value in (one.slope, one.low, one.high))
    return f"{slope:+.1f} \\[{low:.1f}, {high:.1f}\\]"


def _r(one: Association) -> str:
    low, high = one.correlation_low, one.correlation_high
    return f"{one.correlation:+.2f} \\[{low:.2f}, {high:.2f}\\]"


def _basis(found: Mechanism, one: Association) -> str:
    fewest, most = int(found.cells.n_seeds.min()), int(found.cells.n_seeds.max())
    seeds = told_seeds(most) if fewest == most else f"{fewest} to {most} seeds"
    return f"{one.n_sets} sets ({seeds}) on {one.n_targets} targets"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if math.isfinite(p) else "undefined"
