"""The same sets under all criteria: picks, ranks of the chosen set, agreement."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mslt_core import figures, jobs
from mslt_core.figures import text
from mslt_core.spec.criteria import CRITERIA, made_of
from mslt_core.spec.rankings import CriteriaResult
from mslt_core.spec.selecting import Criterion, SelectSpec
from mslt_core.spec.specs import Where, set_name
from pages._shared import cached
from pages._shared.chosen_set import choose, on_click
from pages._shared.context import Context
from pages._shared.messages import escape
from pages._shared.needs import pretraining_figures, targets
from pages._shared.tables import show_table
from pages._shared.theme import show_figure
from pages._shared.train_link import to_train
from pages._shared.waiting import vectors_of, wait_for


def criteria(context: Context, spec: SelectSpec, chosen: tuple[str, ...]) -> None:
    """The same sets under all criteria: picks, ranks of the chosen set, correlations."""
    spec = _with_all_needs(spec)
    with st.spinner("Asking every criterion", show_time=True):
        result = cached.comparison(context.root, spec)
    picks = [sets.best(1)[0].source_langs for sets in result.by_criterion.values()]
    show_figure(
        lambda theme: figures.criteria_bump(result, chosen=chosen, theme=theme),
        key="bump",
        on_select=on_click("bump"),
    )
    show_table(
        _picks(result, chosen), name="picks by criterion", on_row=lambda row: choose(picks[row])
    )
    _train_picks(list(dict.fromkeys(picks)))
    show_figure(
        lambda theme: figures.criteria_correlations(result, theme=theme), key="correlations"
    )
    model = Path(spec.model).name if Path(spec.model).is_absolute() else spec.model
    if read := made_of(result.by_criterion, spec, model):
        st.caption(escape(read))
    if spec.minimise and spec.criterion in result.by_criterion:
        others = "the others put the highest score first"
        st.caption(f"{CRITERIA[spec.criterion].label}: lowest first, as chosen; {others}.")
    for criterion, why in result.missing.items():
        st.caption(f"{CRITERIA[criterion].label} is left out: {escape(why)}")
    offer_vectors(context, spec, result.missing)


def _with_all_needs(spec: SelectSpec) -> SelectSpec:
    """Beside all criteria: what the chosen one did not ask for, and others need."""
    parts = {spec.criterion, *(name for name, _ in spec.weights)}
    one, other = st.columns(2, vertical_alignment="top")
    found: dict[str, Any] = {}
    if "pretraining_size" not in parts:
        with one:
            found |= pretraining_figures()
    if "targets" not in parts:
        with other:
            found |= targets()
    return spec.but(**found)


def offer_vectors(context: Context, spec: SelectSpec, missing: Mapping[Criterion, str]) -> None:
    """The button that computes the embeddings that some criteria lack."""
    if "not computed yet" not in missing.get("embedding", ""):
        return
    work = vectors_of(spec)
    if not wait_for(context, work) and st.button("Compute the embeddings", key="compute_vectors"):
        jobs.start(context.store, work, Where())
        st.rerun()


def _train_picks(picks: list[tuple[str, ...]]) -> None:
    """Hand several sets to Train at once."""
    chosen = st.multiselect(
        "Train these sets",
        picks,
        format_func=set_name,
        key="picks_to_train",
        wrap=True,
        placeholder="Choose among the picks",
    )
    if chosen and st.button(f"Train {len(chosen)} sets", key="train_picks"):
        to_train(sets=[",".join(langs) for langs in chosen])


def _picks(result: CriteriaResult, chosen: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for criterion, sets in result.by_criterion.items():
        best = sets.best(1)[0]
        place = sets.find(chosen)
        n_tied = int((sets.ranks == 1).sum()) - 1
        mine = None if place is None else sets.ranked(place)
        rows.append(
            {
                "criterion": CRITERIA[criterion].label,
                "best set": ", ".join(best.source_langs) if best.rank else "none is ranked",
                "tied with": n_tied if best.rank else 0,
                # units differ by row, and so do decimals
                "score": None if best.score is None else text.score(best.score, criterion),
                f"rank of {', '.join(chosen)}": mine.rank if mine else None,
                "ranked sets": sets.n_ranked,
            }
        )
    return pd.DataFrame(rows)
