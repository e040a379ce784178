"""A measure from layer to layer, and between every two languages at one layer."""

import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.figures import Grouping
from mslt_core.pipeline import Measures
from mslt_core.spec.measuring import LayerCurve, Pairs
from mslt_core.spec.metrics import METRICS
from pages._shared.measure_controls import layers_at, space_told
from pages._shared.messages import escape
from pages._shared.theme import show_figure

PAIRS: dict[Pairs, str] = {
    "all": "all pairs",
    "seen": "pairs of seen languages",
    "across": "a seen and an unseen one",
    "unseen": "pairs of unseen languages",
}
SEEN_MEANS = (
    "Seen: trained on by one of the checkpoints that are compared. The same pairs are taken in all "
    "of them, the base included."
)
WITH_RANK = frozenset({"linear_cka", "mingling", "ilisi"})
"""Measures that a collapsing space raises too: never shown without the effective rank."""


def by_layer(measures: Measures, colours: dict[str, str]) -> None:
    """One line a checkpoint, in the measure and over the pairs that are asked for."""
    name, pairs, minus = _asked(measures, "layers")
    curves = pipeline.layer_curves(measures, name, pairs, minus=minus)
    info, first = METRICS[name], measures.checkpoints[0].name
    below: tuple[LayerCurve, ...] = ()
    if name in WITH_RANK and "effective_rank" in measures.names and minus is None:
        below = pipeline.layer_curves(measures, "effective_rank")
    over = f"mean over {PAIRS[pairs]}" if measures.is_of_pairs(name) else "all languages"
    over += f", n = {measures.n:,} sentences of {len(measures.langs)} languages"
    show_figure(
        lambda theme: figures.layer_curves(
            curves,
            title=f"{info.label} by layer" + (f": what is it more than in {first}?" * (minus == 0)),
            over=over + space_told(measures, name),
            companion=below,
            difference=minus is not None,
            colours=colours,
            theme=theme,
        ),
        key="by_layer",
    )
    st.caption(_how_to_read(name, rank=bool(below)))


def by_pair(measures: Measures, group: Grouping, colours: dict[str, str]) -> None:
    """Heatmaps at one layer."""
    names = [name for name in measures.names if measures.is_of_pairs(name)]
    name, _, minus = _asked(measures, "pairs", names)
    # from the last layer: checkpoints of different depth have that in common
    position = st.select_slider(
        "Layer",
        range(-min(map(len, measures.layers)), 0),
        value=-1,
        format_func=lambda place: layers_at(measures, place).partition(" ")[2],
        key="pair_layer",
    )
    matrices = pipeline.pair_matrices(measures, name, position, minus=minus)
    show_figure(
        lambda theme: figures.pair_heatmaps(
            matrices,
            over=f"n = {measures.n:,} sentences, {layers_at(measures, position)}"
            f"{space_told(measures, name)}",
            group=group,
            minus=measures.checkpoints[0].name if minus == 0 else "",
            colours=colours,
            theme=theme,
        ),
        key="by_pair",
    )
    st.caption(_how_to_read(name, rank=False))


def _asked(
    measures: Measures, key: str, names: list[str] | None = None
) -> tuple[str, Pairs, int | None]:
    """The measure, the pairs, and whether the base is subtracted."""
    names = names or [name for name in measures.names if name in METRICS]
    one, other, third = st.columns([3, 3, 2], vertical_alignment="bottom")
    name = one.selectbox(
        "Measure",
        names,
        format_func=lambda name: METRICS[name].label,
        key=f"{key}_measure",
        bind="query-params",
    )
    pairs: Pairs = "all"
    if measures.is_of_pairs(name) and key == "layers":
        pairs = other.selectbox(
            "Over",
            pipeline.pairs_there(measures),
            format_func=lambda pairs: PAIRS[pairs],
            key=f"{key}_over",
            bind="query-params",
            help=SEEN_MEANS,
        )
    minus = None
    if len(measures.checkpoints) > 1 and third.toggle(
        "Minus the base", key=f"{key}_minus", bind="query-params"
    ):
        minus = 0
    return name, pairs, minus


def _how_to_read(name: str, *, rank: bool) -> str:
    info = METRICS[name]
    better = {"higher": "Higher is more alike.", "lower": "Lower is more alike.", "neither": ""}
    below = (
        " Read it with the effective rank below: a space that collapses onto few directions mixes "
        "as well, and that is no alignment."
    )
    told = f"{info.meaning} {better[info.better]}{below * rank} Source: {info.source}."
    return escape(told)
