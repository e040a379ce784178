"""The Overview page's findings, each with its picture and the way to its view."""

import math

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.errors import MsltError
from mslt_core.spec.findings import SpaceChange
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.findings_told import best, mixing
from pages._shared.gains_told import answer
from pages._shared.looks import default_look
from pages._shared.results_controls import VIEWS
from pages._shared.theme import show_figure

RESULTS, MINGLING = "pages/results.py", "pages/mingling.py"
ARROW = ":material/arrow_forward:"


def best_set(context: Context) -> None:
    """Which of the trained sets transfers best, on languages that none of them trained on."""
    ranking = cached.ranking(context.root, context.groups)
    if not ranking.standings:
        st.markdown(
            "**No set can be called the best**: every target is a source of one of the sets."
        )
        return
    show_figure(lambda theme: figures.spark_sets(ranking, theme=theme), key="spark_sets")
    st.markdown(best(ranking))
    st.page_link(
        RESULTS,
        label="See the ties for the best",
        icon=ARROW,
        query_params={"results_view": VIEWS["ties"]},
    )


def gain(context: Context) -> None:
    """What more than one source language brought; the sets are the sidebar's, not the luckiest."""
    baseline, several = pair(context)
    if baseline is None or several is None:
        lacks = "a single language" if baseline is None else "several languages"
        st.markdown(f"**No gain to tell yet**: no set of {lacks} is compared, see the sidebar.")
        return
    (result,) = cached.gains(context.root, baseline, (several,), pool=context.groups)
    colours = context.colours()
    if result.mean is not None:
        show_figure(
            lambda theme: figures.spark_gain(result, colours=colours, theme=theme), key="spark_gain"
        )
    st.markdown(answer(result))
    st.page_link(
        RESULTS,
        label="See every target language",
        icon=ARROW,
        query_params={"results_view": VIEWS["targets"]},
    )


def mixed(context: Context) -> bool:
    """Whether the languages came closer inside the model; False where nobody looked."""
    change = space_change(context)
    if change is None:
        st.markdown(
            "**Not looked at yet**: whether the languages mix more inside the trained models than "
            "in the base."
        )
        st.page_link(MINGLING, label="Look inside", icon=ARROW)
        return False
    colours = context.colours()
    show_figure(
        lambda theme: figures.spark_mixing(change, colours=colours, theme=theme), key="spark_mixing"
    )
    st.markdown(mixing(change))
    st.page_link(MINGLING, label="See the maps", icon=ARROW)
    return True


def pair(context: Context) -> tuple[RunGroup | None, RunGroup | None]:
    """The baseline, and the first of the compared sets with several sources."""
    several = next((group for group in context.chosen if len(group.source_langs) > 1), None)
    return context.baseline, several


def space_change(context: Context) -> SpaceChange | None:
    """From the base to a single source to several, as far as they are compared and measured."""
    baseline, several = pair(context)
    try:
        look = default_look(context)
        run_of = dict(zip([g.key for g in context.chosen], look.checkpoints[1:], strict=True))
        runs = [run_of[g.key] for g in (baseline, several) if g is not None and g.key in run_of]
        if not runs:
            return None
        measures = cached.measures(context.root, pipeline.change_asked(look, runs))
    except MsltError:  # not computed, or its base lies elsewhere now: Mingling says which
        return None
    return pipeline.space_change(measures)


def trained(context: Context) -> pd.DataFrame:
    """What has been run: a row a set."""
    targets, means = cached.zero_shot_means(context.root, context.groups)
    score = (
        f"{METRICS[context.groups[0].metrics[0]].in_sentence} on {len(targets)} unseen languages"
    )
    return pd.DataFrame(
        [
            {
                "set": group.name,
                "seeds": ", ".join(str(info.spec.seed) for info in group.runs),
                score: 100 * means.get(group.key, math.nan),
                "runs with weights": sum(info.has_weights for info in group.runs),
                "from": "the example" if group.runs[0].read_only else "this store",
            }
            for group in context.groups
        ]
    )
