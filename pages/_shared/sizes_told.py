"""The score by number of sources in words and as a table, always with its uncertainty."""

import pandas as pd

from mslt_core.figures import text
from mslt_core.spec.evidence import Difference
from mslt_core.spec.specs import set_name
from mslt_core.spec.views import PLATEAU, BySize
from pages._shared.decimals import table_points
from pages._shared.gains_told import ITEMS_ALONE, in_points, told_seeds
from pages._shared.messages import escape

CARRIED = {
    "both": "over test items and seeds (Student's t, 95 %)",
    "seeds": "over seeds (Student's t, 95 %); outcomes of single test items are not stored",
    "items": "over test items alone (95 %): fewer than three seeds",
    "none": "none: fewer than three seeds, and no outcomes of single test items",
}


def risen(found: BySize) -> str:
    """From the smallest size to the largest, and how far the best set of all is."""
    first, last = found.sizes[0], found.sizes[-1]
    best = max(found.sizes, key=lambda size: size.means[0])
    english = ""
    if found.english is not None:
        english = f", {text.signed_points(best.means[0] - found.english)} on SSLT\\(en\\)"
    return (
        f"The mean score over all sets is **{100 * first.mean.estimate:.1f}** with {first.k} and "
        f"**{100 * last.mean.estimate:.1f}** with {last.k} source languages "
        f"({told_seeds(len(found.seeds))}); the highest-scoring set is "
        f"{escape(set_name(best.sets[0]))} with {100 * best.means[0]:.1f}{english}."
    )


def levelled(found: BySize) -> str:
    """Where nothing more is gained, by the intervals of all later gains."""
    margin = f"{100 * PLATEAU:.1f} points"
    last = found.gains[-1]
    if last.low is None:
        return "Without intervals nothing can be said of a plateau."
    if last.sd_seeds is None:
        return f"The last step brings {in_points(last)}.{ITEMS_ALONE}"
    if found.plateau is None:
        steps = f"step, from {found.sizes[-2].k} to {found.sizes[-1].k}, brings {in_points(last)}"
        if last.low > 0:
            return f"**No plateau**: even the last {steps}, which may be {margin} or more."
        return f"**No plateau is shown**: the last {steps}; it may be {margin} or more."
    return (
        f"**Plateau at {found.plateau}**: each later step surely brings less than {margin}, by "
        f"its interval; the last one {in_points(last)}."
    )


def table(found: BySize) -> pd.DataFrame:
    """One row a size, in points."""
    gains: list[Difference | None] = [None, *found.gains]
    return pd.DataFrame(
        [
            {
                "source languages": size.k,
                "sets": len(size.sets),
                "mean": table_points(size.mean.estimate),
                "low": table_points(size.mean.low),
                "high": table_points(size.mean.high),
                "gain": gain and table_points(gain.estimate),
                "gain, low": gain and table_points(gain.low),
                "gain, high": gain and table_points(gain.high),
                "best set": set_name(size.sets[0]),
                "best": table_points(size.means[0]),
                "worst set": set_name(size.sets[-1]),
                "worst": table_points(size.means[-1]),
            }
            for size, gain in zip(found.sizes, gains, strict=True)
        ]
    )
