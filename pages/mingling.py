"""Do the languages mix inside the model?"""

import streamlit as st

from mslt_core import figures, jobs, pipeline
from mslt_core.figures import Grouping
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import Where
from pages._shared import cached
from pages._shared.context import context as sidebar_context
from pages._shared.looks import question, weights_missing
from pages._shared.messages import empty_state, escape, explain_errors
from pages._shared.theme import current_theme, show_figure
from pages._shared.waiting import wait_for


def answer(result: MingleResult) -> str:
    """The finding in one sentence: mean CKA per checkpoint."""
    cka = result.ckas[0]
    parts = [
        f"**{matrix.mean_off_diagonal():.2f}** in {escape(ref.name)}"
        for ref, matrix in zip(result.checkpoints, result.ckas, strict=True)
    ]
    return (
        f"Mean CKA between {len(cka.langs)} languages ({cka.estimator}, n = {cka.n:,} sentences, "
        f"{figures.layers(c.layer for c in result.ckas)}): {', '.join(parts)}."
    )


def shown(result: MingleResult, colours: dict[str, str]) -> None:
    """Maps side by side, then the CKA behind them."""
    theme = current_theme()
    groupings: list[Grouping] = ["family", "script"]
    group = st.segmented_control(
        "Colour by",
        groupings,
        default="family",
        required=True,
        key="colour",
        bind="query-params",
        label_visibility="collapsed",
        format_func=lambda name: f"Colour by {name}",
    )
    show_figure(
        figures.language_maps(result, group=group, colours=colours, theme=theme), key="maps"
    )
    st.caption(
        "Every point is one sentence; the same sentences in every panel. Filled: the language was "
        "trained on; outlined: it was not. The first map stands for itself; each other one starts "
        "from it and is then shifted, turned and scaled onto it, so places can be compared. "
        "Distances on a map are not distances in the model: the CKA is computed there."
    )
    first = result.ckas[0]
    drawn = figures.pair_heatmaps(
        pipeline.cka_matrices(result),
        over=f"{first.estimator}, n = {first.n:,} sentences, "
        f"{figures.layers(found.layer for found in result.ckas)}",
        group=group,
        colours=colours,
        theme=theme,
    )
    show_figure(drawn, key="cka")


st.title("Do the languages mix inside the model?")
context = sidebar_context()
lead = st.empty()
with explain_errors():
    look = question(context)
    lost = weights_missing(context, look)
    try:
        result = cached.mingle(context.root, look)
    except NotComputedError:
        if wait_for(context, look):
            pass
        elif lost:
            lead.markdown(f"The weights of {escape(lost[0].name)} are not stored here.")
            if empty_state("They can be trained again in seconds.", button="Train them again"):
                for info in lost:
                    jobs.start(context.store, info.spec, info.where, again=True)
                st.switch_page("pages/train.py")
        elif empty_state("These maps are not computed yet.", button="Compute them"):
            jobs.start(context.store, look, Where())
            st.rerun()
    else:
        lead.markdown(answer(result))
        shown(result, context.colours())
