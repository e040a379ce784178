"""What a sweep takes of this machine, measured before it is started."""

from typing import Literal

import streamlit as st

from mslt_core import jobs, pipeline, sweep
from mslt_core.spec.sweeps import PlannedRun
from mslt_core.store import UNFINISHED
from pages._shared.context import Context
from pages._shared.messages import escape
from pages._shared.waiting import show_stoppable


def offer_measuring(
    context: Context, runs: tuple[PlannedRun, ...], what: Literal["time", "memory"]
) -> None:
    """Have what a run takes measured in the background; `what` is not known yet."""
    asked = sweep.probes(context.store, runs, shipped=False)
    works = context.store.jobs
    begun = [probe.digest() for probe, _ in asked if works.exists(probe.digest())]
    if any(works.status(digest).state in UNFINISHED for digest in begun):
        st.fragment(_look, run_every=1.0)(context.root, begun)
        return
    ended = [works.status(digest) for digest in begun]
    if reasons := [status.reason for status in ended if status.state != "stopped"]:
        st.caption(f"The {what} could not be measured: {escape(reasons[0])}")
    if asked and st.button(
        f"Measure the {what} here",
        key="measure",
        help="Trains a few steps and scores a few items; tells time and a GPU's memory.",
    ):
        for probe, where in asked:
            jobs.start(context.store, probe, where)
        st.rerun()


def _look(root: str, digests: list[str]) -> None:
    store = pipeline.open_store(root)
    left = [digest for digest in digests if store.jobs.status(digest).state in UNFINISHED]
    if not left:
        st.rerun()
    show_stoppable(store, left)
