"""The questions about all sets of one size: each its finding, its figure and its numbers."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.pipeline import Swept
from pages._shared import cached, ends_told, recurring_told, scripts_told, similar_told
from pages._shared.cached_sweeps import of_sweep
from pages._shared.context import Context
from pages._shared.gains_told import told_average
from pages._shared.messages import escape
from pages._shared.needs import pretraining_figures
from pages._shared.pretraining_told import basis as text_basis
from pages._shared.pretraining_told import sets_answer
from pages._shared.results_controls import measured_against
from pages._shared.sizes_told import CARRIED
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure


def ends(context: Context, lead: DeltaGenerator, sweep: Swept, metric: str) -> None:
    """The best and the worst set against the baseline, target by target."""
    baseline = measured_against(context, st.columns([3, 8])[0])
    found = of_sweep(
        pipeline.best_and_worst,
        context.root, sweep, baseline, metric=metric, pool=context.groups,
    )  # fmt: skip
    rest_on((baseline, *sweep.groups))
    tell(lead, ends_told.answer(found), question="What is the choice of a set worth?")
    show_figure(lambda theme: figures.set_ends(found, theme=theme), key="set_ends")
    st.caption(f"{ends_told.basis(found)} {told_average('shared', found.targets)}")
    with st.expander("The numbers"):
        show_table(ends_told.table(found), name=f"best and worst sets of {found.k}")


def recur(context: Context, lead: DeltaGenerator, sweep: Swept, metric: str) -> None:
    """Which languages make a set good, and how often each is on top."""
    found = of_sweep(pipeline.recurring, context.root, sweep, metric=metric, pool=context.groups)
    rest_on(sweep.groups)
    tell(lead, recurring_told.answer(found), question="Which languages make a set good?")
    show_figure(lambda theme: figures.recurring_languages(found, theme=theme), key="recurring")
    st.caption(
        f"Intervals: {CARRIED[found.carried]}. {recurring_told.basis(found)} "
        f"{told_average('shared', found.targets)}"
    )
    with st.expander("The numbers"):
        show_table(recurring_told.table(found), name=f"languages in sets of {found.k}")
    with st.expander(f"The top {len(found.top)} sets", expanded=bool(found.paper)):
        show_table(recurring_told.top_table(found), name=f"top sets of {found.k}")
        if found.paper:
            st.caption("The paper's rows: Lim et al. 2024, Table 3, as printed.")


def similar(context: Context, lead: DeltaGenerator, sweep: Swept, metric: str) -> None:
    """The most and the least similar sets by every criterion of diversity."""
    with st.spinner("Asking every criterion", show_time=True):
        judged = cached.judged(context.root, sweep, fixed=None, metric=metric, average="shared")
    found = pipeline.most_and_least_similar(pipeline.open_store(context.root), sweep, judged)
    rest_on(sweep.groups)
    question = "Do sets of less similar languages score higher?"
    tell(lead, similar_told.answer(found), question=question)
    show_figure(lambda theme: figures.similarity_contrasts(found, theme=theme), key="similarity")
    st.caption(
        f"Intervals: {CARRIED[found.carried]}; one set against one leans on the seeds of all. The "
        "sets are chosen without a look at scores. Sets that tie are averaged. p after Holm over "
        f"the criteria. {told_average('shared', found.targets)}"
    )
    for name, why in found.missing.items():
        st.caption(f"{escape(name)} is left out: {escape(why)}")
    papers = any(one.paper for one in found.contrasts)
    with st.expander("The numbers, and the paper's" if papers else "The numbers"):
        show_table(similar_told.table(found), name=f"most and least similar sets of {found.k}")
        if papers:
            st.caption(
                "The paper's columns: Lim et al. 2024, Table 6, points as printed, its own models "
                "and data, without intervals."
            )


def scripts(context: Context, lead: DeltaGenerator, sweep: Swept, metric: str) -> None:
    """Sets by their number of scripts, the paper's Table 4 beside them."""
    found = of_sweep(pipeline.by_scripts, context.root, sweep, metric=metric)
    rest_on(sweep.groups)
    question = "Do sets of more writing systems score higher?"
    tell(lead, scripts_told.answer(found, sweep.k), question=question)
    show_figure(
        lambda theme: figures.scores_by_scripts(found, metric, k=sweep.k, theme=theme),
        key="by_scripts",
    )
    show_table(scripts_told.table(found, sweep, metric), name="scores by number of scripts")
    st.caption(scripts_told.basis(found, sweep))


def pretraining(context: Context, lead: DeltaGenerator, sweep: Swept, metric: str) -> None:
    """Every set's score against the pretraining text of its languages."""
    figures_of = pretraining_figures()["pretraining"]
    found = pipeline.sets_by_pretraining(
        pipeline.open_store(context.root), sweep, metric, figures=figures_of
    )
    rest_on(sweep.groups)
    question = "Do sets score higher of which the base model saw more text?"
    tell(lead, sets_answer(found), question=question)
    show_figure(
        lambda theme: figures.score_by_pretraining(found, of="all sources", theme=theme),
        key="sets_pretraining",
    )
    st.caption(text_basis(found, context))
