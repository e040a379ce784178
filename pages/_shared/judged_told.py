"""Criteria against results, in sentences and in a table."""

import math

import pandas as pd

from mslt_core.pipeline import Average
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.judging import CriterionJudged, Judged, Ranged
from mslt_core.spec.specs import set_name
from pages._shared.messages import escape

AVERAGES: dict[Average, str] = {
    "shared": "unseen by all sets",
    "paper": "each set's own unseen, as the paper",
}


def answer(judged: Judged) -> str:
    """The finding in a sentence or two, beside random choice."""
    best = judged.criteria[0]
    same = [c for c in judged.criteria if c.picks == best.picks]
    others = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
    who = f"{escape(CRITERIA[best.criterion].label)}{others}"
    standing, n = best.standing, len(judged.sets)
    better = sum(c.standing.regret.value < judged.random.regret.value for c in judged.criteria)
    told = (
        f"**{who}** would have chosen {_picks(best)}: rank **{_rank(best)} of {n}**, "
        f"{points(standing.regret)} points from the best set. Choosing by lot costs "
        f"{points(judged.random.regret)}; {better} of {len(judged.criteria)} criteria cost less."
    )
    if judged.everything:
        told += (
            f" All {len(judged.pool)} languages at once, under the same budget: "
            f"{points(judged.everything.minus_best, signed=True)} against the best set."
        )
    return told


def table(judged: Judged) -> pd.DataFrame:
    """A row a criterion: pick, rank, regret, what it beats, correlation, the paper's ranks."""
    chance = judged.random
    by_lot = {
        "criterion": "random choice",
        "rank": _number(chance.rank, 1),
        "regret (points)": points(chance.regret),
        "beats (%)": points(chance.beats, decimals=0),
        "regret, held-out seeds": _held_out(chance.held_out),
    }
    return pd.DataFrame([*map(_row, judged.criteria), by_lot])


def _row(one: CriterionJudged) -> dict[str, object]:
    standing = one.standing
    return {
        "criterion": CRITERIA[one.criterion].label,
        "pick": _picks(one),
        "rank": _rank(one),
        "regret (points)": points(standing.regret),
        "beats (%)": points(standing.beats, decimals=0),
        "regret, held-out seeds": _held_out(standing.held_out),
        "rho": _number(one.rho, 2),
        "p": None if math.isnan(one.p) else round(one.p, 3),
        "minus least (points)": points(one.against_least, signed=True),
        **{f"paper, {pick.task}: rank": pick.rank for pick in one.paper},
    }


def _rank(one: CriterionJudged) -> str:
    return _number(one.standing.rank, 0 if len(one.picks) == 1 else 1)


def _picks(one: CriterionJudged) -> str:
    first = set_name(one.picks[0])
    return first if len(one.picks) == 1 else f"one of {len(one.picks)} tied sets"


def _held_out(regrets: tuple[float, ...]) -> str | None:
    """Mean over the seeds, and the lowest and the highest: three seeds bear no interval."""
    if not regrets:
        return None
    mean = 100 * sum(regrets) / len(regrets)
    return f"{mean:.1f} ({100 * min(regrets):.1f} to {100 * max(regrets):.1f})".replace("-", "−")


def points(found: Ranged, *, decimals: int = 1, signed: bool = False) -> str:
    """A ratio in points with its interval: 0.2 [0.0, 1.1]."""
    hundred = Ranged(
        value=100 * found.value,
        low=None if found.low is None else 100 * found.low,
        high=None if found.high is None else 100 * found.high,
    )
    return _number(hundred, decimals, signed=signed)


def _number(found: Ranged, decimals: int, *, signed: bool = False) -> str:
    def told(value: float) -> str:
        sign = "+" if signed and round(value, decimals) > 0 else ""
        return f"{sign}{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")

    if math.isnan(found.value):
        return "–"
    if found.low is None or found.high is None:
        return told(found.value)
    return f"{told(found.value)} [{told(found.low)}, {told(found.high)}]"
