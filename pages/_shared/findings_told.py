"""The Overview page's findings in sentences: what was measured, and how sure that is."""

from collections.abc import Sequence

from mslt_core.pipeline import MIN_SEEDS
from mslt_core.spec.evidence import Ranking
from mslt_core.spec.findings import NextStep, SpaceChange, SpaceShift
from mslt_core.spec.measuring import LayerPoint
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared.gains_told import told_seeds
from pages._shared.labels import joined
from pages._shared.messages import escape

SPACE = ("linear_cka", "retrieval_p1")
"""Beside mingling, which has its own place."""

LACKING = {
    "baseline": "Nothing was trained on a single language, so there is nothing to measure several "
    "against.",
    "several": "Nothing was trained on several languages yet.",
    "look": "How the languages lie inside these models is not looked at yet.",
    "sweep": "No size has all of its sets trained, so neither a plateau nor a criterion can be "
    "judged.",
    "criteria": "Which criterion would have found the good sets is not looked at yet.",
    "more": "All of these questions have an answer here.",
}
BUTTONS = {
    "baseline": "Train SSLT(en)",
    "several": "Train a set of several",
    "seeds": "Train more seeds",
    "look": "Look inside",
    "sweep": "Plan a whole sweep",
    "criteria": "Judge the criteria",
    "more": "See where it is uncertain",
}


def best(ranking: Ranking) -> str:
    """Who may be the best, or why nobody can be told apart; one or two seeds rank nothing."""
    first, n = ranking.standings[0], len(ranking.standings)
    scored = (
        f"mean {METRICS[ranking.metric].in_sentence} **{100 * first.mean:.1f}** on "
        f"{len(ranking.targets)} unseen languages"
    )
    if n == 1:
        return f"**{escape(first.name)}** is the one set so far: {scored}, {_runs(first.n_seeds)}."
    tied = ranking.tied
    highest = f"{escape(first.name)} has the highest, {scored}, {_runs(first.n_seeds)}"
    if not tied:
        return (
            f"**None of {n} sets can be called the best**: that takes {MIN_SEEDS} seeds of each. "
            f"{highest}."
        )
    judged = sum(standing.may_be_best is not None for standing in ranking.standings)
    few = f" ({n - judged} more have too few seeds)" if n > judged else ""
    if len(tied) == 1:
        name = f"**{escape(tied[0].name)}** is the best of {judged} sets{few}, beyond noise at 95 %"
        return f"{name}: {scored}, {_runs(first.n_seeds)}." if tied[0] == first else f"{name}."
    if len(tied) == judged:
        told = f"**Any of {judged} sets may be the best**{few}: noise hides which"
    else:
        told = (
            f"**{len(tied)} of {judged} sets may be the best**{few}; the truly best is one of them "
            "with 95 % confidence"
        )
    return f"{told}. {highest}."


def mixing(change: SpaceChange) -> str:
    """Mingling from the base to the last checkpoint, and whether a flatter space explains it."""
    first, last = change.mingling[0], change.mingling[-1]
    shift = change.overall
    word = _direction(shift.mingling, "mixes the languages more", "mixes them less")
    told = (
        f"**{escape(shift.after)} {word}** than {escape(shift.before)}: mingling "
        f"{first.value:.2f} to {last.value:.2f}, {_point(shift.mingling)} "
        "(interval over documents; one run of each)."
    )
    ranks = change.effective_rank
    if change.collapsed:
        return (
            f"{told} {_rank(ranks)}: the space has collapsed, and a collapsed one mixes by itself."
        )
    if shift.mingling.value > 0 and ranks[-1] < ranks[0]:
        return f"{told} {_rank(ranks)}: part of it may come from a flatter space."
    return told


def inside(change: SpaceChange) -> str:
    """CKA and retrieval from one checkpoint to the next."""
    steps = [f"from {escape(s.before)} to {escape(s.after)} {_moved(s)}" for s in change.shifts]
    return (
        f"At the last layer, {'; '.join(steps)} ({len(change.langs)} languages, {change.n:,} "
        "sentences, intervals over documents)."
    )


def lacking(step: NextStep, groups: Sequence[RunGroup]) -> str:
    """What is not known yet, and why it matters."""
    if step.step != "seeds":
        return LACKING[step.step]
    few = {group.source_langs: len(group.runs) for group in groups}
    runs = "; ".join(
        f"{escape(name)} has {_runs(few[langs])}"
        for name, langs in zip(step.names, step.sets, strict=True)
    )
    return f"{runs}: from {MIN_SEEDS} on, sets can be ranked by their own noise."


def few_seeds(groups: Sequence[RunGroup]) -> str:
    """Sets of the experiment that cannot be ranked; empty where all can."""
    few = [escape(group.name) for group in groups if len(group.runs) < MIN_SEEDS]
    if not few or len(groups) == 1:
        return ""
    has = "has" if len(few) == 1 else "have"
    return f"{joined(few)} {has} fewer than {MIN_SEEDS} seeds."


def _runs(n: int) -> str:
    return "a single run" if n == 1 else "two runs" if n == 2 else told_seeds(n)


def _rank(ranks: Sequence[float]) -> str:
    return f"The effective rank went from {ranks[0]:.0f} to {ranks[-1]:.0f}"


def _moved(shift: SpaceShift) -> str:
    return " and ".join(
        f"{METRICS[name].in_sentence} moved by **{_point(getattr(shift, name))}**" for name in SPACE
    )


def _direction(change: LayerPoint, more: str, less: str) -> str:
    """Neither where the interval holds zero, or there is none."""
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "may mix them no more or less"
    return more if change.value > 0 else less


def _point(change: LayerPoint) -> str:
    told = f"{_rounded(change.value):+.2f}"
    if change.low is not None and change.high is not None:
        told += f" [{_rounded(change.low):.2f}, {_rounded(change.high):.2f}]"
    return told.replace("-", "−")


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0  # no minus before a zero
