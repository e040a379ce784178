"""Where a thing on a page comes from: noted while the page is drawn, told when it is taken."""

import dataclasses
from collections.abc import Iterable, Sequence

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import OutsideGroup
from mslt_core.spec.outside import OutsideInfo
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.stories import Origin, Pair
from pages._shared.context import Context
from pages._shared.messages import unescaped


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rests:
    """What something on a page rests on."""

    page: str = "overview"
    infos: tuple[RunInfo, ...] = ()
    outside: tuple[OutsideInfo, ...] = ()
    """Imported results."""
    chosen: tuple[Pair, ...] = ()
    """What the view's own boxes hold, as its link names it."""
    sizes: str | None = None
    """How much was looked at, if not the runs' own test items."""


def begin(page: str) -> None:
    """Another page is drawn: nothing is told yet, and no run stands behind its figures."""
    st.session_state.update(rests=Rests(page=page), told="")


def rest_on(
    groups: Sequence[RunGroup | OutsideGroup] = (), runs: Sequence[RunInfo] = (), sizes: str = ""
) -> None:
    """Say which runs and imported results stand behind the figures and tables that follow here.

    `sizes` is how much was looked at, where it is not their own test items.
    """
    own = (info for group in groups if isinstance(group, RunGroup) for info in group.runs)
    made = (info for group in groups if isinstance(group, OutsideGroup) for info in group.results)
    st.session_state["rests"] = dataclasses.replace(
        rests_now(), infos=(*runs, *own), outside=tuple(made), sizes=sizes or None
    )


def chosen_here(chosen: Iterable[Pair]) -> None:
    """Say what boxes of this view hold: at their defaults the address does not name them, and
    what is a default may change with the next result that comes in."""
    now, pairs = rests_now(), tuple(chosen)
    new = {name for name, _ in pairs}
    kept = (pair for pair in now.chosen if pair[0] not in new)
    st.session_state["rests"] = dataclasses.replace(now, chosen=(*kept, *pairs))


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
    query += [(name, value) for name, value in rests.chosen if name not in given]
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
        experiment=_experiment(now, rests),
        sizes=rests.sizes,
        outside=rests.outside,
    )


def _experiment(now: Context, rests: Rests) -> str:
    """What it is called, also where imported results of it stand alone."""
    infos = [*rests.infos]
    if rests.outside and not infos:
        imported = pipeline.outside_groups(now.store)
        key = next((g.experiment for g in imported if rests.outside[0] in g.results), None)
        groups = pipeline.run_groups(now.store)
        infos += [info for group in groups if group.experiment == key for info in group.runs]
    return pipeline.experiment_label(infos[0]) if infos else ""
