"""The controls for how a run is trained and scored."""

import dataclasses
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import pipeline
from mslt_core.pipeline import TaskOffer
from mslt_core.spec.specs import Rows, Select, Tune
from pages._shared.recipe_more import evaluation, shares, weights
from pages._shared.recipe_sizes import kept_weights, learning_rate, test_items, text_sizes


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

    def fields(self) -> dict[str, Any]:
        """What `make_train_spec` is told of every run."""
        told = dataclasses.asdict(self)
        del told["n_seeds"], told["steps_given"]
        return told


def recipe(offer: TaskOffer) -> Recipe:
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
    with st.expander("More"):
        how, who, then = st.tabs(["Training", "Shares", "Scoring"])
        with how:
            rate, sizes, tuned = learning_rate(), text_sizes(), weights() | kept_weights()
        with who:
            shared = shares(offer)
        with then:
            limit, scored = test_items(offer), evaluation()
    automatic = pipeline.default_steps(offer.name, int(budget), sizes[0])
    steps = other.number_input(
        "Steps",
        min_value=1,
        value=None,
        placeholder=f"{automatic:,}",
        key="steps",
        bind="query-params",
        help="Optimizer steps, the same for every set. Empty: a few passes over the examples.",
    )
    return Recipe(
        budget=int(budget),
        steps=int(steps or automatic),
        steps_given=bool(steps),
        n_seeds=_seeds(third),
        learning_rate=rate,
        batch_size=sizes[0],
        max_length=sizes[1],
        eval_limit=limit,
        **(tuned | shared | scored),
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
