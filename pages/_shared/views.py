"""What stands below the ranked sets: how far languages are apart, and all sets."""

import pandas as pd
import streamlit as st

from mslt_core import figures, pipeline
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.rankings import SelectionResult
from mslt_core.spec.selecting import SelectSpec
from pages._shared import cached
from pages._shared.chosen_set import choose, on_click
from pages._shared.tables import show_table
from pages._shared.theme import show_figure

TABLE_ROWS = 1000


def distances(
    root: str, spec: SelectSpec, result: SelectionResult, chosen: tuple[str, ...]
) -> None:
    """Heatmap with dendrogram, and the map; in syntax where the criterion compares no pairs.

    A click on a pair looks at the best set that holds it.
    """
    sets = result.sets
    if result.distances is None:
        instead = spec.target_by if spec.criterion == "targets" else "syntax"
        label = CRITERIA[result.criterion].label
        st.caption(
            f"{label} compares no pairs of languages: these are the distances in "
            f"{CRITERIA[instead].name}."
        )
        if len(spec.free) < 2:
            return
        pairs = spec.but(criterion=instead, k=2, include=(), weights=(), minimise=False)
        result = cached.selection(root, pairs)
    one, other = st.columns(2, gap="large")
    with one:
        show_figure(
            lambda theme: figures.distance_heatmap(result, chosen=chosen, theme=theme),
            key="distances",
            on_select=on_click("distances", within=sets),
        )
    with other:
        found = pipeline.language_map(result)
        if found is None:
            st.info("A map needs three languages with distances to each other.")
            return
        langs, coords, kept = found
        show_figure(
            lambda theme: figures.distance_map(
                langs,
                coords,
                kept,
                criterion=result.criterion,
                chosen=chosen,
                left_out=[lang for lang in result.pool if lang not in langs],
                theme=theme,
            ),
            key="language_map",
        )


def all_sets(result: SelectionResult, chosen: tuple[str, ...]) -> None:
    """How all scores spread, with some random picks, and the table."""
    random = pipeline.random_sets(result.sets, 3) if len(result.sets) > 3 else ()
    show_figure(
        lambda theme: figures.set_distribution(result, chosen=chosen, random=random, theme=theme),
        key="distribution",
        on_select=on_click("distribution"),
    )
    info = CRITERIA[result.criterion]
    decimals = max(info.decimals, 1)
    frame = pd.DataFrame(
        [
            {
                "rank": s.rank,
                "tied": "=" if s.tied else "",
                "source languages": ", ".join(s.source_langs),
                result.sets.unit: None if s.score is None else round(s.score, decimals),
                **(
                    {}
                    if s.mean_pair is None
                    else {"mean over pairs": round(s.mean_pair, info.decimals)}
                ),
            }
            for s in result.sets.best(TABLE_ROWS)
        ]
    )
    listed = result.sets.order[:TABLE_ROWS]
    show_table(
        frame,
        name=f"sets of {result.k} by {info.name}",
        on_row=lambda row: choose(result.sets.langs(int(listed[row]))),
    )
    if len(result.sets) > TABLE_ROWS:
        st.caption(f"The first {TABLE_ROWS:,} of {len(result.sets):,} sets.")
