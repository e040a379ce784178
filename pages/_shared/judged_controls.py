"""The Criteria page's question: which sets, by which score, and what the criteria are made of."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core.pipeline import Average, Swept
from mslt_core.spec.judging import Judged
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.selecting import SelectSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.judged_told import AVERAGES
from pages._shared.messages import escape
from pages._shared.needs import pretraining_figures, text_and_layer


def question(context: Context, sweeps: tuple[Swept, ...]) -> Judged:
    """Which sets, with English or not, by which score and which mean."""
    one, other, third, fourth, fifth = st.columns([12, 16, 16, 20, 9], vertical_alignment="bottom")
    sweep = _size(one, sweeps)
    fixed = other.selectbox(
        "Only sets with",
        (None, *sweep.pool),
        format_func=lambda lang: lang or "any language",
        key="with",
        bind="query-params",
        help="The paper's Table 2 fixes English.",
    )
    metric = third.selectbox(
        "Score",
        sweep.groups[0].metrics,
        format_func=lambda name: METRICS[name].label,
        key="metric",
        bind="query-params",
    )
    averages: list[Average] = ["shared", "paper"]
    average = fourth.selectbox(
        "Mean over targets",
        averages,
        format_func=lambda name: AVERAGES[name],
        key="average",
        bind="query-params",
    )
    asked = _what_is_read(fifth, sweep)
    with st.spinner("Asking every criterion", show_time=True):
        return cached.judged(
            context.root, sweep, fixed=fixed, metric=metric, average=average, asked=asked
        )


def _size(place: DeltaGenerator, sweeps: tuple[Swept, ...]) -> Swept:
    by_size = {sweep.k: sweep for sweep in sorted(sweeps, key=lambda sweep: sweep.k)}
    k = place.selectbox(
        "Size of a set",
        list(by_size),
        index=list(by_size).index(sweeps[0].k),
        format_func=lambda k: f"{k}: {len(by_size[k].groups)} sets",
        key="k",
        bind="query-params",
    )
    return by_size[k]


def _what_is_read(place: DeltaGenerator, sweep: Swept) -> SelectSpec:
    """Text, layer and figures; the model is the runs' own."""
    base = sweep.groups[0].runs[0].spec.model
    with place.popover("More", width="stretch"):
        st.caption(f"Vocabulary and embeddings are those of the runs' base model, {escape(base)}.")
        made_of = text_and_layer() | pretraining_figures()
    return sweep.question(**made_of)
