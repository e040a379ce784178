"""A warning beside an answer that rests on runs which may have learnt nothing."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.results import RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.messages import escape


def warn_of_nothing_learnt(context: Context, groups: Sequence[RunGroup]) -> None:
    """Name the groups' runs that are not surely better than the majority label, if there are."""
    runs = [run for group in groups for run in cached.run_results(context.root, group)]
    if told := pipeline.nothing_learnt((run.info, run.scores) for run in runs):
        st.warning(escape(told))
