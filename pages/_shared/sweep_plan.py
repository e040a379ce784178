"""What a sweep will take, before it is started."""

import streamlit as st

from mslt_core import pipeline, sweep
from mslt_core.figures import text
from mslt_core.pipeline.left_out import not_scored
from mslt_core.spec.sweeps import PlannedRun, Sweep, SweepSpec
from mslt_core.store import told_size
from mslt_core.sweep import Estimate
from pages._shared.context import Context
from pages._shared.messages import about, escape
from pages._shared.not_scored_told import keep_not_scored
from pages._shared.sweep_controls import Terms
from pages._shared.sweep_measuring import offer_measuring

TOLD_BY = {
    "runs": "by finished runs of the same recipe",
    "shipped": "by the shipped runs, which another machine made",
    "probe": "by a few steps and items measured here",
    "unknown": "",
}


def offer_sweep(context: Context, spec: SweepSpec, terms: Terms) -> None:
    """The plan in one sentence, what it costs, and the button that starts it."""
    roots = pipeline.allowed_roots()
    runs = sweep.plan(spec, roots=roots)
    keep = sweep.keeps_weights(runs) if terms.keep_weights is None else terms.keep_weights
    found = sweep.estimate(
        context.store, runs, keep_weights=keep, price_per_hour=terms.price_per_hour
    )
    st.markdown(sentence(runs, found))
    for remark in sweep.remarks(spec, runs, roots=roots):
        st.caption(escape(remark))
    if found.n_done == found.n_runs:
        st.caption("Nothing is left to do. Results compares them.")
        return
    fits = (found.fits and not found.crowded) or _wanted_anyway(found)
    pressed = st.button(
        "Start the sweep",
        type="primary",
        key="start_sweep",
        disabled=context.store.read_only or not fits,
    )
    st.caption(escape(costs(runs, found, keep)))
    if pressed:
        with st.spinner("Checking the data and the models"):
            sweep.check(runs)
            asked = sweep.usual(runs)
            told = not_scored(asked.spec, asked.where)
        begun = sweep.start(context.store, Sweep(runs=runs, keep_weights=keep))
        keep_not_scored(begun, told)
        # the one that is looked at from now on, whichever was before
        st.session_state["sweep"] = begun
        st.rerun()
    if context.store.read_only:
        return
    if found.source in {"unknown", "shipped"}:
        offer_measuring(context, runs, "time")
    elif found.n_sharing > 1 and not found.n_fit:
        offer_measuring(context, runs, "memory")


def _wanted_anyway(found: Estimate) -> bool:
    """Say how much too small the disk or the GPU is, and ask whether to start all the same."""
    if not found.fits:
        ways = "Choose to drop weights, free" if found.kept_bytes else "Free"
        st.warning(
            f"The sweep needs {told_size(found.needed_bytes)}, {told_size(found.free_bytes)} are "
            f"free. {ways} some space, or choose another store.",
            title="The disk is too small.",
        )
    if found.crowded:
        st.warning(
            f"{sweep.crowded_told(found)}. {sweep.slots_told(found)}, and start the dashboard "
            "again.",
            title="Too many runs for a GPU.",
        )
    return st.checkbox("Start all the same", key="sweep_anyway")


def sentence(runs: tuple[PlannedRun, ...], found: Estimate) -> str:
    """35 sets x 3 seeds on wikiann, 3,000 examples each: 105 runs, about 4 h here."""
    left = found.n_runs - found.n_done
    n_done = f"{found.n_done:,} of them" if left else "all"
    done = f", {n_done} done already" if found.n_done else ""
    time = f", {about(found.seconds)} here" if left and found.seconds else ""
    return f"**{escape(sweep.told(runs))}**: {text.count(found.n_runs, 'run')}{done}{time}."


def costs(runs: tuple[PlannedRun, ...], found: Estimate, keep: bool) -> str:
    """Data, disk, a GPU's memory, where the time is from, money."""
    side = f", {found.n_workers} side by side" if found.n_workers > 1 else ""
    parts = [
        f"Each run reads {sweep.shares_told(runs)}.",
        f"Weights: {told_size(found.weights_bytes)} a run, "
        + (f"{told_size(found.kept_bytes)} kept" if keep else "dropped after scoring")
        + f"; {told_size(found.free_bytes)} free.",
    ]
    if memory := sweep.memory_told(found):
        parts.append(f"GPU: {memory}.")
    told_by = ", ".join(filter(None, (TOLD_BY[found.source], found.supposed)))
    parts.append(f"Time is told {told_by}{side}." if told_by else "The time is not known yet.")
    if found.cost is not None:
        parts.append(f"Cost: {found.cost:,.2f}.")
    return " ".join(parts)
