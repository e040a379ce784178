"""Which sets may be the best, which languages recur in them, and what writing systems do."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.rankings import TASKS
from mslt_core.spec.selecting import PAPER_POOL
from mslt_core.spec.views import ScriptMean
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.gains_told import in_points
from pages._shared.messages import escape
from pages._shared.results_controls import score
from pages._shared.sizes_told import CARRIED
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure
from pages._shared.ties_told import answer, recurring

QUESTION = "Which sets may be the best?"
PAPERS = ("one script", "two scripts", "three scripts")


def ties(context: Context, lead: DeltaGenerator) -> None:
    """The finding, the first sets, the languages in them, and the scripts."""
    metric = score(context)
    ranking = cached.ranking(context.root, context.groups, metric)
    rest_on(context.groups)
    tell(lead, answer(ranking), question=QUESTION)
    if any(standing.behind for standing in ranking.standings):
        show_figure(lambda theme: figures.best_sets(ranking, theme=theme), key="best_sets")
        st.caption(
            f"Intervals: {CARRIED[ranking.carried]}, against the set with the highest mean. That "
            "it came out on top by luck too is not in them; it is in what may be the best. Means "
            f"are over the languages that no set trained on: {', '.join(ranking.targets)}."
        )
    for name, reason in ranking.left_out:
        st.caption(f"{escape(name)} is left out: {escape(reason)}.")
    one, other = st.columns([2, 3], gap="large")
    with one:
        st.markdown("**Which languages recur in the sets that may be the best?**")
        show_table(recurring(ranking), name="languages in the best sets")
    with other:
        scripts(context, metric)


def scripts(context: Context, metric: str) -> None:
    """Sets of one size by their number of scripts, the paper's Table 4 under it."""
    sweeps = pipeline.swept(context.groups)
    sweep = next((one for one in sweeps if one.k == len(PAPERS)), next(iter(sweeps), None))
    st.markdown("**Do sets with more writing systems score higher?**")
    if sweep is None or sweep.k == 1:
        st.caption("This needs every set of a size, of two languages or more, to be trained.")
        return
    found = cached.by_scripts(context.root, sweep, metric)
    told = "; ".join(_more(one) for one in found if one.gain)
    st.markdown(
        f"Sets of {sweep.k}, over those with {found[0].n_scripts} script: {told}." if told else ""
    )
    ours = f"here: {METRICS[metric].label.lower()}"
    rows: list[dict[str, object]] = [
        {"scripts": ours, **{_column(one): f"{100 * one.mean.estimate:.2f}" for one in found}},
        {"scripts": "95 % interval", **{_column(one): _interval(one) for one in found}},
    ]
    if sweep.pool == PAPER_POOL and sweep.k == len(PAPERS):
        columns = [_column(one) for one in found]
        for task, scores in pipeline.writing_system_scores().items():
            row = dict(zip(columns, (f"{value:.2f}" for value in scores), strict=True))
            rows.append({"scripts": f"the paper: {TASKS[task]}", **row})
    show_table(pd.DataFrame(rows), name="scores by number of scripts")
    if len(rows) > 2:
        st.caption("The paper's rows: Lim et al. 2024, Table 4, as printed, without intervals.")


def _more(one: ScriptMean) -> str:
    assert one.gain is not None
    return f"**{in_points(one.gain)}** points with {one.n_scripts} scripts ({one.n_sets} sets)"


def _column(one: ScriptMean) -> str:
    return f"{one.n_scripts} ({one.n_sets} sets)"


def _interval(one: ScriptMean) -> str:
    low, high = one.mean.low, one.mean.high
    return "" if low is None or high is None else f"{100 * low:.1f}, {100 * high:.1f}"
