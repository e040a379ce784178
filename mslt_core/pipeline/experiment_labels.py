"""Names of experiments, as people read them: in the sidebar, in a pin, on a command line."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mslt_core.pipeline.grouping import experiment_key
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.specs import OWN_TOLD, TrainSpec, Where


def _folders(info: RunInfo) -> str:
    """Names of the folders that were read: two sets of data may differ in nothing else."""
    read = (info.where.data, info.where.eval_data)
    return " on ".join(Path(folder).name for folder in read if folder)


APART: tuple[Callable[[RunInfo], str], ...] = (
    _folders,
    lambda info: f"rate {info.spec.learning_rate:g}",
    lambda info: f"batch {info.spec.batch_size}",
    lambda info: f"{(n := len(info.spec.target_langs))} target{'s' * (n != 1)}",
    lambda info: f"{info.spec.eval_limit or 'all'} items",
    lambda info: f"scored every {info.spec.eval_every} steps" if info.spec.eval_every else "",
    lambda info: "rows grouped by length" if info.spec.group_by_length else "",
)
"""What sets experiments apart whose labels read alike, in words; empty where that is nothing."""


def task_label(spec: TrainSpec, where: Where) -> str:
    """own data (reviews): one's own data by the name of its folder, where that is known.

    The title in a folder is not told: it may be another than when a run read it.
    """
    read = ((spec.task, where.data), (spec.eval_task, where.eval_data))
    own = [Path(folder).name for task, folder in read if task in OWN_TOLD and folder]
    return f"{spec.task_told} ({', '.join(own)})" if own else spec.task_told


def experiment_label(info: RunInfo) -> str:
    """What the runs of an experiment share, in a line; first what a narrow box must not cut off."""
    spec = info.spec
    told = [task_label(spec, info.where), spec.model, f"{spec.budget:,} in {spec.steps:,} steps"]
    if spec.tune != "all":
        told.append(f"LoRA {spec.lora_rank}" if spec.tune == "lora" else "head only")
    if spec.precision != "float32":
        told.append(spec.precision)
    if spec.alpha:
        told.append(f"shares by size^{spec.alpha:g}")
    if spec.rows == "parallel":
        told.append("the same meanings")
    if spec.select != "last":
        rows = "held-out source rows" if spec.select == "source" else "test items"
        told.append(f"best weights on {rows}")
    return ", ".join(told)


def experiment_labels(groups: Iterable[RunGroup]) -> dict[str, str]:
    """Every experiment's label; where two read alike, what sets them apart goes first.

    A narrow box cuts off the end. Where no recipe tells, the first digits of the key do.
    """
    return _labels({group.experiment: group.runs[0] for group in groups})


def run_labels(infos: Sequence[RunInfo]) -> dict[str, str]:
    """By run the label of its experiment, told apart from all others of these runs, done or not."""
    keys = {info.run: experiment_key(info.spec) for info in infos}
    labels = _labels({keys[info.run]: info for info in infos})
    return {run: labels[key] for run, key in keys.items()}


def _labels(infos: Mapping[str, RunInfo]) -> dict[str, str]:
    """By experiment, of which one run is given each."""
    alike: dict[str, list[str]] = {}
    for key, info in infos.items():
        alike.setdefault(experiment_label(info), []).append(key)
    labels: dict[str, str] = {}
    for label, keys in alike.items():
        apart = _apart({key: infos[key] for key in keys})
        times = Counter(apart.values())
        for key in keys:
            digits = f" ({key[:4]})" if times[apart[key]] > 1 else ""
            labels[key] = ": ".join(filter(None, (apart[key], label))) + digits
    return {key: labels[key] for key in infos}


def _apart(infos: Mapping[str, RunInfo]) -> dict[str, str]:
    """By experiment, in what its recipe differs from the others'; empty where in nothing told."""
    told: dict[str, list[str]] = {key: [] for key in infos}
    for words in APART:
        values = {key: words(info) for key, info in infos.items()}
        if len(set(values.values())) > 1:
            for key, value in values.items():
                told[key] += [value] * bool(value)
    return {key: ", ".join(parts) for key, parts in told.items()}
