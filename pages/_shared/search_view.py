"""A good set with few runs: what would have worked here."""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.judging import Judged, SearchCurve
from pages._shared import cached
from pages._shared.messages import escape
from pages._shared.theme import show_figure

N_CRITERIA_SHOWN = 3
LEVEL = 1e-9
"""Losses no further apart are one: they are means of the same scores in another order."""


def few_runs(judged: Judged) -> None:
    """Every strategy replayed over the sweep, in a sentence and a figure."""
    if few := pipeline.too_few_sets(len(judged.sets)):
        st.caption(f"{few}.")
        return
    if len(judged.seeds) < 2:
        st.caption("A search is judged on seeds that it did not see: train a second seed.")
        return
    with st.spinner("Searching again and again", show_time=True):
        curves = cached.search_curves(judged)
    by_name = {curve.name: curve for curve in curves}
    model, luck = by_name[pipeline.MODEL], by_name[pipeline.LUCK]
    n_runs, n_sets = len(model.regret), len(judged.sets)
    st.markdown(
        f"After **{n_runs} runs** a search by a model of the sets had trained one of the top "
        f"three in **{100 * model.reached[-1]:.0f} %** of {model.n_repeats} repetitions, and named "
        f"one as the best in {100 * model.named[-1]:.0f} %. Drawing sets by lot: "
        f"{100 * luck.reached[-1]:.0f} % and {100 * luck.named[-1]:.0f} % (by counting, trained: "
        f"{100 * pipeline.luck_reaches(n_sets, n_runs):.0f} %). {_criteria_told(curves)}"
    )
    criteria = [curve.name for curve in curves if curve.name not in {model.name, luck.name}]
    shown = [model.name, *criteria[:N_CRITERIA_SHOWN], luck.name]
    show_figure(
        lambda theme: figures.search_regret(curves, shown=shown, n_sets=n_sets, theme=theme),
        key="search",
    )
    st.caption(
        "The model is a Gaussian process over what all criteria say of a set; it picks the set "
        "with the highest expected improvement. A criterion goes down its own order: "
        f"{len(judged.seeds)} seeds give it {len(judged.seeds)} different repetitions at most, so "
        "read its share as so many of them. Which criterion is best is known only afterwards."
    )


def _criteria_told(curves: tuple[SearchCurve, ...]) -> str:
    names = [c for c in curves if c.name not in {pipeline.MODEL, pipeline.LUCK}]
    found = [c for c in names if c.reached[-1] == 1.0]
    if not found:
        return f"None of {len(names)} criteria had trained one with every seed."
    best = figures.strategy_name(found[0].name)
    n_level = sum(c.regret[-1] <= found[0].regret[-1] + LEVEL for c in found) - 1
    more = f" and {n_level} more" if n_level else ""
    return (
        f"{len(found)} of {len(names)} criteria had trained one with every seed; "
        f"{escape(best)}{more} lost the fewest points."
    )
