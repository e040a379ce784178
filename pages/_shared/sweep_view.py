"""A sweep as it goes on: the grid filling in, pace, time left, failures, buttons."""

from collections.abc import Callable

import streamlit as st

from mslt_core import figures, pipeline, sweep
from mslt_core.spec.naming import first_few
from mslt_core.spec.sweeps import SweepStatus
from mslt_core.store import Store
from pages._shared.labels import told_apart
from pages._shared.messages import escape, explain_errors, time_left
from pages._shared.not_scored_told import show_not_scored
from pages._shared.take import rest_on
from pages._shared.theme import show_figure

LOOK_EVERY_S = 2.0
FAILURES_SHOWN = 5
BUSY = {"running", "pausing", "cancelling"}

WORDS = {
    "running": "is under way",
    "idle": "stands still: no worker is at it",
    "pausing": "is pausing, after the present step",
    "paused": "is paused",
    "cancelling": "is ending",
    "cancelled": "was cancelled",
    "done": "is done",
    "ended": "has ended, with runs that failed or were stopped",
}


def watch_sweep(root: str) -> None:
    """The chosen sweep; looked at every other second while workers are at it."""
    store = pipeline.open_store(root)
    known = store.sweeps.digests()
    if not known:
        st.info("No sweep yet. Plan one on the left; it goes on when you close this page.")
        return
    digest = known[0]
    if len(known) > 1:
        titles = told_apart({name: sweep.told(store.sweeps.get(name).runs) for name in known})
        digest = st.selectbox(
            "Sweep",
            known,
            format_func=titles.__getitem__,
            key="sweep",
            bind="query-params",
        )
    busy = sweep.status(store, digest).state in BUSY
    st.fragment(_look, run_every=LOOK_EVERY_S if busy else None)(root, digest, busy)


def _look(root: str, digest: str, busy: bool) -> None:
    with explain_errors():
        store = pipeline.open_store(root)
        now = sweep.status(store, digest)
        st.markdown(headline(now))
        st.progress(now.count("done") / len(now.cells))
        show_not_scored(digest)
        if not store.read_only:
            _buttons(store, now)
        runs = {cell.run for cell in now.cells}
        rest_on(runs=[info for info in store.runs.list() if info.run in runs])
        show_figure(lambda theme: figures.sweep_grid(now.cells, theme=theme), key="sweep_grid")
        for one in now.rates:
            if one.told:
                st.markdown(escape(one.told))
        _failures(now)
        # at the end: a click that arrives with the last step of a sweep must reach its button
        if busy and now.state not in BUSY:
            st.rerun()  # the sidebar and the plan want to know


def headline(now: SweepStatus) -> str:
    """How far it is, in a sentence."""
    pace = f"{now.per_hour:,.0f} runs an hour" if now.per_hour and now.state in BUSY else ""
    left = time_left(now.eta_s) if now.state in BUSY else ""
    told = [f"{now.count('done'):,} of {len(now.cells):,} runs done", pace, left]
    last = f" Its last words: {now.last_words}" if now.state == "idle" and now.last_words else ""
    return (
        f"The sweep of {escape(now.title)} **{WORDS[now.state]}**: "
        f"{escape(', '.join(filter(None, told)))}.{escape(last)}"
    )


def _buttons(store: Store, now: SweepStatus) -> None:
    """What can be done to it in its state."""
    acts: dict[str, tuple[Callable[[Store, str], object], str]] = {}
    if now.state == "running":
        acts["Pause"] = (sweep.pause, "Workers finish their step and keep a checkpoint of it.")
    if now.state in {"idle", "paused", "cancelled", "pausing"}:
        acts["Resume"] = (sweep.resume, "Every run goes on from its last checkpoint.")
    if now.state in {"running", "idle", "paused", "pausing"}:
        acts["Cancel"] = (sweep.cancel, "Ends it. Runs that are done stay.")
    if now.count("failed") + now.count("stopped"):
        acts["Retry failed"] = (sweep.retry, "Does failed and stopped runs once more.")
    with st.container(horizontal=True):
        pressed = [n for n in acts if st.button(n, key=f"sweep_{n}", help=acts[n][1])]
    for name in pressed:
        with explain_errors():  # of its own: the grid below stays
            acts[name][0](store, now.sweep)
            st.rerun()


def _failures(now: SweepStatus) -> None:
    """Runs that failed, with their reasons; those with one reason together."""
    failed: dict[str, list[str]] = {}
    for cell in now.cells:
        if cell.state == "failed":
            failed.setdefault(cell.told, []).append(cell.about)
    for reason, runs in list(failed.items())[:FAILURES_SHOWN]:
        if len(runs) == 1:
            st.markdown(f"**{escape(runs[0])}** failed: {escape(reason)}")
        else:
            named = first_few(runs, FAILURES_SHOWN, "; ")
            st.markdown(f"**{len(runs):,} runs** failed ({escape(named)}): {escape(reason)}")
    if n := sum(len(runs) for runs in list(failed.values())[FAILURES_SHOWN:]):
        st.caption(f"And {n:,} more: point at their cells.")
