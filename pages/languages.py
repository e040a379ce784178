"""Which source languages should I choose?"""

import functools
import time

import plotly.graph_objects as go
import streamlit as st

from mslt_core import figures, jobs
from mslt_core.figures import Theme
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.rankings import SelectionResult
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import Where, set_name
from pages._shared import cached, views
from pages._shared.choosing import question
from pages._shared.chosen_set import chosen_set, on_click, set_box
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.criteria_view import criteria
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.one_of import one_of
from pages._shared.paper_view import paper
from pages._shared.reasons import reasons
from pages._shared.sets_told import answer, place_told
from pages._shared.take import tell
from pages._shared.theme import show_figure
from pages._shared.train_link import to_train
from pages._shared.waiting import vectors_of, wait_for

# the browser draws at once what arrives at once: the rest lets the ranked sets be drawn first
HEAD_START_S = 0.08

VIEWS = {
    "distances": "How far apart they are",
    "criteria": "Under all criteria",
    "sets": "All sets",
    "paper": "In the paper",
}

QUESTION = "Which source languages should I choose?"


def selected(context: Context, spec: SelectSpec) -> SelectionResult | None:
    """The ranked sets; None while embeddings are missing, with the button that makes them."""
    try:
        with st.spinner("Ranking the sets", show_time=True):
            return cached.selection(context.root, spec)
    except NotComputedError as e:
        work = vectors_of(spec)
        if not wait_for(context, work) and empty_state(f"{e.message}.", button="Compute them"):
            jobs.start(context.store, work, Where())
            st.rerun()
        return None


def drawn(result: SelectionResult, chosen: tuple[str, ...], theme: Theme) -> go.Figure:
    """The ranked sets."""
    return figures.ranked_sets(result, chosen=chosen, theme=theme)


def shown(
    context: Context, spec: SelectSpec, result: SelectionResult, chosen: tuple[str, ...]
) -> None:
    """The chosen set's reasons, and one of the views below."""
    reasons(spec, result, chosen)
    view = one_of("View", VIEWS, key="view", label_visibility="collapsed", wrap=True)
    if view == "distances":
        views.distances(context.root, spec, result, chosen)
    elif view == "criteria":
        criteria(context, spec, chosen)
    elif view == "sets":
        views.all_sets(result, chosen)
    else:
        paper(context.root, spec, chosen)


context = sidebar_context()
st.title(QUESTION)
lead = st.empty()
left, right = st.columns([2, 3], gap="large")
with explain_errors():
    with left:
        spec = question()
    with right:
        result = selected(context, spec)
    if result:
        chosen = chosen_set(result.sets)
        tell(lead, answer(result), question=QUESTION)
        with right:
            show_figure(
                functools.partial(drawn, result, chosen),
                key="ranked_sets",
                on_select=on_click("ranked_sets"),
            )
            set_box(result.sets, chosen)
            place = result.sets.find(chosen)
            assert place is not None
            st.markdown(place_told(result, result.sets.ranked(place)))
            if st.button(f"Train this set: {set_name(chosen)}", type="primary"):
                to_train(sources=list(chosen))
            for note in result.notes:
                st.caption(escape(note))
        time.sleep(HEAD_START_S)
        shown(context, spec, result, chosen)
