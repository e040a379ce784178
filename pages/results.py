"""Does MSLT beat SSLT, where, and by how much?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import pipeline
from mslt_core.spec.evidence import OTHER_SEEDS
from mslt_core.spec.metrics import METRICS
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.decimals import rounded, show_frame
from pages._shared.gains_table import table
from pages._shared.gains_told import answer, averaged_over, unseen_words
from pages._shared.gap_told import gaps_told
from pages._shared.intervals_told import intervals_told
from pages._shared.learning_view import on_the_way
from pages._shared.learnt_told import warn_of_nothing_learnt
from pages._shared.lost_told import lost_told
from pages._shared.marks import mark
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.results_arranged import arranged
from pages._shared.results_controls import ask_for_another, averaged, measured_against, score, view
from pages._shared.results_groups import groups
from pages._shared.results_imported import imported
from pages._shared.results_items import items
from pages._shared.results_mechanism import mechanism
from pages._shared.results_sizes import sizes
from pages._shared.results_ties import ties
from pages._shared.take import rest_on, tell

QUESTION = "Does MSLT beat SSLT, where, and by how much?"


def compared(context: Context, lead: DeltaGenerator) -> None:
    """Every chosen group minus the baseline, target by target."""
    one, other, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    baseline, average = measured_against(context, one), averaged(other)
    metric = score(context, third)
    others = tuple(group for group in context.chosen if group.key != baseline.key)
    if not others:
        ask_for_another(context, baseline)
        targets, _ = cached.zero_shot_means(context.root, (baseline,))
        rest_on((baseline,))
        on_the_way(context, (baseline,), metric, targets)
        return
    results = cached.gains(
        context.root, baseline, others, metric, average=average, pool=context.groups
    )
    rest_on(pipeline.paired(baseline, others))
    for result in results:
        tell(lead, answer(result), question=QUESTION, key=f"answer_{result.name_b}")
    runs = [r for group in (baseline, *others) for r in cached.run_results(context.root, group)]
    warn_of_nothing_learnt(context, (baseline, *others))
    arranged(context, baseline, results)
    rest_on((baseline, *others))
    st.caption(f"{averaged_over(results)} {intervals_told(results)}")
    if pipeline.seeds_differ((baseline, *others)):
        st.caption(OTHER_SEEDS)
    if told := unseen_words(runs):
        st.caption(escape(told))
    st.caption(gaps_told(runs, metric), help=METRICS["transfer_gap"].meaning)
    # one line is set beside another, so all are over the same targets whatever the means are over
    shared = cached.gains(context.root, baseline, others, metric, pool=context.groups)
    on_the_way(context, (baseline, *others), metric, shared[0].zero_shot)
    for result in results:
        numbers = table(result)
        with st.expander(f"The numbers: {result.name_b} minus {result.name_a}"):
            show_frame(rounded(numbers, 1))
            st.download_button(
                "CSV",
                pipeline.as_csv(numbers),
                file_name=f"{result.name_b} minus {result.name_a}, {metric}.csv",
                on_click="ignore",
                key=f"csv_{result.name_b}",
            )


SHOWN = {
    "targets": compared,
    "sizes": sizes,
    "groups": groups,
    "ties": ties,
    "mechanism": mechanism,
    "items": items,
    "imported": imported,
}

st.title(QUESTION)
context = sidebar_context()
with explain_errors():
    if context.groups:
        lead = st.container()
        mark(context)
        SHOWN[view()](context, lead)
    else:
        if empty_state("No finished runs in this store yet.", button="Train the first set"):
            st.switch_page("pages/train.py")
        imported(context, st.container())
if lost := lost_told(context):
    st.caption(lost)
