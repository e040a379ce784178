"""The controls for how a run is trained and scored."""

import dataclasses

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import TaskOffer
from mslt_core.spec.errors import SpecError
from mslt_core.spec.specs import Rows, Select, Tune
from pages._shared.recipe_more import evaluation, shares, weights


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How every run of a plan is trained and scored."""

    budget: int
    steps: int
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
            learning_rate, batch_size, max_length = _learning_rate(), *_sizes()
            tuned = weights()
        with who:
            shared = shares(offer)
        with then:
            limit = _limit(offer)
            scored = evaluation()
    automatic = pipeline.default_steps(offer.name, int(budget), batch_size)
    steps = other.number_input(
        "Steps",
        min_value=1,
        value=None,
        placeholder=f"{automatic:,}",
        key="steps",
        bind="query-params",
        help="Optimizer steps, the same for every set. Empty: a few passes over the examples.",
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
    return Recipe(
        budget=int(budget),
        steps=int(steps or automatic),
        n_seeds=int(n_seeds),
        learning_rate=learning_rate,
        batch_size=batch_size,
        max_length=max_length,
        eval_limit=limit,
        **tuned,
        **shared,
        **scored,
    )


def _sizes() -> tuple[int, int | None]:
    """Batch size and sub-words per sentence."""
    batch_size = st.number_input("Batch size", min_value=1, value=16, key="batch")
    max_length = st.number_input(
        "Sub-words per text",
        min_value=8,
        value=None,
        placeholder="all it can read, up to 512",
        key="length",
        help="Longer training texts are cut off; tagged sentences are scored in parts, contexts "
        "of questions in windows.",
    )
    return int(batch_size), int(max_length) if max_length else None


def _limit(offer: TaskOffer) -> int:
    limit = st.number_input(
        "Test items per language",
        min_value=1,
        value=None,
        placeholder=f"{offer.eval_limit:,}",
        key="limit",
    )
    return int(limit or offer.eval_limit)


def _learning_rate() -> float | None:
    text = st.text_input(
        "Learning rate",
        placeholder="automatic",
        key="rate",
        help="2e-5; 3e-4 for small encoders; ten times as much for LoRA, 1e-3 for a head alone.",
    )
    try:
        return float(text) if text else None
    except ValueError:
        raise SpecError(f"the learning rate must be a number such as 2e-5, got {text!r}") from None
