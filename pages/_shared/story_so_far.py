"""The Overview page below its cards: further findings, what is missing, and the next step."""

from collections.abc import Callable

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Swept
from mslt_core.spec.findings import NextStep
from mslt_core.spec.judging import Judged
from pages._shared import cached, cached_sweeps, groups_told, judged_told, sizes_told
from pages._shared.cards import ARROW, MINGLING, RESULTS
from pages._shared.context import Context
from pages._shared.findings_told import BUTTONS, few_seeds, lacking
from pages._shared.known import pair, space_change
from pages._shared.messages import explain_errors
from pages._shared.results_controls import VIEWS
from pages._shared.space_told import inside
from pages._shared.train_link import SWEEP, TRAIN, not_carried, train_link

CRITERIA = "pages/criteria.py"


def further(context: Context, sweeps: tuple[Swept, ...]) -> None:
    """One sentence a question, each with the way to its view; unasked questions are left out."""
    for told in (_sizes, _groups, _space, _criteria):
        with explain_errors():
            told(context, sweeps)


def _line(sentence: str, page: str, label: str, view: str = "") -> None:
    one, other = st.columns([4, 1], vertical_alignment="center", gap="medium")
    one.markdown(sentence)
    asked = {"results_view": view} if view else None
    other.page_link(page, label=label, icon=ARROW, query_params=asked)


def _sizes(context: Context, sweeps: tuple[Swept, ...]) -> None:
    found = (
        cached_sweeps.by_size(context.root, sweeps, context.groups[0].metrics[0])
        if sweeps
        else None
    )
    if found is not None:
        told = f"{sizes_told.risen(found)} {sizes_told.levelled(found)}"
        _line(told, RESULTS, VIEWS["sizes"], VIEWS["sizes"])


def _groups(context: Context, sweeps: tuple[Swept, ...]) -> None:  # noqa: ARG001
    baseline, several = pair(context)
    if baseline is None or several is None:
        return
    found = cached_sweeps.gains_by_group(
        context.root,
        baseline,
        several,
        context.groups[0].metrics[0],
        by="english",
        features="syntax",
        pool=context.groups,
    )
    if found.groups:
        told = f"{groups_told.most(found)} {groups_told.trend_told(found)}"
        _line(told, RESULTS, VIEWS["groups"], VIEWS["groups"])


def _space(context: Context, sweeps: tuple[Swept, ...]) -> None:  # noqa: ARG001
    change = space_change(context)
    if change is not None:
        _line(inside(change), MINGLING, "Layer by layer")


def _criteria(context: Context, sweeps: tuple[Swept, ...]) -> None:
    if (judged := _judged(context, sweeps)) is not None:
        _line(judged_told.answer(judged), CRITERIA, "Every criterion")


def _judged(context: Context, sweeps: tuple[Swept, ...]) -> Judged | None:
    """The criteria in the sweep that Criteria opens with, if that was asked."""
    several = [sweep for sweep in sweeps if sweep.k > 1]
    sweep = next((s for s in several if s.k == 3), next(iter(several), None))
    metric = context.groups[0].metrics[0]
    return cached.judged_before(context.root, sweep, metric) if sweep else None


def next_step(context: Context, sweeps: tuple[Swept, ...], *, looked: bool) -> None:
    """What is missing, in a sentence, and the button that leads there."""
    judged = _judged(context, sweeps) is not None
    compared = [group for group in pair(context) if group is not None]
    step = pipeline.next_step(context.groups, compared, sweeps, looked=looked, judged=judged)
    others = few_seeds(context.groups) if step.step != "seeds" else ""
    one, other = st.columns([2, 1], vertical_alignment="center", gap="medium")
    one.markdown(f"**What is missing.** {lacking(step, context.groups)} {others}")
    lost = not_carried(context) if step.step not in GO else ""
    if other.button(
        BUTTONS[step.step], type="primary", key="next_step", width="stretch", disabled=bool(lost)
    ):
        GO.get(step.step, _to_train)(context, step)
    if lost:
        st.caption(lost)


def _to_train(context: Context, step: NextStep) -> None:
    have = [len(g.runs) for g in context.groups if g.name in step.names]
    n_seeds = max(pipeline.MIN_SEEDS - min(have, default=0), 1)
    beside = step.step != "seeds"  # SSLT(en) is one of the sets then, if it lacks any
    asked = train_link(context, step.sets, n_seeds=n_seeds, beside=beside, few_shot=step.few_shot)
    st.switch_page(TRAIN, query_params=asked)


def _to(page: str, **view: str) -> Callable[[Context, NextStep], None]:
    return lambda _context, _step: st.switch_page(page, query_params=view)


GO: dict[str, Callable[[Context, NextStep], None]] = {
    "look": _to(MINGLING),
    "sweep": _to(TRAIN, extent=SWEEP),
    "criteria": _to(CRITERIA),
    "more": _to(RESULTS, results_view=VIEWS["ties"]),
}
