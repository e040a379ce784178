"""The Overview page's findings, each with its picture and the way to its view."""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import text
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.findings_told import best, few_shot_apart
from pages._shared.gains_told import answer
from pages._shared.known import pair, space_change
from pages._shared.learnt_told import warn_of_nothing_learnt
from pages._shared.results_controls import VIEWS
from pages._shared.space_told import mixing
from pages._shared.take import goes_with, rest_on
from pages._shared.theme import show_figure

RESULTS, MINGLING = "pages/results.py", "pages/mingling.py"
ARROW = ":material/arrow_forward:"


def best_set(context: Context) -> None:
    """Which zero-shot set transfers best, on languages that none of them trained on."""
    groups = pipeline.zero_shot(context.groups)
    ranking = cached.ranking(context.root, groups)
    if not ranking.standings:
        st.markdown(
            "**Which sets are the best?** None can be called so: every target is a "
            "source of one of the sets."
        )
        return
    rest_on(groups)
    goes_with(best(ranking))
    show_figure(lambda theme: figures.spark_sets(ranking, theme=theme), key="spark_sets")
    st.markdown(best(ranking))
    if len(groups) < len(context.groups):
        st.caption(few_shot_apart(cached.ranking(context.root, context.groups), groups))
    st.page_link(
        RESULTS,
        label="See the ties for the best",
        icon=ARROW,
        query_params={"results_view": VIEWS["ties"]},
    )


def gain(context: Context) -> None:
    """What more than one source language brought; the sets are the sidebar's, not the luckiest."""
    baseline, several = pair(context)
    if baseline is None or several is None:
        lacks = "a single language" if baseline is None else "several languages"
        sizes = {min(len(group.source_langs), 2) for group in context.groups}
        is_there = (1 if baseline is None else 2) in sizes
        st.markdown(
            f"**What do sources add?** No gain to tell yet: no set of {lacks} is "
            f"{'compared, see the sidebar' if is_there else 'trained yet'}."
        )
        return
    # the link leads to all that is compared, where a mean is over targets unseen by each of them
    (result,) = cached.gains(
        context.root, baseline, (several,), beside=context.chosen, pool=context.groups
    )
    colours = context.colours()
    if result.mean is not None:
        rest_on(pipeline.paired(baseline, (several,)))
        goes_with(answer(result))
        show_figure(
            lambda theme: figures.spark_gain(result, colours=colours, theme=theme),
            key="spark_gain",
            narrowed=figures.fewer_named,
        )
    st.markdown(answer(result))
    warn_of_nothing_learnt(context, (baseline, several))
    st.page_link(
        RESULTS,
        label="See every target language",
        icon=ARROW,
        query_params={"results_view": VIEWS["targets"]},
    )


def mixed(context: Context) -> bool:
    """Whether the languages came closer inside the model; False where nobody looked."""
    change = space_change(context)
    if change is None:
        st.markdown(
            "**Do languages mix more?** Not looked at yet: whether they mix more inside the "
            "trained models than in the base."
        )
        st.page_link(MINGLING, label="Look inside", icon=ARROW)
        return False
    colours = context.colours()
    looked_at = {ref.key for ref in change.checkpoints}
    rest_on(
        runs=[info for info in context.runs if info.run in looked_at],
        sizes=text.sentences_told(change.langs, change.n),
    )
    goes_with(mixing(change))
    show_figure(
        lambda theme: figures.spark_mixing(change, colours=colours, theme=theme), key="spark_mixing"
    )
    st.markdown(mixing(change))
    st.page_link(MINGLING, label="See the maps", icon=ARROW)
    return True
