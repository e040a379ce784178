"""The controls for how a run is trained and scored."""

import dataclasses
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import pipeline
from mslt_core.pipeline import TaskOffer
from mslt_core.pipeline.presets import preset_told
from mslt_core.pipeline.recipes import BATCH_SIZE
from mslt_core.spec.specs import Precision, Rows, Select, Tune
from pages._shared.messages import escape
from pages._shared.recipe_more import evaluation, shares
from pages._shared.recipe_sizes import (
    as_in_paper,
    batches,
    learning_rate,
    steps,
    test_items,
    text_sizes,
)
from pages._shared.recipe_weights import kept_weights, weights


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How every run of a plan is trained and scored."""

    budget: int
    steps: int
    steps_given: bool
    """By hand; else they follow from the budget."""
    n_seeds: int
    learning_rate: float | None
    """None: what suits the model."""
    batch_size: int
    max_length: int | None
    """None: what the model can read, up to 512."""
    eval_limit: int
    tune: Tune
    lora_rank: int
    precision: Precision
    alpha: float
    rows: Rows | None
    """None: what suits the task."""
    shots: int
    shot_langs: tuple[str, ...]
    eval_every: int | None
    select: Select
    holdout: int
    eval_task: str | None
    eval_data: str | None
    keep_every: int | None
    group_by_length: bool
    from_paper: tuple[str, ...] | None
    """Fields that are left to the paper's Table 5, if that was asked for."""

    def fields(self) -> dict[str, Any]:
        """What `make_train_spec` is told of every run."""
        told = dataclasses.asdict(self)
        for name in ("n_seeds", "steps_given", "from_paper"):
            del told[name]
        return told


def recipe(offer: TaskOffer, model: str) -> Recipe:
    """Budget, steps and seeds at hand, the rest under More."""
    one, other, third = st.columns(3, vertical_alignment="bottom")
    budget = one.number_input(
        "Budget",
        min_value=2,
        value=pipeline.BUDGET,
        step=100,
        key="budget",
        bind="query-params",
        help="Training examples in all, shared over the sources, be they one or many.",
    )
    below = st.container()
    with st.expander("More"):
        how, who, then = st.tabs(["Training", "Shares", "Scoring"])
        with how:
            asked = as_in_paper(offer.name, model)
            paper = asked or {}
            typed: dict[str, Any] = {**learning_rate(paper), **text_sizes(paper)}
            tuned = batches() | weights() | kept_weights()
        with who:
            shared = shares(offer)
        with then:
            limit, scored = test_items(offer), evaluation()
    batch_size = typed["batch_size"] or paper.get("batch_size", BATCH_SIZE)
    automatic = pipeline.default_steps(offer.name, int(budget), batch_size)
    typed["steps"] = steps(other, paper.get("steps", automatic))
    left = None if asked is None else tuple(name for name, value in typed.items() if not value)
    if left is not None:
        below.caption(escape(preset_told(offer.name, model, left)))
    suiting = {"steps": automatic, "batch_size": batch_size, **paper}
    chosen: dict[str, Any] = {name: v or suiting.get(name) for name, v in typed.items()}
    return Recipe(
        budget=int(budget),
        steps_given=bool(typed["steps"]),
        n_seeds=_seeds(third),
        eval_limit=limit,
        from_paper=left,
        **(chosen | tuned | shared | scored),
    )


def _seeds(column: DeltaGenerator) -> int:
    n_seeds = column.number_input(
        "Seeds",
        min_value=1,
        max_value=10,
        value=1,
        key="seeds",
        bind="query-params",
        help="Runs per set. From three on, results come with an interval over seeds.",
    )
    return int(n_seeds)
