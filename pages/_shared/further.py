"""Checkpoints beside those of the sidebar: under More on the Mingling page."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.spec.errors import SpecError
from mslt_core.spec.fetching import FetchSpec
from mslt_core.spec.specs import Where
from pages._shared.context import Context
from pages._shared.messages import empty_state
from pages._shared.waiting import wait_for

MAX_CHECKPOINTS = 4
"""Panels that can be read side by side."""


def further_checkpoints(taken: Sequence[str]) -> tuple[str, ...]:
    """Checkpoints beside the sidebar's: other runs, a run on its way, folders, the hub's."""
    text = st.text_input(
        "Further checkpoints",
        key="further",
        bind="query-params",
        help="Runs by their digest, RUN@STEP for weights that were kept on the way (to see mixing "
        "over training), folders, or models of the hub such as FacebookAI/xlm-roberta-base; joined "
        "by commas.",
    )
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len({*taken, *keys}) > MAX_CHECKPOINTS:
        raise SpecError(
            f"at most {MAX_CHECKPOINTS} checkpoints are shown side by side, "
            f"got {len({*taken, *keys})}",
            hint="Take some out under Compare, in the sidebar.",
        )
    return tuple(key for key in keys if key not in taken)


def all_here(context: Context, keys: Sequence[str]) -> bool:
    """False while a model of the hub is still to be fetched; then the page offers to."""
    absent = [key for key in keys if not pipeline.is_fetched(key)]
    if absent:
        spec = FetchSpec(model=absent[0])
        if not wait_for(context, spec) and empty_state(
            f"{absent[0]} is a model of the hub and is not here yet.", button="Fetch it"
        ):
            jobs.start(context.store, spec, Where())
            st.rerun()
    return not absent
