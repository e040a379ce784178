"""Does alignment fall under SSLT and hold under MSLT? Measures at the weights kept on the way."""

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import text
from mslt_core.pipeline import Measures
from mslt_core.spec.courses import Course, StepPoint
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.measuring import MeasureSpec
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunInfo
from mslt_core.spec.specs import MingleSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.layers_view import WITH_RANK
from pages._shared.measure_controls import conditions
from pages._shared.messages import escape
from pages._shared.tables import show_table
from pages._shared.take import rest_on
from pages._shared.theme import show_figure
from pages._shared.waiting import offer

SHOWN = ("linear_cka", "mingling", "retrieval_p1")
NOTHING_KEPT = (
    "None of the runs compared here kept weights on the way. Ask for them when you train: "
    "*Keep the weights every ... steps* on Train, or `--keep-every 50` on the command line."
)


def over_training(context: Context, look: MingleSpec, usual: MeasureSpec) -> None:
    """A measure over the steps of every run that kept weights, beside its learning curve."""
    by_run = {info.run: info for info in context.runs}
    runs = [by_run[key] for key in look.checkpoints if key in by_run]
    kept = [info for info in runs if pipeline.kept_on_the_way(info)]
    if not kept:
        st.info(NOTHING_KEPT)
        return
    keys = tuple(info.run for info in kept)
    asked = pipeline.over_training(context.store, keys, usual, look.layer)
    try:
        measures = cached.measures(context.root, asked)
    except NotComputedError:
        lost = [info for info in kept if not info.has_weights]
        offer(context, asked, lost, missing=_cost(asked), button="Measure the steps")
        return
    rest_on(runs=kept, sizes=text.sentences_told(measures.langs, measures.n))
    _shown(context, measures, keys)
    _left_out(runs, kept)


def _cost(asked: MeasureSpec) -> str:
    n = len(asked.checkpoints)
    return (
        f"The measures at {n} steps are not there yet: {n} checkpoints read the sentences of "
        f"{len(asked.langs)} languages, in the background."
    )


def _shown(context: Context, measures: Measures, runs: tuple[str, ...]) -> None:
    name = st.selectbox(
        "Measure over steps",
        SHOWN,
        format_func=lambda name: METRICS[name].label,
        key="course",
        bind="query-params",
    )
    found = pipeline.courses(measures, name)
    st.markdown(_answer(found))
    ranks = pipeline.courses(measures, "effective_rank") if name in WITH_RANK else ()
    scores = pipeline.score_courses(context.store, runs)
    layers = figures.layers(of_run[-1] for of_run in measures.layers)
    size = f"{len(measures.langs)} languages, n = {measures.n:,} sentences"
    over = f"Mean over {size}, {layers}, one run a set{conditions(measures, name)}"
    show_figure(
        lambda theme: figures.over_training(
            found, scores, companion=ranks, over=over, colours=context.colours(), theme=theme
        ),
        key="over_training",
    )
    if name in WITH_RANK:
        st.caption(
            "Read it with the effective rank: a space that collapses onto few directions mixes as "
            "well, and that is no alignment."
        )
    rows = [
        {"set": c.name, "step": p.step, METRICS[c.measure].label: p.value, "low": p.low,
         "high": p.high}
        for c in (*found, *ranks)
        for p in c.points
    ]  # fmt: skip
    with st.expander("The numbers"):
        show_table(pd.DataFrame(rows), name=f"{name} over training", decimals=4)


def _answer(found: tuple[Course, ...]) -> str:
    """What changed from the base to the last weights of every run."""
    label = METRICS[found[0].measure].label
    told = [f"{_direction(c.change)} under {escape(c.name)} ({_value(c.change)})" for c in found]
    return f"{label} {', and '.join(told)} over training, from step 0 to the last."


def _direction(change: StepPoint) -> str:
    if change.low is None or change.high is None:
        return "changes"
    return "falls" if change.high < 0 else "rises" if change.low > 0 else "holds within noise"


def _value(change: StepPoint) -> str:
    told = f"{change.value:+z.3f}"
    if change.low is not None and change.high is not None:
        told += f" [{change.low:z.3f}, {change.high:z.3f}]"
    return f"**{told.replace('-', '−')}**"


def _left_out(runs: list[RunInfo], kept: list[RunInfo]) -> None:
    if without := [escape(info.name) for info in runs if info not in kept]:
        st.caption(f"No weights were kept on the way of {', '.join(without)}.")
