"""Differences between runs in sentences and in a table, always with their uncertainty."""

from collections.abc import Sequence

import pandas as pd

from mslt_core.spec.languages import label
from mslt_core.spec.metrics import WITH_MAJORITY
from mslt_core.spec.results import GainResult, RunResult, TargetGain
from pages._shared.messages import escape

INTERVALS = {
    "seeds": "Intervals: 95 % Student's t over the seeds, which are paired; the test items "
    "are held fixed.",
    "items": "Fewer than three seeds, so the intervals (95 %, paired bootstrap) carry the test "
    "items' sampling only. Another seed may move every point further than that.",
    "none": "Fewer than three seeds: no interval for this metric.",
}


def answer(result: GainResult) -> str:
    """The finding in one sentence, with its uncertainty."""
    zero_shot = [gain for gain in result.gains if gain.lang in result.zero_shot]
    if result.mean is None:
        return "Every target is a source language of one of the sets: nothing here is zero-shot."
    up = sum(gain.difference > 0 for gain in zero_shot)
    beyond = sum(gain.low is not None and gain.low > 0 for gain in zero_shot)
    below = sum(gain.high is not None and gain.high < 0 for gain in zero_shot)
    noise = {
        "seeds": f", beyond the seeds' noise on {beyond}",
        "items": f", beyond the items' noise on {beyond}",
        "none": "",
    }[result.interval]
    worse = f" (and below zero on {below})" if below else ""
    return (
        f"**{escape(result.name_b)}** scores higher than {escape(result.name_a)} on "
        f"**{up} of {len(zero_shot)}** unseen languages{noise}{worse}; "
        f"on average by **{in_points(result.mean)}** points, {told_seeds(result.mean.n_seeds)}."
    )


def in_points(gain: TargetGain) -> str:
    """+2.1 [1.4, 2.9]."""
    interval = ""
    if gain.low is not None and gain.high is not None:
        interval = f" [{100 * gain.low:.1f}, {100 * gain.high:.1f}]"
    return f"{100 * gain.difference:+.1f}{interval}"


def told_seeds(n: int) -> str:
    """How much stands behind a number."""
    return {1: "a single run", 2: "two runs each"}.get(n, f"{n} seeds")


def averaged_over(results: Sequence[GainResult]) -> str:
    """Which targets a mean is over: the same for every set on the page."""
    langs = results[0].zero_shot
    if not langs:
        return ""
    named = ", ".join(langs)
    return f"Means are over the {len(langs)} languages that no set here trained on: {named}."


def unseen_words(runs: Sequence[RunResult]) -> str:
    """Targets with words that a tokenizer makes nothing of; empty where there are none."""
    shares: dict[str, float] = {}
    for run in runs:
        for lang, scores in run.scores.items():
            shares[lang] = max(shares.get(lang, 0.0), scores.n_unseen / scores.n_tokens)
    told = [
        f"{label(lang)} {100 * share:.1f} %"
        for lang, share in sorted(shares.items(), key=lambda item: -item[1])
        if share > 0
    ]
    if not told:
        return ""
    counted = "as tagged O" if "span_f1" in runs[0].info.metrics else "as wrong"
    return f"Words that the tokenizer makes nothing of count {counted}: {', '.join(told)}."


def table(result: GainResult) -> pd.DataFrame:
    """One row a target, in points."""
    rows = [
        {
            "lang": gain.lang,
            "target": label(gain.lang),
            "role": "source" if gain.is_source else "zero-shot",
            result.name_a: 100 * gain.score_a,
            result.name_b: 100 * gain.score_b,
            "difference": 100 * gain.difference,
            "low": None if gain.low is None else 100 * gain.low,
            "high": None if gain.high is None else 100 * gain.high,
            "majority": None if gain.majority_accuracy is None else 100 * gain.majority_accuracy,
            "items": gain.n_items,
            "seeds": gain.n_seeds,
        }
        for gain in result.gains
    ]
    if result.metric not in WITH_MAJORITY:
        rows = [{name: cell for name, cell in row.items() if name != "majority"} for row in rows]
    return pd.DataFrame(rows).sort_values("difference", ascending=False, ignore_index=True)
