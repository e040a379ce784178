"""The Languages page's question: criterion, pool, size, and what each criterion needs besides."""

from typing import Any, get_args

import streamlit as st

from mslt_core import pipeline
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.languages import label
from mslt_core.spec.selecting import Codes, Criterion, SelectSpec
from pages._shared.needs import needed_by

PAPER_POOL = ("ar", "de", "en", "es", "fr", "ru", "zh")
TEXT_CRITERIA = ("vocabulary_coverage", "embedding", "embedding_centred")
CODES = {"macro": "macro-languages (ara, zho)", "individual": "individual (arb, cmn)"}


def question() -> SelectSpec:
    """The controls beside the figure: at most five, the rest under More."""
    criterion = _criterion()
    pool = st.multiselect(
        "Pool",
        pipeline.selectable_langs(),
        default=PAPER_POOL,
        format_func=label,
        key="pool",
        bind="query-params",
        wrap=True,
        help="The languages you have labelled data for. At first the paper's seven.",
    )
    k = st.slider(
        "Number of source languages, k",
        *(1, 7, 3),
        key="k",
        bind="query-params",
        help="The paper finds three enough. Diversity is a sum over pairs: it needs two.",
    )
    include = st.multiselect(
        "Must be in",
        pool,
        format_func=label,
        key="include",
        bind="query-params",
        wrap=True,
        help="For instance English, if its data is there anyway.",
    )
    needed = needed_by(criterion)
    with st.expander("More"):
        rest = _more(pool, criterion)
    return SelectSpec(
        pool=tuple(pool), k=k, criterion=criterion, include=tuple(include), **needed, **rest
    )


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


def _more(pool: list[str], criterion: Criterion) -> dict[str, Any]:
    """What is rarely changed."""
    minimise = st.toggle("Lowest first", key="minimise", bind="query-params")
    exclude = st.multiselect(
        "Must not be in",
        pool,
        format_func=label,
        key="exclude",
        bind="query-params",
        wrap=True,
    )
    codes: tuple[Codes, ...] = get_args(Codes)
    chosen_codes = st.selectbox(
        "Codes in lang2vec",
        codes,
        format_func=lambda name: CODES[name],
        key="codes",
        bind="query-params",
        help="The paper's picks imply macro-languages. Individual ones change some picks.",
    )
    chosen = {"minimise": minimise, "exclude": tuple(exclude), "codes": chosen_codes}
    if criterion not in (*TEXT_CRITERIA, "blend"):
        return chosen
    model = st.text_input(
        "Model",
        "base",
        key="vector_model",
        bind="query-params",
        help="A checkpoint folder, a hub id, or base: whose sub-words and embeddings.",
    )
    corpus = st.text_input(
        "Text",
        pipeline.EXAMPLE_CORPUS,
        key="text",
        bind="query-params",
        help="cldr-parallel, or a folder of PUD treebanks; for the vocabulary also cldr-ner or "
        "wikiann: and a folder.",
    )
    layer = st.number_input(
        "Layer", min_value=-1, value=-1, key="vector_layer", help="Of embeddings; -1 is the last."
    )
    return chosen | {"model": model, "corpus": corpus, "layer": int(layer)}
