"""Which sets to train next, by a model of those that were trained."""

import contextlib
import statistics
from collections.abc import Iterable

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline.offers import train_langs
from mslt_core.spec.errors import MsltError
from mslt_core.spec.languages import languages
from mslt_core.spec.results import RunInfo
from mslt_core.spec.selecting import PAPER_POOL, SelectSpec
from mslt_core.spec.specs import set_name
from pages._shared.context import Context
from pages._shared.train_link import TRAIN, not_carried, train_link

MIN_POOL = 3
"""Languages; fewer make one set of two."""


def train_next(context: Context) -> None:
    """The sets that are most worth training, where some are trained and some are not."""
    groups = context.groups
    trained = {group.source_langs for group in groups if group.plain}
    pool = _pool(groups[0].runs[0], trained)
    if len(pool) < MIN_POOL:
        return
    st.subheader("Train these next")
    one, other = st.columns([1, 3], vertical_alignment="bottom")
    k = one.number_input(
        "Languages in a set", 2, min(7, len(pool)), 3, key="next_k", bind="query-params"
    )
    asked = SelectSpec(pool=pool, k=k, criterion="script")
    if not other.button("Propose sets", key="propose"):
        return
    with st.spinner("Asking every criterion", show_time=True):
        access = pipeline.Access(store=context.store, compute=False, roots=pipeline.allowed_roots())
        proposals = pipeline.propose(access, groups, asked)
    if not proposals:
        st.caption(f"Every set of {k} out of {', '.join(pool)} is trained already.")
        return
    for proposal in proposals:
        st.markdown(
            f"**{set_name(proposal.source_langs)}**, expected to bring "
            f"{100 * proposal.expected_gain:.2f} points over the best so far"
        )
    st.caption("By the same model: what all criteria say of a set, and the scores so far.")
    lost = not_carried(context)
    st.page_link(
        TRAIN,
        label="Train them",
        disabled=bool(lost),
        query_params=train_link(
            context,
            [p.source_langs for p in proposals],
            n_seeds=statistics.mode(len(group.runs) for group in groups),
            beside=("en",) not in trained,
        ),
    )
    if lost:
        st.caption(lost)


def _pool(info: RunInfo, trained: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Languages that were trained on, and those of the paper's that the task has rows of."""
    known = {lang for langs in trained for lang in langs}
    with contextlib.suppress(MsltError):  # the data is not here: nothing more is known to be in it
        there = train_langs(info.spec.task, info.where.data, roots=pipeline.allowed_roots())
        known |= set(PAPER_POOL) & set(there)
    return languages(known)
