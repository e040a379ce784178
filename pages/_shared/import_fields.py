"""What files from elsewhere do not say of themselves, and whoever imports them does."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mslt_core.pipeline import OutsideGroup, experiment_labels
from mslt_core.spec.languages import LANGUAGES, label
from pages._shared.context import Context
from pages._shared.imported_told import experiment_names

NEW = "A new name"


def said_of(form: str) -> dict[str, Any]:
    """What the files themselves do not say."""
    if form == "csv":
        unit = st.segmented_control(
            "Scores are in",
            ["points", "ratio"],
            default="points",
            required=True,
            format_func=lambda unit: {"points": "points, 0 to 100", "ratio": "ratios, 0 to 1"}[
                unit
            ],
            key="import_unit",
        )
        return {"unit": unit}
    one, other, third = st.columns([2, 2, 1])
    langs = one.multiselect("Trained on", list(LANGUAGES), format_func=label, key="import_sources")
    name = other.text_input("Name", key="import_name", placeholder="by the sources", max_chars=80)
    seed = third.number_input("Seed", min_value=0, value=0, step=1, key="import_seed")
    return {"source_langs": tuple(sorted(langs)), "name": (name or "").strip(), "seed": int(seed)}


def experiment(context: Context, groups: Sequence[OutsideGroup]) -> Mapping[str, str]:
    """Task and experiment, under which results are compared."""
    known = experiment_names(context, groups)
    own = experiment_labels(context.groups)
    names = {**{key: f"With my runs: {told}" for key, told in own.items()}, **known}
    one, other, third = st.columns([2, 2, 1])
    key = one.selectbox(
        "Compared with",
        [NEW, *names],
        format_func=lambda key: names.get(key, key),
        key="import_with",
        help="Results under one name are compared, others never. You say that task, test items and "
        "training but for the sources are the same; nobody else can know.",
    )
    tasks = {group.experiment: group.task for group in groups}
    tasks |= {group.experiment: group.runs[0].spec.task for group in context.groups}
    if key != NEW:
        return {"task": tasks[key], "experiment": key}
    name = other.text_input("Name of the experiment", key="import_experiment", max_chars=80)
    task = third.text_input("Task", key="import_task", placeholder="xnli", max_chars=80)
    return {"task": (task or "").strip(), "experiment": (name or "").strip()}
