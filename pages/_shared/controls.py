"""The sidebar that every page shares, and what it says: one store, one experiment, some runs."""

import os
from pathlib import Path

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.results import RunGroup
from mslt_core.store import Store
from pages._shared.context import Context
from pages._shared.messages import escape

MAX_COMPARED = 3
"""Beside the base: four panels are the most that can be read side by side."""

EXAMPLE_ONLY = "example"


def sidebar() -> Context:
    """Draw the sidebar and say what it chose. Its choices are part of every page's link."""
    with st.sidebar:
        store = _store()
        runs = tuple(store.runs.list())
        groups = pipeline.run_groups(store, runs)
        experiments = pipeline.experiments(groups)
        if not experiments:
            st.caption("No finished runs yet. Train shows how to make the first ones.")
            return Context(store, runs, (), ())
        labels = pipeline.experiment_labels(groups)
        asked = st.query_params.get("experiment") if "experiment" not in st.session_state else None
        experiment = st.selectbox(
            "Experiment",
            experiments,
            format_func=lambda key: labels.get(key, key),
            key="experiment",
            bind="query-params",
            help="Runs that share task, data, model and recipe, and so may be compared.",
        )
        if asked and asked not in labels.values():
            st.warning(f"The link is to {escape(asked)}, which is not in this store by that name.")
        mine = tuple(group for group in groups if group.experiment == experiment)
        chosen = _compared(mine)
    return Context(store, runs, mine, chosen, labels.get(experiment, experiment))


def _store() -> Store:
    """The user's store with the example under it, the example alone, or a store of MSLT_STORES."""
    own = str(pipeline.open_store().root)
    places = {own: f"{Path(own).name}/, with the example", EXAMPLE_ONLY: "Example only, read-only"}
    for extra in filter(None, os.environ.get("MSLT_STORES", "").split(os.pathsep)):
        places[str(Path(extra).resolve())] = Path(extra).name
    place = st.selectbox(
        "Store",
        list(places),
        format_func=lambda key: places.get(key, key),
        key="store",
        bind="query-params",
        help="Where runs are kept. Add others with the variable MSLT_STORES.",
    )
    return pipeline.open_store(pipeline.EXAMPLE if place == EXAMPLE_ONLY else place)


def _compared(groups: tuple[RunGroup, ...]) -> tuple[RunGroup, ...]:
    by_key = {group.key: group for group in groups}
    kept = st.session_state.get("compare")
    if kept and not set(kept) & by_key.keys():  # they are of the experiment before
        st.session_state["compare"] = _first_look(groups)
    keys = st.multiselect(
        "Compare",
        list(by_key),
        default=_first_look(groups),
        # the name alone: a label is what a link holds, and must not change with another seed
        format_func=lambda key: by_key[key].name if key in by_key else key,
        key="compare",
        bind="query-params",
        max_selections=MAX_COMPARED,
        help="The base model always stands beside them on Mingling.",
    )
    return tuple(group for group in groups if group.key in keys)


def _first_look(groups: tuple[RunGroup, ...]) -> list[str]:
    """What is compared at first: a single source, English if it is there, and others with it."""
    base = pipeline.first_look([g for g in groups if len(g.source_langs) == 1], 1)
    others = [group for group in groups if group not in base]
    chosen = [*base, *pipeline.first_look(others, MAX_COMPARED - len(base))]
    return [group.key for group in chosen]
