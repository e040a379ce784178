"""Names of groups and experiments, as people read them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from mslt_core.spec.naming import first_few
from mslt_core.spec.results import RunGroup
from mslt_core.spec.specs import TrainSpec

MAX_NAMED = 3
APART: tuple[Callable[[TrainSpec], str], ...] = (
    lambda spec: f"rate {spec.learning_rate:g}",
    lambda spec: f"batch {spec.batch_size}",
    lambda spec: f"{(n := len(spec.target_langs))} target{'s' * (n != 1)}",
    lambda spec: f"{spec.eval_limit or 'all'} items",
)
"""What sets experiments apart whose labels read alike, in words."""


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
    """Every experiment's label; where two read alike, what sets them apart goes first.

    A narrow box cuts off the end. Where no recipe tells, the first digits of the key do.
    """
    specs = {group.experiment: group.runs[0].spec for group in groups}
    alike: dict[str, list[str]] = {}
    for key, spec in specs.items():
        alike.setdefault(experiment_label(spec), []).append(key)
    labels: dict[str, str] = {}
    for label, keys in alike.items():
        apart = _apart({key: specs[key] for key in keys})
        times = Counter(apart.values())
        for key in keys:
            digits = f" ({key[:4]})" if times[apart[key]] > 1 else ""
            labels[key] = ": ".join(filter(None, (apart[key], label))) + digits
    return {key: labels[key] for key in specs}


def _apart(specs: Mapping[str, TrainSpec]) -> dict[str, str]:
    """By experiment, in what its recipe differs from the others'; empty where in nothing told."""
    told: dict[str, list[str]] = {key: [] for key in specs}
    for words in APART:
        values = {key: words(spec) for key, spec in specs.items()}
        if len(set(values.values())) > 1:
            for key, value in values.items():
                told[key].append(value)
    return {key: ", ".join(parts) for key, parts in told.items()}


def joined(names: list[str]) -> str:
    """A and B; A, B, C and 9 more."""
    if len(names) > MAX_NAMED:
        return first_few(names, MAX_NAMED)
    return " and ".join(names)


def shortened(name: str, longest: int = 60) -> str:
    """A name that may be very long; dots say where it was cut."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
