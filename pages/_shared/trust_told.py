"""That nothing speaks against the maps, in a sentence."""

import math

from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult


def believed(result: MingleResult) -> str:
    """That nothing speaks against the maps, with the worst of their figures."""
    told = [drawn.quality for drawn in result.maps]
    # rounded to the careful side: 0.976 is not 0.98 or more
    worst = [
        f"{METRICS[name].in_sentence} is {_down(min(of_one[name] for of_one in told)):.2f} or more"
        for name in ("trustworthiness", "continuity")
        if all(name in of_one for of_one in told)
    ]
    if all("mingling" in of_one for of_one in told):
        apart = max(abs(of_one["mingling_in_map"] - of_one["mingling"]) for of_one in told)
        worst.append(f"languages mix on them as in the model, within {-_down(-apart):.2f}")
    if not worst:
        return "How true these maps are was not measured."
    which = "this map" if len(told) == 1 else f"these {len(told)} maps"
    return f"Nothing measured speaks against {which}: {', '.join(worst)}."


def _down(value: float) -> float:
    """To hundredths below; what is one but for the last bits stays as it is."""
    return math.floor(100 * value + 1e-9) / 100
