"""Which source languages should I choose?"""

from typing import get_args

import streamlit as st

from mslt_core import figures
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RankedSet, SelectionResult
from mslt_core.spec.specs import Criterion, SelectSpec, set_name
from pages._shared import cached
from pages._shared.context import context as sidebar_context
from pages._shared.messages import escape, explain_errors
from pages._shared.sets_told import WORDS, answer
from pages._shared.theme import current_theme, show_figure

PAPER_POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")


def question() -> SelectSpec:
    """The controls beside the figure."""
    criterion = st.pills(
        "Different in",
        get_args(Criterion),
        default="syntax",
        required=True,
        format_func=lambda name: WORDS[name][0],
        key="criterion",
        bind="query-params",
        wrap=True,
        help=f"{METRICS['diversity'].meaning} Source: {METRICS['diversity'].source}.",
    )
    st.caption(f"By {WORDS[criterion][1]}, from lang2vec.")
    known = cached.selectable_langs(criterion)
    pool = st.multiselect(
        "Pool",
        known,
        default=PAPER_POOL,
        format_func=label,
        key="pool",
        bind="query-params",
        help="The languages you have labelled data for. At first the paper's seven.",
        wrap=True,
    )
    k = st.slider(
        "Number of source languages, k",
        *(2, 7, 3),
        key="k",
        bind="query-params",
        help="The paper finds three enough. Diversity is a sum over pairs, so k starts at 2.",
    )
    include = st.multiselect(
        "Must be in",
        pool,
        format_func=label,
        key="include",
        bind="query-params",
        help="For instance English, if its data is there anyway.",
        wrap=True,
    )
    return SelectSpec(pool=tuple(pool), k=k, criterion=criterion, include=tuple(include))


def choice(result: SelectionResult) -> RankedSet:
    """One set, by its place."""
    by_langs = {ranked.source_langs: ranked for ranked in result.sets[:200]}
    langs = st.selectbox(
        "Look at one set",
        list(by_langs),
        format_func=lambda langs: f"{by_langs[langs].rank}. {set_name(langs)}",
        key=f"set_of_{result.k}_{result.criterion}",
    )
    return by_langs[langs]


def explained(result: SelectionResult, chosen: RankedSet) -> None:
    """Why the set ranks where it does, and the way on to training."""
    names = ", ".join(label(lang) for lang in chosen.source_langs)
    st.markdown(
        f"{escape(names)}: diversity **{chosen.score:.3f}**, "
        f"{chosen.mean_pair:.3f} for a mean pair. Rank {chosen.rank} of {len(result.sets):,}."
    )
    if st.button(f"Train this set: {set_name(chosen.source_langs)}", type="primary"):
        st.switch_page("pages/train.py", query_params={"sources": list(chosen.source_langs)})


sidebar_context()
st.title("Which source languages should I choose?")
lead = st.empty()
left, right = st.columns([2, 3], gap="large")
with explain_errors():
    with left:
        spec = question()
    result = cached.selection(spec)
    lead.markdown(answer(result))
    with left:
        chosen = choice(result)
        explained(result, chosen)
    theme = current_theme()
    with right:
        drawn = figures.ranked_sets(result, chosen=chosen.source_langs, theme=theme)
        show_figure(drawn, key="ranked_sets")
    one, other = st.columns(2, gap="large")
    with one:
        drawn = figures.distance_heatmap(result, chosen=chosen.source_langs, theme=theme)
        show_figure(drawn, key="distances")
    with other:
        drawn = figures.set_distribution(result, chosen=chosen.source_langs, theme=theme)
        show_figure(drawn, key="distribution")
