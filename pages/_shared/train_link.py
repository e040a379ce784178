"""The way to Train with the sets filled in, so that new runs join those of the experiment."""

from collections.abc import Sequence

from mslt_core import pipeline
from pages._shared.context import Context

TRAIN = "pages/train.py"


def train_link(
    context: Context, sets: Sequence[tuple[str, ...]], *, n_seeds: int | None = None
) -> dict[str, str | list[str]]:
    """Query parameters of Train: task, data, model and budget as they were, and these sets."""
    asked: dict[str, str | list[str]] = {"sets": [",".join(langs) for langs in sets]}
    if n_seeds is not None:
        asked["seeds"] = str(n_seeds)
    if context.spec is None:
        return asked
    spec, where = context.spec, context.groups[0].runs[0].where
    asked |= {"model": where.model or spec.model, "budget": str(spec.budget)}
    if spec.task in pipeline.task_titles():
        asked["task"] = pipeline.task_titles()[spec.task]
    if where.data:
        asked["data"] = where.data
    return asked
