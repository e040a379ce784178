"""Names of groups and experiments, as people read them."""

from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec


def experiment_label(spec: TrainSpec) -> str:
    """What the runs of an experiment share, in a line."""
    return f"{spec.task}, {spec.model}, {spec.budget:,} examples, {spec.steps:,} steps"


def group_label(group: RunGroup) -> str:
    """MSLT(de, en, es), 3 seeds."""
    n = len(group.runs)
    return f"{group.name}, {n} seed{'s' if n > 1 else ''}"
