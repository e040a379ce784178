"""Do the languages mix inside the model?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core.figures import Grouping, text
from mslt_core.pipeline import Measures
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.specs import MingleSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.context import context as sidebar_context
from pages._shared.corpus_told import tell_notes, warn_of_shifts
from pages._shared.further import all_here
from pages._shared.layers_view import by_layer, by_pair
from pages._shared.looks import maps_missing, question, runs_of, weights_missing
from pages._shared.maps_view import maps
from pages._shared.messages import explain_errors
from pages._shared.mingling_told import answer, cka_answer
from pages._shared.moved_view import moved
from pages._shared.on_demand import Looked
from pages._shared.one_of import one_of
from pages._shared.over_training_view import over_training
from pages._shared.take import rest_on, tell
from pages._shared.trust_view import trust
from pages._shared.waiting import offer

QUESTION = "Do the languages mix inside the model?"
VIEWS = {
    "layers": "Layer by layer",
    "pairs": "Pair by pair",
    "training": "Over training",
    "moved": "How far has training moved it?",
    "trust": "Can the maps be trusted?",
}


def looked_at(context: Context, look: MingleSpec, asked: MeasureSpec, lead: DeltaGenerator) -> None:
    """The answer, maps side by side, then what is measured behind them."""
    result = cached.mingle(context.root, look)
    measures = _measures(context, asked)
    runs, cka = runs_of(context, look), result.ckas[0]
    langs, n = (cka.langs, cka.n) if measures is None else (measures.langs, measures.n)
    rest_on(runs=runs, sizes=text.sentences_told(langs, n))
    if measures is None:
        tell(lead, cka_answer(result), question=QUESTION, key="cka_answer")
    else:
        tell(lead, answer(measures), question=QUESTION)
        notes, shifts = cached.look(context.root, "corpus_told", asked)
        warn_of_shifts(shifts, measures)
    rest_on(runs=runs, sizes=text.maps_size(result))
    group = maps(context, look, result)
    view = one_of("View", VIEWS, key="view", label_visibility="collapsed", wrap=True)
    if view == "trust":
        trust(context, look, result)
    elif view == "training":
        over_training(context, look, asked)
    elif measures is None:
        offer(
            context,
            asked,
            weights_missing(context, look),
            missing="What these checkpoints do layer by layer is not measured yet.",
            button="Measure it",
        )
    else:
        rest_on(runs=runs, sizes=text.sentences_told(langs, n))
        measured(view, Looked(context, asked, measures, context.colours()), group)
        tell_notes(notes)


def _measures(context: Context, asked: MeasureSpec) -> Measures | None:
    """What is measured already."""
    try:
        return cached.measures(context.root, asked)
    except NotComputedError:
        return None


def measured(view: str, looked: Looked, group: Grouping) -> None:
    """The view of measures that is chosen."""
    if view == "layers":
        by_layer(looked)
    elif view == "pairs":
        by_pair(looked, group)
    else:
        moved(looked, group)


def show(context: Context, look: MingleSpec, asked: MeasureSpec, lead: DeltaGenerator) -> None:
    """The look, or what makes it."""
    try:
        cached.mingle(context.root, look)
    except NotComputedError:
        offer(
            context,
            look,
            weights_missing(context, look),
            missing=maps_missing(look),
            button="Compute them",
        )
    else:
        looked_at(context, look, asked, lead)


st.title(QUESTION)
context = sidebar_context()
answer_place = st.container()
with explain_errors():
    look, asked = question(context)
    if all_here(context, look.checkpoints):
        show(context, look, asked, answer_place)
