"""Which sets of source languages the Train page trains."""

from typing import get_args

import streamlit as st

from mslt_core import pipeline, sweep
from mslt_core.pipeline import TaskOffer
from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.errors import SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.selecting import TEXT_CRITERIA, Criterion
from mslt_core.spec.specs import set_name
from mslt_core.sweep.planning import Sets
from pages._shared.context import Context
from pages._shared.language_box import language_box
from pages._shared.one_of import one_of

SETS_BY = {
    "sizes": "All of a size",
    "picks": "Picks of criteria",
    "listed": "Listed",
    "figure-4": "Figure 4",
    "learning-rate": "Learning rate",
}
FIRST_CRITERIA = ["syntax", "phonology", "inventory", "family", "geography"]


def sets_to_train(train_langs: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The chosen sets, and SSLT(en) to measure them against."""
    chosen = tuple(filter(None, handed_over(train_langs) or (one_set(train_langs),)))
    if "en" not in train_langs or ("en",) in chosen:
        return chosen
    beside = st.toggle("SSLT(en) beside, to compare", True, key="beside", bind="query-params")
    return (("en",), *chosen) if beside else chosen


def handed_over(train_langs: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Sets that Languages chose, if it sent several."""
    asked = [tuple(sorted(text.split(","))) for text in st.query_params.get_all("sets")]
    asked = [langs for langs in asked if set(langs) <= set(train_langs)]
    if not asked:
        return ()
    sets = st.multiselect("Sets", asked, asked, format_func=set_name, key="handed_over", wrap=True)
    if st.button("Choose languages instead", key="one_set"):
        del st.query_params["sets"]
        st.rerun()
    return tuple(sets) or ((),)


def one_set(train_langs: tuple[str, ...]) -> tuple[str, ...]:
    """The source languages, one by one."""
    asked = [lang for lang in st.query_params.get_all("sources") if lang in train_langs]
    default = asked or [lang for lang in ("de", "en", "es") if lang in train_langs]
    langs = language_box("Source languages", train_langs, default=default, key="sources")
    return tuple(sorted(langs))


def sweep_sets(context: Context, offer: TaskOffer, model: str) -> Sets:
    """The sets of source languages: made from a pool, picked by criteria, or written down."""
    by = one_of("Sets", SETS_BY, key="sets_by", label_visibility="collapsed", wrap=True)
    if by == "listed":
        return _listed(offer)
    if by == "figure-4":
        st.caption("The paper's 31 sets. It varies budget and model too: see below the recipe.")
        return sweep.all_sets(sweep.FIGURE_4_POOL, range(1, len(sweep.FIGURE_4_POOL) + 1))
    if by == "learning-rate":
        st.caption("Five learning rates for one source language, judged on held-out rows of it.")
        return (("en" if "en" in offer.train_langs else offer.train_langs[0],),)
    pool = language_box("Pool", offer.train_langs, default=offer.source_pool, key="sweep_pool")
    sizes = st.pills(
        "Languages in a set",
        range(1, len(pool) + 1),
        selection_mode="multi",
        default=[min(3, len(pool))] if pool else [],
        key="sizes",
        bind="query-params",
        wrap=True,
    )
    return sweep.all_sets(pool, sizes) if by == "sizes" else _picked(context, pool, sizes, model)


def _picked(context: Context, pool: tuple[str, ...], sizes: list[int], model: str) -> Sets:
    """The best set of every size under some criteria."""
    # blend and targets need more than a name
    names: list[Criterion] = [c for c in get_args(Criterion) if c not in {"blend", "targets"}]
    criteria = st.multiselect(
        "Criteria",
        names,
        default=FIRST_CRITERIA,
        format_func=lambda name: CRITERIA[name].label,
        key="criteria",
        bind="query-params",
        wrap=True,
    )
    # diversity is a sum over pairs, so one language has none; a pick then is none at all
    access = pipeline.Access(
        store=context.store,
        compute=not set(criteria) & set(TEXT_CRITERIA),
        roots=pipeline.allowed_roots(),
    )
    with st.spinner("Asking every criterion", show_time=True):
        return sweep.picks(access, pool, [k for k in sizes if k > 1], criteria, model)


def _listed(offer: TaskOffer) -> Sets:
    text = st.text_area(
        "One set a line", "en\nde, en, es", key="listed", bind="query-params", height=120
    )
    sets = tuple(dict.fromkeys(languages(line) for line in text.splitlines() if line.strip()))
    if strangers := {lang for langs in sets for lang in langs} - set(offer.train_langs):
        raise SpecError(f"{offer.name} has no training data for {', '.join(sorted(strangers))}")
    return sets
