"""The score by number of source languages: how much more is gained by each, and up to where."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from mslt_core.spec.views import BySize
from pages._shared import cached_sweeps
from pages._shared.context import Context
from pages._shared.gains_told import told_average
from pages._shared.messages import empty_state, escape
from pages._shared.results_controls import score
from pages._shared.sizes_told import CARRIED, levelled, risen, table
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure

QUESTION = "Do more source languages help?"


def sizes(context: Context, lead: DeltaGenerator) -> None:
    """The finding, the figure, and every set in a table."""
    metric = score(context)
    found = cached_sweeps.by_size(context.root, pipeline.swept(context.groups), metric)
    if found is None:
        missing = "This needs every set of at least two sizes, out of one pool, to be trained."
        if empty_state(missing, button="Plan such a sweep"):
            st.switch_page("pages/train.py", query_params={"extent": "A whole sweep"})
        return
    ours = _sets_in(found, context.groups)
    rest_on(ours)
    tell(lead, f"{risen(found)} {levelled(found)}", question=QUESTION)
    theirs, drawn, left_out = _of_other_models(context, found)
    rest_on((*ours, *drawn))
    show_figure(
        lambda theme: figures.scores_by_size(
            found, name=context.groups[0].runs[0].spec.model, others=theirs, theme=theme
        ),
        key="by_size",
    )
    for name, reason in left_out:
        st.caption(f"{escape(name)} was trained on the same, but is not drawn: {escape(reason)}.")
    st.caption(
        f"Intervals: {CARRIED[found.carried]}. All sets out of {', '.join(found.pool)} are there, "
        "so sets are no sample: another pool of languages may differ. Test items are the same for "
        "all sizes, so gains are known better than the means themselves. The best of many noisy "
        "means is partly luck, and so is the worst.",
        help=METRICS["further_gain"].meaning,
    )
    st.caption(told_average("shared", found.targets))
    rest_on(ours)
    with st.expander("The numbers"):
        show_table(table(found), name="score by number of source languages")


def _sets_in(found: BySize, groups: Sequence[RunGroup]) -> list[RunGroup]:
    """The groups that its sizes are means of."""
    sets = {langs for size in found.sizes for langs in size.sets}
    return [g for g in groups if g.plain and g.source_langs in sets]


def _of_other_models(
    context: Context, ours: BySize
) -> tuple[dict[str, BySize], list[RunGroup], list[tuple[str, str]]]:
    """The same sizes of other base models that were asked the same, by name; the groups behind
    them; and who is left out, why."""
    drawn: dict[str, BySize] = {}
    behind: list[RunGroup] = []
    left_out = []
    everything = pipeline.run_groups(context.store)
    sisters = cached_sweeps.sizes_of_sisters(
        context.root, tuple(everything), context.groups, ours.metric
    )
    for one in sisters:
        if one.result is None:
            left_out.append((one.name, one.reason))
        elif one.result.targets != ours.targets:
            left_out.append((one.name, "its means are over other targets"))
        else:
            drawn[one.name] = one.result
            theirs = [group for group in everything if group.experiment == one.experiment]
            behind += _sets_in(one.result, theirs)
    return drawn, behind, left_out
