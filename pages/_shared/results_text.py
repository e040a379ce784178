"""Do targets score higher of which the base model saw more text?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.results import RunGroup
from pages._shared.context import Context
from pages._shared.needs import pretraining_figures
from pages._shared.pretraining_told import basis, targets_answer
from pages._shared.results_controls import score
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Do targets score higher of which the base model saw more text?"


def by_text(
    context: Context, lead: DeltaGenerator, groups: tuple[RunGroup, ...], place: DeltaGenerator
) -> None:
    """Baseline and set on every unseen target, against the target's pretraining text."""
    with place:
        figures_of = pretraining_figures()["pretraining"]
    metric = score(context)
    found = pipeline.targets_by_pretraining(
        pipeline.open_store(context.root), groups, metric, figures=figures_of
    )
    if not any(one.points for one in found.series):
        lead.markdown("No target here is zero-shot and has a published size: nothing to show.")
        return
    rest_on(groups)
    n_seeds = min(len(group.runs) for group in groups)
    tell(lead, targets_answer(found, n_seeds), question=QUESTION)
    colours = context.colours()
    show_figure(
        lambda theme: figures.score_by_pretraining(
            found, of="the target", colours=colours, theme=theme
        ),
        key="targets_pretraining",
    )
    st.caption(basis(found, context))
