"""The test items on which two runs differ: chosen by kind, label and text, ten a page."""

from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.items import DifferBy, ItemKind, ItemsCompared
from pages._shared.browser import current_theme
from pages._shared.item_cards import show_cards
from pages._shared.messages import escape

CARDS = 10
"""On one page."""

KINDS: dict[ItemKind, str] = {
    "all": "All that differ",
    "only_b": "Gained",
    "only_a": "Lost",
    "both_wrong": "Both wrong",
}

ALIKE: dict[DifferBy, str] = {
    "predictions": "They answer alike on every item here.",
    "counts": "They get equally much of every item right.",
}
"""Where no item differs, by what is compared."""


def items_list(found: ItemsCompared, colours: dict[str, str]) -> None:
    """The items that are asked for, the largest difference first, to read and to take away."""
    st.fragment(_items_list)(found, colours)


def _items_list(found: ItemsCompared, colours: dict[str, str]) -> None:
    chosen = _chosen(found)
    n_pages = max(1, -(-len(chosen) // CARDS))
    if st.session_state.get("items_page", 1) > n_pages:
        st.session_state["items_page"] = 1
    with st.container(horizontal=True, vertical_alignment="center"):
        of = f"of {int(found.differ.sum()):,} items that differ, the largest difference first"
        st.caption(f"{len(chosen):,} {of}.", width="stretch")
        st.download_button(
            "CSV",
            lambda: pipeline.rows_as_csv(
                pipeline.ITEM_COLUMNS, pipeline.item_table(found, chosen.tolist())
            ),
            file_name=f"{found.name_b} against {found.name_a}, {found.lang}.csv",
            mime="text/csv",
            on_click="ignore",
            key="csv_items",
        )
    place = st.container()
    page = 1
    if n_pages > 1:
        page = st.pagination(n_pages, key="items_page", bind="query-params")
    if len(chosen):
        with place:
            shown = chosen[(page - 1) * CARDS : page * CARDS].tolist()
            show_cards(found, shown, colours, current_theme())
    else:
        none = "No item is like that. Choose another kind, label or text."
        place.info(none if found.differ.any() else ALIKE[found.differ_by])


def _chosen(found: ItemsCompared) -> npt.NDArray[np.intp]:
    """What is asked for, and a first page whenever that changes."""
    kept: dict[str, Any] = {"bind": "query-params", "on_change": _first_page}
    one, other, third, fourth = st.columns([8, 3, 3, 4], vertical_alignment="bottom")
    kind = one.segmented_control(
        "Items",
        get_args(ItemKind),
        default="all",
        required=True,
        format_func=lambda kind: KINDS[kind],
        key="items_kind",
        **kept,
        wrap=True,
        help=f"Gained: {escape(found.name_b)} is right and {escape(found.name_a)} is not; lost: "
        "the other way round; both wrong: in different ways.",
    )
    labels = pipeline.item_labels(found)
    label = ""
    if labels:
        label = other.selectbox(
            "Gold label",
            ("any", *labels),
            key="items_label",
            **kept,
            help="Of tagged words: items in which the two differ on a word with this gold label.",
        )
    search = ""
    if found.rows:
        search = third.text_input("Text", key="items_text", placeholder="any", **kept)
    every = len(found.cells) > 1 and fourth.toggle(
        "Every seed",
        key="items_every",
        **kept,
        help="Only items that one and the same set alone gets right with every seed.",
    )
    return pipeline.select_items(
        found,
        kind=kind,
        label="" if label == "any" else label,
        search=search or "",
        every_seed=every,
    )


def _first_page() -> None:
    st.session_state["items_page"] = 1
