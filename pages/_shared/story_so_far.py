"""The Overview page below its cards: further findings, each with the way to its view."""

import dataclasses

import streamlit as st

from mslt_core.pipeline import Swept
from pages._shared import cached_sweeps, groups_told, judged_told, sizes_told
from pages._shared.cards import ARROW, MINGLING, RESULTS
from pages._shared.context import Context
from pages._shared.known import pair, space_change
from pages._shared.messages import explain_errors
from pages._shared.next_step import CRITERIA, judged_before
from pages._shared.results_controls import VIEWS
from pages._shared.space_told import inside


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Line:
    """A finding in a sentence, and the way to its view."""

    told: str
    page: str
    label: str
    view: str = ""


def further(context: Context, sweeps: tuple[Swept, ...]) -> None:
    """One sentence a question, each with the way to its view; unasked questions are left out."""
    begun = False
    for asked in (_sizes, _groups, _space, _criteria):
        with explain_errors():
            line = asked(context, sweeps)
            if line is None:
                continue
            if not begun:
                st.subheader("The story so far")
            begun = True
            _show(line)


def _show(line: _Line) -> None:
    one, other = st.columns([4, 1], vertical_alignment="center", gap="medium")
    one.markdown(line.told)
    asked = {"results_view": line.view} if line.view else None
    other.page_link(line.page, label=line.label, icon=ARROW, query_params=asked)


def _sizes(context: Context, sweeps: tuple[Swept, ...]) -> _Line | None:
    metric = context.groups[0].metrics[0]
    found = cached_sweeps.by_size(context.root, sweeps, metric) if sweeps else None
    if found is None:
        return None
    told = f"{sizes_told.risen(found)} {sizes_told.levelled(found)}"
    return _Line(told=told, page=RESULTS, label=VIEWS["sizes"], view=VIEWS["sizes"])


def _groups(context: Context, sweeps: tuple[Swept, ...]) -> _Line | None:  # noqa: ARG001
    baseline, several = pair(context)
    if baseline is None or several is None:
        return None
    found = cached_sweeps.gains_by_group(
        context.root,
        baseline,
        several,
        context.groups[0].metrics[0],
        by="english",
        features="syntax",
        pool=context.groups,
    )
    if not found.groups:
        return None
    told = f"{groups_told.most(found)} {groups_told.trend_told(found)}"
    return _Line(told=told, page=RESULTS, label=VIEWS["groups"], view=VIEWS["groups"])


def _space(context: Context, sweeps: tuple[Swept, ...]) -> _Line | None:  # noqa: ARG001
    change = space_change(context)
    if change is None:
        return None
    return _Line(told=inside(change), page=MINGLING, label="Layer by layer")


def _criteria(context: Context, sweeps: tuple[Swept, ...]) -> _Line | None:
    judged = judged_before(context, sweeps)
    if judged is None:
        return None
    return _Line(told=judged_told.answer(judged), page=CRITERIA, label="Every criterion")
