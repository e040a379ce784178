"""Runs as they go on: state, progress, loss, time left. Looks at the store, never at the worker."""

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunInfo
from mslt_core.store import UNFINISHED, Store
from pages._shared.loss_view import losses, titles_of
from pages._shared.messages import about, escape, explain_errors, show_progress
from pages._shared.not_scored_told import show_not_scored

SHOWN = 6
"""Runs on the page; the newest first."""

LOOK_EVERY_S = 1.0

STATE_WORDS = {
    "queued": "waiting",
    "running": "training",
    "done": "done",
    "failed": "failed",
    "stopped": "stopped",
    "lost": "lost",
}


def watch_runs(root: str) -> None:
    """The newest runs; looked at every second while one of them is at work."""
    busy = any(info.state in UNFINISHED for info in pipeline.open_store(root).runs.list())
    st.fragment(_look, run_every=LOOK_EVERY_S if busy else None)(root, busy)


def _look(root: str, busy: bool) -> None:
    with explain_errors():
        store = pipeline.open_store(root)
        runs = store.runs.list()
        if busy and not any(info.state in UNFINISHED for info in runs):
            st.rerun()  # the last one has ended: the sidebar and other pages want to know
        watched = [run for run in st.session_state.get("watched", []) if store.runs.exists(run)]
        show_not_scored(watched)
        shown = [info for info in runs if info.run in watched or info.state in UNFINISHED]
        own = [info for info in runs if not info.read_only]
        # of the shipped runs those that still have their curve
        shown = (shown or own or [info for info in runs if info.step] or runs)[:SHOWN]
        if not shown:
            st.info("No runs yet. Start one on the left; it goes on when you close this page.")
            return
        titles, recipes = titles_of(shown), _recipes(runs, shown)
        losses(store, shown, recipes)
        for info in shown:
            _row(store, info, titles[info.run], recipes.get(info.run, ""))


def _recipes(runs: list[RunInfo], shown: list[RunInfo]) -> dict[str, str]:
    """The experiment's label of every shown run; nothing where all are of one."""
    labels = pipeline.run_labels(runs)
    told = {info.run: labels[info.run] for info in shown}
    return told if len({*told.values()}) > 1 else {}


def _row(store: Store, info: RunInfo, title: str, recipe: str) -> None:
    words, button = st.columns([3, 1], vertical_alignment="center")
    with words:
        st.markdown(f"**{escape(title)}** {_told(info)}")
        if recipe:
            st.caption(escape(recipe))
        if info.state in UNFINISHED:
            now = store.runs.status(info.run).progress
            show_progress(now.message, now.done, now.total, now.eta_s)
        elif info.reason:
            st.caption(escape(info.reason))
    with button:
        if info.state in UNFINISHED:
            if st.button("Stop", key=f"stop_{info.run}"):
                jobs.cancel(store, "runs", info.run)
                st.rerun(scope="fragment")
        elif (
            info.state in {"failed", "stopped", "lost"}
            and not store.read_only
            and st.button("Resume", key=f"resume_{info.run}", help="From its last checkpoint.")
        ):
            jobs.start(store, info.spec, info.where)
            st.rerun()


def _told(info: RunInfo) -> str:
    words = STATE_WORDS[info.state]
    if info.state == "done" and info.mean_score is not None:
        n = len(info.zero_shot_langs)
        unseen = f"{n} languages" if n > 1 else "language"
        score = METRICS[info.metrics[0]].in_sentence
        return (
            f"{words} in {about(info.elapsed_s).removeprefix('about ')}, mean {score} "
            f"**{100 * info.mean_score:.1f}** on the {unseen} it did not train on"
        )
    return words if info.state != "failed" else f"{words} at step {info.step:,}"
