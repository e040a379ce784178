"""Mechanism: does more mingling go with better transfer?"""

import functools

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.mechanism import CLOSENESS, Mechanism, MechanismSpec, Partners, Which
from mslt_core.spec.metrics import METRICS
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.measuring_runs import offer_to_measure, where_measured
from pages._shared.mechanism_table import cells, compared
from pages._shared.mechanism_told import answer, basis, others
from pages._shared.results_controls import score
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Does more mingling go with better transfer?"
PARTNERS: dict[Partners, str] = {"others": "all other languages", "sources": "the set's sources"}
WHICH: dict[Which, str] = {
    "shared": "source of no set",
    "unseen": "not a source of the set",
    "seen": "a source of the set",
}


def mechanism(context: Context, lead: DeltaGenerator) -> None:
    """The finding, the scatter, and the same held in other ways; or what has to be measured."""
    asked, metric = _asked(context), score(context)
    roots = pipeline.allowed_roots()
    there = pipeline.geometry(context.store, context.groups, asked, roots=roots)
    if not there.measured:
        lead.markdown(
            f"**None of {there.n_runs} runs is measured here yet**, so nothing can be told: how "
            "near languages are in each run is computed from its weights."
        )
        offer_to_measure(context, asked, there)
        return
    reference = context.baseline or context.groups[0]
    question = (
        f"mechanism {context.root} {asked.digest()} {metric} {reference.key} "
        f"{' '.join(there.measured)} {cached.groups_stamp(context.groups)}"
    )
    found: Mechanism = cached.keep(
        question,
        functools.partial(
            pipeline.mechanism,
            context.store,
            context.groups,
            asked,
            metric,
            reference=reference,
            roots=roots,
        ),
    )
    measured = frozenset(there.measured)
    infos = [info for group in context.groups for info in group.runs if info.run in measured]
    rest_on((reference,), runs=infos)
    tell(lead, answer(found), question=QUESTION)
    show_figure(lambda theme: figures.closeness_against_score(found, theme=theme), key="mechanism")
    st.caption(basis(found), help=METRICS["closeness_slope"].meaning)
    st.markdown(others(found))
    show_table(compared(found), name="mechanism")
    offer_to_measure(context, asked, there)
    with st.expander("Every set and target"):
        show_table(cells(found), name="closeness and score")


def _asked(context: Context) -> MechanismSpec:
    one, other, third, more = st.columns([4, 4, 4, 2], vertical_alignment="bottom")
    measure = one.selectbox(
        "Closeness",
        CLOSENESS,
        format_func=lambda name: METRICS[name].label,
        key="closeness",
        bind="query-params",
        help=" ".join(METRICS[name].meaning for name in CLOSENESS),
    )
    towards: Partners = other.selectbox(
        "Of a target to",
        ["others"] if measure == "language_mingling" else list(PARTNERS),
        format_func=lambda name: PARTNERS[name],
        key="closeness_to",
        bind="query-params",
    )
    which = third.selectbox(
        "Targets",
        list(WHICH),
        format_func=lambda name: WHICH[name],
        key="mechanism_targets",
        bind="query-params",
    )
    with more.popover("More", width="stretch"):
        corpus, layer = where_measured()
    known = set(pipeline.corpus_langs(corpus, roots=pipeline.allowed_roots()))
    targets = context.groups[0].runs[0].spec.target_langs
    return MechanismSpec(
        measure=measure,
        partners=towards,
        which=which,
        corpus=corpus,
        langs=tuple(lang for lang in targets if lang in known),
        layer=layer,
    )
