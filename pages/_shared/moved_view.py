"""How far training has moved each language away from the base."""

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Grouping
from mslt_core.pipeline import Measures
from mslt_core.spec.languages import label
from mslt_core.spec.measuring import Moved
from mslt_core.spec.metrics import METRICS
from pages._shared.measure_controls import conditions, layers_at
from pages._shared.messages import escape
from pages._shared.mingling_told import point_told
from pages._shared.on_demand import Looked
from pages._shared.tables import show_table
from pages._shared.theme import show_figure

MEASURES = ("checkpoint_cka", "checkpoint_neighbours")


def moved(looked: Looked, group: Grouping) -> None:
    """A dot a checkpoint and language, what they say, and all layers as a table."""
    if len(looked.measures.checkpoints) < 2:
        st.markdown("Choose a run beside the base, in the sidebar: the two are compared.")
        return
    measures = looked.fetched("moved")
    if measures is None:
        return
    name, position = _asked(measures)
    found = pipeline.moved_languages(measures, name, position)
    if not found:
        st.markdown("All checkpoints that are chosen have the weights of the base.")
        return
    base = measures.checkpoints[0].name
    st.markdown(_answer(measures, name, position))
    show_figure(
        lambda theme: figures.moved_languages(
            found,
            base=base,
            over=f"n = {measures.n:,} sentences, {layers_at(measures, position)}"
            + conditions(measures, name),
            group=group,
            colours=looked.colours,
            theme=theme,
        ),
        key="moved",
    )
    st.caption(escape(f"{METRICS[name].meaning} Source: {METRICS[name].source}."))
    with st.expander("All layers as a table"):
        show_table(_table(measures, name), name=name, decimals=4)


def _asked(measures: Measures) -> tuple[str, int]:
    """The measure, and the layer counted from the last one."""
    one, other = st.columns(2, vertical_alignment="bottom")
    name = one.selectbox(
        "Measure",
        MEASURES,
        format_func=lambda name: METRICS[name].label,
        key="moved_measure",
        bind="query-params",
    )
    position = other.select_slider(
        "Layer",
        range(-min(map(len, measures.layers)), 0),
        value=-1,
        format_func=lambda place: layers_at(measures, place).partition(" ")[2],
        key="moved_layer",
        bind="query-params",
    )
    return name, position


def _table(measures: Measures, name: str) -> pd.DataFrame:
    places = range(-min(map(len, measures.layers)), 0)
    at_all = [one for place in places for one in pipeline.moved_languages(measures, name, place)]
    return pd.DataFrame([row for one in at_all for row in _rows(one)])


def _answer(measures: Measures, name: str, position: int) -> str:
    """The means over the languages that a checkpoint was trained on, and over the others."""
    base = escape(measures.checkpoints[0].name)
    told = []
    for ref in measures.checkpoints[1:]:
        parts = []
        seen = [lang for lang in measures.langs if lang in ref.seen_langs]
        unseen = [lang for lang in measures.langs if lang not in ref.seen_langs]
        for which, langs in (("seen", seen), ("unseen", unseen)):
            curves = pipeline.moved_curves(measures, name, langs) if langs else ()
            points = [c.points[position] for c in curves if c.checkpoint.key == ref.key]
            parts += [f"**{point_told(point)}** on {which} languages" for point in points]
        if parts:
            told.append(f"{escape(ref.name)} {' and '.join(parts)}")
    label_of = METRICS[name].label
    return f"{label_of}, with {base} at {layers_at(measures, position)}: {'; '.join(told)}."


def _rows(one: Moved) -> list[dict[str, object]]:
    return [
        {
            "checkpoint": one.checkpoint.name,
            "layer": one.layer,
            "lang": lang,
            "language": label(lang),
            "trained on": lang in one.checkpoint.seen_langs,
            METRICS[one.measure].label: float(value),
            "low": float(low),
            "high": float(high),
        }
        for lang, value, low, high in zip(one.langs, one.values, one.low, one.high, strict=True)
    ]
