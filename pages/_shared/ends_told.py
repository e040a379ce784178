"""The best and the worst set against the baseline, and transfer gaps: in words and as tables."""

from collections.abc import Sequence

import pandas as pd

from mslt_core.spec.languages import label
from mslt_core.spec.set_views import EndGain, SetEnds, SetGapJudged
from mslt_core.spec.specs import set_name
from pages._shared.decimals import table_points
from pages._shared.gains_told import in_points, told_seeds
from pages._shared.messages import escape


def answer(found: SetEnds) -> str:
    """What the choice of a set is worth, and whether a bad one does harm."""
    best, worst = found.mean.best.difference, found.mean.worst.difference
    told = (
        f"Against {escape(found.baseline)}, the best set of {found.k} gains "
        f"**{in_points(best)}** points on average and the worst **{in_points(worst)}**, "
        f"{told_seeds(len(found.seeds))}."
    )
    if not found.crossed:
        return (
            f"{told} A single run chose each set and is its score: the best looks better than it "
            "is, the worst worse, and neither has an interval."
        )
    worse = [row for row in found.rows if _beyond(row.worst, -1)]
    better = sum(_beyond(row.worst, 1) for row in found.rows)
    n = len(found.rows)
    told += f" Even each language's worst set gains beyond noise on {better} of {n} languages"
    if worse:
        return f"{told}, and does harm on {', '.join(escape(label(row.lang)) for row in worse)}."
    return f"{told}; on none does it do harm beyond noise."


def _beyond(end: EndGain, sign: int) -> bool:
    return end.difference.beyond_noise and end.difference.estimate * sign > 0


def basis(found: SetEnds) -> str:
    """How sets were chosen and scored, and what stays in."""
    if not found.crossed:
        return "Train further seeds to choose on some and score on the others."
    two = " Two runs a set rank nothing yet." if len(found.seeds) == 2 else ""
    return (
        "On every row its own two sets. The best of many noisy scores is partly luck, so sets are "
        "chosen on some seeds and scored on the others, each seed in turn; intervals allow for "
        "seeds doing both. It is the score of a choice made with fewer seeds, a little worse than "
        "that with all. Test items are the same in all seeds, so what is luck on these very items "
        f"stays in. Bold: beyond noise after Holm's correction over the languages.{two}"
    )


def table(found: SetEnds) -> pd.DataFrame:
    """One row a target and end, in points."""
    return pd.DataFrame(
        [
            {
                "target": label(row.lang) if row.lang else "mean",
                "set": name,
                "chosen": "; ".join(map(set_name, end.chosen)),
                "gain": table_points(end.difference.estimate),
                "low": table_points(end.difference.low),
                "high": table_points(end.difference.high),
                "sd items": table_points(end.difference.sd_items),
                "sd seeds": table_points(end.difference.sd_seeds),
                "with the luck of being chosen": table_points(end.with_luck),
                "seeds": end.difference.n_seeds,
            }
            for row in (found.mean, *found.rows)
            for name, end in (("best", row.best), ("worst", row.worst))
        ]
    )


def gaps_answer(gaps: Sequence[SetGapJudged]) -> str:
    """The smallest and the largest gap."""
    known = [one for one in gaps if one.gap is not None]
    if not known:
        return f"No set here has a transfer gap: {gaps[0].reason}." if gaps else "No set is chosen."
    ends = [known[0]] if len(known) == 1 else [known[0], known[-1]]
    told = " and ".join(
        f"**{_gap(one)}** points ({escape(one.name)})" for one in ends if one.gap is not None
    )
    seeds = told_seeds(min(one.gap.n_seeds for one in known if one.gap is not None))
    return f"From its own sources to unseen languages a set loses {told}, {seeds}."


def _gap(one: SetGapJudged) -> str:
    return in_points(one.gap).removeprefix("+") if one.gap is not None else "–"


def gaps_table(gaps: Sequence[SetGapJudged]) -> pd.DataFrame:
    """One row a set, in points."""
    return pd.DataFrame(
        [
            {
                "set": one.name,
                "gap": table_points(one.gap.estimate if one.gap else None),
                "low": table_points(one.gap.low if one.gap else None),
                "high": table_points(one.gap.high if one.gap else None),
                "on its sources": table_points(one.on_sources),
                "on unseen": table_points(one.on_unseen),
                "unseen": len(one.unseen),
                "seeds": one.gap.n_seeds if one.gap else None,
                "undefined because": one.reason or None,
            }
            for one in gaps
        ]
    )
