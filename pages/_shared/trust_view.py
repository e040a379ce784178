"""How far the maps can be trusted: how true they are, and whether other seeds draw the same."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import Stability
from mslt_core.spec.errors import NotComputedError
from mslt_core.spec.looks import StabilitySpec
from mslt_core.spec.metrics import METRICS
from mslt_core.spec.results import MingleResult
from mslt_core.spec.specs import MingleSpec
from pages._shared import cached
from pages._shared.context import Context
from pages._shared.looks import weights_missing
from pages._shared.map_controls import FIT_COSTS
from pages._shared.messages import about, escape
from pages._shared.tables import show_table
from pages._shared.trust_told import believed
from pages._shared.waiting import offer

N_SEEDS = 3
ORDER = (
    *("trustworthiness", "continuity", "neighbourhood_preservation"),
    *("mingling", "mingling_in_map"),
)
"""Of the columns: what is judged by first."""
ISLANDS = 0.1
"""A mixing of checkpoints below this is called islands."""


def trust(context: Context, look: MingleSpec, result: MingleResult) -> None:
    """How far each map may be believed, and a plain warning where it may not."""
    agreed = _stabilities(context, look)
    rows, doubted = [], False
    for place, (ref, drawn) in enumerate(zip(result.checkpoints, result.maps, strict=True)):
        stability = agreed[place] if agreed else None
        if said := pipeline.map_verdict(drawn, stability):
            st.warning(escape(said), title=escape(ref.name))
            doubted = True
        row = {
            "checkpoint": ref.name,
            **{METRICS[name].label: drawn.quality[name] for name in ORDER if name in drawn.quality},
            METRICS["disparity"].label: drawn.disparity,
        }
        if stability:
            row[METRICS["map_stability"].label] = stability.overlap
        rows.append(row)
    if not doubted:
        st.markdown(believed(result))
    show_table(pd.DataFrame(rows), name="trust in the maps", decimals=3)
    _explained(look, result, stable=bool(agreed))
    if not agreed:
        _offer_stability(context, look)


def _stabilities(context: Context, look: MingleSpec) -> Sequence[Stability]:
    if look.method == "pca":
        return ()
    try:
        asked = StabilitySpec(look=look, n_seeds=N_SEEDS)
        agreed: tuple[Stability, ...] = cached.look(context.root, "map_stabilities", asked)
    except NotComputedError:
        return ()
    return agreed


def _offer_stability(context: Context, look: MingleSpec) -> None:
    if look.method == "pca":
        st.caption("PCA has no seed: it draws the same map every time.")
        return
    n_maps = N_SEEDS * len(look.checkpoints)
    cost = about(n_maps * pipeline.map_seconds(look, look.n * len(look.langs)))
    offer(
        context,
        StabilitySpec(look=look, n_seeds=N_SEEDS),
        weights_missing(context, look),
        missing=f"Would another seed draw the same? That takes {n_maps} more maps from random "
        f"starts, {cost} of a processor core that is free.",
        button=f"Draw them with {N_SEEDS} seeds",
    )


def _explained(look: MingleSpec, result: MingleResult, *, stable: bool) -> None:
    names = ["trustworthiness", "continuity", "neighbourhood_preservation"]
    told = " ".join(
        f"**{METRICS[name].label}**: {METRICS[name].meaning}"
        for name in [*names, *["map_stability"] * stable]
    )
    st.caption(
        f"Of the {len(result.maps[0].ids):,} sentences a language that are shown, "
        f"k = {pipeline.k_trust(len(result.maps[0].coords))}, so the mingling score here does not "
        f"compare with that of all sentences. {told}"
    )
    st.caption(FIT_COSTS[look.fit])
    mixed = pipeline.checkpoint_mixing(result) if look.fit == "joint" else None
    if mixed is not None:
        islands = " Whole checkpoints form islands: look at each by itself." * (mixed < ISLANDS)
        st.caption(
            f"On this joint map the checkpoints mix by {mixed:.2f} (0: each an island, 1: as if "
            f"shuffled).{islands}"
        )
