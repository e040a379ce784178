"""Whether more mingling goes with better transfer: in words, with intervals."""

from mslt_core import figures
from mslt_core.spec.mechanism import Association, Mechanism, Unknown
from mslt_core.spec.metrics import METRICS
from pages._shared.messages import escape

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
        f"By exchanging the source languages' names it is {figures.p_told(p)}: that sets share "
        "languages is in this p alone (over sizes of which all sets are measured); the intervals "
        "take sets for separate draws."
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
        moved = f"{found.base_change:+z.3f}".replace("-", "−")
        change = f"From base to run it changed by {moved} on average. "
    return (
        f"{change}A base has no task head and no score; {score} is told against "
        f"{escape(found.reference)}, and within a target it does not matter against which. "
        "Intervals: jackknife over sets and over targets, Student's t, 95 %. A space that "
        "collapses brings languages nearer too: see the effective rank on the Mingling page."
    )


def step_of(one: Association) -> float:
    """The largest round step that is no more than two standard deviations of what there is."""
    return next((step for step in STEPS if step <= 2 * one.spread), STEPS[-1])


def _points(one: Association, step: float) -> str:
    slope, low, high = (100 * step * value for value in (one.slope, one.low, one.high))
    return f"{slope:+z.1f} \\[{low:z.1f}, {high:z.1f}\\]".replace("-", "−")


def _r(one: Association) -> str:
    low, high = one.correlation_low, one.correlation_high
    return f"{one.correlation:+z.2f} \\[{low:z.2f}, {high:z.2f}\\]".replace("-", "−")


def _basis(found: Mechanism, one: Association) -> str:
    fewest, most = int(found.cells.n_seeds.min()), int(found.cells.n_seeds.max())
    seeds = "one seed" if most == 1 else f"{fewest} to {most} seeds"
    seeds = f"{most} seeds" if fewest == most > 1 else seeds
    return f"{one.n_sets} sets ({seeds}) on {one.n_targets} targets"
