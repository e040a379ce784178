"""Does MSLT beat SSLT, where, and by how much?"""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
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
from pages._shared.theme import current_theme, show_figure


def against(context: Context) -> tuple[RunGroup, str]:
    """The group that is subtracted, and the metric."""
    one, other = st.columns([1, 2])
    metrics = context.groups[0].metrics
    names = {group.key: group for group in context.groups}
    start = context.baseline
    with one:
        key = st.selectbox(
            "Measured against",
            list(names),
            index=list(names).index(start.key) if start else 0,
            format_func=lambda key: names[key].name if key in names else key,
            key="against",
            bind="query-params",
        )
    with other:
        metric = st.segmented_control(
            "Score",
            metrics,
            default=metrics[0],
            required=True,
            format_func=lambda name: METRICS[name].label,
            key="metric",
            bind="query-params",
            wrap=True,
            help=" ".join(METRICS[name].meaning for name in metrics),
        )
    return names[key], metric


def compared(context: Context) -> None:
    """Every chosen group minus the baseline, target by target."""
    lead = st.container()
    baseline, metric = against(context)
    others = tuple(group for group in context.chosen if group.key != baseline.key)
    if not others:
        st.info(f"Choose a set beside {escape(baseline.name)} under Compare, in the sidebar.")
        targets, _ = cached.zero_shot_means(context.root, (baseline,))
        mark_upper_bound((baseline,))
        on_the_way(context, (baseline,), metric, targets)
        return
    results = cached.gains(context.root, baseline, others, metric, pool=context.groups)
    for result in results:
        lead.markdown(answer(result))
    with lead:
        mark_upper_bound((baseline, *others))
    theme, colours = current_theme(), context.colours()
    show_figure(figures.target_gains(results, colours=colours, theme=theme), key="gains")
    st.caption(f"{averaged_over(results)} {intervals_told(results[0])}")
    runs = [r for group in (baseline, *others) for r in cached.run_results(context.root, group)]
    oracles = cached.oracle_scores(context.root, context.runs, baseline, metric)
    drawn = figures.target_scores(
        runs, metric=metric, oracles=oracles, colours=colours, theme=theme
    )
    show_figure(drawn, key="scores")
    st.caption(escape(unseen_words(runs)))
    st.caption(gaps_told(runs, metric), help=METRICS["transfer_gap"].meaning)
    on_the_way(context, (baseline, *others), metric, results[0].zero_shot)
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


st.title("Does MSLT beat SSLT, where, and by how much?")
context = sidebar_context()
with explain_errors():
    if context.groups:
        compared(context)
    elif empty_state("No finished runs in this store yet.", button="Train the first set"):
        st.switch_page("pages/train.py")
