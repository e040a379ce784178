"""What is missing, and the step that comes next."""

from collections.abc import Callable

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Swept
from mslt_core.spec.findings import NextStep
from mslt_core.spec.judging import Judged
from pages._shared import cached
from pages._shared.cards import MINGLING, RESULTS
from pages._shared.context import Context
from pages._shared.findings_told import BUTTONS, few_seeds, lacking, seeds_under_way
from pages._shared.results_controls import VIEWS
from pages._shared.train_link import SWEEP, TRAIN, not_carried, train_link

CRITERIA = "pages/criteria.py"


def judged_before(context: Context, sweeps: tuple[Swept, ...]) -> Judged | None:
    """The criteria in the sweep that Criteria opens with, if that was asked."""
    if not sweeps or sweeps[0].k == 1:
        return None
    return cached.judged_before(context.root, sweeps[0], context.groups[0].metrics[0])


def next_step(context: Context, sweeps: tuple[Swept, ...], *, looked: bool) -> None:
    """What is missing, in a sentence, and the button that leads there."""
    judged = judged_before(context, sweeps) is not None
    compared = {g.key: g for g in (context.baseline, *context.chosen) if g is not None}
    step = pipeline.next_step(
        context.groups,
        list(compared.values()),
        sweeps,
        looked=looked,
        judged=judged,
        runs=context.runs,
    )
    others = few_seeds(context.groups) if step.step != "seeds" else ""
    others = f"{others} {seeds_under_way(step)}".strip()
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
    beside = step.step != "seeds"  # SSLT(en) is one of the sets then, if it lacks any
    asked = train_link(
        context, step.sets, n_seeds=step.n_seeds, beside=beside, few_shot=step.few_shot
    )
    st.switch_page(TRAIN, query_params=asked)


def _to(page: str, **view: str) -> Callable[[Context, NextStep], None]:
    return lambda _context, _step: st.switch_page(page, query_params=view)


GO: dict[str, Callable[[Context, NextStep], None]] = {
    "look": _to(MINGLING),
    "sweep": _to(TRAIN, extent=SWEEP),
    "criteria": _to(CRITERIA),
    "more": _to(RESULTS, results_view=VIEWS["ties"]),
}
