"""Results made elsewhere, beside each other and beside runs of the same experiment."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import pipeline
from mslt_core.pipeline import OutsideGroup
from mslt_core.spec.metrics import METRICS
from pages._shared.context import Context
from pages._shared.import_form import import_form
from pages._shared.imported_gains import against
from pages._shared.imported_told import experiment_names, listed, scores_table
from pages._shared.messages import escape, explain_errors
from pages._shared.results_controls import VIEWS
from pages._shared.tables import show_table
from pages._shared.take import chosen_here, rest_on


def imported(context: Context, lead: DeltaGenerator) -> None:
    """What was imported, compared; and the form that imports more."""
    groups = pipeline.outside_groups(context.store)
    if groups:
        with explain_errors():
            _compared(context, groups, lead)
    else:
        lead.markdown("No results from elsewhere are in this store yet.")
    with st.expander("Import results made elsewhere", expanded=not groups):
        import_form(context, groups)


def _compared(context: Context, groups: Sequence[OutsideGroup], lead: DeltaGenerator) -> None:
    one, other, third = st.columns([4, 3, 4])
    experiment = _experiment(context, groups, one)
    # what was chosen of another experiment is none of this one's results
    fresh = st.session_state.get("imported_of", experiment) != experiment
    st.session_state["imported_of"] = experiment
    chosen_here([("results_view", VIEWS["imported"])])
    ours = [group for group in groups if group.experiment == experiment]
    own = [group for group in pipeline.run_groups(context.store) if group.experiment == experiment]
    metric = _metric(ours, other)
    if metric is None:
        lead.markdown("These results share no score by which they could be compared.")
    elif len(ours) + len(own) == 1:
        lead.markdown(
            f"**{escape(pipeline.shown_name(ours[0]))}** is alone in its experiment: import "
            "another result under the same name to compare it with."
        )
    else:
        chosen_here([("imported_score", METRICS[metric].label)])
        against(context, [*ours, *own], metric, lead, third, fresh=fresh)
    rest_on(ours)
    with st.expander("What was imported"):
        show_table(listed(ours), name="imported results")
        if metric is not None:
            show_table(scores_table(ours, metric), name="imported scores", decimals=1)


def _experiment(context: Context, groups: Sequence[OutsideGroup], place: DeltaGenerator) -> str:
    """The one that was chosen, here or by a link; at first the one that came in last."""
    names = experiment_names(context, groups)
    newest = max(groups, key=lambda group: group.imported_utc).experiment
    drawn_before = "imported_experiment" in st.session_state
    if drawn_before:
        known = st.session_state["imported_experiment"] in names
    else:
        known = st.query_params.get("imported_experiment") in names.values()
    if new := st.session_state.pop("import_shown", None if known else newest):
        st.session_state["imported_experiment"] = new
        if not drawn_before:  # Streamlit puts into the address what a box that is there is set to
            st.query_params["imported_experiment"] = names[new]
    chosen = place.selectbox(
        "Imported experiment",
        list(names),
        # a default is in no link, and which came in last changes with the next import
        index=None,
        format_func=lambda key: names.get(key, key),
        key="imported_experiment",
        bind="query-params",
        help="Whoever imported results under one name said that task, test items and training but "
        "for the sources are the same in all of them.",
    )
    chosen = chosen or newest
    chosen_here([("imported_experiment", names[chosen])])
    return chosen


def _metric(groups: Sequence[OutsideGroup], place: DeltaGenerator) -> str | None:
    """A score that all imported results of the experiment have."""
    shared = [m for m in groups[0].metrics if all(m in group.metrics for group in groups)]
    if not shared:
        return None
    chosen: str = place.selectbox(
        "Score",
        shared,
        format_func=lambda name: METRICS[name].label,
        key="imported_score",
        bind="query-params",
    )
    return chosen
