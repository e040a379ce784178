"""Which dimensions make sentences point the same way, in words."""

from mslt_core import pipeline
from mslt_core.pipeline import Measures
from mslt_core.spec.measuring import Dominated
from mslt_core.spec.naming import first_few
from pages._shared.messages import escape
from pages._shared.mingling_told import written

DIMENSIONS_NAMED = 3


def dominated_told(measures: Measures) -> str:
    """Which dimensions make up the mean cosine, checkpoint by checkpoint and layer by layer."""
    found = pipeline.dominated_layers(measures)
    if not found:
        return "No dimension makes up 5 % of the mean cosine by itself."
    told = ["Dimensions that make up 5 % or more of the mean cosine, and what it is without them:"]
    for ref in measures.checkpoints:
        of_one = [_dominated(one) for one in found if one.checkpoint.key == ref.key]
        told.append(f"- **{escape(ref.name)}**: {'; '.join(of_one) or 'none'}.")
    return "\n".join(told)


def _dominated(one: Dominated) -> str:
    """layer 4: 588 and 77, 63 % of 0.98, 0.41 without."""
    named = first_few(list(map(str, one.dimensions)), DIMENSIONS_NAMED)
    mean, rest = written(one.mean_cosine, 2), written(one.rest, 2)
    return f"layer {one.layer}: {named}, {100 * one.share:.0f} % of {mean}, {rest} without"
