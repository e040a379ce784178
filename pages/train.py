"""What happens when I train on these languages?"""

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.spec.specs import set_name
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.messages import about, escape, explain_errors
from pages._shared.plan import Plan, expected_s, free_seeds
from pages._shared.recipe import recipe
from pages._shared.running import watch_runs
from pages._shared.source_sets import sets_to_train


def inputs() -> tuple[str, str | None, str]:
    """Task, data folder and base checkpoint."""
    titles = pipeline.task_titles()
    task = st.selectbox(
        "Task", list(titles), format_func=lambda n: titles[n], key="task", bind="query-params"
    )
    data, model = None, pipeline.EXAMPLE_MODEL
    if pipeline.needs_folder(task):
        data = st.text_input(
            "Folder with the data",
            key="data",
            bind="query-params",
            placeholder="../panx",
            help="train-en.tsv, dev-en.tsv and so on: token, tab, tag; a blank line between "
            "sentences. The path may be relative to the project.",
        )
        model = st.text_input(
            "Base model",
            pipeline.EXAMPLE_MODEL,
            key="model",
            bind="query-params",
            help="A checkpoint folder, a hub id such as FacebookAI/xlm-roberta-base, or base, "
            "the small one that comes with the example.",
        )
    return task, data or None, model


def told(context: Context, plan: Plan, n_targets: int) -> str:
    """The plan in one sentence."""
    names = " and ".join(set_name(langs) for langs in plan.sets)
    seeds = f"seed{'s' * (len(plan.seeds) > 1)} {', '.join(map(str, plan.seeds))}"
    seconds = expected_s(context, plan)
    return (
        f"**{plan.n_runs} run{'s' * (plan.n_runs > 1)}**: {escape(names)}, "
        f"{plan.recipe.budget:,} examples each, {plan.recipe.steps:,} steps, {seeds}, "
        f"scored on {n_targets} languages{f', {about(seconds)} in all' if seconds else ''}."
    )


def start(context: Context, plan: Plan) -> None:
    """Check all runs, then hand them to workers of their own."""
    with st.spinner("Checking the data and the model"):
        asked = plan.specs()
        pipeline.check_data(*asked[0])  # sets and seeds share task, targets and model
    started = [jobs.start(context.store, spec, where) for spec, where in asked]
    st.session_state["watched"] = started
    st.rerun()


st.title("What happens when I train on these languages?")
context = sidebar_context()
left, right = st.columns([2, 3], gap="large")
with left, explain_errors():
    task, data, model = inputs()
    offer = cached.task_offer(task, data)
    sets = sets_to_train(offer.train_langs)
    asked = recipe(offer)
    plan = Plan(task, data, model, sets, free_seeds(context, task, asked, sets), asked)
    if not sets:
        st.info("Choose at least one source language.")
    else:
        st.markdown(told(context, plan, len(offer.eval_langs)))
        if st.button("Start", type="primary", key="start", disabled=context.store.read_only):
            start(context, plan)
with right:
    watch_runs(context.root)
