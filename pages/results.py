"""Does MSLT beat SSLT, where, and by how much?"""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import GainResult
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.gains_table import rounded, table
from pages._shared.gains_told import (
    answer,
    averaged_over,
    intervals_told,
    unseen_words,
)
from pages._shared.gap_told import gaps_told
from pages._shared.learning_view import mark_upper_bound, on_the_way
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.results_controls import measured_against, score, view
from pages._shared.results_groups import groups
from pages._shared.results_sizes import sizes
from pages._shared.results_ties import ties
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Does MSLT beat SSLT, where, and by how much?"


def compared(context: Context, lead: DeltaGenerator) -> None:
    """Every chosen group minus the baseline, target by target."""
    one, other = st.columns([1, 2])
    baseline, metric = measured_against(context, one), score(context, other)
    others = tuple(group for group in context.chosen if group.key != baseline.key)
    if not others:
        st.info(f"Choose a set beside {escape(baseline.name)} under Compare, in the sidebar.")
        targets, _ = cached.zero_shot_means(context.root, (baseline,))
        mark_upper_bound((baseline,))
        on_the_way(context, (baseline,), metric, targets)
        return
    results = cached.gains(context.root, baseline, others, metric, pool=context.groups)
    rest_on((baseline, *others))
    for result in results:
        tell(lead, answer(result), question=QUESTION, key=f"answer_{result.name_b}")
    with lead:
        mark_upper_bound((baseline, *others))
    colours = context.colours()
    show_figure(
        lambda theme: figures.target_gains(results, colours=colours, theme=theme), key="gains"
    )
    st.caption(f"{averaged_over(results)} {intervals_told(results[0])}")
    runs = [r for group in (baseline, *others) for r in cached.run_results(context.root, group)]
    oracles = cached.oracle_scores(context.root, context.runs, baseline, metric)
    show_figure(
        lambda theme: figures.target_scores(
            runs, metric=metric, oracles=oracles, colours=colours, theme=theme
        ),
        key="scores",
    )
    st.caption(escape(unseen_words(runs)))
    st.caption(gaps_told(runs, metric), help=METRICS["transfer_gap"].meaning)
    on_the_way(context, (baseline, *others), metric, results[0].zero_shot)
    in_numbers(results, metric)


def in_numbers(results: Sequence[GainResult], metric: str) -> None:
    """Every gain with its interval, folded."""
    for result in results:
        numbers = table(result)
        with st.expander(f"The numbers: {result.name_b} minus {result.name_a}"):
            st.dataframe(rounded(numbers), hide_index=True, width="stretch")
            st.download_button(
                "CSV",
                pipeline.as_csv(numbers),
                file_name=f"{result.name_b} minus {result.name_a}, {metric}.csv",
                on_click="ignore",
                key=f"csv_{result.name_b}",
            )


SHOWN = {"targets": compared, "sizes": sizes, "groups": groups, "ties": ties}

st.title(QUESTION)
context = sidebar_context()
with explain_errors():
    if context.groups:
        lead = st.container()
        SHOWN[view()](context, lead)
    elif empty_state("No finished runs in this store yet.", button="Train the first set"):
        st.switch_page("pages/train.py")
