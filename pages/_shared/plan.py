"""What the Train page is asked to do: sets, seeds and recipe, and the runs that follow."""

import dataclasses
import itertools

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.errors import SpecError
from mslt_core.spec.specs import TrainSpec, Where
from pages._shared.context import Context


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the controls ask for."""

    task: str
    data: str | None
    model: str
    sets: tuple[tuple[str, ...], ...]
    budget: int
    steps: int
    seeds: tuple[int, ...]
    learning_rate: float | None
    eval_limit: int

    def specs(self) -> list[tuple[TrainSpec, Where]]:
        """Every run, checked against data and model before any is started."""
        return [
            pipeline.make_train_spec(
                task=self.task,
                data=self.data,
                model=self.model,
                source_langs=langs,
                budget=self.budget,
                steps=self.steps,
                seed=seed,
                learning_rate=self.learning_rate,
                eval_limit=self.eval_limit,
                roots=pipeline.allowed_roots(),
            )
            for seed in self.seeds
            for langs in self.sets
        ]


def free_seeds(
    context: Context, recipe: tuple[str, int, int], sets: tuple[tuple[str, ...], ...], n: int
) -> tuple[int, ...]:
    """The first seeds that none of the sets has been trained with yet: more runs, not the same."""
    used = {
        info.spec.seed
        for info in context.runs
        if (info.spec.task, info.spec.budget, info.spec.steps) == recipe
        and info.spec.source_langs in sets
    }
    unused = (seed for seed in itertools.count() if seed not in used)
    return tuple(itertools.islice(unused, n))


def recipe() -> tuple[int, int, int, float | None, int]:
    """Budget, steps, seeds, learning rate, test sentences."""
    one, other, third = st.columns(3)
    budget = one.number_input(
        "Examples in all",
        min_value=2,
        value=pipeline.BUDGET,
        step=100,
        key="budget",
        bind="query-params",
        help="Shared evenly over the source languages: the total is the same for one and for many.",
    )
    steps = other.number_input(
        "Steps", min_value=1, value=pipeline.STEPS, key="steps", bind="query-params"
    )
    n_seeds = third.number_input(
        "Seeds",
        min_value=1,
        max_value=10,
        value=1,
        key="seeds",
        bind="query-params",
        help="Runs per set. From three on, results come with an interval over seeds.",
    )
    with st.expander("More"):
        rate = st.text_input(
            "Learning rate", placeholder="automatic", help="2e-5; 3e-4 for small encoders."
        )
        limit = st.number_input(
            "Test sentences per language", min_value=1, value=pipeline.EVAL_LIMIT
        )
    try:
        learning_rate = float(rate) if rate else None
    except ValueError:
        raise SpecError(f"the learning rate must be a number such as 2e-5, got {rate!r}") from None
    return int(budget), int(steps), int(n_seeds), learning_rate, int(limit)
