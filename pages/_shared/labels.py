"""Names of groups and experiments, as people read them."""

from collections import Counter
from collections.abc import Iterable

from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec

MAX_NAMED = 3


def experiment_label(spec: TrainSpec) -> str:
    """What the runs of an experiment share, in a line."""
    told = [spec.task, spec.model, f"{spec.budget:,} in {spec.steps:,} steps"]
    if spec.tune != "all":
        told.append(f"LoRA {spec.lora_rank}" if spec.tune == "lora" else "head only")
    if spec.precision != "float32":
        told.append(spec.precision)
    if spec.alpha:
        told.append(f"shares by size^{spec.alpha:g}")
    if spec.rows == "parallel":
        told.append("the same meanings")
    if spec.select != "last":
        where = "held-out source rows" if spec.select == "source" else "test items"
        told.append(f"best weights on {where}")
    if spec.eval_task:
        told.append(f"scored on {spec.eval_task}")
    return ", ".join(told)


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
