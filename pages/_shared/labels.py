"""Names of groups and experiments, as people read them."""

from collections import Counter
from collections.abc import Iterable

from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec

MAX_NAMED = 3


def experiment_label(spec: TrainSpec) -> str:
    """What the runs of an experiment share, in a line."""
    return f"{spec.task}, {spec.model}, {spec.budget:,} in {spec.steps:,} steps"


def experiment_labels(groups: Iterable[RunGroup]) -> dict[str, str]:
    """Every experiment's label; those that read alike get the first digits of their key."""
    labels = {group.experiment: experiment_label(group.runs[0].spec) for group in groups}
    times = Counter(labels.values())
    return {
        key: label if times[label] == 1 else f"{label} ({key[:4]})" for key, label in labels.items()
    }


def joined(names: list[str]) -> str:
    """A and B; A, B, C and 9 more."""
    if len(names) > MAX_NAMED:
        return f"{', '.join(names[:MAX_NAMED])} and {len(names) - MAX_NAMED} more"
    return " and ".join(names)
