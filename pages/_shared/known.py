"""What the Overview page asks more than once: which pair, what their space says, what was run."""

import math

import pandas as pd

from mslt_core import pipeline
from mslt_core.figures import text
from mslt_core.spec.errors import MsltError
from mslt_core.spec.findings import SpaceChange
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.looks import default_look

FROM = {
    frozenset({True}): "the example",
    frozenset({False}): "this store",
    frozenset({True, False}): "both",
}
"""Whose runs they are, by whether they may be written to."""


def pair(context: Context) -> tuple[RunGroup | None, RunGroup | None]:
    """The baseline, and the first of the compared sets with several sources."""
    several = next((group for group in context.chosen if len(group.source_langs) > 1), None)
    return context.baseline, several


def space_change(context: Context) -> SpaceChange | None:
    """From the base to a single source to several, as far as they are compared and measured."""
    baseline, several = pair(context)
    try:
        look = default_look(context)
        run_of = dict(zip([g.key for g in context.chosen], look.checkpoints[1:], strict=True))
        runs = [run_of[g.key] for g in (baseline, several) if g is not None and g.key in run_of]
        if not runs:
            return None
        measures = cached.measures(context.root, pipeline.change_asked(look, runs))
    except MsltError:  # not computed, or its base lies elsewhere now: Mingling says which
        return None
    return pipeline.space_change(measures)


def trained(context: Context) -> pd.DataFrame:
    """What has been run: a row a set."""
    targets, means = cached.zero_shot_means(context.root, context.groups)
    score = (
        f"{METRICS[context.groups[0].metrics[0]].in_sentence} on "
        f"{text.count(len(targets), 'unseen language')}"
    )
    return pd.DataFrame(
        [
            {
                "set": group.name,
                "seeds": ", ".join(str(info.spec.seed) for info in group.runs),
                score: 100 * means.get(group.key, math.nan),
                "runs with weights": sum(info.has_weights for info in group.runs),
                "from": FROM[frozenset(info.read_only for info in group.runs)],
            }
            for group in context.groups
        ]
    )
