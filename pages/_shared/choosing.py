"""The Languages page's question: criterion, pool, size, and what each criterion needs besides."""

from typing import Any, get_args

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.selecting import PAPER_POOL, TEXT_CRITERIA, Codes, Criterion, SelectSpec
from pages._shared.language_box import language_box
from pages._shared.needs import needed_by, text_and_layer

CODES = {"macro": "macro-languages (ara, zho)", "individual": "individual (arb, cmn)"}


def question() -> SelectSpec:
    """The controls beside the figure: at most five, the rest under More."""
    criterion = _criterion()
    pool = language_box(
        "Pool",
        pipeline.selectable_langs(),
        default=PAPER_POOL,
        key="pool",
        help="The languages you have labelled data for. At first the paper's seven.",
    )
    k = st.slider(
        "Number of source languages, k",
        *(1, 7, 3),
        key="k",
        bind="query-params",
        help="The paper finds three enough. Diversity is a sum over pairs: it needs two.",
    )
    include = language_box(
        "Must be in",
        pool,
        key="include",
        help="For instance English, if its data is there anyway.",
    )
    needed = needed_by(criterion)
    with st.expander("More"):
        rest = _more(pool, criterion)
    return SelectSpec(pool=pool, k=k, criterion=criterion, include=include, **needed, **rest)


def _criterion() -> Criterion:
    names: tuple[Criterion, ...] = get_args(Criterion)
    criterion = st.selectbox(
        "Criterion",
        names,
        format_func=lambda name: CRITERIA[name].label,
        key="criterion",
        bind="query-params",
        help="More is better, unless you turn it round under More.",
    )
    info = CRITERIA[criterion]
    declared = f"{info.formula} Source: {info.source}. Ignores: {info.ignores}"
    st.caption(f"By {info.what}.", help=declared)
    return criterion


def _more(pool: tuple[str, ...], criterion: Criterion) -> dict[str, Any]:
    """What is rarely changed."""
    minimise = st.toggle("Lowest first", key="minimise", bind="query-params")
    exclude = language_box("Must not be in", pool, key="exclude")
    codes: tuple[Codes, ...] = get_args(Codes)
    chosen_codes = st.selectbox(
        "Codes in lang2vec",
        codes,
        format_func=lambda name: CODES[name],
        key="codes",
        bind="query-params",
        help="The paper's picks imply macro-languages. Individual ones change some picks.",
    )
    chosen = {"minimise": minimise, "exclude": exclude, "codes": chosen_codes}
    if criterion not in (*TEXT_CRITERIA, "blend"):
        return chosen
    model = st.text_input(
        "Model",
        "base",
        key="vector_model",
        bind="query-params",
        help="A checkpoint folder, a hub id, or base: whose sub-words and embeddings.",
    )
    return chosen | {"model": model, **text_and_layer()}
