"""How near languages are in every run: what is missing, and the buttons that measure it."""

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.pipeline import EXAMPLE_CORPUS
from mslt_core.spec.mechanism import GeometrySpec, Measured, MechanismSpec
from mslt_core.spec.specs import Where
from pages._shared.context import Context
from pages._shared.messages import about
from pages._shared.waiting import wait_for


def offer_to_measure(context: Context, asked: MechanismSpec, there: Measured) -> None:
    """One button for runs with weights, one for sets that have to be trained again."""
    again = pipeline.one_a_set(context.groups, there)
    works = {
        "weights": _work(context, asked, there.with_weights),
        "again": _work(context, asked, again),
    }
    for name, runs in (("weights", there.with_weights), ("again", again)):
        if runs and wait_for(context, works[name]):
            return
    if not there.with_weights and not again:
        return
    left = []
    if there.with_weights:
        left.append(f"{len(there.with_weights)} others have weights")
    if there.lost:
        left.append(f"{len(there.lost)} would have to be trained again")
    st.caption(
        f"{len(there.measured)} of {there.n_runs} runs are measured; {' and '.join(left)}. What is "
        "done is kept, and a stop costs nothing but the present run."
    )
    row = st.container(horizontal=True)
    n = len(there.with_weights)
    if n and row.button(f"Measure {n} with weights", key="measure_weights"):
        jobs.start(context.store, works["weights"], Where())
        st.rerun()
    if again:
        took_s = {info.run: info.elapsed_s for info in context.runs}
        time = about(sum(took_s.get(run, 0.0) for run in again))
        told = f"Train {len(again)} sets again and measure them"
        if row.button(
            told,
            key="measure_again",
            help=f"One run of each set that has none measured: {time} of training alone, by what "
            "it took before. Their weights are dropped after.",
        ):
            jobs.start(context.store, works["again"], Where())
            st.rerun()


def _work(context: Context, asked: MechanismSpec, runs: tuple[str, ...]) -> GeometrySpec:
    return GeometrySpec(look=asked.look((context.base, *runs)))


def where_measured() -> tuple[str, int]:
    """On which sentences and at which layer runs are measured."""
    corpus = st.text_input(
        "Parallel sentences",
        EXAMPLE_CORPUS,
        key="mechanism_corpus",
        bind="query-params",
        help="cldr-parallel, or a folder of parallel text.",
    )
    layer = st.number_input(
        "Layer",
        min_value=-1,
        value=-1,
        key="mechanism_layer",
        bind="query-params",
        help="-1 is the last, 0 the embeddings.",
    )
    return corpus, int(layer)
