"""Which sets of source languages the Train page trains."""

import streamlit as st

from mslt_core.spec.specs import set_name
from pages._shared.language_box import language_box


def sets_to_train(train_langs: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The chosen sets, and SSLT(en) to measure them against."""
    chosen = handed_over(train_langs) or (one_set(train_langs),)
    english, chosen = ("en",), tuple(langs for langs in chosen if langs)
    if "en" not in train_langs or english in chosen:
        return chosen
    beside = st.toggle("SSLT(en) beside, as the baseline", value=True, key="beside")
    return (english, *chosen) if beside else chosen


def handed_over(train_langs: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Sets that Languages chose, if it sent several."""
    asked = [tuple(sorted(text.split(","))) for text in st.query_params.get_all("sets")]
    asked = [langs for langs in asked if set(langs) <= set(train_langs)]
    if not asked:
        return ()
    sets = st.multiselect(
        "Sets", asked, default=asked, format_func=set_name, key="handed_over", wrap=True
    )
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
