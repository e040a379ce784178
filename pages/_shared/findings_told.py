"""The Overview page's findings in sentences: what was measured, and how sure that is."""

from collections.abc import Sequence

from mslt_core.figures import text
from mslt_core.pipeline import MIN_SEEDS
from mslt_core.spec.evidence import Ranking
from mslt_core.spec.findings import NextStep
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared.gains_told import told_seeds
from pages._shared.labels import joined
from pages._shared.messages import escape

LACKING = {
    "baseline": "Nothing was trained on a single language, so there is nothing to measure several "
    "against.",
    "several": "Nothing was trained on several languages yet.",
    "look": "How the languages lie inside these models is not looked at yet.",
    "sweep": "No size has all of its sets trained, so neither a plateau nor a criterion can be "
    "judged.",
    "criteria": "Which criterion would have found the good sets is not looked at yet.",
    "more": "Nothing that is asked here; where noise hides the answer, more seeds tell more.",
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
        f"{text.count(len(ranking.targets), 'unseen language')}"
    )
    if n == 1:
        return f"**{escape(first.name)}** is the one set so far: {scored}, {_runs(first.n_seeds)}."
    tied = ranking.tied
    highest = f"{escape(first.name)} has the highest, {scored}, {_runs(first.n_seeds)}"
    if not tied:
        alone = ranking.alone
        why = (
            f"{escape(alone.name)} alone has {MIN_SEEDS} seeds or more"
            if alone
            else f"that takes {MIN_SEEDS} seeds of each"
        )
        return f"**None of {n} sets can be called the best**: {why}. {highest}."
    judged = sum(standing.may_be_best is not None for standing in ranking.standings)
    more = n - judged
    few = f" ({more} more {'has' if more == 1 else 'have'} too few seeds)" if more else ""
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


def few_shot_apart(ranking: Ranking, zero_shot: Sequence[RunGroup]) -> str:
    """Whether a few-shot set scores higher than all zero-shot ones; `ranking` is of both."""
    apart = "Few-shot sets are told apart: they have seen examples of a target."
    keys = {group.key for group in zero_shot}
    few = [one for one in ranking.standings if one.key not in keys]
    others = [one for one in ranking.standings if one.key in keys]
    if not few or not others:
        return apart
    if few[0].mean <= others[0].mean:
        return f"{apart} None has a higher mean."
    if None in (few[0].may_be_best, others[0].may_be_best):
        sure = "with too few seeds to say whether that is noise"
    else:
        sure = "which may be noise" if any(s.may_be_best for s in others) else "beyond noise"
    return (
        f"{apart} {escape(few[0].name)} has a higher mean, {100 * few[0].mean:.1f} and not "
        f"{100 * others[0].mean:.1f} ({escape(others[0].name)}), on {len(ranking.targets)} "
        f"languages unseen by all, {sure}."
    )


def lacking(step: NextStep, groups: Sequence[RunGroup]) -> str:
    """What is not known yet, and why it matters."""
    if step.step != "seeds":
        return LACKING[step.step]
    few = {group.name: len(group.runs) for group in groups}
    runs = "; ".join(f"{escape(name)} has {_runs(few[name])}" for name in step.names)
    return f"{runs}: from {MIN_SEEDS} on, sets can be ranked by their own noise."


def few_seeds(groups: Sequence[RunGroup]) -> str:
    """Sets of the experiment that cannot be ranked; empty where all can."""
    few = [escape(group.name) for group in groups if len(group.runs) < MIN_SEEDS]
    if not few or len(groups) == 1:
        return ""
    has = "has" if len(few) == 1 else "have"
    return f"{joined(few)} {has} fewer than {MIN_SEEDS} seeds."


def seeds_under_way(step: NextStep) -> str:
    """Which compared sets will have enough seeds soon; empty where none will."""
    if not step.under_way:
        return ""
    return f"Further seeds of {joined([escape(n) for n in step.under_way])} are being trained."


def _runs(n: int) -> str:
    return "a single run" if n == 1 else "two runs" if n == 2 else told_seeds(n)
