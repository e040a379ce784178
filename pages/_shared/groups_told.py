"""Gains by group of targets in words and as a table, always with their uncertainty."""

import pandas as pd

from mslt_core.figures import text
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.languages import label
from mslt_core.spec.views import ByGroup
from pages._shared.gains_told import in_points, told_seeds
from pages._shared.messages import escape
from pages._shared.sizes_told import CARRIED


def most(found: ByGroup) -> str:
    """Mean gain where it is largest and smallest; of thirds by distance, of both ends."""
    first, last = found.groups[0], found.groups[-1]
    name = escape(found.name_b)
    if len(found.groups) == 1:
        return f"**{name}** gains {in_points(first.mean)} points: all targets are in one group."
    ends = [
        f"**{in_points(group.mean)}** points on "
        f"{group.name.lower() if found.by_distance else escape(group.name)} "
        f"targets ({len(group.langs)})"
        for group in ((last, first) if found.by_distance else (first, last))
    ]
    away = f"by distance from {found.away_from}, " if found.by_distance else ""
    return (
        f"**{name}** gains {ends[0]} and {ends[1]} over {escape(found.name_a)}, {away}"
        f"{told_seeds(found.n_seeds)}."
    )


def trend_told(found: ByGroup) -> str:
    """Whether distant targets gain more, with the slope's interval over targets."""
    if not found.by_distance:
        return ""
    trend = found.trend
    if trend is None:
        return "Fewer than five targets that differ in distance and gain: no trend can be told."
    if trend.low <= 0 <= trend.high:
        says = "Whether distant targets gain more **cannot be told**"
    else:
        says = f"Distant targets gain **{'more' if trend.slope > 0 else 'less'}**"
    slope, low, high = (trend.slope / 10, trend.low / 10, trend.high / 10)
    tau = f"{trend.tau:+.2f}".replace("-", "−")
    return (
        f"{says}: {text.signed_points(slope)} points {text.interval(low, high)} for every 0.1 of "
        f"distance (Theil-Sen, {trend.n} targets; Kendall's tau {tau}, {text.p_told(trend.p)})."
    )


def basis(found: ByGroup) -> str:
    told = [
        "Targets: all that neither of the two trained on.",
        f"Intervals of means: {CARRIED[found.carried]}, for these very targets.",
    ]
    if found.features:
        told.append(
            f"Close, moderate and distant are thirds of the targets by distance from "
            f"{found.away_from} in {CRITERIA[found.features].name}; equal distances stay together. "
            "The slope's interval takes targets as independent, which related ones are not."
        )
    if found.without:
        told.append(f"Without a distance, so left out: {', '.join(map(label, found.without))}.")
    return " ".join(told)


def table(found: ByGroup) -> pd.DataFrame:
    """One row a group, in points."""
    rows = []
    for group in found.groups:
        ends = {"mean": group.mean.estimate, "low": group.mean.low, "high": group.mean.high}
        points = {k: None if v is None else round(100 * v, 2) for k, v in ends.items()}
        away = {"nearest": group.nearest, "farthest": group.farthest} if found.features else {}
        langs = ", ".join(group.langs)
        rows.append({"group": group.name, **away, "n": len(group.langs), **points, "langs": langs})
    return pd.DataFrame(rows)
