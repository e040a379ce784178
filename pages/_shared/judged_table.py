"""Criteria against results in a table, random choice and all languages at once below them."""

import math

import pandas as pd

from mslt_core.figures import text
from mslt_core.figures.judged_text import number, picks_told, points, rank_told
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.judging import CriterionJudged, Judged


def table(judged: Judged) -> pd.DataFrame:
    """A row a criterion: pick, rank, regret, what it beats, correlation, the paper's ranks."""
    chance = judged.random
    by_lot = {
        "criterion": "random choice",
        "rank": number(chance.rank, 1),
        "points lost to the best": points(chance.regret),
        "beats (%)": points(chance.beats, decimals=0),
        "points lost, held-out seeds": _held_out(chance.held_out),
    }
    return pd.DataFrame([*map(_row, judged.criteria), by_lot, *_everything(judged)])


def _everything(judged: Judged) -> list[dict[str, object]]:
    """All languages at once, where that was trained: it is no set of the size, so without rank."""
    if judged.everything is None:
        return []
    name = f"all {len(judged.pool)} languages at once"
    return [{"criterion": name, "points lost to the best": points(judged.everything.regret)}]


def _row(one: CriterionJudged) -> dict[str, object]:
    standing = one.standing
    return {
        "criterion": CRITERIA[one.criterion].label,
        "pick": picks_told(one),
        "rank": rank_told(one),
        "points lost to the best": points(standing.regret),
        "beats (%)": points(standing.beats, decimals=0),
        "points lost, held-out seeds": _held_out(standing.held_out),
        "rho": number(one.rho, 2),
        "p": None if math.isnan(one.p) else one.p,
        "minus least (points)": points(one.against_least, signed=True),
        **{f"paper, {pick.task}: rank": pick.rank for pick in one.paper},
    }


def _held_out(regrets: tuple[float, ...]) -> str | None:
    """Mean over the seeds, and the lowest and the highest: three seeds bear no interval."""
    if not regrets:
        return None
    mean = sum(regrets) / len(regrets)
    return f"{text.points(mean)} ({text.points(min(regrets))} to {text.points(max(regrets))})"
