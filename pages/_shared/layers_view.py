"""A measure from layer to layer, and between every two languages at one layer."""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Grouping
from mslt_core.pipeline import Measures
from mslt_core.spec.measuring import P_BY_CHANCE, LayerCurve
from mslt_core.spec.metrics import METRICS
from pages._shared.cosine_view import dominating_dimensions
from pages._shared.measure_controls import CHANCE_MEANS, conditions, layers_at
from pages._shared.messages import escape
from pages._shared.mingling_told import crossed_told
from pages._shared.on_demand import PAIRS, Asked, Looked, ask
from pages._shared.theme import show_figure

WITH_RANK = frozenset({"linear_cka", "linear_cka_biased", "rbf_cka", "mingling", "ilisi"})
"""Measures that a collapsing space raises too: never shown without the effective rank."""


def by_layer(looked: Looked) -> None:
    """One line a checkpoint, in the measure and over the pairs that are asked for."""
    asked = ask(looked, "layers", of_pairs=False)
    name, pairs, minus = asked.name, asked.pairs, asked.minus
    measures = looked.having(asked)
    if measures is None:
        return
    null = _null(looked, asked)
    info, base = METRICS[name], measures.checkpoints[0].name
    curves = pipeline.layer_curves(measures, name, pairs, minus=minus)
    beside = null or measures
    chance = () if minus is not None else pipeline.chance_curves(beside, name, pairs)
    below: tuple[LayerCurve, ...] = ()
    if name in WITH_RANK and minus is None and "effective_rank" in looked.measures.names:
        below = pipeline.layer_curves(looked.measures, "effective_rank")
    over = f"mean over {PAIRS[pairs]}" if measures.is_of_pairs(name) else "all languages"
    show_figure(
        lambda theme: figures.layer_curves(
            curves,
            title=f"{info.label} by layer" + (f": what is it more than in {base}?" * (minus == 0)),
            over=f"{over}, n = {measures.n:,} sentences of {len(measures.langs)} languages"
            + conditions(measures, name),
            companion=below,
            null=chance,
            hollow=pipeline.layers_by_chance(null, name) if null else {},
            difference=minus is not None,
            colours=looked.colours,
            theme=theme,
        ),
        key="by_layer",
    )
    if name == "mean_cosine" and minus is None:
        dominating_dimensions(measures)
    st.caption(_how_to_read(name, rank=bool(below), chance=null is not None))


def by_pair(looked: Looked, group: Grouping) -> None:
    """Heatmaps at one layer."""
    asked = ask(looked, "pairs", of_pairs=True)
    name, minus = asked.name, asked.minus
    usual = looked.measures
    # from the last layer: checkpoints of different depth have that in common
    position = st.select_slider(
        "Layer",
        range(-min(map(len, usual.layers)), 0),
        value=-1,
        format_func=lambda place: layers_at(usual, place).partition(" ")[2],
        key="pair_layer",
        bind="query-params",
    )
    measures = looked.having(asked, (position,))
    if measures is None:
        return
    null = _null(looked, asked, (position,))
    place = position if measures is usual else -1
    matrices = pipeline.pair_matrices(measures, name, place, minus=minus)
    crossed = () if minus is not None else pipeline.by_chance(null or measures, name, (
        -1 if null or measures is not usual else position
    ))  # fmt: skip
    show_figure(
        lambda theme: figures.pair_heatmaps(
            matrices,
            over=f"n = {measures.n:,} sentences, {layers_at(measures, place)}"
            + conditions(measures, name),
            group=group,
            minus=measures.checkpoints[0].name if minus == 0 else "",
            chance=crossed,
            colours=looked.colours,
            theme=theme,
        ),
        key="by_pair",
    )
    if null is not None:
        st.markdown(crossed_told(looked.measures, crossed))
    st.caption(_how_to_read(name, rank=False, chance=null is not None))


def _null(looked: Looked, asked: Asked, layers: tuple[int, ...] = ()) -> Measures | None:
    """What chance gives beside a measure, if that is asked for."""
    if not asked.chance or asked.name not in P_BY_CHANCE:
        return None
    return looked.fetched("rbf" if asked.name == "rbf_cka" else "null", layers)


def _how_to_read(name: str, *, rank: bool, chance: bool) -> str:
    info = METRICS[name]
    better = {"higher": "Higher is more alike.", "lower": "Lower is more alike.", "neither": ""}
    below = (
        " Read it with the effective rank below: a space that collapses onto few directions mixes "
        "as well, and that is no alignment."
    )
    told = f"{info.meaning} {better[info.better]}{below * rank} Source: {info.source}."
    drawn = " Thin dotted: chance on average. Open markers or crosses: may be chance."
    return escape(told + f" {CHANCE_MEANS}{drawn}" * chance)
