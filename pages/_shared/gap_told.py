"""What each set loses from its sources to unseen languages, in a line a set."""

from collections.abc import Sequence

from mslt_core import pipeline
from mslt_core.figures import text
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunResult
from pages._shared.messages import escape


def gaps_told(runs: Sequence[RunResult], metric: str) -> str:
    """Gap from sources to unseen targets, of every set; undefined ones with their reason."""
    names = dict.fromkeys(run.info.name for run in runs)
    sets = [[run for run in runs if run.info.name == name] for name in names]
    told = "; ".join(_told(pipeline.set_gap(one, metric)) for one in sets)
    return f"Gap from sources to unseen targets ({METRICS[metric].label}): {told}."


def _told(one: pipeline.SetGap) -> str:
    name = escape(one.name)
    if one.gap is None:
        return f"{name} undefined, {one.reason}"
    n, m = len(one.source_langs), len(one.unseen_langs)
    spread = ""
    if len(one.by_seed) > 1:
        low, high = min(one.by_seed.values()), max(one.by_seed.values())
        spread = f", seeds {text.points(low)} to {text.points(high)}"
    gap = text.points(one.gap)
    return f"{name} **{gap} points** ({n} source{'s' * (n > 1)}, {m} unseen{spread})"
