"""A long piece of work that the page waits for: how far it is, and what went wrong."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import jobs, pipeline
from mslt_core.spec.base import Spec
from mslt_core.spec.results import RunInfo
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import LanguageVectorsSpec, Where
from mslt_core.store import UNFINISHED, Store
from pages._shared.context import Context
from pages._shared.messages import empty_state, escape, show_progress


def vectors_of(spec: SelectSpec) -> LanguageVectorsSpec:
    """The work of embedding all languages that the spec's sets can hold."""
    return LanguageVectorsSpec(
        checkpoint=spec.model, corpus=spec.corpus, langs=spec.free, layer=spec.layer
    )


def wait_for(context: Context, spec: Spec) -> bool:
    """True while the work goes on, or when it failed and says so; the page draws nothing then."""
    digest = spec.digest()
    if not context.store.jobs.exists(digest):
        return False
    status = context.store.jobs.status(digest)
    if status.state in UNFINISHED:
        st.fragment(_look, run_every=1.0)(context.root, digest)
        return True
    if status.state in {"failed", "lost"}:
        st.warning(escape(status.reason), title="The computation did not finish.")
        log = context.store.jobs.home(digest) / "worker.log"
        if log.exists():
            st.caption(f"What its process wrote: {escape(str(log))}")
        if st.button("Try again", key=f"again_{digest}"):
            jobs.start(context.store, spec, Where())
            st.rerun()
        return True
    return False


def offer(
    context: Context, work: Spec, lost: Sequence[RunInfo], *, missing: str, button: str
) -> None:
    """What is missing, and the button that makes it, or that trains the weights it needs again."""
    if wait_for(context, work):
        return
    if lost:
        names = [escape(info.name) for info in lost]
        listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        st.markdown(
            f"{escape(missing)} This needs the weights of {listed}, which are not stored here."
        )
        they, them = ("It", "it") if len(lost) == 1 else ("They", "them")
        if empty_state(
            f"{they} can be trained again.",
            button=f"Train {them} again",
            key=f"train_{work.digest()}",
        ):
            for info in lost:
                jobs.start(context.store, info.spec, info.where, again=True)
            st.switch_page("pages/train.py")
    elif empty_state(missing, button=button, key=f"make_{work.digest()}"):
        jobs.start(context.store, work, Where())
        st.rerun()


def _look(root: str, digest: str) -> None:
    store = pipeline.open_store(root)
    if store.jobs.status(digest).state not in UNFINISHED:
        st.rerun()
    show_stoppable(store, [digest])
    st.skeleton(height=420)


def show_stoppable(store: Store, digests: Sequence[str]) -> None:
    """How far the first of some jobs is, and a button that ends them all."""
    progress = store.jobs.status(digests[0]).progress
    bar, button = st.columns([6, 1], vertical_alignment="center")
    with bar:
        show_progress(progress.message, progress.done, progress.total, progress.eta_s)
    if button.button("Stop", key=f"stop_{digests[0]}", width="stretch"):
        for digest in digests:
            jobs.cancel(store, "jobs", digest)
        st.rerun()
