"""Do the languages mix inside the model?"""

import streamlit as st

from mslt_core import jobs
from mslt_core.figures import Grouping
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec, Where
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.layers_view import by_layer, by_pair
from pages._shared.looks import measures_of, question, weights_missing
from pages._shared.maps_view import maps, trust
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.mingling_told import answer, cka_answer
from pages._shared.waiting import wait_for

VIEWS = {
    "layers": "Layer by layer",
    "pairs": "Pair by pair",
    "trust": "Can the maps be trusted?",
}


def looked_at(context: Context, look: MingleSpec, result: MingleResult) -> None:
    """Maps side by side, then what is measured behind them."""
    lead = st.container()
    lead.markdown(cka_answer(result))
    groupings: list[Grouping] = ["family", "script"]
    group = st.segmented_control(
        "Colour by",
        groupings,
        default="family",
        required=True,
        key="colour",
        bind="query-params",
        label_visibility="collapsed",
        format_func=lambda name: f"Colour by {name}",
    )
    colours = context.colours()
    maps(result, group, colours)
    st.caption(
        "Every point is one sentence; the same sentences in every panel. Filled: the language was "
        "trained on; outlined: it was not. Point at one for its text, click it for its "
        "translations. Distances on a map are not distances in the model: those are measured below."
    )
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="layers",
        required=True,
        format_func=lambda name: VIEWS[name],
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == "trust":
        trust(result)
        return
    asked = measures_of(look)
    try:
        measures = cached.measures(context.root, asked)
    except NotComputedError:
        if not wait_for(context, asked) and empty_state(
            "What these checkpoints do layer by layer is not measured yet.", button="Measure it"
        ):
            jobs.start(context.store, asked, Where())
            st.rerun()
        return
    lead.markdown(answer(measures))
    if view == "layers":
        by_layer(measures, colours)
    else:
        by_pair(measures, group, colours)


st.title("Do the languages mix inside the model?")
context = sidebar_context()
with explain_errors():
    look = question(context)
    lost = weights_missing(context, look)
    try:
        result = cached.mingle(context.root, look)
    except NotComputedError:
        if wait_for(context, look):
            pass
        elif lost:
            st.markdown(f"The weights of {escape(lost[0].name)} are not stored here.")
            if empty_state("They can be trained again in seconds.", button="Train them again"):
                for info in lost:
                    jobs.start(context.store, info.spec, info.where, again=True)
                st.switch_page("pages/train.py")
        elif empty_state("These maps are not computed yet.", button="Compute them"):
            jobs.start(context.store, look, Where())
            st.rerun()
    else:
        looked_at(context, look, result)
