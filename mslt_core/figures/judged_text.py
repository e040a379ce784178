"""Criteria against results in a sentence, as pages and reports tell it."""

import math

from mslt_core.figures import text
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.judging import CriterionJudged, Judged, Ranged
from mslt_core.spec.specs import set_name


def answer(judged: Judged, *, bold: str = "") -> str:
    """The finding in a sentence or two, beside random choice.

    `bold` stands before and after what counts most.
    """
    best = judged.criteria[0]
    same = [c for c in judged.criteria if c.picks == best.picks]
    others = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
    who = f"{CRITERIA[best.criterion].label}{others}"
    standing, n, seeds = best.standing, len(judged.sets), text.seeds(len(judged.seeds))
    better = sum(c.standing.regret.value < judged.random.regret.value for c in judged.criteria)
    told = (
        f"{bold}{who}{bold} would have chosen {picks_told(best)}: rank "
        f"{bold}{rank_told(best)} of {n}{bold}, {points(standing.regret)} points from the best "
        f"set, {seeds}. Choosing by lot costs {points(judged.random.regret)}; {better} of "
        f"{len(judged.criteria)} criteria cost less."
    )
    if judged.everything:
        told += (
            f" All {len(judged.pool)} languages at once, under the same budget: "
            f"{points(judged.everything.minus_best, signed=True)} against the best set."
        )
    return told


def rank_told(one: CriterionJudged) -> str:
    """Its rank with the interval; where sets tie, a mean over them."""
    return number(one.standing.rank, 0 if len(one.picks) == 1 else 1)


def picks_told(one: CriterionJudged) -> str:
    """The set, or how many tie."""
    first = set_name(one.picks[0])
    return first if len(one.picks) == 1 else f"one of {len(one.picks)} tied sets"


def points(found: Ranged, *, decimals: int = 1, signed: bool = False) -> str:
    """A ratio in points with its interval: 0.2 [0.0, 1.1]."""
    hundred = Ranged(
        value=100 * found.value,
        low=None if found.low is None else 100 * found.low,
        high=None if found.high is None else 100 * found.high,
    )
    return number(hundred, decimals, signed=signed)


def number(found: Ranged, decimals: int, *, signed: bool = False) -> str:
    """A number with its interval: 2.0 [1.0, 5.0]."""

    def told(value: float, *, signed: bool = False) -> str:
        sign = "+" if signed and round(value, decimals) > 0 else ""
        return f"{sign}{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")

    if math.isnan(found.value):
        return "–"
    if found.low is None or found.high is None:
        return told(found.value, signed=signed)
    return f"{told(found.value, signed=signed)} [{told(found.low)}, {told(found.high)}]"
