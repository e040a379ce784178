"""Where a thing on a page comes from: noted while the page is drawn, told when it is taken."""

import dataclasses
from collections.abc import Sequence

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.stories import Origin
from pages._shared.context import Context
from pages._shared.messages import unescaped


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rests:
    """What something on a page rests on."""

    page: str = "overview"
    infos: tuple[RunInfo, ...] = ()
    sizes: str | None = None
    """How much was looked at, if not the runs' own test items."""


def begin(page: str) -> None:
    """Another page is drawn: nothing is told yet, and no run stands behind its figures."""
    st.session_state.update(rests=Rests(page=page), told="")


def rest_on(groups: Sequence[RunGroup] = (), runs: Sequence[RunInfo] = (), sizes: str = "") -> None:
    """Say which runs stand behind the figures and tables that follow on this page.

    `sizes` is how much was looked at, where it is not the runs' own test items.
    """
    infos = (*runs, *(info for group in groups for info in group.runs))
    st.session_state["rests"] = dataclasses.replace(
        rests_now(), infos=tuple(infos), sizes=sizes or None
    )


def rests_now() -> Rests:
    """What stands behind the figure that is drawn now."""
    rests: Rests = st.session_state.get("rests", Rests())
    return rests


def goes_with(sentence: str) -> None:
    """What the next figure shows, in a sentence that stands elsewhere on the page."""
    told = st.session_state.get("told", "")
    st.session_state["told"] = f"{told} {unescaped(sentence)}".strip()


def answer_before() -> str:
    """The answer that the next figure shows; the one after it shows something else."""
    return str(st.session_state.pop("told", ""))


def origin_of(now: Context, rests: Rests) -> Origin:
    """What it was computed from, and the link's parameters in full."""
    query = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    given = {name for name, _ in query}
    if now.experiment_name and rests.infos:  # at their defaults these are not in the address
        if "experiment" not in given:
            query.append(("experiment", now.experiment_name))
        if "compare" not in given:
            query += [("compare", group.name) for group in now.chosen]
    return pipeline.stories.origin_of(
        now.store,
        rests.infos,
        page=rests.page,
        query=query,
        experiment=pipeline.experiment_label(rests.infos[0]) if rests.infos else "",
        sizes=rests.sizes,
    )
