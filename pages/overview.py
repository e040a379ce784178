"""What is here, and what do we know so far?"""

import streamlit as st

from mslt_core import figures
from pages._shared import cached
from pages._shared.cards import best_set, gain, mixing, trained
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.data_view import data_section
from pages._shared.labels import experiment_label
from pages._shared.learning_view import mark_upper_bound
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.theme import current_theme, show_figure


def known(context: Context) -> None:
    """The findings, each with its picture, and the next step."""
    mark_upper_bound(context.groups)
    targets, means = cached.zero_shot_means(context.root, context.groups)
    baseline = context.baseline
    others = tuple(g for g in context.chosen if baseline and g.key != baseline.key)
    results = cached.gains(context.root, baseline, others, pool=context.groups) if baseline else ()
    one, other, third = st.columns(3, gap="large")
    with one, explain_errors():
        best_set(context, targets, means)
        st.page_link("pages/languages.py", label="Choose other sets")
    with other, explain_errors():
        if results:
            gain(max(results, key=lambda r: r.mean.difference if r.mean else float("-inf")))
            st.page_link("pages/results.py", label="See every target language")
        else:
            st.metric("MSLT minus SSLT", "one set only")
            st.page_link("pages/train.py", label="Train a second set")
    if results:
        drawn = figures.target_gains(results, colours=context.colours(), theme=current_theme())
        show_figure(drawn, key="overview_gains")
    st.subheader("What has been run")
    if context.spec:
        st.caption(escape(experiment_label(context.spec)))
    st.dataframe(trained(context, len(targets), means).round(1), hide_index=True, width="stretch")
    with third, explain_errors():  # last: it reads the corpus, which takes seconds at first
        mixing(context)
        st.page_link("pages/mingling.py", label="See the maps")


st.title("What do we know so far?")
context = sidebar_context()
with explain_errors():
    if context.groups:
        known(context)
    elif empty_state("Nothing has been trained here yet.", button="Train the first set"):
        st.switch_page("pages/train.py")
data_section(context)
