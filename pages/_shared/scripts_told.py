"""Sets by their number of writing systems, in words and beside the paper's Table 4."""

from collections.abc import Sequence

import pandas as pd

from mslt_core import pipeline
from mslt_core.figures import text
from mslt_core.pipeline import Swept
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.rankings import TASKS
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.views import ScriptMean
from pages._shared.gains_told import ITEMS_ALONE, in_points, told_seeds

PAPERS = 3
"""Languages in the sets of the paper's Table 4."""


def answer(found: Sequence[ScriptMean], k: int) -> str:
    """What more writing systems bring over the fewest."""
    fewest, n_seeds = found[0], found[0].mean.n_seeds
    told = "; ".join(
        f"**{in_points(one.gain)}** points with {one.n_scripts} ({text.count(one.n_sets, 'set')})"
        for one in found
        if one.gain
    )
    if not told:
        return f"All sets of {k} are written in as many scripts: nothing to compare."
    least = text.count(fewest.n_scripts, "writing system")
    return (
        f"Sets of {k} over those with {least} ({text.count(fewest.n_sets, 'set')}): {told}, "
        f"{told_seeds(n_seeds)}."
        f"{ITEMS_ALONE * (fewest.mean.low is not None and fewest.mean.sd_seeds is None)}"
    )


def table(found: Sequence[ScriptMean], sweep: Swept, metric: str) -> pd.DataFrame:
    """Our row with its interval, and the paper's where it is about the same sets."""
    names = [f"{one.n_scripts} ({text.count(one.n_sets, 'set')})" for one in found]
    ours = f"here: {METRICS[metric].label.lower()}"
    rows: list[dict[str, object]] = [
        {"scripts": ours, **dict(zip(names, map(_mean, found), strict=True))},
        {"scripts": "95 % interval", **dict(zip(names, map(_interval, found), strict=True))},
    ]
    if _is_papers(sweep):
        for task, scores in pipeline.writing_system_scores().items():
            row = dict(zip(names, (f"{value:.2f}" for value in scores), strict=True))
            rows.append({"scripts": f"the paper: {TASKS[task]}", **row})
    return pd.DataFrame(rows)


def basis(found: Sequence[ScriptMean], sweep: Swept) -> str:
    told = [
        "Intervals: test items and, from three seeds on, seeds (Student's t, 95 %). All sets of "
        f"{sweep.k} out of {', '.join(sweep.pool)} are there, so they are no sample: another pool "
        "may differ. Differences are known better than means, since items and seeds are the same."
    ]
    if found[0].mean.n_seeds == 1:
        told.append("A single run a set.")
    if _is_papers(sweep):
        told.append("The paper's rows: Lim et al. 2024, Table 4, as printed, without intervals.")
    return " ".join(told)


def _is_papers(sweep: Swept) -> bool:
    return sweep.pool == PAPER_POOL and sweep.k == PAPERS


def _mean(one: ScriptMean) -> str:
    return f"{100 * one.mean.estimate:.2f}"


def _interval(one: ScriptMean) -> str:
    low, high = one.mean.low, one.mean.high
    return "" if low is None or high is None else f"{100 * low:.1f}, {100 * high:.1f}"
