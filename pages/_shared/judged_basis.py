"""What the judgement of criteria rests on: whose noise, which targets, and which are left out."""

from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.evidence import Carried
from mslt_core.spec.judging import Judged
from pages._shared.messages import escape

CARRIED: dict[Carried, str] = {
    "both": "They carry seeds and test items: both are samples.",
    "seeds": "They carry seeds alone: outcomes of single test items are not stored.",
}


def noise_told(judged: Judged) -> str:
    """What the intervals carry, and what each mean is over."""
    over = f"{len(judged.targets)} targets"
    if judged.average == "paper":
        over = f"those of {over} that the set was not trained on"
    each = f"Each mean is over {over}: {', '.join(judged.targets)}."
    if judged.sd_seed is None:
        return f"A single run a set: no interval, and no ranking to trust. {each}"
    return (
        f"One run scatters by {100 * judged.sd_seed:.2f} points around its set (pooled over all "
        f"sets, {judged.df} degrees of freedom). {each} The best of many noisy means is partly "
        f"luck: intervals take that off. {CARRIED[judged.carried]} They lean on how well their "
        "criterion goes with the scores, so that two with the same pick may differ. Each p, by "
        f"exchanging languages, is its criterion's own: of {len(judged.criteria)}, one below 0.05 "
        "may well be chance."
    )


def left_out(judged: Judged) -> list[str]:
    """Criteria that could not be asked, those with one reason in one sentence."""
    by_reason: dict[str, list[str]] = {}
    for name, why in judged.missing.items():
        by_reason.setdefault(why.replace(f" for {name}", ""), []).append(CRITERIA[name].label)
    return [
        f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} left out: {escape(why)}"
        for why, names in by_reason.items()
    ]
