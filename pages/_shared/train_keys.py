"""Which control of Train holds which field of a run, and what a link to it says."""

from collections.abc import Mapping
from typing import Any

from mslt_core import pipeline
from mslt_core.spec.languages import label
from pages._shared.recipe_more import DRAWN, SELECTED
from pages._shared.recipe_weights import TUNED

KEYS = {
    "steps": "steps",
    "learning_rate": "rate",
    "batch_size": "batch",
    "max_length": "length",
    "eval_limit": "limit",
    "tune": "tune",
    "lora_rank": "rank",
    "precision": "precision",
    "alpha": "alpha",
    "rows": "rows",
    "shots": "shots",
    "shot_langs": "shot_langs",
    "eval_every": "every",
    "select": "select",
    "holdout": "holdout",
    "eval_task": "eval_task",
    "keep_every": "keep_every",
    "group_by_length": "grouped",
}
"""A field of a run to Train's control for it."""

SAID: dict[str, Mapping[str, str]] = {"tune": TUNED, "rows": DRAWN, "select": SELECTED}


def has_control(name: str, value: object) -> bool:
    """Whether a control of Train can hold this value."""
    return name in KEYS and value is not None


def written(name: str, value: Any) -> str | list[str]:
    """As Train's control reads it from a link."""
    if name == "shot_langs":
        return [label(lang) for lang in value]
    if name == "eval_task":
        return pipeline.task_titles()[value]
    if isinstance(value, bool):
        return f"{value}".lower()
    return SAID[name][value] if name in SAID else f"{value}"
