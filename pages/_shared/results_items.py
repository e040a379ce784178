"""Item by item: on which test items of a target do two runs differ, and how?"""

import functools
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mslt_core import figures, pipeline
from mslt_core.spec.items import ItemsCompared
from mslt_core.spec.languages import label
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import RunGroup
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.items_list import items_list
from pages._shared.items_told import answer, errors_table
from pages._shared.messages import escape
from pages._shared.results_controls import ask_for_another, measured_against, score, which_set
from pages._shared.tables import show_table
from pages._shared.take import rest_on, tell
from pages._shared.theme import show_figure


def items(context: Context, lead: DeltaGenerator) -> None:
    """The finding, how the items divide, and the items themselves, a page at a time."""
    one, other, third, more = st.columns([4, 4, 4, 2], vertical_alignment="bottom")
    baseline = measured_against(context, one)
    others = [group for group in context.chosen if group.key != baseline.key]
    if not others:
        ask_for_another(context, baseline)
        return
    ours = which_set(others, other, key="item_set")
    place, metric = third.empty(), score(context)
    lang = _target(context, baseline, ours, metric, place)
    seeds, data = _more(baseline, ours, more)
    found = pipeline.compare_items(
        context.store,
        baseline,
        ours,
        lang,
        metric,
        seeds=seeds,
        data=data,
        roots=pipeline.allowed_roots(),
    )
    rest_on(pipeline.paired(baseline, (ours,)))
    tell(lead, answer(found), question="Which items do two sets answer differently?")
    colours = context.colours()
    draw = functools.partial(figures.item_agreement, found, colours=colours)
    show_figure(lambda theme: draw(theme=theme), key="agreement")
    for reason in found.missing:
        st.caption(escape(reason))
    items_list(found, colours)
    if found.by_label:
        with st.expander("Errors by label"):
            _errors(found)


def _errors(found: ItemsCompared) -> None:
    show_table(errors_table(found), name=f"errors by label, {found.lang}")
    st.caption(f"In points. {METRICS['label_precision'].meaning} {METRICS['label_f1'].meaning}")


def _target(context: Context, a: RunGroup, b: RunGroup, metric: str, place: DeltaGenerator) -> str:
    """By default the unseen target that gains most."""
    (result,) = cached.gains(context.root, a, (b,), metric, pool=context.groups)
    ordered = sorted(result.gains, key=lambda gain: (gain.trained_on, -gain.difference, gain.lang))
    langs = sorted(gain.lang for gain in result.gains)
    lang: str = place.selectbox(
        "Target",
        langs,
        index=langs.index(ordered[0].lang),
        format_func=label,
        key="item_target",
        bind="query-params",
    )
    return lang


def _more(a: RunGroup, b: RunGroup, place: DeltaGenerator) -> tuple[tuple[int, int], str | None]:
    """Which runs of the two, and where the data lies now."""
    pairs = pipeline.item_seeds(a, b)
    with place.popover("More", width="stretch"):
        pair = st.selectbox(
            "Seed",
            pairs,
            format_func=lambda pair: (
                str(pair[0]) if pair[0] == pair[1] else f"{pair[1]}, {pair[0]}"
            ),
            key="item_seed",
            bind="query-params",
        )
        where = b.runs[0].where.data
        data = st.text_input(
            "Folder with the data",
            placeholder=Path(where).name if where else "not needed" if _needs_no_folder(b) else "",
            key="item_data",
            help="Only where it has moved since the runs were scored, or they were made elsewhere. "
            "Its content must be the same.",
        )
    return pair, data or None


def _needs_no_folder(group: RunGroup) -> bool:
    return not pipeline.needs_folder(group.runs[0].spec.task)
