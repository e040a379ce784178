"""Differences between runs in sentences, always with their uncertainty."""

from collections.abc import Sequence

from mslt_core.figures import text
from mslt_core.spec.evidence import Average, Difference
from mslt_core.spec.languages import label
from mslt_core.spec.results import GainResult, RunResult
from pages._shared.messages import escape

ITEMS_ALONE = " Intervals carry test items alone: another seed may move this further."
"""What an answer adds where there are fewer than three seeds, and nobody lends theirs."""

NOISE = {
    "both": "the noise of items and seeds",
    "seeds": "the seeds' noise",
    "items": "the items' noise",
}


def answer(result: GainResult) -> str:
    """The finding in one sentence, with its uncertainty."""
    if result.mean is None:
        return "Every target was trained on by one of the sets: nothing here is zero-shot."
    unseen = {gain.lang: gain for gain in result.gains if not gain.trained_on}
    zero_shot = [unseen[lang] for lang in result.zero_shot if lang in unseen]
    up = sum(gain.difference > 0 for gain in zero_shot)
    beyond = sum(gain.beyond_noise and gain.difference > 0 for gain in zero_shot)
    below = sum(gain.beyond_noise and gain.difference < 0 for gain in zero_shot)
    noise = f", beyond {NOISE[result.interval]} on {beyond}" if result.interval in NOISE else ""
    worse = f" (and below zero on {below})" if below else ""
    where = "{} unseen by all sets compared" if len(zero_shot) < len(unseen) else "unseen {}"
    where = where.format("language" if len(zero_shot) == 1 else "languages")
    return (
        f"**{escape(result.name_b)}** scores higher than {escape(result.name_a)} on "
        f"**{up} of {len(zero_shot)}** {where}{noise}{worse}; "
        f"on average **{in_points(result.mean)}** points, {told_seeds(result.mean.n_seeds)}"
        f"{parts(result.mean)}."
    )


def parts(gain: Difference) -> str:
    """Both sources of error apart: (test items ±1.2, seeds ±1.1)."""
    known = (("test items", gain.half_items), ("seeds", gain.half_seeds))
    told = [f"{name} ±{100 * half:.1f}" for name, half in known if half is not None]
    return f" ({', '.join(told)})" if told else ""


def in_points(gain: Difference) -> str:
    """+2.1 [1.4, 2.9]."""
    return text.gained(gain)


def told_seeds(n: int) -> str:
    """How much stands behind a number."""
    return text.seeds(n)


def averaged_over(results: Sequence[GainResult]) -> str:
    """Which targets a mean is over: the same for every set on the page, or each set's own."""
    langs = dict.fromkeys(lang for result in results for lang in result.zero_shot)
    return told_average(results[0].average, sorted(langs))


def told_average(average: Average, langs: Sequence[str]) -> str:
    """Over which targets means are; empty without any."""
    if not langs:
        return ""
    if average == "paper":
        return (
            "Means are the paper's: each set's over all targets that it was not trained on, other "
            "languages for other sets, so that an easy target that one set lacks moves the "
            "difference."
        )
    n = f"{len(langs)} languages" if len(langs) > 1 else "one language"
    return f"Means are over the {n} that no set here trained on: {', '.join(langs)}."


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
