"""Which sets: which may be the best, how far ends lie apart, what recurs, what similarity does."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.pipeline import Swept
from mslt_core.spec.results import RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.gains_told import told_average
from pages._shared.labels import joined
from pages._shared.messages import empty_state, escape
from pages._shared.results_controls import averaged, score
from pages._shared.results_gaps import gaps
from pages._shared.results_set_parts import ends, pretraining, recur, scripts, similar
from pages._shared.sets_controls import part, size
from pages._shared.sizes_told import CARRIED
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure
from pages._shared.ties_told import answer, recurring, standings
from pages._shared.train_link import SWEEP, TRAIN, not_carried, seeds_link

QUESTION = "Which sets may be the best?"
Part = Callable[[Context, DeltaGenerator, Swept, str], None]

OF_A_SIZE: dict[str, Part] = {
    "ends": ends,
    "recurring": recur,
    "similar": similar,
    "scripts": scripts,
    "pretraining": pretraining,
}


def ties(context: Context, lead: DeltaGenerator) -> None:
    """One question about the sets of the experiment."""
    one, other, third = st.columns([4, 4, 5], vertical_alignment="bottom")
    about = part(one)
    if about == "best":
        average = averaged(other)
        best(context, lead, score(context, third), average)
    elif about == "gap":
        gaps(context, lead, other, score(context, third))
    elif sweeps := _of_several(context, about):
        sweep = size(sweeps, other)
        OF_A_SIZE[about](context, lead, sweep, score(context, third))
    elif empty_state(
        "This needs every set of a size, out of one pool, to be trained.",
        button="Plan such a sweep",
    ):
        st.switch_page(TRAIN, query_params={"extent": SWEEP})


def _of_several(context: Context, about: str) -> tuple[Swept, ...]:
    """Single languages have neither similarity nor more than one script."""
    least = 2 if about in {"similar", "scripts"} else 1
    return tuple(sweep for sweep in pipeline.swept(context.groups) if sweep.k >= least)


def best(context: Context, lead: DeltaGenerator, metric: str, average: pipeline.Average) -> None:
    """The sets that may be the best, and the languages in them."""
    groups = pipeline.zero_shot(context.groups)
    ranking = cached.ranking(context.root, groups, metric, average=average)
    rest_on(groups)
    tell(lead, answer(ranking), question=QUESTION)
    if any(standing.behind for standing in ranking.standings):
        show_figure(lambda theme: figures.best_sets(ranking, theme=theme), key="best_sets")
        st.caption(
            f"Intervals: {CARRIED[ranking.carried]}, against the set with the highest mean. That "
            "it came out on top by luck too is not in them; it is in what may be the best. "
            f"{told_average(average, ranking.targets)}"
        )
    else:
        _more_seeds(context, groups)
    left_out = dict(ranking.left_out_by_reason)
    if apart := [group.name for group in context.groups if group not in groups]:
        left_out["few-shot sets have seen examples of a target"] = apart
    for reason, names in left_out.items():
        are = "is" if len(names) == 1 else "are"
        st.caption(f"{escape(joined(names))} {are} left out: {escape(reason)}.")
    if ranking.standings:
        with st.expander(f"The numbers: all {len(ranking.standings)} sets"):
            show_table(standings(ranking), name="sets by their mean")
    if not ranking.tied:
        return
    with st.expander("The languages in the sets that may be the best, of any size"):
        show_table(recurring(ranking), name="languages in the best sets")


def _more_seeds(context: Context, groups: Sequence[RunGroup]) -> None:
    """What is missing to rank these sets, and the way to train it, where Train can."""
    few = [group for group in groups if len(group.runs) < pipeline.MIN_SEEDS]
    now, lost = pipeline.alike(few), not_carried(context)
    if empty_state(
        "Which sets may be the best is told from three seeds of every set on.",
        button="Plan more seeds" if few and not lost else "",
    ):
        st.switch_page(TRAIN, query_params=seeds_link(context, now))
    if lost:
        st.caption(lost)
    elif len(now) < len(few):
        names = escape(joined([group.name for group in now]))
        st.caption(f"First of {names}: sets with other few-shot examples are a plan each.")
