"""What the view of sets asks for: what about them, and sets of which size."""

from typing import Any

import streamlit as st

from mslt_core.pipeline import Swept
from mslt_core.spec.results import RunGroup
from pages._shared.context import Context

PARTS = {
    "best": "May be the best",
    "ends": "Best and worst",
    "recurring": "Languages that recur",
    "similar": "Most and least similar",
    "scripts": "Writing systems",
    "pretraining": "Pretraining text",
    "gap": "Transfer gap",
}


def part(place: Any = st) -> str:
    """What is asked about the sets."""
    chosen: str = place.selectbox(
        "About the sets",
        list(PARTS),
        format_func=lambda name: PARTS[name],
        key="about",
        bind="query-params",
    )
    return chosen


def size(sweeps: tuple[Swept, ...], place: Any = st) -> Swept:
    """Sets of which size: three, as in the paper, where they are there."""
    by_k = {sweep.k: sweep for sweep in sorted(sweeps, key=lambda sweep: sweep.k)}
    k = place.selectbox(
        "Languages in a set",
        list(by_k),
        index=list(by_k).index(sweeps[0].k),
        format_func=lambda k: f"{k}: {len(by_k[k].groups)} sets" if k in by_k else str(k),
        key="size",
        bind="query-params",
    )
    return by_k[k]


def which_groups(context: Context, place: Any = st) -> tuple[RunGroup, ...]:
    """The sets that are compared, or all of a size."""
    sizes = sorted({len(group.source_langs) for group in context.groups})
    chosen = place.selectbox(
        "Sets",
        [0, *sizes],
        format_func=lambda k: f"all of {k}" if k else "those compared",
        key="sets_of",
        bind="query-params",
        help="Those compared are chosen under Compare, in the sidebar.",
    )
    if not chosen:
        return context.chosen
    return tuple(group for group in context.groups if len(group.source_langs) == chosen)
