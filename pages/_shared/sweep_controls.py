"""The controls of a sweep: what is varied beside the sets, what is kept, what it costs."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import streamlit as st

from mslt_core import pipeline, sweep
from mslt_core.pipeline.presets import preset
from mslt_core.spec.sweeps import SweepSpec
from mslt_core.sweep.planning import Sets
from pages._shared.recipe import Recipe
from pages._shared.typed_lists import number, parts, whole_number


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a sweep keeps and costs."""

    keep_weights: bool | None
    """None: what suits its size."""
    price_per_hour: float | None


def also_varied(model: str, asked: Recipe) -> tuple[dict[str, Any], Terms]:
    """Further budgets, learning rates and models; what is kept, and what an hour costs."""
    with st.expander("Vary more, keep, cost"):
        typed = functools.partial(st.text_input, bind="query-params")
        budgets = typed("Further budgets", key="budgets", placeholder="3000, 10000")
        search = _searched(model, asked)
        shown = ", ".join(f"{rate:g}" for rate in search) or "5e-6, 2e-5"
        rates = typed("Learning rates", key="rates", placeholder=shown)
        named = "Folders or hub ids, joined by commas."
        models = typed("Further base models", key="models", help=named)
        oracles = st.toggle(
            "Oracles",
            key="oracles",
            bind="query-params",
            help="Each target alone on its own training data, where it has any, under the same "
            "budget: how much better it could be. They are marks on Results, no sets to compare.",
        )
        keep = st.selectbox(
            "Weights of finished runs",
            (None, True, False),
            format_func=lambda k: {None: "automatic", True: "keep", False: "drop"}[k],
            key="keep",
            bind="query-params",
            help=f"Automatic keeps them up to {sweep.KEPT_BY_DEFAULT} runs. Scores always stay.",
        )
        price = st.number_input(
            "Price of an hour", min_value=0.0, value=None, key="price", bind="query-params"
        )
    varied = {
        "models": tuple(dict.fromkeys((model, *parts(models)))),
        "further": tuple(whole_number(part) for part in parts(budgets)),
        "learning_rates": tuple(number(part) for part in parts(rates)) or search or (None,),
        "oracles": oracles,
        "judged_on_sources": bool(search),
    }
    return varied, Terms(keep, price)


def _searched(model: str, asked: Recipe) -> tuple[float, ...]:
    """Learning rates around the usual one, where the sweep is to find the best."""
    if st.session_state.get("sets_by") != "learning-rate":
        return ()
    roots = pipeline.allowed_roots()
    usual = asked.learning_rate or pipeline.usual_learning_rate(model, asked.tune, roots=roots)
    return sweep.rates_around(usual)


def sweep_spec(
    task: str, data: str | None, sets: Sets, recipe: Recipe, varied: dict[str, Any]
) -> SweepSpec:
    """The sweep that the controls describe.

    With several budgets steps follow from each of them, unless they were given by hand.
    """
    fields = recipe.fields()
    budget, rate = (fields.pop(field) for field in ("budget", "learning_rate"))
    budgets = tuple(dict.fromkeys((budget, *varied["further"])))
    if len(budgets) > 1 and not recipe.steps_given:
        del fields["steps"]
    if varied.get("judged_on_sources") and recipe.select == "last":
        most = _most_steps(task, recipe, budgets, varied["models"])
        fields |= sweep.judged_on_sources(recipe.eval_every or most)  # once, at every run's end
    for name in recipe.from_paper or ():  # each model has its own there
        fields.pop(name, None)
    if "learning_rate" in (recipe.from_paper or ()):
        rate = None
    rates = varied["learning_rates"]
    return SweepSpec(
        task=task,
        data=data,
        models=varied["models"],
        source_sets=sets,
        budgets=budgets,
        learning_rates=rates if rates != (None,) else (rate,),
        seeds=tuple(range(recipe.n_seeds)),
        oracles=varied["oracles"],
        paper_recipe=recipe.from_paper is not None,
        recipe=tuple(fields.items()),
    )


def _most_steps(task: str, recipe: Recipe, budgets: Sequence[int], models: Sequence[str]) -> int:
    """Of the longest runs. Table 5 of the paper has a model's steps, whatever the budget."""
    if recipe.steps_given:
        return recipe.steps
    usual = pipeline.default_steps(task, max(budgets), recipe.batch_size)
    left = "steps" in (recipe.from_paper or ())
    told = [(preset(task, model) or {}) if left else {} for model in models]
    return max(of_model.get("steps", usual) for of_model in told)
