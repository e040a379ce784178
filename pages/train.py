"""What happens when I train on these languages?"""

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.pipeline.left_out import not_scored
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.messages import escape, explain_errors
from pages._shared.not_scored_told import keep_not_scored
from pages._shared.own_form import own_form
from pages._shared.plan import Plan, free_seeds
from pages._shared.plan_told import told
from pages._shared.recipe import recipe
from pages._shared.running import watch_runs
from pages._shared.source_sets import sets_to_train, sweep_sets
from pages._shared.sweep_controls import also_varied, sweep_spec
from pages._shared.sweep_plan import offer_sweep
from pages._shared.sweep_view import watch_sweep


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
            help=pipeline.data_help(task),
        )
        own_form(task, data)
        model = st.text_input(
            "Base model",
            pipeline.EXAMPLE_MODEL,
            key="model",
            bind="query-params",
            help="A checkpoint folder, a hub id such as FacebookAI/xlm-roberta-base, or base, "
            "the small one that comes with the example.",
        )
    return task, data or None, model


def start(context: Context, plan: Plan) -> None:
    """Check all runs, then hand them to workers of their own."""
    with st.spinner("Checking the data and the model"):
        asked = plan.specs()
        # sets and seeds share task, targets and model
        pipeline.check_data(*asked[0], context.store)
        told_of_rows = not_scored(*asked[0])
    started = [jobs.start(context.store, spec, where) for spec, where in asked]
    st.session_state["watched"] = started
    keep_not_scored(started, told_of_rows)
    st.rerun()


def one_by_one(context: Context, plan: Plan, n_targets: int) -> None:
    """A few sets, each handed to a worker of its own."""
    if not plan.sets:
        st.info("Choose at least one source language.")
        return
    if n_targets:  # what is missing is said below
        st.markdown(told(context, plan, n_targets))
    shares = None  # while the data has too little for the plan
    with explain_errors(), st.spinner("Counting the training data", show_time=True):
        shares = plan.uneven_shares()
    for line in shares or ():
        st.caption(escape(line))
    ready = shares is not None and not context.store.read_only
    if st.button("Start", type="primary", key="start", disabled=not ready):
        start(context, plan)


st.title("What happens when I train on these languages?")
context = sidebar_context()
left, right = st.columns([2, 3], gap="large")
with left, explain_errors():
    task, data, model = inputs()
    offer = cached.task_offer(task, data)
    if offer.note:
        st.caption(offer.note)
    extent = st.segmented_control(
        "What to train",
        ["These sets", "A whole sweep"],
        default="These sets",
        required=True,
        key="extent",
        bind="query-params",
        label_visibility="collapsed",
    )
    if extent == "A whole sweep":
        sets = sweep_sets(context, offer, model)
        asked = recipe(offer, model)
        above = st.container()  # the plan and its button come before what is rarely changed
        varied, terms = also_varied(model, asked)
        with above, explain_errors():
            if sets:
                offer_sweep(context, sweep_spec(task, data, sets, asked, varied), terms)
            else:
                st.info("Choose languages and how many are in a set.")
    else:
        sets = sets_to_train(offer.train_langs)
        asked = recipe(offer, model)
        seeds = free_seeds(context, task, asked, sets, model)
        scored = cached.task_offer(asked.eval_task, asked.eval_data) if asked.eval_task else offer
        one_by_one(context, Plan(task, data, model, sets, seeds, asked), len(scored.eval_langs))
with right:
    if st.session_state.get("extent") == "A whole sweep":
        watch_sweep(context.root)
    else:
        watch_runs(context.root)
