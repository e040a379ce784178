"""The rarer controls of a recipe: whose examples, what is scored."""

from typing import Any

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import TaskOffer
from pages._shared.language_box import language_box
from pages._shared.one_of import one_of

DRAWN = {"disjoint": "Each its own", "parallel": "The same", "independent": "By chance"}
SELECTED = {
    "last": "The last",
    "source": "Best on held-out source rows",
    "target": "Best on the targets' test items",
}


def shares(offer: TaskOffer) -> dict[str, Any]:
    """Who gets how much of the budget, and which rows."""
    alpha = st.slider(
        "Shares follow size^α",
        min_value=0.0,
        max_value=1.0,
        value=0.0,
        step=0.1,
        key="alpha",
        bind="query-params",
        help="0: every source gets the same number of examples. 1: in proportion to how many it "
        "has. Between the two, small languages get more than their part.",
    )
    rows = None
    if offer.parallel:
        rows = one_of(
            "Meanings",
            DRAWN,
            key="rows",
            help="The rows of this task are translations of each other. Each its own: 500 English "
            "and 500 Spanish examples are 1,000 meanings, as many as one language would have. The "
            "same: they are 500 meanings, twice.",
        )
    shot_langs = language_box(
        "Few-shot targets",
        offer.train_langs,
        key="shot_langs",
        help="They get some examples out of the same budget, and are no zero-shot targets then.",
    )
    shots = 0
    if shot_langs:
        shots = st.number_input(
            "Examples of each", min_value=1, value=10, step=10, key="shots", bind="query-params"
        )
    return {"alpha": alpha, "rows": rows, "shots": int(shots), "shot_langs": shot_langs}


def evaluation() -> dict[str, Any]:
    """What is scored besides the last weights on the task's own items."""
    every = st.number_input(
        "Score every ... steps",
        min_value=1,
        value=None,
        placeholder="after the last only",
        key="every",
        bind="query-params",
        help="A learning curve for every target. Each point costs as much as the final scoring.",
    )
    select, holdout = "last", 0
    if every:
        select = st.radio(
            "Weights that are kept",
            list(SELECTED),
            format_func=SELECTED.__getitem__,
            key="select",
            bind="query-params",
            help="The third sees test items: an upper bound, not zero-shot (Keung et al. 2020).",
        )
        if select == "source":
            holdout = st.number_input(
                "Held-out rows", min_value=2, value=200, key="holdout", bind="query-params"
            )
    other = st.selectbox(
        "Score on another data set",
        [None, *(name for name in pipeline.task_titles() if pipeline.needs_folder(name))],
        format_func=lambda name: pipeline.task_titles()[name] if name else "no, on its own",
        key="eval_task",
        bind="query-params",
        help="Domain shift: trained here, scored there. Same kind of task, same label names.",
    )
    folder = st.text_input("Its folder", key="eval_data", bind="query-params") if other else None
    return {
        "eval_every": int(every) if every else None,
        "select": select,
        "holdout": int(holdout),
        "eval_task": other,
        "eval_data": folder or None,
    }
